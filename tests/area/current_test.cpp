// Whether the committed table is of the hardware as it is: mapping takes long, so that a table may
// lag behind; the program says so, and so does ctest.

#include <fmt/format.h>

#include <set>

#include "sw/area/estimate.hpp"
#include "sw/area/measured.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::area;

TEST_CASE("the committed table is of the hardware as it is, and of the listed devices") {
  std::string why = whyOutdated(readTable(embeddedTable()));
  std::set<std::string> listed, measured;
  for (const Point& point : readPoints(test::readText("sw/area/points.txt")))
    listed.insert(point.text());
  for (const Measured& device : readMeasured(test::readText("sw/area/measured.json")))
    measured.insert(device.point.text());
  if (listed != measured)
    why += (why.empty() ? "" : "; ") + std::string("other devices are listed than were mapped");
  if (!why.empty()) fmt::print("skipped: {}\n", why);
  CHECK_FALSE(measured.empty());
}
