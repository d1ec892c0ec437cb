#include <algorithm>
#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "sw/files/files.hpp"
#include "sw/report/run_report.hpp"
#include "sw/version/version.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::report;

namespace {

Command transfer(Opcode opcode, int64_t address, int64_t words, int64_t chunks) {
  Command command(opcode);
  return command.set(Field::MemoryAddr, address)
      .set(Field::ChunkWords, words)
      .set(Field::Chunks, chunks)
      .set(Field::MemoryStride, words * 4);
}

/// A projection (load, matmul, vector, store), a norm without matmul, and another projection.
Program threeOperators() {
  Program program;
  program.dim = 4;
  program.commands = {transfer(Opcode::Load, 0, 8, 2),        // 0 first
                      Command(Opcode::Matmul),                // 1 first
                      transfer(Opcode::Store, 64, 4, 1),      // 2 first
                      Command(Opcode::LayerNorm),             // 3 norm
                      Command(Opcode::Matmul),                // 4 second
                      Command(Opcode::End)};
  program.operators = {{"first", "linear", 1600, {0, 1, 2}},
                       {"norm", "layer_norm", 0, {3}},
                       {"second", "linear", 800, {4}}};
  return program;
}

perf::Event start(uint64_t cycle, uint32_t command) {
  return {cycle, command, Queue::Load, false};
}
perf::Event done(uint64_t cycle, uint32_t command) {
  return {cycle, command, Queue::Load, true};
}

}  // namespace

TEST_CASE("every cycle belongs to one operator") {
  const Program program = threeOperators();
  const std::vector<perf::Event> events = {start(1000, 0), done(1050, 0), start(1051, 1),
                                           done(1200, 1),  done(1240, 2), start(1205, 3),
                                           done(1300, 3),  start(1302, 4), done(1400, 4)};
  const auto reports = operatorReports(program, events, 1000, 410);
  REQUIRE(reports.size() == 3);
  CHECK(reports[0].cycles == 200);
  CHECK(reports[1].cycles == 100);  // the array stood idle until the norm was done
  CHECK(reports[2].cycles == 110);
  CHECK(reports[0].utilization == Approx(1600.0 / (200 * 16)));
  CHECK(reports[0].bytes == 2 * 8 * 4 + 4 * 4);
  CHECK(reports[1].utilization == 0);
}

TEST_CASE("an operator that hides behind the array owns no cycles") {
  const Program program = threeOperators();
  const std::vector<perf::Event> events = {start(0, 1),  done(200, 1),   start(150, 3),
                                           start(201, 4), done(250, 3), done(400, 4)};
  const auto reports = operatorReports(program, events, 0, 400);
  CHECK(reports[0].cycles == 200);
  CHECK(reports[1].cycles == 1);
  CHECK(reports[2].cycles == 199);
}

TEST_CASE("the JSON report has exactly the promised fields") {
  RunReport report;
  report.plan.name = "tiny4";
  report.plan.overrides = {"vector.lanes=4"};
  report.plan.lanes = report.plan.dim = 4;
  report.memoryLatency = 300;
  report.memoryStall = 0.25;
  report.memorySeed = 7;
  report.model = "tiny";
  report.operators.push_back({"a \"quoted\" name", "linear", 1, 2, 0.5, 3, 4});
  const auto json = nlohmann::json::parse(jsonText(report));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"bytes_read", "bytes_written", "config", "cycles",
                                         "generator", "layers", "macs", "memory", "mismatches",
                                         "model", "operators", "plan", "seq", "sim_khz", "tensors_compared", "utilization",
                                         "values_compared", "wall_seconds"});
  CHECK(json["config"] == "tiny4 (vector.lanes=4)");
  CHECK(json["plan"]["lanes"] == 4);
  CHECK(json["plan"]["config_hash"] == configHashText(report.plan));
  CHECK(json["memory"] == nlohmann::json({{"latency", 300}, {"stall", 0.25}, {"seed", 7}}));
  CHECK(json["generator"] == "intformer " + std::string(version::programVersion()));
  keys.clear();
  for (const auto& [key, value] : json["operators"][0].items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"bytes", "cycles", "kind", "macs", "name", "utilization"});

  report.plan.counters = Counters::None;
  report.counted = false;
  const auto bare = nlohmann::json::parse(jsonText(report));
  for (const char* key : {"cycles", "utilization", "bytes_read", "bytes_written"})
    CHECK_FALSE(bare.contains(key));
  CHECK(bare["not_counted"] == "not counted by this device (registers.counters = none)");
  for (const char* key : {"cycles", "utilization"}) CHECK_FALSE(bare["operators"][0].contains(key));
  CHECK(tableText(report).find("are not counted by this device") != std::string::npos);
}

TEST_CASE("a report is written whole, into folders that it makes") {
  const test::TemporaryFolder folder;
  files::writeAtomically(folder.path("deep/report.json"), "text\n");
  CHECK(test::readText(folder.path("deep/report.json")) == "text\n");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path("deep")), {}) == 1);
}
