#pragma once

#include <Vvector_bench4.h>
#include <Vvector_bench4x1.h>
#include <Vvector_bench8.h>
#include <Vvector_bench16i.h>
#include <Vvector_bench16p.h>

#include "tests/catch.hpp"
#include "tests/rtl_vector/random_commands.hpp"
#include "tests/rtl_vector/vector_bench.hpp"
#include "tests/rtl_vector/vector_model.hpp"

namespace intformer::test {

template <typename Model, uint32_t Dim, uint32_t Lanes, Family F>
struct Device {
  using Verilated = Model;
  static constexpr uint32_t kDim = Dim;
  static constexpr uint32_t kLanes = Lanes;
  static constexpr Family kFamily = F;
};
using Tiny4 = Device<Vvector_bench4, 4, 2, Family::Ibert>;
using Tiny4Single = Device<Vvector_bench4x1, 4, 1, Family::Pwl>;
using Edge8 = Device<Vvector_bench8, 8, 4, Family::Pwl>;
using Base16Ibert = Device<Vvector_bench16i, 16, 16, Family::Ibert>;
using Base16Pwl = Device<Vvector_bench16p, 16, 16, Family::Pwl>;
inline constexpr uint32_t kSlots = 128;
inline constexpr uint32_t kAccRows = 512;

inline std::string_view nameOf(Opcode op) { return findOpcode(op)->name; }

/// Device and model on the same memories.
template <typename D>
struct Pair {
  explicit Pair(uint32_t seed)
      : commands(D::kDim, kAccRows, kSlots, seed), bench(D::kDim),
        model(D::kDim, D::kFamily, commands.regions.words(), kAccRows, kSlots) {
    commands.fill(model.scratch, model.acc);
    bench.scratch = model.scratch;
    bench.acc = model.acc;
    bench.random.seed(seed);
  }

  /// Lets the device do these commands; after each one the words that it should have written must
  /// be there, and at the end all memory must be equal.
  void run(const std::vector<Command>& program) {
    const std::size_t first = bench.done.size();
    for (const auto& command : program) bench.push(command);
    for (std::size_t i = 0; i < program.size(); ++i) {
      bench.runUntil(first + i + 1, 200000);
      model.execute(program[i]);
      REQUIRE(bench.done[first + i].index == first + i);
      REQUIRE(bench.done[first + i].signal == program[i].get(Field::Signal));
      for (const uint64_t word : model.touched) compareWord(program[i], i, word);
    }
    REQUIRE(bench.scratch == model.scratch);
  }

  void compareWord(const AnyCommand& command, std::size_t index, uint64_t word) {
    for (uint32_t b = 0; b < D::kDim; ++b) {
      const auto got = bench.scratch[word * D::kDim + b];
      const auto expected = model.scratch[word * D::kDim + b];
      if (got == expected) continue;
      FAIL(fmt::format("command {} ({}): word {} byte {} is {}, should be {}; rows {} panels {}",
                       index, nameOf(command.opcode()), word, b, got, expected,
                       command.get(Field::Rows), command.get(Field::Panels)));
    }
  }

  AnyCommand draw(Opcode op) {
    AnyCommand command = commands.draw(op);
    commands.drawConstants(command, model.scratch);
    return command;
  }

  RandomCommands commands;
  VectorBench<typename D::Verilated> bench;
  VectorModel model;
};

}  // namespace intformer::test
