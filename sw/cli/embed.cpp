#include <memory>

#include "sw/cli/commands.hpp"
#include "sw/cli/embed_texts.hpp"
#include "sw/cli/refusals.hpp"

namespace intformer::cli {
namespace {

struct EmbedOptions {
  BackendRequest request;
  TextRequest texts;
  EmbedOutputs outputs;
};

int embed(const EmbedOptions& options) {
  TextReader texts(options.texts);
  const auto engine = openEngine(options.request);
  return embedTexts(texts, *engine, options.request.backend, options.outputs,
                    [&] { printDeviceWork(*engine); });
}

}  // namespace

void addEmbed(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("embed", "Turn sentences into vectors with a trained model");
  auto options = std::make_shared<EmbedOptions>();
  addBackendOptions(*command, options->request);
  addTexts(*command, options->texts);
  addEmbedOutputs(*command, options->outputs);
  command->footer(
      "Examples:\n"
      "  intformer embed --model build/models/minilm.itf \"A river.\" \"A stream.\"\n"
      "  intformer embed --model build/models/minilm.itf --input lines.txt --npy vectors.npy\n"
      "  intformer embed --model build/models/minilm.itf --jsonl - - <lines.txt | jq .embedding\n"
      "  intformer embed --model build/models/minilm.itf \"A river.\" --backend rtl --config "
      "configs/base16.toml\n"
      "Every sentence is a row, also an empty one; the first 20 are printed. Files named - are\n"
      "standard input and output; what is printed goes to stderr then.\n"
      "With --backend rtl every value of every layer is compared with the golden model.\n"
      "Exit status: 0 fine, 1 the input was refused, 2 the RTL differs from the golden model or\n"
      "a cosine is below --floor, 3 the device stopped with an error or the watchdog barked.");
  command->callback([options, &status] { status = orRefuse([&] { return embed(*options); }); });
}

}  // namespace intformer::cli
