// Writes the table of the performance model's errors again: make estimate-table measures all cases;
// with words behind the file, those whose "device model tokens latency" contains one of them, and
// the others keep the line that they have.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sw/files/files.hpp"
#include "tests/perf/measure.hpp"

namespace {

using namespace intformer;

using Lines = std::map<std::string, std::string>;  // of the table, by Case::key()

/// The lines of a table that was written before.
Lines readLines(std::istream& in) {
  Lines lines;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string bar, device, model, seq, latency;
    if (fields >> bar >> device >> bar >> model >> bar >> seq >> bar >> latency)
      lines[fmt::format("{} {} {} {}", device, model, seq, latency)] = line + '\n';
  }
  return lines;
}

/// Measures cases and says how far it is. Cases that do not fit have no line.
Lines measure(const std::vector<perf_test::Case>& cases) {
  perf_test::Devices devices;
  Lines lines;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto result = devices.measure(cases[i]);
    const std::string key = cases[i].key();
    if (result) lines[key] = perf_test::tableLine(cases[i], *result);
    fmt::print("{}/{} {}", i + 1, cases.size(), result ? lines[key] : key + ": does not fit\n");
    std::fflush(stdout);
  }
  return lines;
}

/// The same in two processes, each with every second device.
Lines measureSideBySide(const std::vector<perf_test::Case>& cases, const std::string& scratch) {
  std::vector<perf_test::Case> halves[2];
  std::map<std::string, std::size_t> devices;
  for (const auto& work : cases)
    halves[devices.emplace(work.device, devices.size()).first->second % 2].push_back(work);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no second process");
  const Lines own = measure(halves[child == 0 ? 1 : 0]);
  if (child == 0) {
    std::string text;
    for (const auto& [key, line] : own) text += line;
    files::writeAtomically(scratch, text);
    std::_Exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error("the second process failed");
  std::ifstream in(scratch);
  Lines all = readLines(in);
  std::remove(scratch.c_str());
  all.insert(own.begin(), own.end());
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: estimate_table FILE [WORDS...]\n");
    return 1;
  }
  const std::string path = argv[1];
  const std::vector<std::string> words(argv + 2, argv + argc);
  std::ifstream before(path);
  const Lines written = readLines(before);
  std::vector<perf_test::Case> cases = perf_test::quickCases();
  for (const auto& work : perf_test::slowCases()) cases.push_back(work);
  const auto chosen = [&](const perf_test::Case& work) {
    return words.empty() || std::ranges::any_of(words, [&](const std::string& word) {
             return work.key().find(word) != std::string::npos;
           });
  };
  std::vector<perf_test::Case> measured;
  std::ranges::copy_if(cases, std::back_inserter(measured), chosen);
  Lines lines = measureSideBySide(measured, path + ".half");
  std::string text =
      "# Performance model against the RTL\n\n"
      "Written by `make estimate-table`; tests/perf measures the quick cases again. One layer each.\n"
      "Memory: a latency in cycles, or DRAM of a preset's name. "
      "\"Commands off\": those that model and RTL start or end in different cycles.\n"
      "Random devices: legal configs from a seed (tests/perf/measure.cpp).\n\n" +
      perf_test::tableHead();
  for (const auto& work : cases) {
    const Lines& from = chosen(work) ? lines : written;
    if (const auto line = from.find(work.key()); line != from.end()) text += line->second;
  }
  files::writeAtomically(path, text);
  return 0;
}
