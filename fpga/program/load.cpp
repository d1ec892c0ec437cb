#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

#include "fpga/program/commands.hpp"
#include "fpga/program/device.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/process/process.hpp"

namespace intformer::fpga {
namespace {

namespace fs = std::filesystem;

int run(const BoardChoice& choice) {
  const auto [board, plan] = chosenBoard(choice);
  const fs::path bitstream = bitstreamOf(choice, board, plan);
  if (!fs::exists(bitstream))
    throw std::runtime_error(fmt::format("{}: is not there; make bitstream BOARD={} CONFIG={} makes it",
                                         bitstream.string(), board.name, choice.config));
  process::CommandLine words = {"openFPGALoader"};
  words.insert(words.end(), board.loader.begin(), board.loader.end());
  words.push_back(bitstream.string());
  fmt::print(stderr, "{}\n", process::shellText(words));
  if (!process::findProgram(words[0]))
    throw std::runtime_error("openFPGALoader is not installed: apt-get install openfpgaloader");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  throw std::runtime_error("openFPGALoader cannot be started");
}

}  // namespace

void addLoad(CLI::App& app, int& status) {
  auto choice = std::make_shared<BoardChoice>();
  CLI::App* command = app.add_subcommand("load", "Load a bitstream into the board at the cable");
  addBoardChoice(*command, *choice);
  command->callback([choice, &status] { status = run(*choice); });
}

}  // namespace intformer::fpga
