#pragma once

#include <verilated.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "gen/tables/commands.hpp"
#include "tests/outcome_ports.hpp"

namespace intformer::test {

/// Copies bytes into or out of a port: narrow ports are integers, wide ones arrays of words.
template <typename Port>
void setPort(Port& port, const void* data, std::size_t bytes) {
  std::memcpy(&port, data, bytes);
}
template <typename Port>
std::vector<uint8_t> portBytes(const Port& port, std::size_t bytes) {
  std::vector<uint8_t> out(bytes);  // zeros behind the port's own
  std::memcpy(out.data(), &port, std::min(bytes, sizeof port));
  return out;
}
/// Sets 64 bits at bit 64 * index of a flat vector port.
template <typename Port>
void setPort64(Port& port, std::size_t index, uint64_t value) {
  std::memcpy(reinterpret_cast<uint8_t*>(&port) + 8 * index, &value, 8);
}

/// Reproducible random numbers; a test prints the seed.
class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  uint64_t upTo(uint64_t last) { return last == ~uint64_t{0} ? engine_() : engine_() % (last + 1); }
  uint64_t between(uint64_t first, uint64_t last) { return first + upTo(last - first); }
  bool chance(double probability) {
    return static_cast<double>(engine_() >> 11) < probability * 9007199254740992.0;
  }

 private:
  std::mt19937_64 engine_;
};

/// A transfer command, and the words that it moves.
struct Transfer {
  uint32_t scratchAddr = 0, chunkWords = 1, scratchStride = 0;
  uint16_t chunks = 1;
  uint64_t memoryAddr = 0;
  uint32_t memoryStride = 0;
  uint32_t index = 0;
  uint8_t signal = 0;
  uint32_t wordStride = 1;
  uint64_t listAddr = 0;       ///< of a gather
  uint32_t listLimit = 0;      ///< 0: no gather
  std::vector<uint32_t> list;  ///< row numbers of a gather

  [[nodiscard]] uint64_t words() const { return uint64_t{chunks} * chunkWords; }
  template <typename Visit>  ///< visit(scratch word, memory address) in order
  void forEachWord(uint32_t dim, Visit visit) const {
    for (uint64_t c = 0; c < chunks; ++c)
      for (uint64_t w = 0; w < chunkWords; ++w)
        visit(scratchAddr + c * scratchStride + w * wordStride,
              memoryAddr + (list.empty() ? c : list[c]) * memoryStride + w * dim);
  }
};

/// How rough the surroundings are.
struct Roughness {
  double stall = 0;  ///< probability that a ready or valid is withheld in a cycle
  uint32_t minLatency = 1, maxLatency = 1;
};

constexpr uint64_t kMemoryBase = 0x40000;
constexpr uint64_t kMemoryBytes = 0x20000;
constexpr uint32_t kScratchWords = 1024;

/// A random transfer inside the memory and the scratchpad.
inline Transfer randomTransfer(Dice& dice, uint32_t dim, uint32_t maxWords) {
  Transfer t;
  t.chunks = static_cast<uint16_t>(dice.between(1, dice.chance(0.5) ? 1 : 6));
  t.chunkWords = static_cast<uint32_t>(dice.between(1, dice.chance(0.3) ? 2 : maxWords));
  t.scratchStride = static_cast<uint32_t>(dice.between(0, 2 * maxWords));
  const uint64_t strideWords = dice.chance(0.3) ? t.chunkWords : dice.upTo(3 * maxWords);
  t.memoryStride = dim * static_cast<uint32_t>(strideWords);
  const uint64_t scratchSpan = uint64_t{t.chunks - 1U} * t.scratchStride + t.chunkWords;
  const uint64_t memorySpan =
      uint64_t{t.chunks - 1U} * t.memoryStride + uint64_t{t.chunkWords} * dim;
  t.scratchAddr = static_cast<uint32_t>(dice.upTo(kScratchWords - scratchSpan));
  t.memoryAddr = kMemoryBase + dice.upTo((kMemoryBytes - memorySpan) / dim) * dim;
  t.signal = static_cast<uint8_t>(dice.upTo(15));
  return t;
}

/// Offers a load, gather or store.
template <typename Model>
void drive(Model& top, Opcode opcode, const Transfer& t) {
  Command command(opcode);
  command.set(Field::Signal, t.signal)
      .set(Field::ScratchAddr, t.scratchAddr)
      .set(Field::MemoryAddr, static_cast<int64_t>(t.memoryAddr))
      .set(Field::ChunkWords, t.chunkWords)
      .set(Field::Chunks, t.chunks)
      .set(Field::ScratchStride, t.scratchStride)
      .set(Field::MemoryStride, t.memoryStride);
  if (opcode == Opcode::Gather)
    command.set(Field::WordStride, t.wordStride)
        .set(Field::IndexAddr, static_cast<int64_t>(t.listAddr))
        .set(Field::IndexLimit, t.listLimit);
  setPort(top.command_i, command.words().data(), sizeof top.command_i);
  top.command_index_i = t.index;
}

