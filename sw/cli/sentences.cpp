#include "sw/cli/plan_input.hpp"
#include "sw/cli/sentences.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/trained.hpp"

namespace intformer::cli {
namespace {

Plan loadPlan(const BackendRequest& request) {
  const std::string config = request.config.empty() ? "configs/base16.toml" : request.config;
  const std::optional<Plan> plan = readPlan(config, request.overrides);
  if (!plan) throw std::runtime_error(config + ": no device without its config");
  return *plan;
}

}  // namespace

void addBackendOptions(CLI::App& command, BackendRequest& request) {
  command.add_option("--model", request.model, "Model file (*.itf)")
      ->type_name(kind::kModel)
      ->required();
  command
      .add_option("--backend", request.backend,
                  "float: trained weights; golden, emulator, rtl: the same integers")
      ->check(CLI::IsMember({"rtl", "emulator", "golden", "float"}))
      ->type_name(kind::kChoice)
      ->capture_default_str();
  command
      .add_option("--config", request.config,
                  "Hardware config (*.toml) of emulator and RTL; its family of nonlinear "
                  "functions is golden's too (default: configs/base16.toml)")
      ->type_name(kind::kConfig);
  command.add_option("--set", request.overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(kind::kSetting);
}

std::unique_ptr<Engine> openEngine(const BackendRequest& request, bool any) {
  if (!request.integers() && !(request.config.empty() && request.overrides.empty()))
    throw std::runtime_error("--backend float runs on no device; leave --config and --set away");
  auto engine = std::make_unique<Engine>();
  engine->model = itf::readModelFile(request.model);
  const importer::TrainedModel& trained = engine->model.trained;
  if (!any) demandTexts(trained, request.model);
  if (importer::inputOf(trained) == importer::InputKind::Text)
    engine->tokenizer.emplace(trained.vocabulary, trained.tokenizer);
  if (!request.integers()) {
    engine->backend = embed::floatBackend(trained.network.graph);
    return engine;
  }
  const quantizer::QuantizedModel& integers = itf::integersOf(engine->model, request.model).model;
  engine->plan = loadPlan(request);
  if (request.backend == "golden") {
    engine->backend = embed::goldenBackend(integers, engine->plan->family);
  } else if (request.backend == "emulator") {
    engine->backend = embed::emulatorBackend(integers, *engine->plan);
  } else {
    auto progress = std::make_shared<std::optional<Progress>>();
    engine->backend =
        embed::rtlBackend(integers, *engine->plan, [progress](double part, uint64_t cycle) {
          if (!*progress) progress->emplace("RTL", 1000);
          (*progress)->update(cycle, static_cast<uint64_t>(part * 1000));
        });
  }
  return engine;
}

std::vector<std::vector<uint32_t>> Encoder::encode(const std::vector<std::string>& sentences) {
  std::vector<std::vector<uint32_t>> ids;
  for (const std::string& sentence : sentences) {
    ids.push_back(tokenizer_.encode(sentence));
    if (ids.back().size() == tokenizer_.options().maxTokens) ++full_;
  }
  count_ += sentences.size();
  return ids;
}

void Encoder::sayWhatIsCut() const {
  if (full_ != 0)
    fmt::print(stderr, "{} of {} sentences fill all {} tokens; what they have beyond is not seen\n",
               full_, count_, tokenizer_.options().maxTokens);
}

std::vector<std::vector<uint32_t>> encodeAll(const tokenizer::Tokenizer& tokenizer,
                                             const std::vector<std::string>& sentences) {
  Encoder encoder(tokenizer);
  auto ids = encoder.encode(sentences);
  encoder.sayWhatIsCut();
  return ids;
}

floating::FloatMatrix embedWithProgress(Engine& engine,
                                        const std::vector<std::vector<uint32_t>>& sentences,
                                        const std::string& what) {
  CountProgress progress(what, sentences.size());
  return embed::embedSentences(*engine.backend, engine.model.trained.pooling, sentences,
                               [&](std::size_t done) { progress.update(done); });
}

void printDeviceWork(const Engine& engine) {
  const embed::DeviceWork* work = engine.backend->work();
  if (work == nullptr) return;
  fmt::print("RTL ({}): {}; all {} values of the layers equal golden\n", deviceName(*engine.plan),
             work->cycles ? fmt::format("{} cycles, MAC utilization {:.1f} %", *work->cycles,
                                        work->utilization * 100)
                          : "cycles " + notCounted(engine.plan->counters),
             work->valuesCompared);
}

nlohmann::ordered_json deviceWorkJson(const Engine& engine, const embed::DeviceWork& work) {
  nlohmann::ordered_json json = {{"macs", work.macs}};
  if (work.cycles) {
    json = {{"cycles", *work.cycles}, {"macs", work.macs}, {"utilization", work.utilization}};
  } else {
    json["not_counted"] = notCounted(engine.plan->counters);
  }
  json["values_compared"] = work.valuesCompared;
  return json;
}

}  // namespace intformer::cli
