#include "sw/perf/estimate.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "sw/cli/area_output.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/fusion_option.hpp"
#include "sw/cli/memory_input.hpp"
#include "sw/cli/model_input.hpp"
#include "sw/cli/plan_input.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/files/files.hpp"
#include "sw/report/estimate.hpp"
#include "sw/report/lanes.hpp"
#include "sw/report/workload.hpp"

namespace intformer::cli {
namespace {

struct EstimateOptions {
  ModelRequest model;
  std::string config;
  std::vector<std::string> overrides;
  std::string json;
  MemoryRequest memory;
  compiler::Fusion fusion = compiler::Fusion::All;
  bool tables = false;
  bool area = false;
  bool lanes = false;
};

void printTables() {
  fmt::print("FLOPs, bytes (int8) and intensity of whole encoders, whatever runs them\n");
  for (const report::EncoderShape& shape : {report::kBertBase, report::kBertLarge})
    for (const uint32_t tokens : {128U, 512U, 4096U}) {
      const report::Workload work = report::workloadOf(shape, tokens);
      fmt::print("\n{}, l = {}\n{:<14}{:>12}{:>10}{:>12}\n", shape.name, tokens, "", "GFLOP", "GB",
                 "FLOP/byte");
      const auto line = [](std::string_view name, const report::Work& part) {
        fmt::print("{:<14}{:>12.2f}{:>10.3f}{:>12.2f}\n", name, part.flops / 1e9, part.bytes / 1e9,
                   part.intensity());
      };
      for (std::size_t i = 0; i < work.parts.size(); ++i)
        line(report::kWorkParts[i], work.parts[i]);
      line("total", work.total());
    }
}

void printOperators(const report::RunReport& report) {
  std::size_t width = 8;
  for (const auto& op : report.operators) width = std::max(width, op.name.size());
  const auto line = [&](const auto& entry, uint64_t bytes) {
    const std::string used =
        entry.macs == 0 ? "-" : fmt::format("{:.1f} %", entry.utilization * 100);
    fmt::print("{:>12}  {:>8}  {:>12}\n", entry.cycles, used, bytes);
  };
  fmt::print("{:<{}}  {:<10}  {:>12}  {:>8}  {:>12}\n", "operator", width, "kind", "cycles", "MACs",
             "bytes");
  for (const auto& op : report.operators) {
    fmt::print("{:<{}}  {:<10}  ", op.name, width, op.kind);
    line(op, op.bytes);
  }
  fmt::print("{:<{}}  {:<10}  ", "total", width, "");
  line(report, report.bytesRead + report.bytesWritten);
}

/// Of the clock that the config aims at (target.clock_mhz); 0 where it names none.
double secondsOf(const report::RunReport& report, const Plan& plan) {
  return plan.clockMhz == 0 ? 0 : static_cast<double>(report.cycles) / (plan.clockMhz * 1e6);
}

void printTime(const report::RunReport& report, const Plan& plan) {
  const double seconds = secondsOf(report, plan);
  if (seconds == 0) return;
  fmt::print("\nat {} MHz: {:.2f} ms, {:.0f} tokens per second\n", plan.clockMhz, 1e3 * seconds,
             report.seq / seconds);
}

/// What kept DRAM's data lines, in shares of the run; the rest of the time nobody asked for data.
void printDram(const report::RunReport& report) {
  if (report.dram.empty()) return;
  const perf::DramUse& use = report.dramUse;
  const auto percent = [](uint64_t part, uint64_t whole) {
    return whole == 0 ? 0.0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
  };
  fmt::print("\nmemory: data {:.1f} % of the cycles, rows {:.1f} %, turn-around {:.1f} %, refresh "
             "{:.1f} %; {:.1f} % of {} accesses met their row open\n",
             percent(use.data, report.cycles), percent(use.rows, report.cycles),
             percent(use.turns, report.cycles), percent(use.refresh, report.cycles),
             percent(use.hits, use.hits + use.misses), use.hits + use.misses);
}

/// The JSON of a run without what only a run can know.
nlohmann::ordered_json estimateJson(const report::RunReport& report, const Plan& plan) {
  auto json = nlohmann::ordered_json::parse(report::jsonText(report));
  for (const char* key : {"tensors_compared", "values_compared", "mismatches", "wall_seconds",
                          "sim_khz"})
    json.erase(key);
  if (const double seconds = secondsOf(report, plan); seconds > 0) {
    json["seconds"] = seconds;
    json["tokens_per_second"] = report.seq / seconds;
  }
  if (const perf::DramUse& use = report.dramUse; !report.dram.empty())
    json["memory"]["cycles"] = {{"data", use.data},
                                {"rows", use.rows},
                                {"turn_around", use.turns},
                                {"refresh", use.refresh}};
  return json;
}

void writeJson(const std::string& path, const nlohmann::ordered_json& json) {
  if (path.empty()) return;
  files::writeAtomically(path, json.dump(2) + "\n");
  fmt::print("\nreport: {}\n", path);
}

/// A device's size, without a model.
int estimateDevice(const EstimateOptions& options) {
  const std::optional<Plan> plan = readPlan(options.config, options.overrides);
  if (!plan) return kRefused;
  printArea(*plan, nullptr);
  nlohmann::ordered_json json = reportHead(*plan);
  json["area"] = areaJson(*plan);
  writeJson(options.json, json);
  return 0;
}

int estimateModel(const EstimateOptions& options) {
  const std::optional<Plan> device = readPlan(options.config, options.overrides);
  const auto memory = device ? readMemory(options.memory, *device) : std::nullopt;
  if (!memory) return kRefused;
  ModelRequest request = options.model;
  request.integers = model::Integers::Left;
  request.ownSentence = true;
  const auto model = loadModel(request);
  if (!model) return kRefused;
  const Plan& plan = *device;
  std::optional<StillWorking> working("estimating " + model->name);
  const Program program =
      compiler::compile(model->graph, plan, {.fusion = options.fusion, .memory = memory->timing, .contents = false});
  const std::vector<uint8_t> lists = buildLists(program, model->graph, model->inputs);
  report::RunReport report =
      report::estimateReport(program, plan, memory->timing, lists, program.readOnlyEnd);
  working.reset();
  report.plan = plan;
  report.dram = memory->dram;
  report.memoryLatency = memory->timing.latency;
  report.model = model->name;
  report.sequences = model->seq;
  for (const uint32_t tokens : model->seq) report.seq += tokens;
  report.layers = model->layers;
  fmt::print("{} on {}: {} tokens, {} {}, {} commands; memory {}\n\n", report.model,
             deviceName(plan), lengthsText(model->seq), report.layers,
             report.layers == 1 ? "layer" : "layers", program.commands.size(),
             report.dram.empty() ? fmt::format("latency {}", report.memoryLatency) : report.dram);
  printOperators(report);
  printDram(report);
  printTime(report, plan);
  nlohmann::ordered_json json = estimateJson(report, plan);
  if (options.area) {
    const SizedRun run{report.cycles, report.seq};
    printArea(plan, &run);
    json["area"] = areaJson(plan);
  }
  if (options.lanes) {
    working.emplace("estimating other numbers of lanes");
    const auto rows = report::lanesByNeed(model->graph, model->inputs, plan, memory->timing);
    working.reset();
    printLanes(rows);
    json["lanes"] = lanesJson(rows);
  }
  writeJson(options.json, json);
  return 0;
}

/// Whether an option is given that asks for a run, and so for a model.
bool namesRun(const CLI::App& command) {
  for (const char* option :
       {"--seq", "--sentence", "--encoder-only", "--layers", "--seed", "--memory", "--mem-latency",
        "--fusion", "--lanes"})
    if (command.count(option) != 0) return true;
  return false;
}

}  // namespace

void addEstimate(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("estimate", "Cycles of a model on a device, without its RTL");
  auto options = std::make_shared<EstimateOptions>();
  command->add_option("model", options->model.path,
                      "Model: a shape (configs/models/*.toml), a model file (*.itf), or the folder "
                      "of a trained one")
      ->type_name(kind::kModel);
  command->add_option("--config", options->config, "Hardware config (*.toml)")
      ->type_name(kind::kConfig);
  command
      ->add_option("--seq", options->model.seq,
                   "Tokens, with values from the seed; of every sequence of a batch: 128,77,30")
      ->delimiter(',');
  command->add_option("--sentence", options->model.sentence,
                      "Text, for a trained model (default: one of the program's own)")
      ->type_name(kind::kSentence);
  command->add_option("--input", options->model.input,
                      "Picture (binary PPM) or sound (WAV, 16 kHz, 16 bits, one channel), for a trained "
                      "model that reads such (default: one drawn from the seed)")
      ->type_name(kind::kDataFile);
  command->add_flag("--encoder-only", options->model.encoderOnly,
                    "Begin at the first layer, though the shape has an embedding");
  command->add_option("--layers", options->model.layers,
                      "The first layers (default: all of a trained model, 1 of a shape)");
  command->add_option("--seed", options->model.seed,
                      "Seed of the tokens, as of `run`: a gather's cycles depend on its rows")
      ->capture_default_str();
  addMemory(*command, options->memory);
  addFusion(*command, options->fusion);
  command->add_option("--json", options->json, "Write the report to this file")
      ->type_name(kind::kOutFile);
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(kind::kSetting);
  command->add_flag("--area", options->area,
                    "What the device takes of an FPGA, too: a model that was fitted to mapped devices; "
                    "works without MODEL");
  command->add_flag("--lanes", options->lanes,
                    "Cycles with every other number of lanes, too, and how few are enough");
  auto* tables =
      command->add_flag("--tables", options->tables,
                        "FLOPs, bytes and intensity of BERT-Base and BERT-Large instead");
  for (CLI::Option* other : command->get_options())
    if (other != tables && other != command->get_help_ptr()) tables->excludes(other);
  command->footer(
      "Examples:\n"
      "  intformer estimate configs/models/bert-base.toml --config configs/base16.toml \\\n"
      "      --seq 128 --layers 12\n"
      "  intformer estimate build/models/minilm.itf --config configs/base16.toml --seq 16\n"
      "  intformer estimate --config configs/tiny4.toml --area\n"
      "  intformer estimate --tables");
  command->callback([options, command, &status] {
    if (options->tables) return printTables();
    if (options->area && options->model.path.empty() && !options->config.empty() && !namesRun(*command)) {
      status = orRefuse([&] { return estimateDevice(*options); });
      return;
    }
    if (options->model.path.empty() || options->config.empty()) {
      fmt::print(stderr, "estimate: give a model and --config, --config and --area alone, or --tables\n");
      status = 1;
      return;
    }
    status = orRefuse([&] { return estimateModel(*options); },
                      options->model.path + " does not run on " + options->config);
  });
}

}  // namespace intformer::cli
