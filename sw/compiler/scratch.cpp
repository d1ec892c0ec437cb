#include "sw/compiler/scratch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace intformer::compiler {

std::optional<uint32_t> Ring::gapFrom(uint32_t from, uint32_t count) const {
  uint32_t at = from;
  for (const auto& [address, piece] : live_) {
    if (piece.end <= at) continue;
    if (address >= at && address - at >= count) break;
    at = piece.end;
  }
  if (at + count > begin_ + size_) return std::nullopt;
  return at;
}

uint32_t Ring::allocate(uint32_t count) {
  std::optional<uint32_t> address;
  if (count <= size_) {
    // Pieces of which no three fit cannot rotate: they must not part the ring in the middle.
    if (count <= size_ / 3) address = gapFrom(head_, count);
    if (!address) address = gapFrom(begin_, count);
  }
  if (!address)
    throw Unfit(fmt::format("{} more of {} {} are needed at once", count, size_, name_));
  head_ = *address + count;
  std::erase_if(left_, [&](const auto& left) {
    return head_ > left.first && left.second.end > *address;
  });
  live_.emplace(*address, Piece{head_, ++tickets_});
  most_ = std::max(most_, used_ += count);
  return *address;
}

bool Ring::recall(uint32_t address, uint64_t ticket) {
  const auto found = left_.find(address);
  if (found == left_.end() || found->second.ticket != ticket) return false;
  most_ = std::max(most_, used_ += found->second.end - address);
  live_[address] = left_.extract(found).mapped();
  return true;
}

Resident* ResidentHeap::use(TensorId tensor, uint32_t block, uint64_t step) {
  for (Resident& resident : blocks_) {
    if (resident.tensor != tensor || resident.block != block) continue;
    resident.pinned = true;
    resident.lastUse = step;
    return &resident;
  }
  return nullptr;
}

std::vector<uint32_t> ResidentHeap::starts(uint32_t words) const {
  std::vector<uint32_t> result = {begin_, begin_ + size_ - words};
  for (const Resident& resident : blocks_) {
    const uint32_t end = resident.address + resident.words;
    if (end + words <= begin_ + size_) result.push_back(end);
    if (resident.address >= begin_ + words) result.push_back(resident.address - words);
  }
  return result;
}

bool ResidentHeap::has(TensorId tensor, uint32_t block) const {
  return std::ranges::any_of(blocks_, [&](const Resident& resident) {
    return resident.tensor == tensor && resident.block == block;
  });
}

std::optional<ResidentHeap::Place> ResidentHeap::find(uint32_t words) const {
  if (words > size_) return std::nullopt;
  /// Words that must be loaded again; the step whose commands the place must wait for; distance
  /// from an end, to keep the free space in one piece.
  using Cost = std::tuple<uint64_t, uint64_t, uint32_t>;
  std::optional<std::pair<Cost, Place>> best;
  for (const uint32_t start : starts(words)) {
    uint64_t reload = 0;
    uint64_t newest = 0;
    bool possible = true;
    for (const Resident& resident : blocks_) {
      if (resident.address + resident.words <= start || resident.address >= start + words) continue;
      possible = possible && !resident.pinned;
      if (nextUse_(resident.tensor, resident.block) != kNever) reload += resident.words;
      newest = std::max(newest, resident.lastUse + 1);
    }
    const uint32_t fromEnd = std::min(start - begin_, begin_ + size_ - words - start);
    const Cost cost{reload, newest, fromEnd};
    if (possible && (!best || cost < best->first)) best = {cost, Place{start, reload}};
  }
  if (!best) return std::nullopt;
  return best->second;
}

Resident* ResidentHeap::allocate(TensorId tensor, uint32_t block, uint32_t words, uint64_t step,
                                 bool whenFree) {
  const std::optional<Place> place = find(words);
  if (!place || (whenFree && place->reload != 0)) return nullptr;
  const uint32_t address = place->address;
  std::erase_if(blocks_, [&](const Resident& resident) {
    return resident.address < address + words && resident.address + resident.words > address;
  });
  blocks_.push_back({tensor, block, address, words, step, true});
  uint32_t used = 0;
  for (const Resident& resident : blocks_) used += resident.words;
  most_ = std::max(most_, used);
  return &blocks_.back();
}

bool ResidentHeap::hasRoom(std::initializer_list<uint32_t> words) const {
  ResidentHeap trial = *this;
  for (const uint32_t count : words)
    if (count != 0 && trial.allocate(kNoTensor, 0, count, 0, true) == nullptr) return false;
  return true;
}

void ResidentHeap::unpinAll() {
  for (Resident& resident : blocks_) resident.pinned = false;
}

}  // namespace intformer::compiler
