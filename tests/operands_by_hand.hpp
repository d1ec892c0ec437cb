#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <span>

#include "gen/tables/operands.hpp"
#include "gen/tables/rules.hpp"
#include "tests/programs/random_source.hpp"

namespace intformer::test {

/// One address that a command reads or writes.
struct Touched {
  Space space;
  bool write;
  uint64_t address;
  auto operator<=>(const Touched&) const = default;
};

/// What a command touches, element by element from what its opcode computes, written without the
/// table of operands to be compared with it.
class TouchedByHand {
 public:
  TouchedByHand(const Command& command, uint32_t dim, std::span<const uint32_t> list)
      : command_(command), dim_(dim) {
    switch (command.opcode()) {
      case Opcode::End: break;
      case Opcode::Load:
      case Opcode::Store: transfer(command.opcode() == Opcode::Load); break;
      case Opcode::Gather: gather(list); break;
      case Opcode::Matmul: matmul(); break;
      case Opcode::RowScalarSoftmax:
      case Opcode::RowScalarLayerNorm:
        for (uint64_t r = 0; r < at(Field::Rows); ++r) slot(false, r), slot(true, r);
        break;
      case Opcode::ActivationTable:
        for (uint64_t r = 0; r < at(Field::Rows); ++r) word(false, at(Field::InAddr) + r);
        break;
      default:
        for (uint64_t p = 0; p < at(Field::Panels); ++p)
          for (uint64_t r = 0; r < at(Field::Rows); ++r) vectorRow(p, r);
    }
  }
  std::set<Touched> addresses;

 private:
  uint64_t at(Field field) const { return command_.at(field); }
  void memory(bool write, uint64_t first) {
    for (uint32_t b = 0; b < dim_; ++b) addresses.insert({Space::Memory, write, first + b});
  }
  void word(bool write, uint64_t address) { addresses.insert({Space::Scratch, write, address}); }
  void row(bool write, uint64_t address) { addresses.insert({Space::Accumulator, write, address}); }
  void slot(bool write, uint64_t r) {
    addresses.insert({Space::Statistics, write, at(Field::StatRow) + r});
  }

  void transfer(bool load) {
    for (uint64_t c = 0; c < at(Field::Chunks); ++c)
      for (uint64_t w = 0; w < at(Field::ChunkWords); ++w) {
        memory(!load, at(Field::MemoryAddr) + c * at(Field::MemoryStride) + w * dim_);
        word(load, at(Field::ScratchAddr) + c * at(Field::ScratchStride) + w);
      }
  }
  void gather(std::span<const uint32_t> list) {
    for (uint64_t r = 0; r < at(Field::Chunks); ++r) {
      for (uint64_t b = 0; b < 4; ++b)
        addresses.insert({Space::Memory, false, at(Field::IndexAddr) + 4 * r + b});
      for (uint64_t w = 0; w < at(Field::ChunkWords); ++w) {
        memory(false, at(Field::MemoryAddr) + list[r] * at(Field::MemoryStride) + w * dim_);
        word(true, at(Field::ScratchAddr) + r * at(Field::ScratchStride) +
                       w * at(Field::WordStride));
      }
    }
  }
  void matmul() {
    for (uint64_t k = 0; k < at(Field::Depth); ++k) {
      for (uint64_t r = 0; r < at(Field::MatmulRows); ++r)
        word(false, at(Field::AAddr) + k / dim_ * at(Field::AStride) + r);
      for (uint64_t c = 0; c < at(Field::Cols); ++c)
        word(false, at(Field::BAddr) + (command_.flag(Field::BTransposed)
                                            ? k / dim_ * at(Field::BStride) + c
                                            : c / dim_ * at(Field::BStride) + k));
    }
    for (uint64_t r = 0; r < at(Field::MatmulRows); ++r)
      for (uint64_t c = 0; c < at(Field::Cols); ++c) {
        const uint64_t sum = at(Field::CAddr) + c / dim_ * at(Field::CStride) + r;
        if (command_.flag(Field::Accumulate)) row(false, sum);
        row(true, sum);
      }
  }

