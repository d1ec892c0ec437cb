#include "sw/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace intformer::cli {

Progress::Progress(std::string what, uint64_t totalCommands)
    : what_(std::move(what)), total_(std::max<uint64_t>(totalCommands, 1)),
      terminal_(isatty(STDERR_FILENO) != 0), begin_(std::chrono::steady_clock::now()) {
  next_ = begin_ + std::chrono::milliseconds(terminal_ ? 200 : 10'000);
}

Progress::~Progress() {
  if (terminal_ && shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::update(uint64_t cycle, uint64_t doneCommands) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(terminal_ ? 200 : 10'000);
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double part =
      std::min(1.0, static_cast<double>(doneCommands) / static_cast<double>(total_));
  const std::string state =
      fmt::format("{} {:3.0f} %, {:.2f} M cycles, {:.0f} kHz", what_, part * 100,
                  static_cast<double>(cycle) / 1e6, static_cast<double>(cycle) / seconds / 1000);
  if (!terminal_) {
    fmt::print(stderr, "{}\n", state);
    return;
  }
  constexpr std::size_t kWidth = 30;
  const std::string bar(static_cast<std::size_t>(part * kWidth), '=');
  fmt::print(stderr, "\r\033[K[{:<{}}] {}", bar, kWidth, state);
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace intformer::cli