/// A port of type axi_request_t with at most 56 address bits.
struct Request {
  uint64_t addr;
  uint32_t beats;
};
inline Request readRequest(uint64_t port) {
  return {port >> 8, static_cast<uint32_t>(port & 255) + 1};
}
/// Sets one of type axi_read_t: data of `bus` bytes, lowest, the response and the end of the burst.
template <typename Port>
void setReadBeat(Port& port, const uint8_t* data, uint32_t bus, uint32_t response, bool last) {
  setPort(port, data, bus);
  reinterpret_cast<uint8_t*>(&port)[bus] =
      static_cast<uint8_t>(response | static_cast<uint32_t>(last) << 2);
}
/// A bit of a port.
template <typename Port>
bool bitOf(const Port& port, std::size_t bit) {
  return (reinterpret_cast<const uint8_t*>(&port)[bit / 8] >> bit % 8 & 1) != 0;
}

/// Sets bits of a port of several words.
template <typename Port>
void setBits(Port& port, std::size_t lsb, std::size_t width, uint64_t value) {
  auto* bytes = reinterpret_cast<uint8_t*>(&port);
  for (std::size_t bit = 0; bit < width; ++bit, value >>= 1) {
    uint8_t& byte = bytes[(lsb + bit) / 8];
    const auto mask = static_cast<uint8_t>(1U << (lsb + bit) % 8);
    byte = static_cast<uint8_t>((value & 1) != 0 ? byte | mask : byte & ~mask);
  }
}

struct Window {
  uint64_t base = 0, end = 0;
  uint32_t permissions = 0;
};
/// Sets a port of type window_limits_t for addresses of 40 bits: bases, lowest, ends, permissions.
template <typename Port>
void setLimits(Port& port, const std::vector<Window>& windows) {
  constexpr uint64_t kReach = uint64_t{1} << 40;
  const std::size_t count = windows.size();
  for (std::size_t w = 0; w < count; ++w) {
    const Window& window = windows[w];
    setBits(port, 40 * w, 40, window.base);
    setBits(port, 40 * count + 41 * w, 41, std::min(window.end, kReach));
    setBits(port, 81 * count + 2 * w, 2, window.base < kReach ? window.permissions : 0);
  }
}
/// Sets a port of type windows_t: bases, lowest, then ends and permissions.
template <typename Port>
void setWindows(Port& port, const std::vector<Window>& windows) {
  const std::size_t count = windows.size();
  uint32_t permissions = 0;
  for (std::size_t w = 0; w < count; ++w) {
    setPort64(port, w, windows[w].base);
    setPort64(port, count + w, windows[w].end);
    permissions |= windows[w].permissions << (2 * w);
  }
  reinterpret_cast<uint8_t*>(&port)[16 * count] = static_cast<uint8_t>(permissions);
}

/// A model under a clock, with the windows and the outcome ports that load and store share.
template <typename Model>
class DmaBench {
  VerilatedContext context_;  // outlives the model

 public:
  Model top{&context_};
  Dice dice;
  Roughness roughness;
  uint64_t cycle = 0;
  std::vector<uint8_t> memory = std::vector<uint8_t>(kMemoryBytes);
  std::vector<Done> done;
  std::vector<Error> errors;
  std::vector<std::string> faults;  ///< broken rules of the bus
  uint64_t windowBase = kMemoryBase, windowEnd = kMemoryBase + kMemoryBytes;

  explicit DmaBench(uint32_t seed) : dice(seed) {
    for (auto& b : memory) b = static_cast<uint8_t>(dice.upTo(255));
  }
  ~DmaBench() { top.final(); }

  bool withheld() { return dice.chance(roughness.stall); }
  uint64_t latency() { return dice.between(roughness.minLatency, roughness.maxLatency); }

  /// Window 2 holds the memory; its neighbours must not matter.
  void openWindow(uint32_t permissions) {
    setLimits(top.limits_i, {{kMemoryBase, ~uint64_t{0}, 0},
                              {kMemoryBase, ~uint64_t{0}, permissions ^ 3},  // the other one alone
                              {windowBase, windowEnd, permissions},
                              {}});
  }

  void reset() {
    top.rst_ni = 0;
    top.halt_i = 0;
    top.command_valid_i = 0;
    for (int i = 0; i < 3; ++i) {
      top.clk_i = 0, top.eval();
      top.clk_i = 1, top.eval();
    }
    top.rst_ni = 1;
  }

  void noteOutcome() {
    if (top.done_valid_o) done.push_back(readDone(top.done_o, cycle));
    if (top.error_valid_o) errors.push_back(readError(top.error_o));
  }

  /// Rules of an address request: alignment, length, 4 KiB, the window rounded out to bus beats.
  void checkRequest(uint64_t addr, uint32_t beats, uint32_t bus, uint32_t maxBeats) {
    const uint64_t end = addr + uint64_t{beats} * bus;
    if (addr % bus != 0) faults.push_back("unaligned request");
    if (beats > maxBeats) faults.push_back("burst too long");
    if (addr / 4096 != (end - 1) / 4096) faults.push_back("burst crosses 4 KiB");
    if (addr < windowBase / bus * bus || end > (windowEnd + bus - 1) / bus * bus)
      faults.push_back("request outside the window");
  }
};

}  // namespace intformer::test
