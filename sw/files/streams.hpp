#pragma once

#include <filesystem>
#include <istream>
#include <memory>
#include <span>
#include <string>
#include <string_view>

/// "-" names standard input or output wherever a stream of bytes is read or written.
namespace intformer::files {

[[nodiscard]] bool isStandard(const std::filesystem::path& path);
/// The file's name in messages.
[[nodiscard]] std::string inputName(const std::filesystem::path& path);
[[nodiscard]] std::string outputName(const std::filesystem::path& path);

/// Keeps standard output for what is written to "-": all that is printed goes to stderr from now on.
void keepOutputForData();

/// A file that appears whole or not at all: written aside, then renamed into place by close().
/// Missing folders are made. "-", devices and pipes are written as the bytes come.
/// Everything throws std::runtime_error with path and reason; what was there before then stays.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Lines of a text, byte for byte but for their ends: LF or CRLF. The last one needs none. A byte
/// order mark at the beginning is no part of the first.
class LineReader {
 public:
  /// Throws std::runtime_error for what cannot be opened, or is a folder.
  explicit LineReader(const std::filesystem::path& path);
  /// Whether there was another. Throws std::runtime_error for what cannot be read.
  bool next(std::string& line);
  /// Of the line that came last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::unique_ptr<std::istream> own_;
  std::istream* in_;
  std::size_t number_ = 0;
};

/// Ends quietly where nobody reads standard output any more; throws std::runtime_error where it
/// cannot be written for another reason.
void flushStandardOutput();

}  // namespace intformer::files
