#pragma once

#include <verilated.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <vector>

#include "gen/tables/commands.hpp"
#include "tests/catch.hpp"
#include "tests/outcome_ports.hpp"

namespace intformer::test {

/// Copies a vector port to bytes; narrow ports are integers, wide ones arrays of words.
template <typename Port>
std::vector<uint8_t> portBytes(const Port& port, std::size_t bytes) {
  std::vector<uint8_t> out(bytes);
  std::memcpy(out.data(), &port, bytes);
  return out;
}
template <typename Port>
void setPort(Port& port, const void* data, std::size_t bytes) {
  std::memcpy(&port, data, std::min(bytes, sizeof port));  // a unit takes fewer than 64 bytes
}

/// Drives a verilated matmul_bench. `Dim` is that of its config.
template <typename Model, uint32_t Dim>
class Bench {
  VerilatedContext context_;  // outlives the model

 public:
  static constexpr uint32_t kDim = Dim;
  static constexpr uint32_t kScratchWords = 32768 / Dim;
  static constexpr uint32_t kAccRows = 16384 / (4 * Dim);
  using AccRow = std::array<int32_t, Dim>;

  using Done = test::Done;

  Model top{&context_};
  std::vector<std::vector<uint8_t>> scratch;  ///< what the scratchpad holds
  std::vector<Done> done;
  uint64_t cycle = 0;
  uint64_t rows = 0;  ///< rows of A that entered the array
  uint64_t firstRow = 0, lastRow = 0;
  uint64_t waits = 0;
  /// Called with the outputs settled, before the clock edge; may look at them.
  std::function<void()> watch = [] {};

  Bench() {
    top.rst_ni = 0;
    tick();
    tick();
    top.rst_ni = 1;
  }
  ~Bench() { top.final(); }

  /// One clock cycle with the inputs as they are.
  void tick() {
    top.clk_i = 0;
    top.eval();
    if (top.rst_ni) {
      if (top.row_event_o) {
        if (rows++ == 0) firstRow = cycle;
        lastRow = cycle;
      }
      waits += top.wait_event_o;
      if (top.done_valid_o) done.push_back(test::readDone(top.done_o, cycle));
      watch();
    }
    top.clk_i = 1;
    top.eval();
    ++cycle;
  }

  /// Ticks until `ready`, an output settled before the edge, is high in a cycle; then clears `valid`.
  template <typename Valid, typename Ready>
  void handshake(Valid& valid, const Ready& ready) {
    valid = 1;
    for (int budget = 100000; budget > 0; --budget) {
      top.clk_i = 0;
      top.eval();
      const bool accepted = ready;
      tick();
      if (accepted) {
        valid = 0;
        return;
      }
    }
    throw std::runtime_error("no ready within 100000 cycles");
  }

  void fillScratch(const std::function<uint8_t()>& byte) {
    scratch.assign(kScratchWords, std::vector<uint8_t>(Dim));
    for (uint32_t word = 0; word < kScratchWords; ++word) {
      for (auto& b : scratch[word]) b = byte();
      top.load_write_addr_i = word;
      setPort(top.load_write_data_i, scratch[word].data(), Dim);
      handshake(top.load_write_valid_i, top.load_write_ready_o);
    }
  }

  void issue(const Command& command, uint32_t index) {
    setPort(top.command_i, command.words().data(), kCommandBytes);
    top.command_index_i = index;
    handshake(top.command_valid_i, top.command_ready_o);
  }

  void drain() {
    for (int budget = 100000; top.busy_o; tick())
      if (budget-- == 0) throw std::runtime_error("busy for 100000 cycles");
  }

  /// Reads an accumulator row through the vector unit's port.
  AccRow accRow(uint32_t row) {
    top.acc_req_addr_i = row;
    handshake(top.acc_req_valid_i, top.acc_req_ready_o);
    tick();
    if (!top.acc_rsp_valid_o) throw std::runtime_error("no accumulator data after 2 cycles");
    AccRow out;
    std::memcpy(out.data(), &top.acc_rsp_data_o, sizeof out);
    return out;
  }

  /// Writes every accumulator row to zero: a matmul with a depth of one word of zeros.
  void clearAccumulator() {
    const std::vector<uint8_t> kept = scratch.at(0);
    writeWord(0, std::vector<uint8_t>(Dim));
    Command clear(Opcode::Matmul);
    clear.set(Field::MatmulRows, kAccRows).set(Field::Depth, 1).set(Field::Cols, 1);
    clear.set(Field::BAddr, 0).set(Field::AAddr, 0);
    issue(clear, 0);
    drain();
    tick();
    writeWord(0, kept);
    done.clear();
    rows = 0;
    waits = 0;
  }

  void writeWord(uint32_t word, const std::vector<uint8_t>& bytes) {
    scratch.at(word) = bytes;
    top.load_write_addr_i = word;
    setPort(top.load_write_data_i, bytes.data(), Dim);
    handshake(top.load_write_valid_i, top.load_write_ready_o);
  }
};

/// The matmul command as docs/3-architecture.md defines it, element by element.
template <uint32_t Dim>
void referenceMatmul(const Command& command, const std::vector<std::vector<uint8_t>>& scratch,
                     std::vector<std::array<int32_t, Dim>>& acc) {
  const auto field = [&](Field f) { return static_cast<uint32_t>(command.get(f)); };
  const uint32_t depth = field(Field::Depth), cols = field(Field::Cols);
  const uint32_t depthTiles = (depth + Dim - 1) / Dim, colTiles = (cols + Dim - 1) / Dim;
  const bool transposed = field(Field::BTransposed) != 0;
  const auto weight = [&](uint32_t d, uint32_t col) -> int32_t {
    if (transposed) {
      if (col >= cols) return 0;
      const uint32_t word = field(Field::BAddr) + d / Dim * field(Field::BStride) + col;
      return static_cast<int8_t>(scratch.at(word)[d % Dim]);
    }
    if (d >= depth) return 0;
    const uint32_t word = field(Field::BAddr) + col / Dim * field(Field::BStride) + d;
    return static_cast<int8_t>(scratch.at(word)[col % Dim]);
  };
  for (uint32_t n = 0; n < colTiles; ++n)
    for (uint32_t k = 0; k < depthTiles; ++k)
      for (uint32_t r = 0; r < field(Field::MatmulRows); ++r) {
        auto& row = acc.at(field(Field::CAddr) + n * field(Field::CStride) + r);
        const auto& a = scratch.at(field(Field::AAddr) + k * field(Field::AStride) + r);
        for (uint32_t c = 0; c < Dim; ++c) {
          int32_t sum = k == 0 && field(Field::Accumulate) == 0 ? 0 : row[c];
          for (uint32_t i = 0; i < Dim; ++i) {
            const int32_t value =
                field(Field::AUnsigned) != 0 ? int32_t{a[i]} : int32_t{static_cast<int8_t>(a[i])};
            sum += value * weight(k * Dim + i, n * Dim + c);
          }
          row[c] = sum;
        }
      }
}

}  // namespace intformer::test
