#pragma once

#include <string>
#include <vector>

#include "gen/tables/registers.hpp"
#include "sw/report/run_data.hpp"

namespace intformer::report_test {

inline Command transfer(Opcode opcode, int64_t address, int64_t scratch, int64_t words) {
  return Command(opcode)
      .set(Field::MemoryAddr, address)
      .set(Field::ScratchAddr, scratch)
      .set(Field::ChunkWords, words)
      .set(Field::Chunks, 1);
}

inline Command matmul(int64_t a, int64_t b) {
  return Command(Opcode::Matmul)
      .set(Field::AAddr, a)
      .set(Field::BAddr, b)
      .set(Field::MatmulRows, 4)
      .set(Field::Depth, 4)
      .set(Field::Cols, 4);
}

/// Two layers of a projection each, and a norm, on a 4x4 device; 1000 cycles.
struct Sample {
  Plan plan;
  Program program;
  Graph graph;

  Sample() {
    plan.name = "four";
    plan.dim = plan.lanes = 4;
    plan.busBytes = 4;
    plan.scratchWords = 64;
    plan.accRows = 32;
    plan.statRows = 16;
    graph.addTensor({"input & more", ElementType::Int8, 4, 4, TensorRole::Input, 0});
    program.dim = 4;
    program.placements = {{0, 0x1000, 4, 1, 4, 4, 4, ElementType::Int8}};
    program.commands = {transfer(Opcode::Load, 0x1000, 0, 4).addSignal(Queue::Matmul),  // 0
                        transfer(Opcode::Load, 0x100, 4, 4).addSignal(Queue::Matmul),   // 1
                        matmul(0, 4).addWait(Queue::Load),                              // 2
                        matmul(0, 4).addWait(Queue::Load),                              // 3
                        Command(Opcode::LayerNorm)
                            .set(Field::Rows, 4)
                            .set(Field::Panels, 1)
                            .set(Field::Out8, 1)
                            .set(Field::InAddr, 40)
                            .set(Field::ConstAddr, 32)
                            .set(Field::OutAddr, 16),                                   // 4
                        transfer(Opcode::Store, 0x2000, 16, 4),                         // 5
                        Command(Opcode::End)};                                          // 6
    program.operators = {{"layer0.ffn<1>", "linear", 64, {0, 2}},
                         {"layer1.ffn<1>", "linear", 64, {1, 3}},
                         {"norm", "layer_norm", 0, {4, 5}}};
  }

  /// The second matmul was taken while the first was under way.
  [[nodiscard]] report::RunData run() const {
    report::RunData data{plan, program, graph, "sample", "EQUAL", 4,  {}, 2,
                         100,  0,       0,     1000,     {}, {}, {}};
    data.times = {{10, 100}, {20, 150}, {110, 300}, {160, 400}, {410, 600}, {610, 900}, {0, 0}};
    data.operators = report::operatorFigures(program);
    data.operators[0].cycles = 400;
    data.operators[1].cycles = 300;
    data.operators[2].cycles = 300;
    data.counters.assign(counterSpecs().size(), 0);
    for (const auto& unit : activitySpecs()) {
      data.counters[unit.first] = 600;
      data.counters[unit.first + unit.count - 1] = 400;
    }
    data.counters[counterIndex("cycles")] = 1000;
    return data;
  }
};

}  // namespace intformer::report_test
