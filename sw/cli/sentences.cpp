#include "sw/cli/sentences.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "gen/config.hpp"
#include "gen/device.hpp"
#include "sw/cli/progress.hpp"
#include "sw/places/places.hpp"

namespace intformer::cli {
namespace {

std::vector<std::string> linesOf(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    const std::size_t end = line.find_last_not_of(" \t\r");
    line.resize(end == std::string::npos ? 0 : end + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

Plan loadPlan(const BackendRequest& request) {
  const std::string path = request.config.empty() ? ownFile("configs/base16.toml").string()
                                                  : hereOrOwn(request.config);
  const ConfigResult config = loadConfig(path, request.overrides);
  for (const Diagnostic& fault : config.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  if (!config.plan) throw std::runtime_error(path + ": no device without its config");
  return *config.plan;
}

}  // namespace

std::vector<std::string> readAllLines(const std::string& path) {
  if (path == "-") return linesOf(std::cin);
  if (std::filesystem::is_directory(path))
    throw std::runtime_error(path + ": is a folder; a text file with a sentence per line is asked "
                                    "for");
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  return linesOf(file);
}

std::vector<std::string> readLines(const std::string& path) {
  std::vector<std::string> lines = readAllLines(path);
  std::erase(lines, "");
  return lines;
}

void addBackendOptions(CLI::App& command, BackendRequest& request) {
  command.add_option("--model", request.model, "Model file (*.itf)")->required();
  command
      .add_option("--backend", request.backend,
                  "float: trained weights; golden, emulator, rtl: the same integers")
      ->check(CLI::IsMember({"rtl", "emulator", "golden", "float"}))
      ->capture_default_str();
  command.add_option("--config", request.config,
                     "Hardware config (*.toml) of emulator and RTL; its family of nonlinear "
                     "functions is golden's too (default: configs/base16.toml)");
  command.add_option("--set", request.overrides, "Override a config key: --set vector.lanes=8")
      ->allow_extra_args(false);
}

std::unique_ptr<Engine> openEngine(const BackendRequest& request) {
  auto engine = std::make_unique<Engine>();
  engine->model = readModelFile(request.model);
  const TrainedModel& trained = engine->model.trained;
  engine->tokenizer.emplace(trained.vocabulary, trained.tokenizer);
  if (!request.integers()) {
    engine->backend = floatBackend(trained.bert);
    return engine;
  }
  const QuantizedBert& integers = integersOf(engine->model, request.model).bert;
  engine->plan = loadPlan(request);
  if (request.backend == "golden") {
    engine->backend = goldenBackend(integers, engine->plan->family);
  } else if (request.backend == "emulator") {
    engine->backend = emulatorBackend(integers, *engine->plan);
  } else {
    auto progress = std::make_shared<std::optional<Progress>>();
    engine->backend = rtlBackend(integers, *engine->plan, [progress](double part, uint64_t cycle) {
      if (!*progress) progress->emplace("RTL", 1000);
      (*progress)->update(cycle, static_cast<uint64_t>(part * 1000));
    });
  }
  return engine;
}

std::vector<std::vector<uint32_t>> encodeAll(const Tokenizer& tokenizer,
                                             const std::vector<std::string>& sentences) {
  std::vector<std::vector<uint32_t>> ids;
  std::size_t full = 0;
  for (const std::string& sentence : sentences) {
    ids.push_back(tokenizer.encode(sentence));
    if (ids.back().size() == tokenizer.options().maxTokens) ++full;
  }
  if (full != 0)
    fmt::print(stderr, "{} of {} sentences fill all {} tokens; what they have beyond is not seen\n",
               full, sentences.size(), tokenizer.options().maxTokens);
  return ids;
}

FloatMatrix embedWithProgress(Engine& engine, const std::vector<std::vector<uint32_t>>& sentences,
                              const std::string& what) {
  CountProgress progress(what, sentences.size());
  return embedSentences(*engine.backend, engine.model.trained.pooling, sentences,
                        [&](std::size_t done) { progress.update(done); });
}

void printDeviceWork(const Engine& engine) {
  const DeviceWork* work = engine.backend->work();
  if (work == nullptr) return;
  fmt::print("RTL ({}): {} cycles, MAC utilization {:.1f} %; all {} values of the layers equal "
             "golden\n",
             deviceName(*engine.plan), work->cycles, work->utilization * 100, work->valuesCompared);
}

}  // namespace intformer::cli
