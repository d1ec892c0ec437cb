#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sw/files/streams.hpp"

/// The texts that a command works on, each a row of what it writes.
namespace intformer::cli {

struct TextRequest {
  std::vector<std::string> arguments;  ///< "-": the lines of standard input, in this place
  std::string lines;                   ///< file with a text per line, blank ones included
  std::string jsonLines;               ///< file with a JSON object per line: {"text": "..."}

  [[nodiscard]] bool empty() const;
};

/// Adds SENTENCES, --input and --input-jsonl.
void addTexts(CLI::App& command, TextRequest& request);

/// All texts in order: arguments, lines, JSON lines; as they come, so that a pipe may be endless.
class TextReader {
 public:
  /// Throws std::runtime_error where no text is asked for.
  explicit TextReader(const TextRequest& request);
  /// Up to `most` further texts; none at the end. Throws std::runtime_error for what cannot be read,
  /// what is no JSON, and where there was no text at all.
  std::vector<std::string> next(std::size_t most);
  std::vector<std::string> all();

 private:
  struct Source {
    enum class Kind { Text, Lines, JsonLines } kind;
    std::string value;  ///< the text, or the file
  };
  bool read(std::string& text);

  std::vector<Source> sources_;
  std::size_t current_ = 0;
  std::optional<files::LineReader> lines_;
  bool any_ = false;
};

/// A line of JSON: an object with a text, and the second one of a pair.
struct TextObject {
  std::string text;
  std::optional<std::string> pair;
  std::vector<std::string> others;  ///< keys beside them
};
/// Throws std::runtime_error that names the line.
TextObject textObjectOf(const std::string& line, const files::LineReader& from);

/// All lines of a text file. Throws std::runtime_error.
std::vector<std::string> readLines(const std::string& path);

/// Whether a text has nothing but white space.
bool isBlank(const std::string& text);

/// The text in at most `columns` bytes, not cut inside a character.
std::string shortened(const std::string& text, std::size_t columns);

}  // namespace intformer::cli
