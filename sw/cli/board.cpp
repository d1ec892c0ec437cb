#include "sw/cli/board_link.hpp"
#include "sw/cli/commands.hpp"

namespace intformer::cli {

void addBoard(CLI::App& app, int& status) {
  auto* board =
      app.add_subcommand("board", "Drive a board over its serial port: test, embed, measure");
  board->require_subcommand(1);
  addBoardSelftest(*board, status);
  addBoardEmbed(*board, status);
  addBoardBench(*board, status);
  board->footer(
      "Examples:\n"
      "  intformer board --port /dev/ttyUSB0 selftest --quick\n"
      "  intformer board --port /dev/ttyUSB0 embed --model build/models/minilm.itf \"A river.\"\n"
      "  intformer board --port /dev/ttyUSB0 bench --model build/models/minilm.itf --lengths 8,16\n"
      "Options stand before or behind the task. The config is the bitstream's; a board with "
      "another\n"
      "device is refused.\n"
      "Exit status: 0 fine, 1 input, port, cable or board were refused, 2 a comparison failed,\n"
      "3 the device stopped with an error or did not end.");
}

}  // namespace intformer::cli
