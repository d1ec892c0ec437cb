// Standard input and output: one name for them, a row for every line, nothing else between.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "sw/cli/kinds.hpp"
#include "tests/cli/support.hpp"

namespace intformer::test {
namespace {

namespace kind = cli::kind;

/// A text without what differs from run to run, or names the input.
std::string withoutChances(std::string text, const Examples& examples) {
  for (const std::string& name : {examples.lines, std::string("standard input")})
    for (std::size_t at = 0; (at = text.find(name)) != std::string::npos;)
      text.replace(at, name.size(), "INPUT");
  text = std::regex_replace(text, std::regex("of lines(?= and|\n)"), "of INPUT");
  // A board's memory holds what the run before has brought.
  text = std::regex_replace(text, std::regex("[0-9]+ of [0-9]+ bytes were there already, [0-9]+"), "");
  text = std::regex_replace(text, std::regex("\"(wall_seconds|sim_khz|bytes_sent|load_seconds|"
                                             "host_seconds|requests)\": [0-9.e+-]+"), "");
  return std::regex_replace(text, std::regex("[0-9.]+ s\\b|[0-9.]+ (per second|kHz)"), "");
}

/// A text file for an option: of JSON lines or pairs where those are asked for.
std::string inputFor(const Examples& examples, const CLI::Option& option) {
  if (nameOf(option).ends_with("jsonl")) {
    writeFile(examples.path("jsonl"), "{\"text\": \"A river.\"}\n{\"text\": \"\"}\n");
    return examples.path("jsonl");
  }
  if (nameOf(option).ends_with("pairs")) {
    writeFile(examples.path("pairs"), "A river.\tA stream.\n\tA ship.\n");
    return examples.path("pairs");
  }
  return examples.lines;
}

TEST_CASE("- is standard input or output wherever a file is named, or refused by name", "[cli]") {
  const Examples examples;
  Description description;
  std::size_t read = 0, written = 0, refused = 0;
  for (CLI::App* command : description.commands)
    for (const CLI::Option* option : optionsOf(*command)) {
      const std::string type = option->get_type_name();
      INFO(command->get_name() << " " << nameOf(*option) << " " << type);
      if (type == kind::kTextFile) {
        ++read;
        const std::string file = inputFor(examples, *option);
        const Streams named = run(examples.with(*command, *option, file));
        const Streams piped = run(examples.with(*command, *option, "-"), file);
        INFO(named.err << piped.err);
        CHECK(named.status == 0);
        CHECK(piped.status == 0);
        CHECK(withoutChances(piped.out, examples) == withoutChances(named.out, examples));
      } else if (type == kind::kOutFile) {
        ++written;
        const std::string file = examples.path("written");
        const Streams named = run(examples.with(*command, *option, file));
        INFO(named.err);
        REQUIRE(named.status == 0);
        const Streams piped = run(examples.with(*command, *option, "-"));
        CHECK(piped.status == 0);
        CHECK_FALSE(piped.out.empty());
        CHECK(withoutChances(piped.out, examples) == withoutChances(readText(file), examples));
        std::filesystem::remove(file);
      } else if (type == kind::kConfig || type == kind::kModel || type == kind::kModelOut ||
                 type == kind::kFolder) {
        ++refused;
        const Streams outcome = run(examples.with(*command, *option, "-"));
        CHECK(outcome.status == 1);
        CHECK_THAT(outcome.err, containsText(nameOf(*option) + " -: "));
      }
      CHECK_FALSE(std::filesystem::exists("-"));
    }
  CHECK(read >= 8);
  CHECK(written >= 12);
  CHECK(refused >= 15);
}

TEST_CASE("every line is a row, in every form", "[cli]") {
  const Examples examples;
  // A byte order mark, CRLF, blank and white lines, blanks at the ends, no end of the last line.
  const std::string text = "\xef\xbb\xbf" "A river.\r\n\n   \n A ship. \nYes.";
  const std::vector<std::string> expected = {"A river.", "", "   ", " A ship. ", "Yes."};
  writeFile(examples.path("text"), text);
  for (const Words input : {Words{"--input", examples.path("text")}, Words{"-"}}) {
    for (const std::string command : {"embed", "search", "tokenize"}) {
      Words words = {command, "--model", examples.model, "--jsonl", "-"};
      if (command == "search") words.insert(words.end(), {"--corpus", examples.lines});
      words.insert(words.end(), input.begin(), input.end());
      const Streams outcome = run(words, examples.path("text"));
      INFO(quoted(words) << outcome.err);
      CHECK(outcome.status == 0);
      std::vector<std::string> rows;
      std::istringstream out(outcome.out);
      for (std::string line; std::getline(out, line);) {
        const auto row = nlohmann::json::parse(line);
        rows.push_back(row.contains("text") ? row["text"] : row["query"]);
      }
      CHECK(rows == expected);
    }
  }
  const Words embed = {"embed", "--model", examples.model, "--input", examples.path("text")};
  Words npy = embed;
  npy.insert(npy.end(), {"--npy", "-"});
  const std::string array = run(npy).out;
  CHECK_THAT(array.substr(0, 128), containsText("'shape': (5, 32)"));
  CHECK(array.size() == 128 + 5 * 32 * sizeof(float));
  CHECK_THAT(run(embed).out, containsText("5 embeddings of 32 values"));
  // The row is the line's: equal texts have equal rows, at their places.
  Words json = embed;
  json.insert(json.end(), {"--json", "-"});
  const auto sentences = nlohmann::json::parse(run(json).out)["sentences"];
  REQUIRE(sentences.size() == 5);
  CHECK((sentences[1]["embedding"] == sentences[2]["embedding"]));
  CHECK((sentences[1]["embedding"] != sentences[0]["embedding"]));
}

TEST_CASE("JSON lines are read by line, and refused by line", "[cli]") {
  const Examples examples;
  const auto tokens = [&](const std::string& text) {
    writeFile(examples.path("in"), text);
    return run({"tokenize", "--model", examples.model, "--input-jsonl", "-", "--jsonl", "-"},
               examples.path("in"));
  };
  const Streams good = tokens("{\"text\": \"a\\nb\"}\r\n{\"id\": 1, \"text\": \"[MASK]\"}");
  CHECK(good.status == 0);
  CHECK_THAT(good.out, containsText("{\"text\":\"a\\nb\",") && containsText("\"[MASK]\""));
  for (const std::string bad : {"{\"text\": 1}", "[]", "a", "", "{\"text\": \"a\"", "\xff"}) {
    const Streams outcome = tokens("{\"text\": \"a\"}\n" + bad + "\n");
    INFO(bad);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, containsText("standard input:2: is no JSON object with a text"));
  }
  CHECK_THAT(tokens("").err, containsText("standard input: holds no line"));
  CHECK_THAT(tokens("\xff\xfe").err, containsText("is UTF-16"));
}

TEST_CASE("long inputs are read as they come, and printed in part", "[cli]") {
  const Examples examples;
  std::string lines;
  for (int i = 0; i < 3000; ++i) lines += i % 7 == 0 ? "\n" : "a\n";
  writeFile(examples.path("long"), lines);
  const Words on = {"embed", "--model", examples.model, "--input", examples.path("long")};
  const std::string text = run(on).out;
  CHECK(std::ranges::count(text, '\n') == 20 + 2);
  CHECK_THAT(text, containsText("and 2980 more") && containsText("3000 embeddings"));
  Words quiet = on;
  quiet.emplace_back("--quiet");
  CHECK(run(quiet).out.empty());
  quiet.insert(quiet.end(), {"--jsonl", "-"});
  CHECK(std::ranges::count(run(quiet).out, '\n') == 3000);
}

TEST_CASE("a file without a folder is written where the program runs", "[cli]") {
  const Examples examples;
  const std::string tokenize = "cd " + shellWord(examples.path()) + " && " +
                               shellWord(INTFORMER_PROGRAM) + " tokenize --model small.itf x --json ";
  for (const char* name : {"plain", "./plain", "new/plain"}) {
    const Outcome outcome = runCommand(tokenize + name);
    INFO(outcome.text);
    CHECK(outcome.status == 0);
    CHECK_THAT(readText(examples.path(name)), containsText("\"x\""));
    std::filesystem::remove(examples.path(name));
  }
}

TEST_CASE("output that cannot be written is an error, and one that nobody reads is none", "[cli]") {
  const Examples examples;
  const std::string tokenize = shellWord(INTFORMER_PROGRAM) + " tokenize --model " +
                               examples.model + " --input " + examples.lines;
  for (const std::string form : {"", " --jsonl -"}) {
    const Outcome full = runCommand(tokenize + form + " >/dev/full");
    CHECK(full.status == 1);
    CHECK(full.text == "standard output: cannot be written: No space left on device\n");
    std::string many;
    for (int i = 0; i < 20000; ++i) many += "a river\n";
    writeFile(examples.path("many"), many);
    const Outcome head = runCommand(shellWord(INTFORMER_PROGRAM) + " tokenize --model " +
                                    examples.model + form + " - <" + examples.path("many") +
                                    " | head -n 1 | cut -c 1-3");
    CHECK(head.status == 0);
    CHECK(std::ranges::count(head.text, '\n') == 1);  // nothing on stderr
  }
}

}  // namespace
}  // namespace intformer::test