  void vectorRow(uint64_t p, uint64_t r) {
    const auto sums = [&] { row(false, at(Field::AccAddr) + p * at(Field::AccStride) + r); };
    const auto in8 = [&] { word(false, at(Field::InAddr) + p * at(Field::InStride) + r); };
    const auto in16 = [&] {
      for (uint64_t w = 0; w < 2; ++w)
        word(false, at(Field::InAddr) + p * at(Field::InStride) + 2 * r + w);
    };
    const auto out8 = [&] { word(true, at(Field::OutAddr) + p * at(Field::OutStride) + r); };
    const auto out16 = [&] {
      for (uint64_t w = 0; w < 2; ++w)
        word(true, at(Field::Out16Addr) + p * at(Field::Out16Stride) + 2 * r + w);
    };
    const auto constants = [&](uint64_t bytes) {
      for (uint64_t b = 0; b < bytes; ++b) word(false, at(Field::ConstAddr) + p * bytes + b);
    };
    const auto logits = [&] { command_.flag(Field::In16) ? in16() : sums(); };
    const auto continued = [&] {  // statistics that are there already or begin here
      if (!command_.flag(Field::StatsInit)) slot(false, r);
      slot(true, r);
    };
    switch (command_.opcode()) {
      case Opcode::Requantize:
        constants(8);
        sums();
        command_.flag(Field::Out16) ? out16() : out8();
        break;
      case Opcode::Residual:
        constants(11);
        sums();
        command_.flag(Field::In16) ? in16() : in8();
        out16();
        if (command_.flag(Field::Stats)) continued();
        break;
      case Opcode::Activation:
        constants(11);
        sums();
        out8();
        break;
      case Opcode::RowMax:
        logits();
        if (command_.flag(Field::Out16)) out16();
        continued();
        break;
      case Opcode::Exp:
        logits();
        slot(false, r);  // the maximum
        out8();
        continued();
        break;
      case Opcode::RowNormalize:
        sums();
        slot(false, r);
        out8();
        break;
      default:  // LayerNorm
        constants(6);
        slot(false, r);
        in16();
        if (command_.flag(Field::Out8)) out8();
        if (command_.flag(Field::Out16)) out16();
    }
  }

  const Command command_;
  uint32_t dim_;
};

/// A value that is often legal for a field.
inline int64_t usualValue(Field field, uint32_t dim, RandomSource& random) {
  switch (field) {
    case Field::MemoryAddr: return 64 * random.range(0, 900);
    case Field::MemoryStride: return 64 * random.range(0, 9);
    case Field::IndexAddr: return 4 * random.range(0, 900);
    case Field::Depth:
    case Field::Cols: return random.range(1, 3 * dim);
    case Field::MeanFactor: return 1 << 23;
    case Field::Epsilon:
    case Field::Width: return 64;
    case Field::WidthLog: return 6;
    case Field::Function: return random.range(0, 2);
    case Field::Panels: return random.range(1, random.chance(50) ? 9 : 1);  // a table has one
    default: break;
  }
  const FieldSpec& spec = fieldSpec(field);
  if (spec.width == 1) return random.range(0, 1);
  if (spec.name.ends_with("_addr")) return random.range(0, 3000);
  return spec.name.ends_with("_stride") ? random.range(0, 60) : random.range(1, 9);
}

/// A random legal command of an opcode, of a few rows and panels.
inline Command randomLegalCommand(Opcode opcode, uint32_t dim, RandomSource& random) {
  for (;;) {
    Command command(opcode);
    for (const Field field : findOpcode(opcode)->fields)
      command.set(field, usualValue(field, dim, random));
    if (!findIllegalField(command, dim)) return command;
  }
}

/// Row numbers for a gather.
inline std::vector<uint32_t> randomList(const Command& command, RandomSource& random) {
  std::vector<uint32_t> list(command.has(Field::IndexAddr) ? command.at(Field::Chunks) : 0);
  for (uint32_t& row : list) row = static_cast<uint32_t>(random.below(50));
  return list;
}

}  // namespace intformer::test
