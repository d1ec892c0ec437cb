#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gen/device.hpp"
#include "gen/emit/emit.hpp"
#include "gen/tables/registers.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/fusion_option.hpp"
#include "sw/cli/memory_input.hpp"
#include "sw/cli/model_input.hpp"
#include "sw/cli/plan_input.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/show.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/files/files.hpp"
#include "sw/files/interrupt.hpp"
#include "sw/golden/golden.hpp"
#include "sw/report/run_report.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"

namespace intformer::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct RunOptions {
  ModelRequest model;
  std::string config;
  std::vector<std::string> overrides;
  std::string backend;  ///< empty: all
  MemoryRequest memory;
  compiler::Fusion fusion = compiler::Fusion::All;
  double memoryStall = 0;
  bool memoryGiven = false, stallGiven = false;
  std::string trace;  ///< FROM:TO
  std::string json;
  ShowRequest show;

  [[nodiscard]] bool wants(const std::string& name) const {
    return backend.empty() || backend == name;
  }
};

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// What every backend works on.
struct Work {
  const RunOptions& options;
  Plan plan;
  MemoryInput memory;
  ModelInput model;
  Program program;
  TensorValues golden;
  report::RunReport report;
  std::vector<uint8_t> result;  ///< memory after the last backend
  int status = kFine;
  std::optional<tb::RtlCheck> device;  ///< when the RTL ran

  void fail(int code) { status = std::max(status, code); }
};

void countValues(Work& work, const tb::Scoreboard& scoreboard, const tb::Comparison& comparison) {
  work.report.tensorsCompared = comparison.tensors;
  work.report.valuesCompared = comparison.values;
  work.report.mismatches += comparison.mismatches;
  for (std::size_t i = 0; i < work.report.operators.size(); ++i)
    for (const Operator& op : work.model.graph.operators)
      if (operatorName(op) == work.report.operators[i].name)
        work.report.operators[i].values = scoreboard.valuesOf(op);
}

void runEmulator(Work& work, const std::vector<uint8_t>& image) {
  const auto begin = Clock::now();
  std::vector<uint8_t> memory = image;
  const emulator::EmulationResult result = emulator::runProgram(work.plan, work.program, memory);
  if (!result.ok()) {
    fmt::print("emulator: {}\n", result.message);
    work.fail(result.fault == emulator::Fault::DeviceError ? kStopped : kDifferent);
    return;
  }
  tb::Scoreboard scoreboard(work.program, work.model.graph, work.golden);
  tb::Comparison comparison = scoreboard.compare(memory, false);
  fmt::print("emulator: {} commands in {:.2f} s, no races; {} values, {} differ from golden\n",
             work.program.commands.size(), secondsSince(begin), comparison.values,
             comparison.mismatches);
  if (comparison.first) {
    scoreboard.blame(*comparison.first, {});
    fmt::print("emulator, first difference: {}\n", comparison.first->text());
    work.fail(kDifferent);
  }
  work.report.bytesRead = result.bytesLoaded;
  work.report.bytesWritten = result.bytesStored;
  countValues(work, scoreboard, comparison);
  work.result = std::move(memory);
}

/// "FROM:TO" in cycles.
std::optional<std::pair<uint64_t, uint64_t>> parseTrace(const std::string& text) {
  uint64_t from = 0, to = 0;
  const char* const end = text.data() + text.size();
  const auto [colon, fault] = std::from_chars(text.data(), end, from);
  if (fault != std::errc() || colon == end || *colon != ':') return std::nullopt;
  const auto [last, toFault] = std::from_chars(colon + 1, end, to);
  if (toFault != std::errc() || last != end || from >= to) return std::nullopt;
  return std::pair{from, to};
}

void suggestTrace(const RunOptions& options, uint64_t cycle) {
  const uint64_t from = cycle > 2000 ? cycle - 2000 : 0;
  fmt::print("for a waveform around it, run again with --trace {}:{}\n", from, cycle + 200);
  if (!options.trace.empty()) fmt::print("(the trace that you asked for was {})\n", options.trace);
}

void reportCounters(Work& work, const tb::RtlCheck& check) {
  const auto& counters = check.run.counters;
  report::RunReport& report = work.report;
  report.simKhz = check.run.kilohertz();
  report.counted = check.run.counts(INTFORMER_COUNT_CYCLES);
  if (!report.counted) return;
  report.cycles = counters[INTFORMER_COUNT_CYCLES];
  report.bytesRead = counters[INTFORMER_COUNT_READ_BYTES];
  report.bytesWritten = counters[INTFORMER_COUNT_WRITE_BYTES];
  const double arrayMacs = static_cast<double>(work.plan.dim) * work.plan.dim;
  if (report.cycles != 0)
    report.utilization =
        static_cast<double>(report.macs) / (static_cast<double>(report.cycles) * arrayMacs);
  report.operators = report::operatorReports(work.program, check.events, check.run.startCycle,
                                         report.cycles);
}

