#include "sw/cli/classify_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sw/cli/kinds.hpp"
#include "sw/cli/texts.hpp"

namespace intformer::cli {

using files::LineReader;

namespace {

TextOrPair textOf(const std::string& line, const LineReader&) { return {line, std::nullopt}; }

TextOrPair pairOf(const std::string& line, const LineReader& from) {
  const std::size_t tabs = std::ranges::count(line, '\t');
  if (tabs != 1)
    throw std::runtime_error(
        fmt::format("{}:{}: has {} tabs; a pair is two texts with one tab between them, and "
                    "--input-jsonl takes texts with tabs",
                    from.name(), from.number(), tabs));
  const std::size_t tab = line.find('\t');
  return {line.substr(0, tab), line.substr(tab + 1)};
}

TextOrPair objectOf(const std::string& line, const LineReader& from) {
  TextObject object = textObjectOf(line, from);
  if (!object.others.empty())  // perhaps what was meant for the second text
    throw std::runtime_error(fmt::format("{}:{}: has the key {}; text and pair are known",
                                         from.name(), from.number(), object.others[0]));
  return {std::move(object.text), std::move(object.pair)};
}

template <typename Parse>
void readFile(const std::string& path, Parse parse, std::vector<TextOrPair>& texts) {
  if (path.empty()) return;
  LineReader lines(path);
  for (std::string line; lines.next(line);) texts.push_back(parse(line, lines));
  if (lines.number() == 0) throw std::runtime_error(lines.name() + ": holds no line");
}

}  // namespace

void addClassifyTexts(CLI::App& command, ClassifyTexts& request) {
  command.add_option("texts", request.arguments, "Texts, each an argument as it stands; - reads lines from stdin")
      ->type_name(kind::kSentences);
  command.add_option("--pair", request.pairs,
                     "Second text of a pair, for every text given; may be repeated")
      ->type_name(kind::kSentence);
  command.add_option("--input", request.lines,
                     "More texts, one per line, blank ones too")
      ->type_name(kind::kTextFile);
  command.add_option("--input-pairs", request.pairLines,
                     "Pairs, one per line: two texts with a tab between them")
      ->type_name(kind::kTextFile);
  command.add_option("--input-jsonl", request.jsonLines,
                     "Texts and pairs, a JSON object per line: {\"text\": \"...\", \"pair\": "
                     "\"...\"}")
      ->type_name(kind::kTextFile);
}

std::vector<TextOrPair> readTexts(const ClassifyTexts& request) {
  std::vector<TextOrPair> first;
  for (const std::string& text : request.arguments) {
    if (files::isStandard(text))
      readFile(text, textOf, first);
    else
      first.push_back({text, std::nullopt});
  }
  readFile(request.lines, textOf, first);
  if (first.empty() && !request.pairs.empty())
    throw std::runtime_error("--pair: is the second text of a pair; give the first one too");
  std::vector<TextOrPair> texts;
  for (const TextOrPair& one : first) {
    if (request.pairs.empty()) texts.push_back(one);
    for (const std::string& pair : request.pairs) texts.push_back({one.text, pair});
  }
  readFile(request.pairLines, pairOf, texts);
  readFile(request.jsonLines, objectOf, texts);
  if (texts.empty())
    throw std::runtime_error("no texts: give them as arguments, --input FILE, --input-pairs FILE or "
                             "--input-jsonl FILE");
  return texts;
}

}  // namespace intformer::cli
