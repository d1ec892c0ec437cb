#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gen/tables/commands.hpp"
#include "sw/graph/graph.hpp"

namespace intformer {

/// Where a tensor lies in memory: panel-major. Panel p holds DIM columns of all rows, row after
/// row; an element of padded column x = p * DIM + c and row r lies at
///   address + ((p * rows + r) * DIM + c) * elementBytes.
/// Column c of the tensor is padded column (c / groupCols) * groupStride + c % groupCols.
/// Padding columns hold zeros in inputs and are not compared in results. A list of row numbers
/// (ElementType::Index) is one panel of two columns: for it, dim is 2.
struct Placement {
  TensorId tensor = kNoTensor;
  uint64_t address = 0;
  uint32_t rows = 0;
  uint32_t panels = 0;
  uint32_t groupCols = 0;    ///< columns of the tensor in one group
  uint32_t groupStride = 0;  ///< padded columns per group, a multiple of DIM
  uint32_t dim = 0;
  ElementType type = ElementType::Int8;

  [[nodiscard]] uint64_t bytes() const {
    return uint64_t{panels} * rows * dim * elementBytes(type);
  }
  [[nodiscard]] uint64_t addressOf(uint32_t row, uint32_t col) const {
    const uint32_t padded = col / groupCols * groupStride + col % groupCols;
    return address + (uint64_t{padded / dim} * rows + row) * dim * elementBytes(type) +
           uint64_t{padded % dim} * elementBytes(type);
  }
};

struct MemorySegment {
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
};

/// What one operator of the graph became.
struct OperatorTrace {
  std::string name;
  std::string kind;
  uint64_t macs = 0;
  std::vector<uint32_t> commands;  ///< indices into Program::commands, ascending
};

/// A compiled model: everything that device and emulator need.
/// Memory: [0, memoryBytes) relative to a base of 0; the program itself lies at programAddress.
struct Program {
  uint32_t dim = 0;
  std::vector<Command> commands;         ///< the last is End
  uint64_t programAddress = 0;           ///< multiple of 64
  std::vector<MemorySegment> constants;  ///< weights and per-channel constants; not the commands
  std::vector<Placement> placements;     ///< of every tensor that is ever in memory
  /// [constantsAddress, readOnlyEnd) is theirs, the graph's constant tensors among them
  uint64_t constantsAddress = 0;
  uint64_t readOnlyEnd = 0;   ///< [0, readOnlyEnd) holds program and constants: open it read-only
  uint64_t memoryBytes = 0;   ///< [readOnlyEnd, memoryBytes) holds tensors: open it read-write
  uint64_t spillOffset = 0;   ///< from readOnlyEnd, to what passes between parts of an operator
  uint64_t spillBytes = 0;    ///< of it, behind the tensors
  std::vector<OperatorTrace> operators;
  uint32_t scratchWords = 0;  ///< of the scratchpad that are in use at a time, at most

  /// Whether an address is of what passes between parts of an operator, which no tensor owns.
  [[nodiscard]] bool isSpill(uint64_t address) const {
    return address - readOnlyEnd - spillOffset < spillBytes;
  }
};

/// Makes the commands those of a memory that lies at `base` of the device's addresses and not at 0.
/// A multiple of 4096 changes no burst.
void moveCommands(std::vector<Command>& commands, uint64_t base);
/// Every address in memory, of data and of lists, becomes what `moved` says.
void moveAddresses(std::vector<Command>& commands,
                   const std::function<uint64_t(uint64_t)>& moved);

/// Moves what is read only but the commands, and the tensors, by these distances modulo 2^64: the
/// commands' addresses, constants and placements.
void moveParts(Program& program, uint64_t constants, uint64_t tensors);

/// Memory contents before the run: commands, constants and the input tensors, packed.
std::vector<uint8_t> buildImage(const Program& program, const Graph& graph,
                                const TensorValues& inputs);
/// Of this memory commands and constants; `image` holds at least the read-only part.
void packReadOnly(const Program& program, std::vector<uint8_t>& image);
/// Makes a memory that buildImage() made, and a run may have changed, ready for one with these
/// inputs: as buildImage() would make it.
void renewImage(const Program& program, const Graph& graph, const TensorValues& inputs,
                std::vector<uint8_t>& image);
/// Of this memory the inputs that are lists of row numbers, from readOnlyEnd on: all that the
/// performance model reads.
std::vector<uint8_t> buildLists(const Program& program, const Graph& graph,
                                const TensorValues& inputs);
/// Writes a tensor into a memory image / reads it back.
void packTensor(const Placement& placement, const Tensor& tensor, std::span<uint8_t> memory);
Tensor unpackTensor(const Placement& placement, const TensorInfo& info,
                    const std::vector<uint8_t>& memory);

}  // namespace intformer
