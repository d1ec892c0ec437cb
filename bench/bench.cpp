// `make bench`: every figure that README.md and the docs state, with its goal.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>

#include "bench/measure.hpp"
#include "sw/files/files.hpp"

using namespace intformer;
using namespace intformer::bench;

int main(int argc, char** argv) {
  Settings settings;
  std::string json = "build/bench.json";
  CLI::App app("Measures the project's figures and writes them to a file");
  app.add_flag("--quick", settings.quick,
               "Leave out what takes minutes: one compiler, one layer on the RTL, small models");
  app.add_option("--json", json, "File for the list of {name, value, unit, goal}")
      ->capture_default_str();
  app.add_option("--config", settings.config, "Device whose speed is measured (*.toml)")
      ->capture_default_str();
  app.add_option("--model", settings.model, "Model whose speed is measured (*.toml)")
      ->capture_default_str();
  app.add_option("--small-model", settings.smallModel, "Model for sentences per second")
      ->capture_default_str();
  app.add_option("--trained", settings.trained,
                 "Model file (*.itf) for the same with trained weights; left out where there is none")
      ->capture_default_str();
  app.add_option("--seq", settings.tokens, "Tokens of the first model")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--runs", settings.runs, "Runs of which the fastest counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  double load = 0;
  if (getloadavg(&load, 1) == 1 && load > 0.5)
    fmt::print("note: other work on this machine (load {:.1f}) lengthens what is measured by the "
               "clock on the wall\n\n",
               load);
  try {
    Figures figures;
    const auto begin = std::chrono::steady_clock::now();
    bool equal = measureSimulation(settings, figures);
    measureCompiler(settings, figures);
    measureSentences(settings, figures);
    measureTokenizer(settings, figures);
    equal = measureUtilization(settings, figures) && equal;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    files::writeAtomically(json, figures.json());
    fmt::print("\n{}; {} of the goals missed; {:.0f} s; {}\n",
               equal ? "all values equal" : "VALUES DIFFER", figures.missed(), seconds.count(),
               json);
    return equal ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