/// Where the array's cycles went, by the device's counters; causes below 0.05 % are left out.
void printArrayTime(const tb::RtlCheck& check, Counters level) {
  if (!check.run.counts(INTFORMER_COUNT_MATMUL_WORK)) {
    fmt::print("array: its time is {}\n", notCounted(level));
    return;
  }
  const auto cycles = static_cast<double>(check.run.counters[INTFORMER_COUNT_CYCLES]);
  const auto counters = counterSpecs();
  fmt::print("array:");
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const double percent = 100 * static_cast<double>(check.run.counters[i]) / cycles;
    if (counters[i].unit == "matmul" && percent >= 0.05)
      fmt::print(" {} {:.1f} %", counters[i].name.substr(counters[i].unit.size() + 1), percent);
  }
  fmt::print("\n");
}

void runRtl(Work& work, std::vector<uint8_t> image) {
  const RunOptions& options = work.options;
  const auto trace = parseTrace(options.trace);
  const auto library = tb::buildDevice(work.plan, emitAll(work.plan),
                                       {.root = {},
                                        .traced = trace.has_value(),
                                        .assertions = trace.has_value(),
                                        .quiet = false});
  tb::SimDevice device(library);
  // A waveform that is cut off is none; one of a run that ends, however it ends, stays.
  std::optional<files::TemporaryPath> wave, hierarchy;
  if (trace) {
    const std::string file =
        fmt::format("{}_{}_{}.fst", work.plan.name, trace->first, trace->second);
    wave.emplace(file);
    hierarchy.emplace(file + ".hier");
    device.trace(file, trace->first, trace->second);
    fmt::print("waveform: {}\n", file);
  }
  tb::Scoreboard scoreboard(work.program, work.model.graph, work.golden);
  tb::RtlCheck check;
  {
    Progress progress("RTL", work.program.commands.size());
    device.setProgress([&](uint64_t cycle) {
      const auto events = device.events();
      progress.update(cycle, events.empty() ? 0 : events.back().command);
    });
    check = checkOnDevice(device, work.plan, work.program, scoreboard, std::move(image),
                          tb::memoryTiming(work.memory.timing, options.memoryStall,
                                           options.model.seed));
  }
  for (auto* kept : {&wave, &hierarchy})
    if (*kept) (*kept)->release();
  reportCounters(work, check);
  countValues(work, scoreboard, check.comparison);
  work.result = device.memory();
  fmt::print("RTL: {} in {:.2f} s ({:.0f} kHz), {}; {} values, {} differ from golden\n",
             work.report.counted ? fmt::format("{} cycles", work.report.cycles)
                                 : fmt::format("cycles {},", notCounted(work.plan.counters)),
             check.run.seconds, work.report.simKhz,
             memoryText(work.memory.dram, work.memory.timing.latency, options.memoryStall,
                        options.model.seed),
             check.comparison.values, check.comparison.mismatches);
  if (check.run.ok()) printArrayTime(check, work.plan.counters);
  if (check.comparison.first) {
    const tb::Mismatch& first = *check.comparison.first;
    fmt::print("RTL, first difference: {}\n", first.text());
    if (first.cycle != 0) suggestTrace(options, first.cycle);
    work.fail(kDifferent);
  }
  if (!check.run.ok()) {
    fmt::print("RTL: {} (cycle {})\n", check.run.text(), check.run.endCycle);
    suggestTrace(options, check.run.endCycle);
    work.fail(kStopped);
  }
  work.device = std::move(check);
}

/// Cosine of every token between the last backend's output and the float model's.
void printCosines(const Work& work) {
  const FloatReference& reference = *work.model.reference;
  const board::TrainedOutput& output = *work.model.output;
  TensorValues values = work.golden;
  for (const Placement& placement : work.program.placements)
    if (!work.result.empty() && placement.tensor == output.output16)
      values[placement.tensor] = unpackTensor(
          placement, work.model.graph.tensors[placement.tensor], work.result);
  const std::vector<double> cosines = quantizer::rowCosines(
      quantizer::dequantize(values[output.output16], output.outputStep), reference.states);
  double sum = 0;
  for (const double cosine : cosines) sum += cosine;
  fmt::print("cosine to float32 per token:{}", reference.pieces.empty() ? " " : "\n ");
  for (std::size_t i = 0; i < reference.pieces.size(); ++i)
    fmt::print(" {} {:.5f}{}", reference.pieces[i], cosines[i],
               i + 1 == cosines.size() || i % 6 == 5 ? "\n " : "");
  if (work.model.reads == importer::InputKind::Picture)
    fmt::print("class token {:.5f}, all ", cosines.front());
  fmt::print("mean {:.5f}, worst {:.5f}\n\n", sum / static_cast<double>(cosines.size()),
             *std::min_element(cosines.begin(), cosines.end()));
}

