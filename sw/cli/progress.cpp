#include "sw/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace intformer::cli {
namespace {

std::chrono::milliseconds interval(bool terminal) {
  return std::chrono::milliseconds(terminal ? 200 : 10'000);
}

}  // namespace

ProgressBar::ProgressBar()
    : terminal_(isatty(STDERR_FILENO) != 0),
      begin_(std::chrono::steady_clock::now()),
      next_(begin_ + interval(terminal_)) {}

ProgressBar::~ProgressBar() {
  if (terminal_ && shown_) fmt::print(stderr, "\r\033[K");
}

bool ProgressBar::due() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return false;
  next_ = now + interval(terminal_);
  return true;
}

double ProgressBar::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void ProgressBar::show(double part, const std::string& state) {
  if (!terminal_) {
    fmt::print(stderr, "{}\n", state);
    return;
  }
  constexpr std::size_t kWidth = 30;
  const std::string bar(static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * kWidth), '=');
  fmt::print(stderr, "\r\033[K[{:<{}}] {}", bar, kWidth, state);
  std::fflush(stderr);
  shown_ = true;
}

Progress::Progress(std::string what, uint64_t totalCommands)
    : what_(std::move(what)), total_(std::max<uint64_t>(totalCommands, 1)) {}

void Progress::update(uint64_t cycle, uint64_t doneCommands) {
  if (!due()) return;
  const double part =
      std::min(1.0, static_cast<double>(doneCommands) / static_cast<double>(total_));
  show(part, fmt::format("{} {:3.0f} %, {:.2f} M cycles, {:.0f} kHz", what_, part * 100,
                         static_cast<double>(cycle) / 1e6,
                         static_cast<double>(cycle) / seconds() / 1000));
}

CountProgress::CountProgress(std::string what, uint64_t total)
    : what_(std::move(what)), total_(std::max<uint64_t>(total, 1)) {}

void CountProgress::update(uint64_t done) {
  if (!due()) return;
  show(static_cast<double>(done) / static_cast<double>(total_),
       fmt::format("{} {} of {}, {:.3g} per second", what_, done, total_,
                   static_cast<double>(done) / seconds()));
}

}  // namespace intformer::cli
