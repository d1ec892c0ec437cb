// What a command line says, and what it is refused for.
#include "sw/cli/arguments.hpp"

#include <algorithm>

#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "tests/cli/support.hpp"

namespace intformer::test {
namespace {

using cli::checkedArguments;
namespace kind = cli::kind;

/// Texts that a parser may take for something else.
const Words kTexts = {"[MASK]", "[a river, a stream]", "[", "]", "[]", "[,]", "a,b", "%%", "{}",
                      "++", "", " ", " a ", "\ta\n", "\"a\"", "'a'", "\\\"a\\\"", "\\", "a=b",
                      "=", "embed", "--out", "-x", "--", "-5 degrees", "- a point", "[--a]",
                      "caf\xc3\xa9", "\xff\xfe", "a\xc3", "\xef\xbb\xbf" "a", "%s%n", "#a", "a;b",
                      "$HOME", "*", "/x", "@file", "0x10", "true"};

/// A value for an option that must be there.
std::string anyValue(const CLI::Option& option) {
  return option.get_type_name().starts_with("UINT") ? "1" : "x";
}

CLI::App* appOf(Description& description, const Words& command) {
  CLI::App* app = &description.app;
  for (const std::string& word : command) app = app->get_subcommand(word);
  return app;
}

/// What the program's description of itself makes of a command line: the values of one option.
Words valuesOf(const Words& command, const std::string& name, const Words& values,
               const std::function<Words(const Words& required)>& line) {
  Description description;
  CLI::App* app = appOf(description, command);
  Words required;
  for (const CLI::Option* option : optionsOf(*app))
    if (option->get_required() && nameOf(*option) != name && !option->get_positional()) {
      required.push_back(nameOf(*option));
      required.push_back(anyValue(*option));
    }
  for (const CLI::Option* option : optionsOf(*app))
    if (nameOf(*option) == name)
      for (const CLI::Option* needed : option->get_needs()) required.push_back(nameOf(*needed));
  Words words = line(required);
  words.insert(words.begin(), command.begin(), command.end());
  INFO(quoted(words) << " for " << quoted(values));
  description.parse(words);
  for (const CLI::Option* option : optionsOf(*app))
    if (nameOf(*option) == name) return option->results();
  return {};
}

/// The command's positional arguments that must be there, for an option's own test.
Words positionals(const Words& command) {
  Description description;
  Words words;
  for (const CLI::Option* option : optionsOf(*appOf(description, command)))
    if (option->get_positional() && option->get_required()) words.emplace_back("x");
  return words;
}

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_CASE("every option says what its value is", "[cli]") {
  const Words kinds = {kind::kTextFile, kind::kOutFile,   kind::kConfig,  kind::kModel,
                       kind::kModelOut, kind::kFolder,    kind::kSentence, kind::kSentences,
                       kind::kSetting,  kind::kCycles, kind::kLengths, kind::kWord,   kind::kPort, kind::kChoice, kind::kDataFile, "UINT",
                       "FLOAT"};
  Description description;
  REQUIRE(description.commands.size() >= 14);
  for (CLI::App* command : description.commands)
    for (const CLI::Option* option : optionsOf(*command)) {
      const std::string full = option->get_type_name();
      const bool isBounded = full.starts_with("UINT:") || full.starts_with("FLOAT:") ||
                             full.starts_with(kind::kChoice);
      const std::string type = isBounded ? full.substr(0, full.find(':')) : full;
      INFO(command->get_name() << " " << nameOf(*option) << " takes " << type);
      CHECK(std::ranges::count(kinds, type) == 1);
      CHECK_FALSE(option->get_description().empty());
    }
}

TEST_CASE("one argument is one text, byte for byte, in every command", "[cli]") {
  Description description;
  std::size_t tried = 0;
  for (const CLI::App* command : description.commands)
    for (const CLI::Option* option : optionsOf(*const_cast<CLI::App*>(command))) {
      const std::string type = option->get_type_name();
      if (type != kind::kSentence && type != kind::kSentences && type != kind::kSetting &&
          type != kind::kOutFile && type != kind::kTextFile && type != kind::kModel)
        continue;
      const bool isText = type == kind::kSentence || type == kind::kSentences;
      const std::string name = nameOf(*option);
      const Words on = wordsOf(*command);
      for (const std::string& text : kTexts) {
        if (!isText && text.empty()) continue;  // no file
        ++tried;
        const Words one = {text};
        if (option->get_positional()) {
          CHECK(valuesOf(on, name, one, [&](const Words& required) {
                  return required + Words{"--", text};
                }) == one);
          continue;
        }
        CHECK(valuesOf(on, name, one, [&](const Words& required) {
                return required + Words{name + "=" + text} + positionals(on);
              }) == one);
        if (!text.starts_with("--"))
          CHECK(valuesOf(on, name, one, [&](const Words& required) {
                  return required + positionals(on) + Words{name, text};
                }) == one);
      }
      if (type == kind::kSentences) {  // all at once, before and behind --
        Words plain = kTexts;
        std::erase_if(plain, [](const std::string& t) { return t.starts_with("--") || t == "-x"; });
        CHECK(valuesOf(on, name, plain, [&](const Words& required) { return plain + required; }) ==
              plain);
        CHECK(valuesOf(on, name, kTexts, [&](const Words& required) {
                return required + Words{"--"} + kTexts;
              }) == kTexts);
      }
    }
  CHECK(tried > 500);
}

TEST_CASE("the program embeds the argument as it embeds the line", "[cli]") {
  const Examples examples;
  Words texts = kTexts;
  std::erase_if(texts, [](const std::string& t) { return t.find('\n') != std::string::npos; });
  std::string lines = "first\n";  // so that no byte order mark is the text's first
  for (const std::string& text : texts) lines += text + "\n";
  writeFile(examples.path("texts"), lines);
  for (const std::string command : {"tokenize", "embed"}) {
    const Words on = {command, "--model", examples.model, "--jsonl", "-"};
    const Streams arguments = run(on + Words{"--", "first"} + texts);
    const Streams piped = run(on + Words{"-"}, examples.path("texts"));
    INFO(arguments.err);
    CHECK(arguments.status == 0);
    CHECK(arguments.out == piped.out);
    CHECK(std::ranges::count(arguments.out, '\n') == std::ssize(texts) + 1);
  }
}

TEST_CASE("a wrong word is named, with the nearest that there is", "[cli]") {
  const std::vector<std::pair<Words, std::string>> lines = {
      {{"frobnicate"}, "unknown command frobnicate\ncommands: generate"},
      {{"generat"}, "unknown command generat; did you mean generate?"},
      {{"generate", "configs/tiny4.toml", "--outt", "x"}, "unknown option --outt; did you mean --out?"},
      {{"--versio"}, "unknown option --versio; did you mean --version?"},
      {{"embed", "--model", "m", "-x"}, "a sentence that begins with - comes behind --"},
      {{"generate", "configs/tiny4.toml"}, "--out is missing: Folder for the design"},
      {{"generate", "configs/tiny4.toml", "--out"}, "--out: its value is missing"},
      {{"generate", "configs/tiny4.toml", "--out", "--set", "a=b"}, "--out: its value is missing before --set"},
      {{"generate", "a", "b", "--out", "x"}, "'b' is one argument too many"},
      {{"generate", "a", "--out", "x", "--out", "y"}, "--out is given twice"},
      {{"generate", "a", "--out", "x", "--quiet=1"}, "--quiet takes no value"},
      {{"generate", "a", "--out", ""}, "--out '': a name is asked for"},
      {{"estimate", "a", "--config", "b", "--seq", "9,,9"}, "--seq 9,,9: a whole number"},
      {{"estimate", "a", "--config", "b", "--seq", "-9"}, "--seq -9: a whole number"},
      {{"estimate", "a", "--config", "b", "--layers", "9x"}, "--layers 9x: a whole number"},
      {{"estimate", "a", "--config", "b", "--layers", "99999999999999999999"}, "--layers 99999999999999999999: is too large"},
      {{"run", "a", "--config", "b", "--mem-stall", "nan"}, "--mem-stall nan: a number like 0.25"},
      {{"run", "a", "--config", "b", "--mem-stall", "2"}, "--mem-stall 2: must be 0 to 0.95"},
      {{"run", "a", "--config", "b", "--backend", "gpu"}, "--backend gpu: must be one of golden, emulator, rtl"},
      {{"compile", "a", "--config", "b", "--seq", "4", "--json", "x"}, "--json is for --explain alone"},
      {{"embed", "a", "--model", "m", "--json", "-", "--npy", "-"}, "--json and --npy both name standard output"},
      {{"embed", "-", "--model", "m", "--input", "-"}, "both name standard input"},
  };
  for (const auto& [words, text] : lines) {
    const Streams outcome = run(words);
    INFO(quoted(words) << "\n" << outcome.err);
    CHECK(outcome.status == 1);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, containsText(text));
  }
  CHECK_THAT(run({}).err, containsText("generate") && containsText("accuracy"));
  CHECK(run({}).status == 1);
  CHECK(run({"--help"}).status == 0);
  CHECK_THAT(run({"embed", "--help"}).out, containsText("--jsonl OUT-FILE"));
}

TEST_CASE("numbers are decimal: a zero in front makes nothing octal", "[cli]") {
  for (const auto& [written, value] :
       {std::pair{"010", 10U}, {"0", 0U}, {"000", 0U}, {"0x10", 16U}, {"00x10", 16U}}) {
    Description description;
    Words words = {"estimate", "a", "--config", "b", "--layers", written};
    INFO(written);
    if (std::string(written) == "00x10") {
      CHECK_THROWS_AS(checkedArguments(description.app, words), cli::UsageError);
      continue;
    }
    description.parse(words);
    CHECK(description.app.get_subcommand("estimate")->get_option("--layers")->as<uint32_t>() ==
          value);
  }
}

TEST_CASE("a number that no integer holds is refused", "[cli]") {
  for (const char* number : {"18446744073709551616", "0x10000000000000000", "99999999999999999999999"})
    for (const char* option : {"--seed", "--layers"}) {
      const Streams outcome = run({"estimate", "a", "--config", "b", option, number});
      CHECK(outcome.status == 1);
      CHECK_THAT(outcome.err, containsText(std::string(option) + " " + number + ": is too large"));
    }
  for (const char* cycles : {"0:99999999999999999999", "5:-1", "7:7", "x", "1:2:3"})
    CHECK(run({"run", "configs/models/tiny.toml", "--config", "configs/tiny4.toml", "--seq", "3",
               "--trace", cycles}).status == 1);
}

TEST_CASE("no output is written over an input or another output", "[cli]") {
  const Examples examples;
  const std::string model = readText(examples.model);
  const auto refuses = [](const Words& words, const std::string& text) {
    const Streams outcome = run(words);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, containsText(text));
  };
  refuses({"embed", "--model", examples.model, "a", "--json", examples.path("./small.itf")},
          "--model and --json both name");
  refuses({"embed", "--model", examples.model, "--input", examples.lines, "--jsonl", examples.lines},
          "--input and --jsonl both name");
  refuses({"embed", "--model", examples.model, "a", "--json", examples.path("new"), "--jsonl",
           examples.path("new")},
          "--json and --jsonl both name");
  CHECK(readText(examples.model) == model);
  CHECK(run({"embed", "--model", examples.model, "a", "--json", "/dev/null", "--npy", "/dev/null"})
            .status == 0);
}

TEST_CASE("work that cannot tell how far it is says that it goes on", "[cli]") {
  std::mutex mutex;
  std::vector<std::string> said;
  {
    const cli::StillWorking working(
        "compiling x",
        [&](const std::string& line) {
          const std::lock_guard lock(mutex);
          said.push_back(line);
        },
        std::chrono::milliseconds(1));
    for (std::size_t count = 0; count < 2;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const std::lock_guard lock(mutex);
      count = said.size();
    }
  }
  CHECK(said[0] == "compiling x: 1 min so far");
  CHECK(said[1] == "compiling x: 2 min so far");
  const std::size_t before = said.size();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(said.size() == before);
}

TEST_CASE("a progress line fits its terminal", "[cli]") {
  const std::string state = "sentences 120 of 2000, 34.5 per second";
  for (std::size_t columns = 0; columns < 120; ++columns)
    CHECK(cli::progressLine(0.5, state, columns).size() <= columns);
  CHECK(cli::progressLine(0.5, "x", 80) == "[===============               ] x");
  CHECK(cli::progressLine({}, "x", 80) == "x");
}

}  // namespace
}  // namespace intformer::test
