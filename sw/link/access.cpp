#include "sw/link/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "sw/link/link_error.hpp"

namespace intformer::link {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kWord = 4;

}  // namespace

int BoardAccess::guarded(const std::function<void()>& body) {
  failure_.clear();
  try {
    body();
    return 0;
  } catch (const std::exception& error) {  // C calls this
    failure_ = error.what();
    return 1;
  }
}

/// Asks for the interrupt, which no cable brings, less and less often.
void BoardAccess::pause(uint64_t cycles) {
  const std::chrono::duration<double> whole(link_.options().patience * static_cast<double>(cycles) /
                                            link_.identity().clockHz);
  const auto end = Clock::now() + std::chrono::ceil<Clock::duration>(whole);
  for (Clock::duration step = 500us; Clock::now() < end;
       step = std::min<Clock::duration>(2 * step, 20ms)) {
    std::this_thread::sleep_for(std::min<Clock::duration>(step, end - Clock::now()));
    if (waiting_) waiting_();
    if ((link_.readRegister(INTFORMER_REG_STATUS) & INTFORMER_STATUS_INTERRUPT) != 0) return;
  }
}

uint32_t BoardAccess::inside(uint64_t address, uint64_t count) const {
  const uint64_t bytes = link_.identity().memoryBytes;
  if (address > bytes || count > bytes - address)
    throw LinkError(fmt::format("{}: {} bytes at 0x{:x} lie beyond the board's memory of {} bytes",
                                link_.place(), count, address, bytes));
  return static_cast<uint32_t>(address);
}

/// The words that hold the bytes: what else is in the first and the last stays.
void BoardAccess::write(uint64_t address, const uint8_t* bytes, uint64_t count) {
  if (count == 0) return;
  const uint32_t first = static_cast<uint32_t>(inside(address, count) & ~(kWord - 1));
  const uint64_t end = (address + count + kWord - 1) / kWord * kWord;
  std::vector<uint8_t> words(end - first);
  if (address != first) link_.readMemory(first, std::span(words).first(kWord));
  if (address + count != end)
    link_.readMemory(static_cast<uint32_t>(end - kWord), std::span(words).last(kWord));
  std::copy_n(bytes, count, words.data() + (address - first));
  link_.writeMemory(first, words);
}

void BoardAccess::read(uint64_t address, uint8_t* bytes, uint64_t count) {
  if (count == 0) return;
  const uint32_t first = static_cast<uint32_t>(inside(address, count) & ~(kWord - 1));
  std::vector<uint8_t> words((address + count + kWord - 1) / kWord * kWord - first);
  link_.readMemory(first, words);
  std::copy_n(words.data() + (address - first), count, bytes);
}

intformer_access BoardAccess::access() {
  return {
      this,
      [](void* context, uint32_t offset, uint32_t* value) {
        auto* const board = static_cast<BoardAccess*>(context);
        return board->guarded([&] { *value = board->link_.readRegister(offset); });
      },
      [](void* context, uint32_t offset, uint32_t value) {
        auto* const board = static_cast<BoardAccess*>(context);
        return board->guarded([&] { board->link_.writeRegister(offset, value); });
      },
      [](void* context, uint64_t cycles) {
        auto* const board = static_cast<BoardAccess*>(context);
        return board->guarded([&] { board->pause(cycles); });
      },
      [](void* context, uint64_t address, const void* bytes, uint64_t count) {
        auto* const board = static_cast<BoardAccess*>(context);
        return board->guarded(
            [&] { board->write(address, static_cast<const uint8_t*>(bytes), count); });
      },
      [](void* context, uint64_t address, void* bytes, uint64_t count) {
        auto* const board = static_cast<BoardAccess*>(context);
        return board->guarded([&] { board->read(address, static_cast<uint8_t*>(bytes), count); });
      },
  };
}

}  // namespace intformer::link
