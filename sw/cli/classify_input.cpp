#include "sw/cli/classify_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sw/cli/kinds.hpp"

namespace intformer::cli {
namespace {

/// Lines of a file ("-": standard input), byte for byte but for their ends: LF or CRLF.
class Lines {
 public:
  explicit Lines(const std::string& path) : path_(path) {
    if (path == "-") return;
    file_.open(path);
    if (!file_ || std::filesystem::is_directory(path))
      throw std::runtime_error(path + ": cannot be opened, or is a folder");
  }
  bool next(std::string& line) {
    if (!std::getline(path_ == "-" ? std::cin : file_, line)) return false;
    if (line.ends_with('\r')) line.pop_back();
    ++number_;
    return true;
  }
  [[nodiscard]] std::size_t number() const { return number_; }
  [[noreturn]] void refuse(const std::string& reason) const {
    throw std::runtime_error(fmt::format("{}:{}: {}", path_, number_, reason));
  }

 private:
  std::string path_;
  std::ifstream file_;
  std::size_t number_ = 0;
};

TextOrPair pairOf(const std::string& line, const Lines& lines) {
  const std::size_t tabs = std::ranges::count(line, '\t');
  if (tabs != 1)
    lines.refuse(fmt::format("has {} tabs; a pair is two texts with one tab between them, and "
                              "--input-jsonl takes texts with tabs", tabs));
  const std::size_t tab = line.find('\t');
  return {line.substr(0, tab), line.substr(tab + 1)};
}

TextOrPair objectOf(const std::string& line, const Lines& lines) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  const auto isText = [&](const char* key) { return json.contains(key) && json[key].is_string(); };
  if (!json.is_object() || !isText("text"))
    lines.refuse(R"(is no JSON object with a text, as {"text": "A river.", "pair": "A stream."})");
  for (const auto& [key, value] : json.items())
    if (key != "text" && key != "pair") lines.refuse("has the key " + key + "; text and pair are known");
  TextOrPair result{json["text"], std::nullopt};
  if (!json.contains("pair") || json["pair"].is_null()) return result;
  if (!isText("pair")) lines.refuse("pair is no text");
  result.pair = json["pair"];
  return result;
}

template <typename Parse>
void readFile(const std::string& path, Parse parse, std::vector<TextOrPair>& texts) {
  if (path.empty()) return;
  Lines lines(path);
  for (std::string line; lines.next(line);) texts.push_back(parse(line, lines));
  if (lines.number() == 0) throw std::runtime_error(path + ": holds no line");
}

}  // namespace

void addClassifyTexts(CLI::App& command, ClassifyTexts& request) {
  command.add_option("texts", request.arguments, "Texts, each an argument as it stands")
      ->type_name(kind::kSentence);
  command.add_option("--pair", request.pairs,
                     "Second text of a pair, for every text given; may be repeated")
      ->type_name(kind::kSentence);
  command.add_option("--input", request.lines,
                     "More texts, one per line, blank ones too (-: from stdin)")
      ->type_name(kind::kTextFile);
  command.add_option("--input-pairs", request.pairLines,
                     "Pairs, one per line: two texts with a tab between them (-: from stdin)")
      ->type_name(kind::kTextFile);
  command.add_option("--input-jsonl", request.jsonLines,
                     "Texts and pairs, a JSON object per line: {\"text\": \"...\", \"pair\": "
                     "\"...\"} (-: from stdin)")
      ->type_name(kind::kTextFile);
}

std::vector<TextOrPair> readTexts(const ClassifyTexts& request) {
  std::vector<TextOrPair> first;
  for (const std::string& text : request.arguments) first.push_back({text, std::nullopt});
  readFile(request.lines, [](const std::string& line, const Lines&) { return TextOrPair{line, {}}; },
           first);
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
