// Writes the table of the performance model's errors again, all cases: make estimate-table.

#include <fmt/format.h>

#include <string>

#include "tb/report.hpp"
#include "tests/perf/measure.hpp"

int main(int argc, char** argv) {
  using namespace intformer;
  if (argc != 2) {
    fmt::print(stderr, "usage: estimate_table FILE\n");
    return 1;
  }
  std::string text =
      "# Performance model against the RTL\n\n"
      "Written by `make estimate-table`; tests/perf measures the quick cases again. One layer each.\n"
      "\"Commands off\": those that model and RTL start or end in different cycles.\n"
      "Random devices: legal configs from a seed (tests/perf/measure.cpp).\n\n" +
      perf_test::tableHead();
  perf_test::Devices devices;
  std::vector<perf_test::Case> cases = perf_test::quickCases();
  for (const auto& work : perf_test::slowCases()) cases.push_back(work);
  for (const auto& work : cases) {
    const auto result = devices.measure(work);
    if (!result) {
      fmt::print("{}: does not fit\n", work.key());
      continue;
    }
    const std::string line = perf_test::tableLine(work, *result);
    fmt::print("{}", line);
    std::fflush(stdout);
    text += line;
  }
  tb::writeAtomically(argv[1], text);
  return 0;
}
