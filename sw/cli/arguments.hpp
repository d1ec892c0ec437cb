#pragma once

#include <CLI/CLI.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace intformer::cli {

/// A command line that means nothing. The text says where, why and what to write instead.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A command line as the user meant it, in a form that CLI11 cannot take for something else.
struct Arguments {
  std::vector<std::string> words;  ///< for App::parse, which takes them from the end
  bool dataToStandardOutput = false;
};

/// Checks a command line against the program's description of itself and brings it into one form:
/// the command, its task where it has several, options with their values, "--", and arguments. One word is one value, byte
/// for byte: nothing is taken apart, joined or left out. Without a command the words are empty.
/// Changes how many values the options of `app` expect. Throws UsageError.
Arguments checkedArguments(CLI::App& app, std::vector<std::string> words);

/// The one of `names` that is most like what was written, or "" where none is near.
std::string nearestName(const std::string& written, const std::vector<std::string>& names);

}  // namespace intformer::cli
