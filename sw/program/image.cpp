#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "sw/program/program.hpp"

namespace intformer {
namespace {

void checkInside(const Placement& placement, std::size_t memoryBytes) {
  if (placement.address + placement.bytes() > memoryBytes)
    throw std::out_of_range("a tensor lies outside the memory image");
}

void packInputs(const Program& program, const Graph& graph, const TensorValues& inputs,
                std::vector<uint8_t>& image) {
  for (const Placement& placement : program.placements) {
    const TensorInfo& info = graph.tensors[placement.tensor];
    if (info.role != TensorRole::Input || placement.tensor >= inputs.size()) continue;
    const Tensor& tensor = inputs[placement.tensor];
    if (tensor.data.empty()) continue;
    if (tensor.rows != info.rows || tensor.cols != info.cols || tensor.type != info.type)
      throw std::invalid_argument("input tensor " + info.name + " has the wrong shape or type");
    packTensor(placement, tensor, image);
  }
}

}  // namespace

void moveAddresses(std::vector<Command>& commands,
                   const std::function<uint64_t(uint64_t)>& moved) {
  for (Command& command : commands)
    for (const Field field : findOpcode(command.opcode())->fields)
      if (field == Field::MemoryAddr || field == Field::IndexAddr)
        command.set(field,
                    static_cast<int64_t>(moved(command.at(field))));
}

void moveCommands(std::vector<Command>& commands, uint64_t base) {
  moveAddresses(commands, [base](uint64_t address) { return address + base; });
}

void moveParts(Program& program, uint64_t constants, uint64_t tensors) {
  const auto moved = [&](uint64_t address) {
    return address + (address < program.readOnlyEnd ? constants : tensors);
  };
  moveAddresses(program.commands, moved);
  for (MemorySegment& segment : program.constants) segment.address += constants;
  for (Placement& placement : program.placements) placement.address = moved(placement.address);
}

void packTensor(const Placement& placement, const Tensor& tensor, std::span<uint8_t> memory) {
  checkInside(placement, memory.size());
  std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(placement.address), placement.bytes(),
              uint8_t{0});
  const uint32_t bytes = elementBytes(placement.type);
  for (uint32_t col = 0; col < tensor.cols; ++col)
    for (uint32_t row = 0; row < tensor.rows; ++row) {
      const auto value = static_cast<uint16_t>(tensor.at(row, col));
      uint8_t* const at = memory.data() + placement.addressOf(row, col);
      at[0] = static_cast<uint8_t>(value);
      if (bytes == 2) at[1] = static_cast<uint8_t>(value >> 8);
    }
}

Tensor unpackTensor(const Placement& placement, const TensorInfo& info,
                    const std::vector<uint8_t>& memory) {
  checkInside(placement, memory.size());
  Tensor tensor(info.type, info.rows, info.cols);
  for (uint32_t col = 0; col < tensor.cols; ++col)
    for (uint32_t row = 0; row < tensor.rows; ++row) {
      const uint8_t* const at = memory.data() + placement.addressOf(row, col);
      int16_t& value = tensor.at(row, col);
      switch (info.type) {
        case ElementType::Int8: value = static_cast<int8_t>(at[0]); break;
        case ElementType::Uint8: value = at[0]; break;
        case ElementType::Index:
        case ElementType::Int16: value = static_cast<int16_t>(at[0] | at[1] << 8); break;
      }
    }
  return tensor;
}

std::vector<uint8_t> buildLists(const Program& program, const Graph& graph,
                                const TensorValues& inputs) {
  std::vector<uint8_t> lists;
  for (Placement placement : program.placements) {
    if (graph.tensors[placement.tensor].type != ElementType::Index) continue;
    if (placement.tensor >= inputs.size() || inputs[placement.tensor].data.empty()) continue;
    placement.address -= program.readOnlyEnd;
    lists.resize(std::max<std::size_t>(lists.size(), placement.address + placement.bytes()));
    packTensor(placement, inputs[placement.tensor], lists);
  }
  return lists;
}

void packReadOnly(const Program& program, std::vector<uint8_t>& image) {
  uint8_t* at = image.data() + program.programAddress;
  for (const Command& command : program.commands)
    for (const uint32_t word : command.words())
      for (int byte = 0; byte < 4; ++byte) *at++ = static_cast<uint8_t>(word >> (8 * byte));
  for (const MemorySegment& segment : program.constants)
    std::memcpy(image.data() + segment.address, segment.bytes.data(), segment.bytes.size());
}

std::vector<uint8_t> buildImage(const Program& program, const Graph& graph,
                                const TensorValues& inputs) {
  std::vector<uint8_t> image(program.memoryBytes);
  packReadOnly(program, image);
  packInputs(program, graph, inputs, image);
  return image;
}

void renewImage(const Program& program, const Graph& graph, const TensorValues& inputs,
                std::vector<uint8_t>& image) {
  if (image.size() != program.memoryBytes)
    throw std::invalid_argument("the memory image is another program's");
  std::fill(image.begin() + static_cast<std::ptrdiff_t>(program.readOnlyEnd), image.end(),
            uint8_t{0});
  packInputs(program, graph, inputs, image);
}

}  // namespace intformer
