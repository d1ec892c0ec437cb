// The device as Yosys maps it to ECP5, on the testbench of the RTL: `make netlist`.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "tests/system/mapped_netlist.hpp"
#include "tests/system/same_memory.hpp"
#include "tests/system/same_values.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::model;
using namespace intformer::system_test;

namespace {

constexpr uint64_t kFirstSeed = 1000;
constexpr uint64_t kPrograms = 20;

Device& device() {
  static const Plan plan = planOf("tiny4", {"target.family=ecp5"});
  static Device device(plan, tb::buildDevice(plan, netlistDesign(plan, netlistSettings())));
  return device;
}

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void set(const char* name, const std::string& value) {
  setenv(name, value.c_str(), 1);
}

}  // namespace

TEST_CASE("the mapped netlist leaves the emulator's memory", "[.netlist]") {
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kPrograms; ++seed) {
    INFO("netlist, seed " << seed);
    requireSameMemory(device(), seed);
    say(fmt::format("program {} of {}: the memory is the emulator's", seed - kFirstSeed + 1,
                    kPrograms));
  }
}

TEST_CASE("the mapped netlist computes a BERT layer's golden values", "[.netlist]") {
  // Three heads of 6 columns and 5 tokens on an array of 4: no tile is full.
  const Workload layer =
      makeWorkload(smallEncoder(device().plan.dim), 1, 5, device().plan.family, 1);
  requireEqual(device(), layer, {}, tb::memoryTiming(20, 0.1, 1));
  say("a BERT layer of 5 tokens: every value is the golden model's");
}

TEST_CASE("the mapped netlist computes a model from token ids in a batch", "[.netlist]") {
  ModelSpec spec = smallEncoder(device().plan.dim);
  spec.vocabulary = 70'000;  // row numbers of more than 16 bits
  spec.positions = 10;
  spec.types = 2;
  Workload work;
  work.graph = buildBertEncoder(spec, 1, {3, 1}, 2, EncoderInput::Tokens);
  work.inputs = seededInputs(work.graph, 2);
  work.golden = golden::runGolden(work.graph, work.inputs, device().plan.family);
  requireEqual(device(), work, {}, tb::memoryTiming(60, 0, 2));
  say("a batch of 3 and 1 tokens from their ids: every value is the golden model's");
}

TEST_CASE("a netlist or models of cells that are not there are asked for by name") {
  const test::TemporaryFolder folder;
  const auto refuses = [](const std::string& reason) {
    CHECK_THROWS_WITH(netlistSettings(),
                      containsText(reason) && containsText("`make netlist` makes that"));
  };
  set("INTFORMER_CELLS", folder.path());
  set("INTFORMER_NETLIST", "");
  refuses("INTFORMER_NETLIST is not set");
  set("INTFORMER_NETLIST", folder.path("mapped.v"));
  refuses("INTFORMER_NETLIST names " + folder.path("mapped.v") + ", which is no file");
  test::writeFile(folder.path("mapped.v"), "");
  refuses("INTFORMER_CELLS names " + folder.path("common_sim.vh") + ", which is no file");
  set("INTFORMER_CELLS", "");
  refuses("INTFORMER_CELLS is not set");
  test::writeFile(folder.path("common_sim.vh"), "");
  set("INTFORMER_CELLS", folder.path());
  CHECK(netlistSettings().netlist == folder.path("mapped.v"));
}

TEST_CASE("a mutant inverts one LUT") {
  const auto lut = [](const std::string& init, const std::string& name) {
    return "  LUT4 #(\n    .INIT(16'h" + init + ")\n  ) \\" + name +
           "  (\n    .A(a),\n    .Z(z)\n  );\n";
  };
  const std::string netlist = lut("0001", "u_a.x") + lut("12f0", "u_b.x") + lut("0003", "u_b.x");
  CHECK(invertLut(netlist, "u_b") ==
        lut("0001", "u_a.x") + lut("ed0f", "u_b.x") + lut("0003", "u_b.x"));
  CHECK_THROWS_WITH(invertLut(netlist, "u_c"), containsText("has \"u_c\" in its name"));
}
