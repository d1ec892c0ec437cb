// The performance model by itself: what needs no RTL.

#include <chrono>

#include "gen/config.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/model/bert.hpp"
#include "sw/report/estimate.hpp"
#include "sw/report/workload.hpp"
#include "tests/catch.hpp"

using namespace intformer;

namespace {

Plan base16() { return *loadConfig("configs/base16.toml", {}).plan; }

Program programOf(const std::string& name, uint32_t layers, uint32_t seq, const Plan& plan) {
  const model::ModelSpecResult spec = model::loadModelSpec("configs/models/" + name + ".toml");
  return compiler::compile(model::buildBertEncoder(*spec.spec, layers, seq, 1), plan);
}

Command copy(Opcode opcode, uint32_t words) {
  Command command(opcode);
  command.set(Field::ChunkWords, words).set(Field::Chunks, 1).set(Field::MemoryAddr, 4096);
  return command;
}

}  // namespace

TEST_CASE("the workloads are those of the surveys' tables", "[workload]") {
  const struct {
    uint32_t tokens;
    double gflop, gigabytes, intensity;
  } known[] = {{128, 22.42, 0.14, 159.68},
               {512, 97.02, 0.42, 231.0},
               {4096, 1323.66, 11.22, 117.96}};
  for (const auto& row : known) {
    const report::Work total = report::workloadOf(report::kBertBase, row.tokens).total();
    CHECK(total.flops / 1e9 == Approx(row.gflop).margin(0.005));
    CHECK(total.bytes / 1e9 == Approx(row.gigabytes).margin(0.005));
    CHECK(total.intensity() == Approx(row.intensity).margin(0.01));
  }
}

TEST_CASE("operators share out all cycles", "[estimate]") {
  const Plan plan = base16();
  const Program program = programOf("odd", 2, 77, plan);
  const report::RunReport report = report::estimateReport(program, plan);
  uint64_t sum = 0;
  for (const auto& op : report.operators) sum += op.cycles;
  CHECK(sum == report.cycles);
  CHECK(report.utilization > 0.1);
  CHECK(report.utilization < 1.0);
}

TEST_CASE("every command starts once and ends after it", "[estimate]") {
  const Plan plan = base16();
  const Program program = programOf("tiny", 2, 33, plan);
  const perf::Run run = perf::estimate(program.commands, program.programAddress, plan);
  std::vector<uint64_t> started(program.commands.size(), 0);
  uint64_t ended = 0;
  uint64_t before = 0;
  for (const perf::Event& event : run.events) {
    REQUIRE(event.cycle >= before);
    before = event.cycle;
    if (event.done) {
      ++ended;
      REQUIRE(started[event.command] != 0);
      REQUIRE(event.cycle > started[event.command]);
    } else {
      REQUIRE(started[event.command] == 0);
      started[event.command] = event.cycle;
    }
  }
  CHECK(ended == program.commands.size() - 1);  // all but the end
  CHECK(run.cycles > before);
}

TEST_CASE("a load takes the memory's latency and a cycle per beat", "[estimate]") {
  const Plan plan = base16();
  const auto cycles = [&](uint32_t words, uint32_t latency) {
    const std::vector<Command> commands = {copy(Opcode::Load, words), Command(Opcode::End)};
    return perf::estimate(commands, 0, plan, {.latency = latency}).cycles;
  };
  CHECK(cycles(2000, 100) - cycles(1000, 100) == 1000);
  // Fetch and load wait for the memory one after the other.
  CHECK(cycles(1, 300) - cycles(1, 100) == 2 * 200);
}

TEST_CASE("a program that waits for a token of nobody is refused", "[estimate]") {
  std::vector<Command> commands = {copy(Opcode::Load, 4), Command(Opcode::End)};
  commands[0].addWait(Queue::Store);
  CHECK_THROWS_AS(perf::estimate(commands, 0, base16()), std::logic_error);
}

TEST_CASE("a whole BERT-Base is estimated in about a second", "[speed]") {
  const Plan plan = base16();
  const Program program = programOf("bert-base", 12, 128, plan);
  const auto begin = std::chrono::steady_clock::now();
  const perf::Run run = perf::estimate(program.commands, program.programAddress, plan);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  CHECK(run.cycles > 43'646'976);  // every MAC of the array busy in every cycle
  CHECK(run.cycles < 45'000'000);
  CHECK(seconds.count() < 5);  // leaves room for a busy machine
}
