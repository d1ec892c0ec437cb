// Writes the table of the performance model's errors again: make estimate-table measures all cases;
// with words behind the file, those whose "device model tokens latency" contains one of them, and
// the others keep the line that they have.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tb/report.hpp"
#include "tests/perf/measure.hpp"

namespace {

using namespace intformer;

/// The lines of a table that was written before, by Case::key().
std::map<std::string, std::string> writtenLines(const std::string& path) {
  std::map<std::string, std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string bar, device, model, seq, latency;
    if (fields >> bar >> device >> bar >> model >> bar >> seq >> bar >> latency)
      lines[fmt::format("{} {} {} {}", device, model, seq, latency)] = line + '\n';
  }
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: estimate_table FILE [WORDS...]\n");
    return 1;
  }
  const std::vector<std::string> words(argv + 2, argv + argc);
  const std::map<std::string, std::string> written = writtenLines(argv[1]);
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
    const bool chosen = words.empty() || std::ranges::any_of(words, [&](const auto& word) {
                          return work.key().find(word) != std::string::npos;
                        });
    if (!chosen) {
      if (const auto line = written.find(work.key()); line != written.end()) text += line->second;
      continue;
    }
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
