#include "tests/system/limits.hpp"

#include <algorithm>
#include <set>

#include "gen/config_keys.hpp"
#include "sw/files/files.hpp"
#include "tests/program.hpp"
#include "tests/system/same_memory.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::system_test;

namespace {

void runPrograms(const Plan& plan, uint64_t count) {
  const auto library = tb::buildDevice(plan, emitAll(plan));
  Device device(plan, library);
  for (uint64_t seed = 1; seed <= count; ++seed) {
    INFO("seed " << seed);
    requireSameMemory(device, seed, seed % 2 == 0);
  }
}

}  // namespace

TEST_CASE("every key is tried at both ends of its range", "[lint]") {
  std::set<std::string> names;
  const auto limits = everyLimit();
  for (const ConfigKey& key : configKeys()) {
    std::set<std::string> ends;
    for (const Limit& limit : limits) {
      if (limit.key != key.path) continue;
      INFO(limit.text());
      ends.insert(limit.wanted);
      // Nearer than the end only because the loader refused that, with a reason.
      CHECK((limit.reached() || !limit.refusal.empty()));
    }
    INFO(key.path);
    CHECK(ends.size() == std::max<std::size_t>(2, key.words().size()));
  }
}

TEST_CASE("the hardware of every limit passes Verilator without a message", "[lint]") {
  for (const Limit& limit : everyLimit()) {
    const test::TemporaryFolder folder;
    for (const EmittedFile& file : emitAll(limit.plan))
      files::writeAtomically(folder.path(file.path), file.text);
    INFO(limit.text());
    const test::Outcome outcome = test::runCommand(
        "cd '" + folder.path() + "' && verilator --lint-only -Wall --no-timing --top-module " +
        limit.plan.name + "_top -F " + limit.plan.name + ".f");
    CHECK(outcome.text == "");
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("devices whose keys are all at an end leave the emulator's memory", "[combined]") {
  for (const Plan& plan : combinedLimits()) {
    INFO(plan.name);
    // The emulator clears and follows all memory for every program.
    runPrograms(plan, plan.scratchWords > 100'000 ? 4 : 50);
  }
}

TEST_CASE("the device of every limit leaves the emulator's memory", "[.each]") {
  constexpr uint64_t kLargest = uint64_t{1} << 30;
  for (const Limit& limit : everyLimit()) {
    INFO(limit.text());
    if (limit.memoryBytes() > kLargest) {
      // As many words or rows are simulated with the smaller array.
      WARN(limit.text() << ": only linted, its memories have " << limit.memoryBytes() << " bytes");
      continue;
    }
    runPrograms(limit.plan, limit.plan.scratchWords + limit.plan.accRows > 1'000'000 ? 6 : 30);
  }
}
