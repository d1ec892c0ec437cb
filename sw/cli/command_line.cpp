#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <regex>

#include "sw/cli/arguments.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/files/interrupt.hpp"
#include "sw/files/messages.hpp"
#include "sw/files/streams.hpp"
#include "sw/version/version.hpp"

namespace intformer::cli {
namespace {

std::string programOf(const CLI::App& app) {
  return app.get_name().empty() ? "intformer" : app.get_name();
}

int refuse(CLI::App& app, const std::vector<std::string>& words, const std::string& what) {
  const auto commands = app.get_subcommands([&](CLI::App* command) {
    return !words.empty() && command->get_name() == words.front();
  });
  fmt::print(stderr, "{}\n`{} {}--help` explains\n", what, programOf(app),
             commands.empty() ? "" : words.front() + " ");
  return kRefused;
}

/// What CLI11 finds wrong behind checkedArguments: values outside an option's range or list.
std::string textOf(const CLI::ParseError& error) {
  const std::string text = error.what();
  std::smatch parts;
  static const std::regex range("(.*): Value (.*) not in range (.*) to (.*)");
  static const std::regex list("(.*): (.*) not in \\{(.*)\\}");
  static const std::regex number("Could not convert: (.*) = (.*)");
  static const std::regex zeros("[.]?0+$");
  const auto bound = [&](int part) {
    const std::string digits = parts.str(static_cast<std::size_t>(part));
    return digits.find('.') == std::string::npos ? digits : std::regex_replace(digits, zeros, "");
  };
  if (std::regex_match(text, parts, range))
    return fmt::format("{} {}: must be {} to {}", parts.str(1), parts.str(2), bound(3), bound(4));
  if (std::regex_match(text, parts, list))
    return fmt::format("{} {}: must be one of {}", parts.str(1), parts.str(2),
                       std::regex_replace(parts.str(3), std::regex(","), ", "));
  if (std::regex_match(text, parts, number))
    return fmt::format("{} {}: is too large", parts.str(1), parts.str(2));
  return text;
}

int parse(CLI::App& app, const int& status, const std::vector<std::string>& words) {
  try {
    Arguments arguments = checkedArguments(app, words);
    if (arguments.words.empty()) {
      fmt::print(stderr, "{}", app.help());
      return kRefused;
    }
    if (arguments.dataToStandardOutput) files::keepOutputForData();
    std::ranges::reverse(arguments.words);
    app.parse(std::move(arguments.words));
  } catch (const UsageError& error) {
    return refuse(app, words, error.what());
  } catch (const CLI::ParseError& error) {
    // Help and the version come as errors, too.
    if (error.get_exit_code() == 0) return app.exit(error);
    return refuse(app, words, words.front() + ": " + textOf(error));
  }
  return status;
}

}  // namespace

int runCommandLine(CLI::App& app, const int& status, int argc, char** argv) {
  files::cleanUpWhenInterrupted();
  app.require_subcommand(1);
  app.set_version_flag("--version", programOf(app) + " " + std::string(version::programVersion()),
                       "Print the version and exit");
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    const int result = parse(app, status, words);
    files::flushStandardOutput();
    return result;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", files::messageOf(error));
    return kRefused;
  }
}

}  // namespace intformer::cli
