// The documentation's figures against the commands that print them: figures.txt.

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <vector>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {
namespace {

struct Source {
  char kind = 0;  ///< '$', '%' or '~'
  std::string command;
  std::string expression;  ///< none of '~'
};

/// A piece of a document, and where its figures come from.
struct Entry {
  std::string document, text;
  std::vector<Source> sources;
};

std::vector<Entry> readEntries() {
  std::vector<Entry> entries;
  Source command;
  std::ifstream in("tests/docs/figures.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.size() > 2 && line[1] == ' ' && std::string("$%~=").find(line[0]) < 4) {
      const std::string rest = line.substr(2);
      if (line[0] != '=') command = {line[0], rest, {}};
      if (line[0] == '=' || line[0] == '~') {
        REQUIRE_FALSE(entries.empty());
        entries.back().sources.push_back(
            {command.kind, command.command, line[0] == '=' ? rest : ""});
      }
      continue;
    }
    const std::size_t colon = line.find(": ");
    REQUIRE(colon != std::string::npos);
    entries.push_back({line.substr(0, colon), line.substr(colon + 2), {}});
  }
  return entries;
}

/// The figures that stand for {} in the document's text; none where the text is not there.
std::vector<std::string> figuresIn(const Entry& entry) {
  static const std::regex special(R"([.^$|()\[\]*+?\\])");
  static const std::regex place(R"(\{\})");
  std::string expression = std::regex_replace(entry.text, special, R"(\$&)");
  expression = std::regex_replace(expression, place, "([0-9][0-9,]*(?:[.][0-9]+)?)");
  const std::string document = readText(entry.document);
  std::smatch match;
  if (!std::regex_search(document, match, std::regex(expression))) return {};
  std::vector<std::string> figures;
  for (std::size_t i = 1; i < match.size(); ++i) {
    figures.push_back(match[i]);
    std::erase(figures.back(), ',');
  }
  return figures;
}

const std::string& outputOf(const Source& source) {
  static std::map<std::string, std::string> outputs;
  auto [entry, isNew] = outputs.try_emplace(source.command);
  if (isNew) {
    const Outcome outcome =
        source.kind == '$' ? runProgram(source.command) : runCommand(source.command);
    INFO(source.command << "\n" << outcome.text);
    REQUIRE(outcome.status == 0);
    entry->second = outcome.text;
  }
  return entry->second;
}

/// Whether a document's figure is an output's, rounded to as many decimals.
bool isRounded(const std::string& figure, const std::string& value) {
  const std::size_t point = figure.find('.');
  const auto decimals = point == std::string::npos ? 0 : figure.size() - point - 1;
  const double unit = std::pow(10.0, -static_cast<double>(decimals));
  return std::abs(std::stod(figure) - std::stod(value)) <= unit * 0.5001;
}

/// Compares the figures from commands of one kind.
void compare(char kind) {
  std::size_t compared = 0;
  for (const Entry& entry : readEntries()) {
    const std::vector<std::string> figures = figuresIn(entry);
    for (std::size_t i = 0; i < entry.sources.size() && i < figures.size(); ++i) {
      const Source& source = entry.sources[i];
      if (source.kind != kind) continue;
      const std::string& output = outputOf(source);
      std::smatch match;
      INFO(entry.document << ": " << entry.text << "\n" << source.command << "\n" << output);
      REQUIRE(std::regex_search(output, match, std::regex(source.expression)));
      INFO("figure " << i + 1 << " of the document: " << figures[i] << ", of the command: "
                     << match[1]);
      CHECK(isRounded(figures[i], match[1]));
      ++compared;
    }
  }
  CHECK(compared > 0);
}

TEST_CASE("every listed figure stands in its document and has a command", "[docs]") {
  for (const Entry& entry : readEntries()) {
    INFO(entry.document << ": " << entry.text);
    const std::size_t figures = figuresIn(entry).size();
    CHECK(figures != 0);
    if (entry.sources.empty() || entry.sources[0].kind != '~')
      CHECK(figures == entry.sources.size());
  }
}

TEST_CASE("figures that the program prints in seconds are the documentation's", "[docs]") {
  compare('$');
}

TEST_CASE("figures that take minutes are the documentation's", "[.figures]") { compare('%'); }

/// The blocks of a document that show a command of the program and what it prints.
std::map<std::string, std::vector<std::string>> shownBlocks(const std::string& document) {
  std::map<std::string, std::vector<std::string>> blocks;
  std::vector<std::string>* block = nullptr;
  std::ifstream in(document);
  const std::string prompt = "$ intformer ";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```"))
      block = nullptr;
    else if (line.starts_with(prompt))
      block = &blocks[line.substr(prompt.size())];
    else if (block != nullptr)
      block->push_back(line);
  }
  return blocks;
}

TEST_CASE("what the documentation shows of a command is what it prints", "[docs]") {
  std::size_t shown = 0;
  for (const auto& entry : std::filesystem::directory_iterator("docs")) {
    if (entry.path().extension() != ".md") continue;
    for (const auto& [command, lines] : shownBlocks(entry.path().string())) {
      const std::string output = outputOf({'$', command, {}});
      INFO(entry.path() << ": " << command << "\n" << output);
      for (const std::string& line : lines) CHECK_THAT(output, containsText(line));
      ++shown;
    }
  }
  CHECK(shown > 0);
}

}  // namespace
}  // namespace intformer::test
