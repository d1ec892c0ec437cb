// The performance model against the RTL, on cases of seconds; the table has the others.

#include <fmt/format.h>

#include <cmath>

#include "tests/catch.hpp"
#include "tests/perf/measure.hpp"

using namespace intformer;
using namespace intformer::perf_test;

namespace {

constexpr const char* kTable = "tests/perf/estimate_table.md";

void check(const std::string& device) {
  const auto table = readTable(kTable);
  Devices devices;
  for (const Case& work : quickCases()) {
    if (work.device != device) continue;
    INFO(work.key());
    for (const std::string& key : work.overrides) UNSCOPED_INFO(key);
    const auto result = devices.measure(work);
    REQUIRE(result);
    INFO(tableLine(work, *result));
    CHECK(result->modelError <= 0.01);
    CHECK(result->operatorError <= 0.02);
    if (work.tokens || !work.dram.empty()) CHECK(result->estimate == result->cycles);
    if (work.tokens) continue;  // whatever their seed
    // The table may lag behind the compiler's choices, but not tell another story.
    REQUIRE(table.contains(work.key()));
    const auto noted = static_cast<double>(table.at(work.key()));
    CHECK(std::abs(static_cast<double>(result->cycles) / noted - 1) <= 0.05);
  }
}

}  // namespace

TEST_CASE("the model agrees with the RTL on tiny4", "[tiny4]") { check("tiny4"); }
TEST_CASE("the model agrees with the RTL on edge8", "[edge8]") { check("edge8"); }
TEST_CASE("the model agrees with the RTL on base16", "[base16]") { check("base16"); }
TEST_CASE("the model agrees with the RTL on wide32", "[wide32]") { check("wide32"); }
TEST_CASE("the model agrees with the RTL on devices from a seed", "[random]") {
  check("random1");
  check("random2");
}
