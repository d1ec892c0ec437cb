#include "sw/cli/texts.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sw/cli/kinds.hpp"

namespace intformer::cli {

using files::LineReader;

namespace {

std::string textAlone(const std::string& line, const LineReader& from) {
  TextObject object = textObjectOf(line, from);
  if (object.pair)
    throw std::runtime_error(fmt::format("{}:{}: has a pair, which intformer classify takes",
                                         from.name(), from.number()));
  return std::move(object.text);
}

}  // namespace

TextObject textObjectOf(const std::string& line, const LineReader& from) {
  const auto refuse = [&](const char* reason) {
    throw std::runtime_error(fmt::format("{}:{}: {}", from.name(), from.number(), reason));
  };
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("text") || !json["text"].is_string())
    refuse("is no JSON object with a text, as {\"text\": \"A river.\"}; lines of plain text are for "
           "--input");
  TextObject object{json["text"], std::nullopt, {}};
  for (const auto& [key, value] : json.items())
    if (key != "text" && key != "pair") object.others.push_back(key);
  if (!json.contains("pair") || json["pair"].is_null()) return object;
  if (!json["pair"].is_string()) refuse("its pair is no text");
  object.pair = json["pair"];
  return object;
}

bool TextRequest::empty() const { return arguments.empty() && lines.empty() && jsonLines.empty(); }

void addTexts(CLI::App& command, TextRequest& request) {
  command.add_option("sentences", request.arguments,
                     "Sentences, each an argument as it stands; - reads lines from stdin")
      ->type_name(kind::kSentences);
  command.add_option("--input", request.lines, "More sentences, one per line, blank ones too")
      ->type_name(kind::kTextFile);
  command.add_option("--input-jsonl", request.jsonLines,
                     "More sentences, a JSON object per line: {\"text\": \"...\"}")
      ->type_name(kind::kTextFile);
}

TextReader::TextReader(const TextRequest& request) {
  if (request.empty())
    throw std::runtime_error(
        "no sentences: give them as arguments, - for lines of standard input, --input FILE or "
        "--input-jsonl FILE");
  for (const std::string& text : request.arguments)
    sources_.push_back({files::isStandard(text) ? Source::Kind::Lines : Source::Kind::Text, text});
  if (!request.lines.empty()) sources_.push_back({Source::Kind::Lines, request.lines});
  if (!request.jsonLines.empty()) sources_.push_back({Source::Kind::JsonLines, request.jsonLines});
}

bool TextReader::read(std::string& text) {
  for (; current_ < sources_.size(); ++current_) {
    const Source& source = sources_[current_];
    if (source.kind == Source::Kind::Text) {
      text = source.value;
      ++current_;
      return true;
    }
    if (!lines_) lines_.emplace(source.value);
    if (lines_->next(text)) {
      if (source.kind == Source::Kind::JsonLines) text = textAlone(text, *lines_);
      return true;
    }
    lines_.reset();
  }
  return false;
}

std::vector<std::string> TextReader::next(std::size_t most) {
  std::vector<std::string> texts;
  for (std::string text; texts.size() < most && read(text);) texts.push_back(std::move(text));
  any_ = any_ || !texts.empty();
  if (!any_) throw std::runtime_error(files::inputName(sources_.back().value) + ": holds no line");
  return texts;
}

std::vector<std::string> TextReader::all() {
  return next(std::numeric_limits<std::size_t>::max());
}

std::vector<std::string> readLines(const std::string& path) {
  std::vector<std::string> lines;
  LineReader reader(path);
  for (std::string line; reader.next(line);) lines.push_back(std::move(line));
  return lines;
}

bool isBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\v\f") == std::string::npos;
}

std::string shortened(const std::string& text, std::size_t columns) {
  if (text.size() <= columns) return text;
  std::size_t end = columns - 3;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace intformer::cli
