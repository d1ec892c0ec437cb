#include <fmt/format.h>

#include <iterator>
#include <stdexcept>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "gen/writer.hpp"
#include "sw/board/board.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/version/version.hpp"

namespace intformer::board {
namespace {

/// Writes the header line by line.
class HeaderWriter {
 public:
  explicit HeaderWriter(const BoardModel& board) : board_(board), name_(board.name) {}

  std::string write() {
    const std::string guard = "INTFORMER_MODEL_" + upperSnake(name_) + "_H";
    line("/* {} on {}, config hash {}.", board_.model, deviceName(board_.plan),
         configHashText(board_.plan));
    line(" * Written by intformer {}; memory.json holds the same and all other tensors. */",
         version::programVersion());
    line("#ifndef {0}\n#define {0}\n", guard);
    line("#include \"sw/runtime/example/embed.h\"\n");
    sizes();
    windows();
    for (std::size_t i = 0; i < board_.programs.size(); ++i)
      line("static const uint32_t {}_lengths{}[] = {{{}}};", name_, i,
           lengthsText(board_.programs[i].lengths));
    programs();
    scales();
    model();
    line("\n#endif");
    return std::move(text_);
  }

 private:
  template <typename... T>
  void line(fmt::format_string<T...> format, T&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<T>(values)...);
    text_ += '\n';
  }
  static std::string address(uint64_t value) { return fmt::format("UINT64_C({:#x})", value); }

  [[nodiscard]] const TensorInfo& states() const {
    return board_.graph.tensors[board_.output->output16];
  }

  void sizes() {
    uint32_t tokens = 0;
    std::size_t sentences = 0;
    for (const BoardProgram& program : board_.programs) {
      tokens = std::max(tokens, program.tensors[board_.output->output16].rows);
      sentences = std::max(sentences, program.lengths.size());
    }
    const std::string prefix = upperSnake(name_);
    line("/* For arrays: the most that any program takes. */\nenum {{");
    line("  {}_WIDTH = {},\n  {}_TOKENS = {},\n  {}_SENTENCES = {}\n}};\n", prefix,
         states().cols, prefix, tokens, prefix, sentences);
  }

  void windows() {
    line("static const embed_window {}_windows[] = {{", name_);
    for (const tb::OpenWindow& window : jobOf(board_, board_.programs[0]).windows)
      line("    {{{}, {}, {}}},", address(window.base), address(window.end), window.permissions);
    line("}};\n");
  }

  void programs() {
    const Embedding& embedding = tokensOf(board_);
    line("\n/* Address and number of commands, sentences, lengths, tokens, cycles; addresses of ids,\n"
         " * places, states; bytes of a panel of states. */");
    line("static const embed_program {}_programs[] = {{", name_);
    for (std::size_t i = 0; i < board_.programs.size(); ++i) {
      const BoardProgram& program = board_.programs[i];
      const Placement out = placementOf(board_, program, board_.output->output16);
      line("    {{{}, {}, {}, {}_lengths{}, {}, {},", address(jobOf(board_, program).programAddress),
           program.program.commands.size(), program.lengths.size(), name_, i, out.rows,
           program.cycles);
      line("     {}, {}, {}, {}}},",
           address(placementOf(board_, program, embedding.token).address),
           address(placementOf(board_, program, embedding.place).address), address(out.address),
           out.bytes() / out.panels);
    }
    line("}};\n");
  }

  void scales() {
    line("/* What an LSB of each column of the states is worth. */");
    line("static const float {}_lsb[] = {{", name_);
    for (const double step : board_.output->outputStep) line("    {:.8e}f,", step / 256);
    line("}};\n");
  }

  void model() {
    const Plan& plan = board_.plan;
    const importer::Pooling& pooling = board_.output->pooling;
    const auto field = [&](const auto& value, const char* comment) {
      line("    {}, /* {} */", value, comment);
    };
    line("static const embed_model {}_model = {{", name_);
    line("    \"{}\",\n    \"{}\",", name_, deviceName(plan));
    line("    /* version, DIM, lanes, bytes of the bus, pwl, counters, scratchpad words,\n"
         "     * accumulator rows, statistics slots, config hash */");
    line("    {{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}},", kDeviceVersion, plan.dim, plan.lanes,
         plan.busBytes, plan.family == Family::Pwl ? 1 : 0, static_cast<unsigned>(plan.counters),
         plan.scratchWords, plan.accRows, plan.statRows, address(configHash(plan)));
    field(address(board_.base), "of the image");
    field(board_.imageBytes, "of it, without the trailer");
    field(address(board_.imageId), "of it");
    line("    {}, {}_windows,", jobOf(board_, board_.programs[0]).windows.size(), name_);
    line("    {}, {}_programs,", board_.programs.size(), name_);
    field(states().cols, "width");
    field(tokensOf(board_).vocabulary, "token ids lie below");
    field(placementOf(board_, board_.programs[0], board_.output->output16).dim,
          "columns of the states that lie side by side");
    field(pooling.mode == importer::PoolingMode::Mean ? 1 : 0,
          "1: the mean of the tokens, 0: the first");
    field(pooling.normalize ? 1 : 0, "1: an embedding has length 1");
    line("    {}_lsb}};", name_);
  }

  const BoardModel& board_;
  const std::string& name_;
  std::string text_;
};

}  // namespace

std::string modelHeader(const BoardModel& board) {
  static_cast<void>(tokensOf(board));
  return HeaderWriter(board).write();
}

}  // namespace intformer::board
