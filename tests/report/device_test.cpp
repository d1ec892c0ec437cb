#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "gen/tables/registers.hpp"
#include "sw/report/html.hpp"
#include "sw/report/timeline.hpp"
#include "tests/catch.hpp"
#include "tests/report/page.hpp"
#include "tests/system/support.hpp"

using namespace intformer;
using namespace intformer::system_test;

namespace {

/// What the units have to do, counted from the program's commands.
struct Expected {
  uint64_t loadedWords = 0, storedWords = 0, arrayRows = 0, laneBeats = 0;

  Expected(const Program& program, const Plan& plan) {
    for (const Command& command : program.commands) {
      const auto at = [&](Field field) { return command.at(field); };
      const auto tiles = [&](Field field) { return (at(field) + plan.dim - 1) / plan.dim; };
      switch (command.opcode()) {
        case Opcode::Load: loadedWords += at(Field::Chunks) * at(Field::ChunkWords); break;
        case Opcode::Store: storedWords += at(Field::Chunks) * at(Field::ChunkWords); break;
        case Opcode::Matmul:
          arrayRows += at(Field::MatmulRows) * tiles(Field::Depth) * tiles(Field::Cols);
          break;
        case Opcode::RowScalarSoftmax:
        case Opcode::RowScalarLayerNorm:
        case Opcode::End: break;
        default: laneBeats += at(Field::Rows) * at(Field::Panels) * plan.beatsPerWord();
      }
    }
  }
};

void checkCounters(const Plan& plan, const Program& program, const tb::DeviceRun& run) {
  const auto count = [&](std::string_view name) { return run.counters[counterIndex(name)]; };
  const uint64_t cycles = count("cycles");
  for (const auto& unit : activitySpecs()) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < unit.count; ++i) sum += run.counters[unit.first + i];
    INFO(std::string(unit.unit));
    CHECK(sum == cycles);
  }
  const Expected expected(program, plan);
  CHECK(count("load_work") == expected.loadedWords);
  CHECK(count("store_work") == expected.storedWords);
  CHECK(count("matmul_work") == expected.arrayRows);
  CHECK(count("matmul_work") == count("array_rows"));
  CHECK(count("matmul_weights") == count("array_wait"));
  CHECK(count("vector_work") == expected.laneBeats);
  CHECK(count("scalar_work") == count("scalar_busy"));
  CHECK(count("dispatch_work") + 1 == program.commands.size());  // `end` enters no queue
  for (const std::string unit : {"load", "matmul", "vector", "store"}) {
    INFO(unit);
    uint64_t tokens = 0;
    for (const std::string from : {"load", "matmul", "vector", "store"})
      if (from != unit) tokens += count(unit + "_token_" + from);
    CHECK(tokens <= count(unit + "_wait"));
    CHECK(count(unit + "_work") > 0);
  }
  CHECK(count("matmul_token_load") > 0);
  CHECK(count("vector_token_matmul") > 0);
  CHECK(count("store_token_vector") > 0);
}

void checkTimeline(const Program& program, const report::RunData& data) {
  const auto list = report::slices(data);
  CHECK(list.size() == program.commands.size());
  std::vector<uint32_t> seen(program.commands.size(), 0);
  for (std::size_t i = 0; i < list.size(); ++i) {
    ++seen[list[i].command];
    REQUIRE(list[i].begin < list[i].end);
    REQUIRE(list[i].end <= data.cycles + 8);  // ringing the doorbell takes some cycles
    if (i != 0 && list[i - 1].track == list[i].track) REQUIRE(list[i - 1].end <= list[i].begin);
  }
  for (const uint32_t times : seen) REQUIRE(times == 1);
  CHECK(nlohmann::json::accept(report::timelineJson(data)));
}

void layerOn(const std::string& config, uint32_t seq, double stall, uint64_t seed) {
  INFO(config << ", seq " << seq << ", stall " << stall << ", seed " << seed);
  Device device(config);
  const Plan& plan = device.plan;
  const Workload work = makeWorkload(smallEncoder(plan.dim), 1, seq, plan.family, seed);
  const Program program = compiler::compile(work.graph, plan);
  tb::Scoreboard scoreboard(program, work.graph, work.golden);
  const tb::RtlCheck check = checkOnDevice(device.sim, plan, program, scoreboard,
                                           buildImage(program, work.graph, work.inputs),
                                           tb::memoryTiming(50, stall, seed));
  REQUIRE(check.equal());
  checkCounters(plan, program, check.run);

  report::RunData data{plan, program, work.graph, "small", "EQUAL", seq, {}, 1, 50, 0, 1,
                       check.run.counters[INTFORMER_COUNT_CYCLES],
                       report::commandTimes(check.events, check.run.startCycle,
                                            program.commands.size()),
                       report::operatorFigures(program),
                       {check.run.counters.begin(), check.run.counters.end()}};
  checkTimeline(program, data);
  const std::string page = report::reportHtml(data);
  CHECK(report_test::faultOf(page).empty());
  for (const auto& op : program.operators) CHECK(page.find(op.name) != std::string::npos);
}

}  // namespace

TEST_CASE("on a device every unit's causes sum to the cycles, and its work is the program's") {
  layerOn("tiny4", 7, 0.0, 1);
  layerOn("tiny4", 33, 0.3, 2);
  layerOn("edge8", 40, 0.0, 3);
  layerOn("edge8", 9, 0.5, 4);
}
