#include <fmt/format.h>

#include <string_view>

#include "sw/compiler/compile.hpp"
#include "sw/files/hash.hpp"
#include "sw/model/bert.hpp"
#include "sw/perf/estimate.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"

/// Prints a line per compile case with a digest of all that compile() made of it. Of two builds
/// that print the same lines the compiler decides the same: what a change that must keep programs
/// is held to (make programs).
using namespace intformer;
using namespace intformer::test;
using namespace intformer::compiler;
using namespace intformer::model;
using intformer::files::fnv1a;

namespace {

class Digest {
 public:
  void add(uint64_t value) {
    hash_ = fnv1a({reinterpret_cast<const char*>(&value), sizeof value}, hash_);
  }
  void add(std::string_view text) { hash_ = fnv1a(text, hash_); }
  void add(const Program& program) {
    for (const Command& command : program.commands)
      for (const uint32_t word : command.words()) add(word);
    for (const uint64_t place : {program.programAddress, program.constantsAddress,
                                 program.readOnlyEnd, program.memoryBytes})
      add(place);
    for (const MemorySegment& segment : program.constants) {
      add(segment.address);
      add({reinterpret_cast<const char*>(segment.bytes.data()), segment.bytes.size()});
    }
    for (const Placement& place : program.placements) {
      add(place.tensor);
      add(place.address);
      add(place.bytes());
      add(place.groupStride);
    }
    for (const OperatorTrace& trace : program.operators) {
      add(trace.name);
      add(trace.macs);
      for (const uint32_t command : trace.commands) add(command);
    }
  }
  [[nodiscard]] uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = fnv1a("");
};

void print(const std::string& name, const Graph& graph, const Plan& plan,
           const CompileOptions& options) {
  try {
    Decision decision;
    const Program program = compile(graph, plan, options, &decision);
    Digest digest;
    digest.add(program);
    if (decision.choices[0].cycles == 0) {  // nothing was searched
      const perf::Run run = perf::estimate(program.commands, program.programAddress, plan);
      decision.choices[0].cycles = run.cycles;
      decision.choices[0].bytes = run.bytesRead + run.bytesWritten;
    }
    for (const Choice& choice : decision.choices) {
      digest.add(choice.cycles);
      digest.add(choice.bytes);
    }
    fmt::print("{:016x} {:7} commands, {} choices: {}\n", digest.value(), program.commands.size(),
               decision.choices.size(), name);
  } catch (const CompileError& error) {
    fmt::print("{:016x} refused: {}: {}\n", fnv1a(error.what()), name, error.what());
  }
}

void printEncoders() {
  for (const std::string config : {"tiny4", "edge8", "base16", "wide32"}) {
    const Plan plan = configPlan(config);
    for (const std::string name : {"tiny", "odd", "padded"}) {
      const ModelSpec spec = loadModelSpec("configs/models/" + name + ".toml").spec.value();
      for (const uint32_t seq : {1U, 5U, 16U, 77U, 128U})
        print(fmt::format("{} on {}, {} tokens", name, config, seq),
              buildBertEncoder(spec, seq <= 16 ? 2 : 1, seq, 7), plan, {});
    }
  }
}

void printRandom(uint64_t seed) {
  Random random(seed);
  const GraphShape shape = randomShape(random);
  const Graph graph = randomGraph(shape, random);
  const Plan plan = randomPlan(random);
  CompileOptions options = randomOptions(shape, random);
  options.sharedConstants = random.below(5) == 0;
  options.search = seed % 2 == 0;
  print(fmt::format("random graph and device {}", seed), graph, plan, options);
}

}  // namespace

int main() {
  printEncoders();
  for (uint64_t seed = 1; seed <= 400; ++seed) printRandom(seed);
}
