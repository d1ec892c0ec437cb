#include "sw/compiler/scratch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace intformer {

std::optional<uint32_t> Ring::gapFrom(uint32_t from, uint32_t count) const {
  uint32_t at = from;
  for (const auto& [address, end] : live_) {
    if (end <= at) continue;
    if (address >= at && address - at >= count) break;
    at = end;
  }
  if (at + count > begin_ + size_) return std::nullopt;
  return at;
}

uint32_t Ring::allocate(uint32_t count) {
  std::optional<uint32_t> address;
  if (count <= size_) {
    address = gapFrom(head_, count);
    if (!address) address = gapFrom(begin_, count);
  }
  if (!address)
    throw Unfit(fmt::format("{} more of {} {} are needed at once", count, size_, name_));
  live_.emplace(*address, *address + count);
  head_ = *address + count;
  return *address;
}

Resident* ResidentHeap::find(TensorId tensor, uint32_t block) {
  for (Resident& resident : blocks_)
    if (resident.tensor == tensor && resident.block == block) return &resident;
  return nullptr;
}

Resident* ResidentHeap::allocate(TensorId tensor, uint32_t block, uint32_t words) {
  if (words > size_) return nullptr;
  std::vector<uint32_t> starts = {begin_, begin_ + size_ - words};
  for (const Resident& resident : blocks_) {
    starts.push_back(resident.address + resident.words);
    if (resident.address >= begin_ + words) starts.push_back(resident.address - words);
  }
  // Cheapest window: fewest words that must be loaded again; then the one nearest to an end, which
  // keeps the free space in one piece.
  std::pair<uint64_t, uint32_t> best{ResidentHeap::kNever, 0};
  std::optional<uint32_t> address;
  for (const uint32_t start : starts) {
    if (start < begin_ || start + words > begin_ + size_) continue;
    uint64_t cost = 0;
    bool possible = true;
    for (const Resident& resident : blocks_) {
      if (resident.address + resident.words <= start || resident.address >= start + words) continue;
      if (resident.pinned) possible = false;
      if (nextUse_(resident.tensor, resident.block) != kNever) cost += resident.words;
    }
    const uint32_t toEnd = std::min(start - begin_, begin_ + size_ - words - start);
    if (possible && (!address || std::pair{cost, toEnd} < best)) {
      best = {cost, toEnd};
      address = start;
    }
  }
  if (!address) return nullptr;
  std::erase_if(blocks_, [&](const Resident& resident) {
    return resident.address < *address + words && resident.address + resident.words > *address;
  });
  blocks_.push_back({.tensor = tensor, .block = block, .address = *address, .words = words,
                     .pinned = true});
  return &blocks_.back();
}

void ResidentHeap::unpinAll() {
  for (Resident& resident : blocks_) resident.pinned = false;
}

}  // namespace intformer
