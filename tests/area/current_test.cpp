// Whether the committed table is of the hardware as it is: mapping takes long, so that a table may lag
// behind; the program says so, and so does ctest.

#include <fmt/format.h>

#include "sw/area/estimate.hpp"
#include "tests/catch.hpp"

using namespace intformer::area;

TEST_CASE("the committed table is of the hardware as it is") {
  const std::string why = whyOutdated(readTable(embeddedTable()));
  if (!why.empty()) fmt::print("skipped: {}\n", why);
}
