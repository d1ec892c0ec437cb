#include <fmt/format.h>

#include <memory>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "sw/board_host/backend.hpp"
#include "sw/cli/board_link.hpp"
#include "sw/cli/embed_texts.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/trained.hpp"

namespace intformer::cli {
namespace {

struct BoardEmbedOptions {
  BoardRequest board;
  std::string model;
  TextRequest texts;
  EmbedOutputs outputs;
};

void printWork(OpenBoard& board, const board_host::BoardBackend& backend) {
  const embed::DeviceWork& work = *backend.work();
  fmt::print("board ({}): {}; all {} values of the last hidden states equal golden\n",
             deviceName(board.plan()),
             work.cycles ? fmt::format("{} cycles, {}, MAC utilization {:.1f} %", *work.cycles,
                                       board.timeText(*work.cycles), work.utilization * 100)
                         : "cycles " + notCounted(board.plan().counters),
             work.valuesCompared);
  fmt::print("programs: {} compiled\nmemory: {}\n", backend.compiled(), loadText(backend.loaded()));
  board.printRetries();
}

int embedOnBoard(const BoardEmbedOptions& options) {
  TextReader texts(options.texts);
  Engine engine;
  engine.model = itf::readModelFile(options.model);
  demandTexts(engine.model.trained, options.model);
  engine.tokenizer.emplace(engine.model.trained.vocabulary, engine.model.trained.tokenizer);
  const quantizer::QuantizedModel& integers = itf::integersOf(engine.model, options.model).model;
  OpenBoard board(options.board);
  engine.plan = board.plan();
  auto backend = std::make_unique<board_host::BoardBackend>(integers, board.runner());
  const board_host::BoardBackend& onBoard = *backend;
  engine.backend = std::move(backend);
  return embedTexts(texts, engine, "board", options.outputs, [&] { printWork(board, onBoard); });
}

}  // namespace

void addBoardEmbed(CLI::App& board, int& status) {
  auto* command = board.add_subcommand("embed", "Turn sentences into vectors on the board");
  auto options = std::make_shared<BoardEmbedOptions>();
  addBoardOptions(*command, options->board);
  command->add_option("--model", options->model, "Model file (*.itf)")
      ->type_name(kind::kModel)
      ->required();
  addTexts(*command, options->texts);
  addEmbedOutputs(*command, options->outputs);
  command->footer(
      "Examples:\n"
      "  intformer board --port /dev/ttyUSB0 embed --model build/models/minilm.itf \"A river.\"\n"
      "Compiles the model for each length and brings it to the board's memory: what lies there\n"
      "already is compared by checksums and not sent again, and of a sentence as long as the one\n"
      "before only its tokens. Every last hidden state is compared with the golden model.\n"
      "Exit status: 0 fine, 1 input, port, cable or board were refused, 2 the board differs from "
      "the\n"
      "golden model or a cosine is below --floor, 3 the device stopped with an error or did not "
      "end.");
  command->callback([options, &status] {
    status = orRefuse([&] { return embedOnBoard(*options); },
                      options->model + " does not run on " + options->board.config);
  });
}

}  // namespace intformer::cli