std::string verdict(const Work& work) {
  switch (work.status) {
    case kFine: break;
    case kStopped: return "STOPPED: the device did not finish";
    default: return fmt::format("DIFFERENT: {} values", work.report.mismatches);
  }
  const auto& backend = work.options.backend;
  if (backend == "golden") return "golden values computed; nothing to compare";
  const std::string who = backend.empty()         ? "golden, emulator and RTL"
                          : backend == "emulator" ? "golden and emulator"
                                                  : "golden and RTL";
  std::string text = fmt::format("EQUAL: {} agree on all {} values of {} tensors", who,
                                 work.report.valuesCompared, work.report.tensorsCompared);
  if (work.report.cycles != 0)
    text += fmt::format("; {} cycles, MAC utilization {:.1f} %", work.report.cycles,
                        work.report.utilization * 100);
  return text;
}

/// The report without what nothing that ran could know.
std::string jsonOf(const RunOptions& options, const report::RunReport& report) {
  auto json = nlohmann::ordered_json::parse(report::jsonText(report));
  if (options.wants("rtl")) return json.dump(2) + "\n";
  for (const char* key : {"cycles", "utilization", "sim_khz"}) json.erase(key);
  for (auto& op : json["operators"])
    for (const char* key : {"cycles", "utilization", "bytes"}) op.erase(key);
  if (options.backend == "golden")
    for (const char* key : {"memory", "bytes_read", "bytes_written", "tensors_compared",
                            "values_compared", "mismatches"})
      json.erase(key);
  return json.dump(2) + "\n";
}

/// Whether the backend knows what the memory's options say; tells if not.
bool hasMemory(const RunOptions& options) {
  if (options.stallGiven && !options.wants("rtl"))
    fmt::print(stderr, "--mem-stall: the {} knows no stalls; leave --backend away\n",
               options.backend);
  else if (options.memoryGiven && options.backend == "golden")
    fmt::print(stderr, "--memory: golden knows no memory; leave --backend away\n");
  else if (options.memory.latencyGiven && options.backend == "golden")
    fmt::print(stderr, "--mem-latency: golden knows no memory; leave --backend away\n");
  else if (options.fusion != compiler::Fusion::All && options.backend == "golden")
    fmt::print(stderr, "--fusion: golden knows no schedule; leave --backend away\n");
  else
    return true;
  return false;
}

