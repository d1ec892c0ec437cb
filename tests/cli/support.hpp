#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "gen/config.hpp"
#include "tests/link/stand_in_board.hpp"
#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using Words = std::vector<std::string>;

/// The program's description of itself.
struct Description {
  Description();
  CLI::App app{"intformer"};
  int status = 0;
  std::vector<CLI::App*> commands;  ///< of one with tasks these

  /// Parses a command line and runs nothing. Throws cli::UsageError.
  void parse(const Words& words);
};

/// A command's words: {"embed"}, {"board", "embed"}.
Words wordsOf(const CLI::App& command);
/// As the command line names it: "--out", or a positional's name.
std::string nameOf(const CLI::Option& option);
bool takesText(const CLI::Option& option);
/// Options with a value, arguments included; of a kind, where one is named.
std::vector<CLI::Option*> optionsOf(CLI::App& command, const std::string& kind = "");

/// Small models, of texts and of pictures, and for every command a command line that works on it.
struct Examples : TemporaryFolder {
  Examples();
  /// The example of a command with one option set to `value`; an argument is replaced by it.
  /// Fails the test for a command without an example.
  [[nodiscard]] Words with(const CLI::App& command, const CLI::Option& option,
                           const std::string& value) const;
  std::string model = path("small.itf");
  std::string pictures = path("pictures.itf");
  std::string lines = path("lines");

 private:
  StandInBoard board_{{.plan = *loadConfig("configs/tiny4.toml").plan}};
  std::map<std::string, Words> examples_;  ///< by the command's words
};

/// Both streams and the status, as a shell has it: 128 and more for signals.
struct Streams {
  int status = 0;
  std::string out, err;
};
Streams run(const Words& words, const std::string& input = "/dev/null");
std::string quoted(const Words& words);

}  // namespace intformer::test
