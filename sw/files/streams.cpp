#include "sw/files/streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>

#include "sw/files/interrupt.hpp"

namespace intformer::files {
namespace {

namespace fs = std::filesystem;

int dataOutput = STDOUT_FILENO;

[[noreturn]] void fail(const fs::path& path, int error) {
  if (error == EPIPE) raise(SIGPIPE);  // who ignored it for us only sees it as this error
  throw std::runtime_error(
      fmt::format("{}: cannot be written: {}", outputName(path), std::strerror(error)));
}

/// Where the bytes of a path go, behind all links.
fs::path targetOf(const fs::path& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  return error ? path : target;
}

bool isStream(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return !error && fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

}  // namespace

bool isStandard(const fs::path& path) { return path == "-"; }

std::string inputName(const fs::path& path) {
  return isStandard(path) ? "standard input" : path.string();
}

std::string outputName(const fs::path& path) {
  return isStandard(path) ? "standard output" : path.string();
}

void keepOutputForData() {
  if (dataOutput != STDOUT_FILENO) return;
  std::fflush(stdout);
  const int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (kept < 0) fail("-", errno);
  dataOutput = kept;
  dup2(STDERR_FILENO, STDOUT_FILENO);
}

struct OutputFile::State {
  fs::path path;  ///< as it was asked for
  fs::path target;
  std::optional<TemporaryPath> aside;
  int file = -1;
  bool ours = true;  ///< to close

  ~State() {
    if (file >= 0 && ours) ::close(file);
  }
  void open() {
    if (isStandard(path)) {
      file = dataOutput;
      ours = false;
      return;
    }
    target = targetOf(path);
    std::error_code error;
    if (fs::is_directory(target, error)) fail(path, EISDIR);
    if (isStream(target)) {
      file = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
      error.clear();  // a file that is not there yet is none
      if (target.has_parent_path()) fs::create_directories(target.parent_path(), error);
      if (error)
        throw std::runtime_error(fmt::format("{}: cannot be made: {}",
                                             target.parent_path().string(), error.message()));
      aside.emplace(fmt::format("{}.{}", target.string(), getpid()));
      file = ::open(aside->path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    if (file < 0) fail(path, errno);
  }
};

OutputFile::OutputFile(const fs::path& path) : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->open();
}

OutputFile::~OutputFile() = default;

void OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(state_->file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(state_->path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void OutputFile::close() {
  State& state = *state_;
  if (!state.ours) return;
  const int file = std::exchange(state.file, -1);
  if (::close(file) != 0) fail(state.path, errno);
  if (!state.aside) return;
  const Uninterrupted whole;
  std::error_code error;
  fs::rename(state.aside->path(), state.target, error);
  if (error) fail(state.path, error.value());
  state.aside->release();
}

LineReader::LineReader(const fs::path& path) : name_(inputName(path)), in_(&std::cin) {
  if (isStandard(path)) {
    std::ios::sync_with_stdio(false);  // for speed
    return;
  }
  std::error_code error;
  if (fs::is_directory(path, error))
    throw std::runtime_error(name_ + ": is a folder; a text file is asked for");
  errno = 0;
  own_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*own_)
    throw std::runtime_error(fmt::format("{}: cannot be opened: {}", name_, std::strerror(errno)));
  in_ = own_.get();
}

bool LineReader::next(std::string& line) {
  errno = 0;
  if (!std::getline(*in_, line)) {
    if (in_->bad())
      throw std::runtime_error(fmt::format("{}: cannot be read: {}", name_, std::strerror(errno)));
    return false;
  }
  // Without a line end, a CR is the text's own.
  if (!in_->eof() && line.ends_with('\r')) line.pop_back();
  if (++number_ != 1) return true;
  if (line.starts_with("\xff\xfe") || line.starts_with("\xfe\xff"))
    throw std::runtime_error(name_ + ": is UTF-16; write it as UTF-8 (iconv -f UTF-16 -t UTF-8)");
  if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
  return true;
}

void flushStandardOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) fail("-", errno == 0 ? EIO : errno);
}

}  // namespace intformer::files
