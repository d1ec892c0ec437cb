#include "tb/scoreboard.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace intformer::tb {
namespace {

/// A tensor whose every byte is 0xff: packed, it marks the bytes that hold values.
Tensor allOnes(const TensorInfo& info) {
  Tensor tensor(info.type, info.rows, info.cols);
  std::fill(tensor.data.begin(), tensor.data.end(), int16_t{-1});
  return tensor;
}

int32_t valueAt(ElementType type, const uint8_t* bytes) {
  switch (type) {
    case ElementType::Int8: return static_cast<int8_t>(bytes[0]);
    case ElementType::Uint8: return bytes[0];
    case ElementType::Int16:
    case ElementType::Index: return static_cast<int16_t>(bytes[0] | bytes[1] << 8);
  }
  throw std::logic_error("unknown element type");
}

/// Whether a store's chunks cover a byte of memory.
bool covers(const Command& command, uint32_t dim, uint64_t address) {
  const uint64_t first = command.at(Field::MemoryAddr);
  const uint64_t stride = command.at(Field::MemoryStride);
  const uint64_t bytes = command.at(Field::ChunkWords) * dim;
  const uint64_t chunks = command.at(Field::Chunks);
  for (uint64_t i = 0; i < chunks; ++i)
    if (address - (first + i * stride) < bytes) return true;
  return false;
}

}  // namespace

std::string Mismatch::text() const {
  std::string line = fmt::format("{} row {} column {}: expected {}, got {}", tensor, row, col,
                                 expected, got);
  if (!written) line += ", never written";
  line += fmt::format(" (address 0x{:x}", address);
  if (command) line += fmt::format(", command {}", *command);
  if (!operatorName.empty()) line += fmt::format(" of {}", operatorName);
  if (cycle != 0) line += fmt::format(", cycle {}", cycle);
  return line + ")";
}

Scoreboard::Scoreboard(const Program& program, const Graph& graph, const TensorValues& golden)
    : program_(program), graph_(graph) {
  expected_.resize(program.memoryBytes);
  compared_.resize(program.memoryBytes);
  seen_.resize(program.memoryBytes);
  last_.resize(program.memoryBytes);
  for (const Placement& placement : program.placements) {
    const TensorInfo& info = graph.tensors.at(placement.tensor);
    if (golden.at(placement.tensor).data.empty())
      throw std::logic_error("no golden values of " + info.name);
    packTensor(placement, golden[placement.tensor], expected_);
    packTensor(placement, allOnes(info), compared_);
    places_.push_back({&placement, isGiven(info)});
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return a.placement->address < b.placement->address;
  });
  for (std::size_t i = 1; i < places_.size(); ++i)
    if (places_[i - 1].placement->address + places_[i - 1].placement->bytes() >
        places_[i].placement->address)
      throw std::logic_error("tensors share memory: nothing could be compared after the run");
}

const Scoreboard::Place* Scoreboard::find(uint64_t address) const {
  auto after = std::upper_bound(
      places_.begin(), places_.end(), address,
      [](uint64_t a, const Place& place) { return a < place.placement->address; });
  if (after == places_.begin()) return nullptr;
  --after;
  return address < after->placement->address + after->placement->bytes() ? &*after : nullptr;
}

Mismatch Scoreboard::describe(const Place* place, uint64_t address,
                              std::span<const uint8_t> got) const {
  Mismatch mismatch;
  if (place == nullptr) {
    mismatch.tensor = "memory outside all tensors";
    mismatch.address = address;
    mismatch.got = got[address];
    return mismatch;
  }
  const Placement& p = *place->placement;
  const uint32_t size = elementBytes(p.type);
  const uint64_t element = (address - p.address) / size;
  const auto padded = static_cast<uint32_t>(element / p.dim / p.rows * p.dim + element % p.dim);
  mismatch.tensor = graph_.tensors[p.tensor].name;
  mismatch.row = static_cast<uint32_t>(element / p.dim % p.rows);
  mismatch.col = padded / p.groupStride * p.groupCols + padded % p.groupStride;
  mismatch.address = p.address + element * size;
  mismatch.expected = valueAt(p.type, &expected_[mismatch.address]);
  mismatch.got = valueAt(p.type, &got[mismatch.address]);
  return mismatch;
}

void Scoreboard::observe(uint64_t cycle, uint64_t address, const uint8_t* bytes, uint64_t strobe) {
  uint64_t wrong = ~uint64_t{0};
  for (uint32_t i = 0; i < 64 && strobe >> i != 0; ++i) {  // a beat has at most 64 bytes
    if ((strobe >> i & 1) == 0) continue;
    const uint64_t a = address + i;
    if (a >= expected_.size()) continue;  // the memory answers DECERR
    seen_[a] = 1;
    last_[a] = bytes[i];
    const bool differs = ((bytes[i] ^ expected_[a]) & compared_[a]) != 0;
    // Padding of a tensor may hold anything; a place that nobody owns must not be written.
    const bool foreign = compared_[a] == 0 && !first_ && !program_.isSpill(a) && find(a) == nullptr;
    if (differs || foreign) wrong = std::min(wrong, a);
  }
  if (wrong == ~uint64_t{0} || first_) return;
  first_ = describe(find(wrong), wrong, last_);
  first_->cycle = cycle;
}

Comparison Scoreboard::compare(std::span<const uint8_t> memory, bool written) const {
  Comparison result;
  for (const Place& place : places_) {
    if (place.given) continue;
    const Placement& p = *place.placement;
    const TensorInfo& info = graph_.tensors[p.tensor];
    const uint32_t size = elementBytes(p.type);
    ++result.tensors;
    for (uint32_t row = 0; row < info.rows; ++row) {
      for (uint32_t col = 0; col < info.cols; ++col) {
        const uint64_t address = p.addressOf(row, col);
        ++result.values;
        const bool equal = std::equal(&memory[address], &memory[address] + size,
                                      &expected_[address]);
        const bool missing = written && seen_[address] == 0;
        if (equal && !missing) continue;
        if (++result.mismatches > 1) continue;
        result.first = describe(&place, address, memory);
        result.first->written = !missing;
      }
    }
  }
  return result;
}

uint64_t Scoreboard::valuesOf(const Operator& op) const {
  const std::vector<Operand> outputs = outputsOf(op);
  uint64_t values = 0;
  for (const Place& place : places_)
    for (const Operand& output : outputs)
      if (place.placement->tensor == output.tensor)
        values += uint64_t{graph_.tensors[output.tensor].rows} * graph_.tensors[output.tensor].cols;
  return values;
}

void Scoreboard::blame(Mismatch& mismatch, std::span<const uint32_t> running) const {
  const auto isCulprit = [&](uint32_t index) {
    const Command& command = program_.commands[index];
    return command.opcode() == Opcode::Store && covers(command, program_.dim, mismatch.address);
  };
  for (const uint32_t index : running)
    if (isCulprit(index)) mismatch.command = index;
  for (uint32_t i = 0; !mismatch.command && i < program_.commands.size(); ++i)
    if (isCulprit(i)) mismatch.command = i;
  if (!mismatch.command) return;
  for (const OperatorTrace& op : program_.operators)
    if (std::binary_search(op.commands.begin(), op.commands.end(), *mismatch.command))
      mismatch.operatorName = op.name;
}

}  // namespace intformer::tb
