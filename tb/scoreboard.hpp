#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sw/graph/graph.hpp"
#include "sw/program/program.hpp"

namespace intformer::tb {

/// A value that is not what the golden model says, in the tensor's own rows and columns.
struct Mismatch {
  std::string tensor;  ///< "memory outside all tensors" when no tensor owns the address
  uint32_t row = 0;
  uint32_t col = 0;
  int32_t expected = 0;
  int32_t got = 0;
  uint64_t address = 0;
  uint64_t cycle = 0;               ///< of the write; 0: found in the memory after the run
  bool written = true;              ///< false: the device never wrote it
  std::optional<uint32_t> command;  ///< the store that wrote it
  std::string operatorName;         ///< that the command belongs to
  [[nodiscard]] std::string text() const;
};

struct Comparison {
  uint64_t tensors = 0;  ///< compared: every tensor in memory that an operator writes
  uint64_t values = 0;
  uint64_t mismatches = 0;
  std::optional<Mismatch> first;
};

/// Compares memory with the golden values of every tensor that the program keeps there.
class Scoreboard {
 public:
  /// Keeps references to program and graph. `golden` holds the values of every tensor.
  Scoreboard(const Program& program, const Graph& graph, const TensorValues& golden);

  /// A write as it happens: bytes[i] goes to address + i where strobe has bit i. Keeps the first
  /// wrong one.
  void observe(uint64_t cycle, uint64_t address, const uint8_t* bytes, uint64_t strobe);
  [[nodiscard]] const std::optional<Mismatch>& firstWrite() const { return first_; }

  /// Every value of every tensor. `written` also demands that observe() has seen a write of it.
  [[nodiscard]] Comparison compare(std::span<const uint8_t> memory, bool written) const;
  /// Values compared by operator: those of the tensors that it writes to memory.
  [[nodiscard]] uint64_t valuesOf(const Operator& op) const;

  /// Finds the store that covers the mismatch's address: among the indices in `running` if one
  /// does, else the first in the program; fills in command and operator.
  void blame(Mismatch& mismatch, std::span<const uint32_t> running) const;

 private:
  struct Place {
    const Placement* placement;
    bool given;  ///< before the run: nobody writes it
  };
  [[nodiscard]] const Place* find(uint64_t address) const;
  [[nodiscard]] Mismatch describe(const Place* place, uint64_t address,
                                  std::span<const uint8_t> got) const;

  const Program& program_;
  const Graph& graph_;
  std::vector<Place> places_;       ///< by ascending address
  std::vector<uint8_t> expected_;   ///< memory as it should end
  std::vector<uint8_t> compared_;   ///< 0xff for bytes that a tensor's values own
  std::vector<uint8_t> seen_;       ///< bytes that were written
  std::vector<uint8_t> last_;       ///< what was written last, to describe values of two bytes
  std::optional<Mismatch> first_;
};

}  // namespace intformer::tb
