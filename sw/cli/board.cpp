#include "sw/cli/board.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sw/compiler/listing.hpp"
#include "tb/rtl_run.hpp"

namespace intformer::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Where a host of sentences writes and reads.
struct Sentences {
  const Embedding* embedding = nullptr;
  Placement tokens, places, states;  ///< states: the last hidden ones, int16
  std::vector<double> lsb;           ///< of `states`, per channel
  Pooling pooling;
};

Placement placementOf(const BoardModel& board, TensorId tensor) {
  for (Placement placement : board.program.placements) {
    placement.address += board.base;
    if (placement.tensor == tensor) return placement;
  }
  throw std::invalid_argument("a tensor of the host's has no place in memory");
}

tb::Job jobOf(const BoardModel& board) {
  tb::Job job = tb::jobOf(board.program, board.plan.windowCount);
  job.programAddress += board.base;
  for (tb::OpenWindow& window : job.windows) {
    window.base += board.base;
    window.end += board.base;
  }
  return job;
}

Sentences sentencesOf(const BoardModel& board) {
  Sentences found;
  for (const Operator& op : board.model.graph.operators)
    if (const auto* embedding = std::get_if<Embedding>(&op)) found.embedding = embedding;
  if (found.embedding == nullptr || !board.model.output)
    throw std::invalid_argument(board.model.name + ": no sentences come in");
  const TrainedOutput& output = *board.model.output;
  found.tokens = placementOf(board, found.embedding->token);
  found.places = placementOf(board, found.embedding->place);
  found.states = placementOf(board, output.output16);
  for (const double step : output.outputStep) found.lsb.push_back(step / 256);
  found.pooling = output.pooling;
  return found;
}

const char* permissionText(uint32_t permissions) {
  return (permissions & INTFORMER_WRITABLE) != 0 ? "read-write" : "read";
}

}  // namespace

std::string memoryJson(const BoardModel& board) {
  const ModelInput& model = board.model;
  const auto nameOf = [&](TensorId tensor) { return model.graph.tensors[tensor].name; };
  Json map = {{"model", model.name},
              {"config", board.plan.name},
              {"lengths", model.seq},
              {"estimated_cycles", board.cycles}};
  for (const tb::OpenWindow& window : jobOf(board).windows)
    map["windows"].push_back({{"base", window.base},
                              {"end", window.end},
                              {"permissions", permissionText(window.permissions)}});
  if (model.output) {
    const Sentences host = sentencesOf(board);
    const Embedding& embedding = *host.embedding;
    map["sentences"] = {
        {"tokens", {{"tensor", nameOf(embedding.token)}, {"vocabulary", embedding.vocabulary}}},
        {"places",
         {{"tensor", nameOf(embedding.place)},
          {"positions", embedding.positions},
          {"segments", embedding.placeCount / embedding.positions}}},
        {"states",
         {{"tensor", nameOf(model.output->output16)},
          {"narrow", nameOf(model.output->output8)},
          {"lsb", host.lsb}}},
        {"pooling",
         {{"mode", poolingName(host.pooling.mode)}, {"normalize", host.pooling.normalize}}}};
  }
  map.update(Json::parse(memoryMapJson(board.program, model.graph, board.base)));
  return map.dump(2) + "\n";
}

std::string modelHeader(const BoardModel& board) {
  const Sentences host = sentencesOf(board);
  const ModelInput& model = board.model;
  const TensorInfo& states = model.graph.tensors[model.output->output16];
  const tb::Job job = jobOf(board);
  std::string text;
  const auto line = [&]<typename... T>(fmt::format_string<T...> format, T&&... values) {
    fmt::format_to(std::back_inserter(text), format, std::forward<T>(values)...);
    text += '\n';
  };
  line("/* {} on {}, sentences of {} tokens: what a host needs, for sw/runtime/example.",
       model.name, board.plan.name, lengthsText(model.seq));
  line(" * `intformer compile` wrote it; memory.json holds the same and all other tensors. */");
  line("#ifndef INTFORMER_MODEL_H\n#define INTFORMER_MODEL_H\n\n#include <stdint.h>\n");
  line("enum {{");
  line("  MODEL_DIM = {}, /* of the device that it was compiled for */", board.plan.dim);
  line("  MODEL_COMMANDS = {},", job.commands);
  line("  MODEL_WINDOWS = {},", job.windows.size());
  line("  MODEL_SENTENCES = {},", model.seq.size());
  line("  MODEL_TOKENS = {}, /* of all sentences, which lie one behind the other */", states.rows);
  line("  MODEL_WIDTH = {},", states.cols);
  line("  MODEL_VOCABULARY = {}, /* token ids lie below */", host.embedding->vocabulary);
  line("  MODEL_MEAN = {}, /* 1: pooling is the mean of the tokens, 0: the first token */",
       host.pooling.mode == PoolingMode::Mean ? 1 : 0);
  line("  MODEL_NORMALIZE = {}, /* 1: an embedding has length 1 */",
       host.pooling.normalize ? 1 : 0);
  line("  MODEL_STATES_PANEL_COLS = {} /* columns that lie side by side */", host.states.dim);
  line("}};\n");
  const auto constant = [&](const char* name, uint64_t value, const char* comment) {
    line("#define MODEL_{} UINT64_C({}){}", name, value, comment);
  };
  constant("IMAGE_ADDRESS", board.base, "");
  constant("IMAGE_BYTES", board.program.memoryBytes, "");
  constant("CYCLES", board.cycles, " /* of a run, estimated */");
  constant("PROGRAM_ADDRESS", job.programAddress, "");
  constant("TOKENS_ADDRESS", host.tokens.address, " /* uint32_t[MODEL_TOKENS] */");
  constant("PLACES_ADDRESS", host.places.address, " /* uint32_t[MODEL_TOKENS], in the image */");
  constant("STATES_ADDRESS", host.states.address, " /* int16_t, panel after panel */");
  constant("STATES_PANEL_BYTES", host.states.bytes() / host.states.panels, "");
  line("\nstatic const struct {{\n  uint64_t base, end;\n  uint32_t permissions;\n"
       "}} model_windows[MODEL_WINDOWS] = {{");
  for (const tb::OpenWindow& window : job.windows)
    line("    {{UINT64_C({}), UINT64_C({}), {}}},", window.base, window.end, window.permissions);
  line("}};\n\nstatic const uint32_t model_lengths[MODEL_SENTENCES] = {{{}}};\n",
       lengthsText(model.seq));
  line("/* What an LSB of each column of the states is worth. */");
  line("static const float model_lsb[MODEL_WIDTH] = {{");
  for (const double lsb : host.lsb) line("    {:.8e}f,", lsb);
  line("}};\n\n#endif");
  return text;
}

}  // namespace intformer::cli