int runModel(const RunOptions& options) {
  if (!hasMemory(options)) return kRefused;
  if ((options.show.wanted() || !options.trace.empty()) && !options.wants("rtl")) {
    fmt::print(stderr, "--timeline, --report and --trace show the RTL: leave --backend away\n");
    return kRefused;
  }
  if (!options.trace.empty() && !parseTrace(options.trace)) {
    fmt::print(stderr, "--trace {}: write two cycles, FROM:TO with FROM below TO\n", options.trace);
    return kRefused;
  }
  const std::optional<Plan> plan = readPlan(options.config, options.overrides);
  if (!plan) return kRefused;
  const std::optional<MemoryInput> memory = readMemory(options.memory, *plan);
  if (!memory) return kRefused;
  if (options.show.wanted() && plan->counters == Counters::None) {
    fmt::print(stderr,
               "--timeline and --report show the run's cycles, which are {}: give it "
               "registers.counters = \"basic\" or \"full\"\n",
               notCounted(plan->counters));
    return kRefused;
  }
  ModelRequest request = options.model;
  request.ownSentence = request.reference = true;
  auto model = loadModel(request);
  if (!model) return kRefused;

  const auto begin = Clock::now();
  Work work{options, *plan, *memory, std::move(*model), {}, {}, {}, {}, kFine, {}};
  const Graph& graph = work.model.graph;
  const bool programmed = options.backend != "golden";  // which needs no program
  if (programmed) {
    const StillWorking working("compiling " + work.model.name);
    work.program = compiler::compile(graph, work.plan, {.fusion = options.fusion, .memory = work.memory.timing});
  }
  const auto goldenBegin = Clock::now();
  work.golden = golden::runGolden(graph, work.model.inputs, work.plan.family);
  const double goldenSeconds = secondsSince(goldenBegin);
  report::RunReport& report = work.report;
  report.plan = work.plan;
  report.dram = work.memory.dram;
  report.memoryLatency = work.memory.timing.latency;
  report.memoryStall = options.memoryStall;
  report.memorySeed = options.model.seed;
  report.model = work.model.name;
  report.seq = std::accumulate(work.model.seq.begin(), work.model.seq.end(), 0U);
  report.sequences = work.model.seq;
  report.layers = work.model.layers;
  for (const Operator& op : graph.operators) report.macs += macs(graph, op);
  report.operators = report::operatorReports(work.program, {}, 0, 0);
  const std::size_t commands = work.program.commands.size();
  fmt::print("{} on {}: {} tokens, {} {}{}; golden in {:.2f} s\n", report.model,
             deviceName(work.plan), lengthsText(work.model.seq), report.layers,
             report.layers == 1 ? "layer" : "layers",
             programmed ? fmt::format(", {} commands", commands) : "", goldenSeconds);

  if (programmed) {
    std::vector<uint8_t> image = buildImage(work.program, graph, work.model.inputs);
    if (options.wants("emulator")) runEmulator(work, image);
    if (options.wants("rtl")) runRtl(work, std::move(image));
  }
  report.wallSeconds = secondsSince(begin);

  if (programmed) fmt::print("\n{}\n", report::tableText(report));
  if (work.model.reference) printCosines(work);
  fmt::print("{}\n", verdict(work));
  if (!options.json.empty()) {
    files::writeAtomically(options.json, jsonOf(options, report));
    fmt::print("report: {}\n", options.json);
  }
  if (work.device && work.device->run.ok())
    show(options.show, {work.plan, work.program, graph, report, *work.device,
                        verdict(work)});
  return work.status;
}

}  // namespace

void addRun(CLI::App& app, int& status) {
  auto* command = app.add_subcommand(
      "run", "Run a model on golden model, emulator and RTL, and compare every value");
  auto options = std::make_shared<RunOptions>();
  command
      ->add_option("model", options->model.path,
                   "Model: a shape (configs/models/*.toml, weights from the seed), a model file "
                   "(*.itf), or the folder of a trained one, which is quantized first")
      ->type_name(kind::kModel)
      ->required();
  command->add_option("--config", options->config, "Hardware config (*.toml)")
      ->type_name(kind::kConfig)
      ->required();
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
  command->add_option("--seed", options->model.seed, "Seed of weights, inputs and stalls")
      ->capture_default_str();
  command->add_option("--backend", options->backend, "Only this one (default: all, compared)")
      ->check(CLI::IsMember({"golden", "emulator", "rtl"}))
      ->type_name(kind::kChoice);
  addMemory(*command, options->memory);
  addFusion(*command, options->fusion);
  command->add_option("--mem-stall", options->memoryStall,
                      "Probability that a memory channel refuses in a cycle")
      ->check(CLI::Range(0.0, 0.95))
      ->capture_default_str();
  command->add_option("--trace", options->trace, "Write an FST waveform of the cycles FROM:TO")
      ->type_name(kind::kCycles);
  command->add_option("--json", options->json, "Write the figures to this file")
      ->type_name(kind::kOutFile);
  command->add_option("--timeline", options->show.timeline,
                      "Write every command's time on its unit, for Perfetto (1 us is 1 cycle)")
      ->type_name(kind::kOutFile);
  command->add_option("--report", options->show.report,
                      "Write an HTML page with the pictures of the run")
      ->type_name(kind::kOutFile);
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(kind::kSetting);
  command->footer(
      "Examples:\n"
      "  intformer run configs/models/bert-base.toml --config configs/base16.toml --seq 128\n"
      "  intformer run configs/models/tiny.toml --config configs/edge8.toml --seq 77 \\\n"
      "      --layers 2 --mem-latency 300 --mem-stall 0.2 --set vector.family=ibert\n"
      "  intformer run build/models/minilm.itf --config configs/base16.toml \\\n"
      "      --sentence \"A river.\"\n"
      "Exit status: 0 all equal, 1 the input was refused, 2 a comparison failed, 3 the device\n"
      "stopped with an error or the watchdog barked.");
  command->callback([command, options, &status] {
    options->memoryGiven = command->count("--memory") != 0;
    options->stallGiven = command->count("--mem-stall") != 0;
    status = orRefuse([&] { return runModel(*options); },
                      options->model.path + " does not run on " + options->config);
  });
}

}  // namespace intformer::cli
