#include "tests/cli/support.hpp"

#include <algorithm>

#include "sw/cli/arguments.hpp"
#include "sw/cli/commands.hpp"
#include "tests/import/synthetic_onnx.hpp"

namespace intformer::test {

Description::Description() {
  cli::addCommands(app, status);
  for (CLI::App* command : app.get_subcommands({})) {
    const auto tasks = command->get_subcommands({});
    commands.insert(commands.end(), tasks.begin(), tasks.end());
    if (tasks.empty()) commands.push_back(command);
  }
  // In time before the command would run.
  for (CLI::App* command : commands)
    command->parse_complete_callback([] { throw CLI::Success(); });
}

void Description::parse(const Words& words) {
  Words canonical = cli::checkedArguments(app, words).words;
  std::ranges::reverse(canonical);
  CHECK_THROWS_AS(app.parse(std::move(canonical)), CLI::Success);
}

Words wordsOf(const CLI::App& command) {
  Words words = {command.get_name()};
  const CLI::App* const above = command.get_parent();
  if (above->get_parent() != nullptr) words.insert(words.begin(), above->get_name());
  return words;
}

std::string nameOf(const CLI::Option& option) {
  return option.get_positional() ? option.get_name() : "--" + option.get_lnames().at(0);
}

bool takesText(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::vector<CLI::Option*> optionsOf(CLI::App& command, const std::string& kind) {
  return command.get_options([&](CLI::Option* option) {
    return takesText(*option) && (kind.empty() || option->get_type_name().starts_with(kind));
  });
}

Examples::Examples() {
  const std::string on = "configs/tiny4.toml", shape = "configs/models/tiny.toml";
  writeFile(lines, "A river.\n\nA red ship.\n  \nThe king sells bread.\n");
  REQUIRE(run({"import", "tests/models/small", "--out", path("float.itf")}).status == 0);
  REQUIRE(run({"quantize", path("float.itf"), "--calibrate", lines, "--drawn", "0", "--out",
               model}).status == 0);
  writeFile(path("pictures.onnx"), syntheticVit(1));
  REQUIRE(run({"import", path("pictures.onnx"), "--out", path("pictures.itf")}).status == 0);
  REQUIRE(run({"quantize", path("pictures.itf"), "--drawn", "4", "--out", pictures}).status == 0);
  examples_ = {
      {"generate", {on, "--out", path("design")}},
      {"compile", {shape, "--config", on, "--seq", "4", "--explain"}},
      {"estimate", {shape, "--config", on, "--seq", "4"}},
      {"run", {shape, "--config", on, "--seq", "4", "--layers", "1"}},
      {"synth", {on, "--target", "ecp5", "--out", path("cells")}},
      {"tokenize", {"A river.", "--model", model}},
      {"import", {"tests/models/small", "--out", path("new.itf")}},
      {"quantize", {path("float.itf"), "--calibrate", lines, "--drawn", "0", "--out",
                    path("new.itf")}},
      {"embed", {"A river.", "--model", model}},
      {"classify", {"A river.", "--model", model}},
      {"features", {"--model", pictures, "--drawn", "1"}},
      {"search", {"A river.", "--model", model, "--corpus", lines, "--no-cache"}},
      {"accuracy", {"--model", model, "--corpus", lines, "--queries", "1", "--lines", "2",
                    "--own"}},
      {"board selftest", {"--port", board_.port(), "--config", on, "--quick"}},
      {"board embed", {"A river.", "--port", board_.port(), "--config", on, "--model", model}},
      {"board bench", {"--port", board_.port(), "--config", on, "--model", shape}},
      {"study flat", {"--config", on, "--keys", "64", "--ports", "4"}},
  };
}

Words Examples::with(const CLI::App& command, const CLI::Option& option,
                     const std::string& value) const {
  const Words name = wordsOf(command);
  const auto found = examples_.find(name.size() == 1 ? name[0] : name[0] + " " + name[1]);
  INFO(quoted(name) << " has no example in tests/cli/support.cpp");
  REQUIRE(found != examples_.end());
  Words words = found->second;
  if (option.get_positional()) {
    words.at(0) = value;
  } else if (const auto at = std::ranges::find(words, nameOf(option)); at != words.end()) {
    *(at + 1) = value;
  } else {
    words.push_back(nameOf(option));
    words.push_back(value);
  }
  words.insert(words.begin(), name.begin(), name.end());
  return words;
}

std::string quoted(const Words& words) {
  std::string text;
  for (const std::string& word : words) {
    text += " '";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += "'";
  }
  return text;
}

Streams run(const Words& words, const std::string& input) {
  const TemporaryFolder folder;
  const std::string command = shellWord(INTFORMER_PROGRAM) + quoted(words) + " <'" + input +
                              "' >" + folder.path("out") + " 2>" + folder.path("err") +
                              "; echo status $?";
  const std::string text = runCommand(command).text;
  REQUIRE(text.rfind("status ") != std::string::npos);
  return {std::stoi(text.substr(text.rfind("status ") + 7)), readText(folder.path("out")),
          readText(folder.path("err"))};
}

}  // namespace intformer::test
