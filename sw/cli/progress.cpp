#include "sw/cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "sw/files/interrupt.hpp"

namespace intformer::cli {
namespace {

using namespace std::chrono_literals;

std::size_t terminalColumns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

std::string progressLine(std::optional<double> part, const std::string& state,
                         std::size_t columns) {
  constexpr std::size_t kWidest = 30, kNarrowest = 8, kFrame = 3;  // "[", "] "
  const std::size_t room = columns - std::min<std::size_t>(columns, 1);  // the cursor's place
  const std::string text = state.substr(0, room);
  if (!part || text.size() + kFrame + kNarrowest > room) return text;
  const std::size_t width = std::min(kWidest, room - text.size() - kFrame);
  const auto done =
      static_cast<std::size_t>(std::clamp(*part, 0.0, 1.0) * static_cast<double>(width));
  return fmt::format("[{:<{}}] {}", std::string(done, '='), width, text);
}

ProgressBar::ProgressBar()
    : terminal_(isatty(STDERR_FILENO) != 0),
      begin_(std::chrono::steady_clock::now()),
      next_(begin_ + (terminal_ ? 200ms : 5s)) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = false;
  files::lineIsOpen(false);
}

bool ProgressBar::due() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return false;
  next_ = now + (terminal_ ? 200ms : 60s);
  return true;
}

double ProgressBar::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void ProgressBar::show(std::optional<double> part, const std::string& state) {
  if (!terminal_) {
    fmt::print(stderr, "{}\n", state);
    return;
  }
  files::lineIsOpen(true);
  shown_ = true;
  fmt::print(stderr, "\r\033[K{}", progressLine(part, state, terminalColumns()));
  std::fflush(stderr);
}

StillWorking::StillWorking(std::string what, Say say, std::chrono::milliseconds interval)
    : what_(std::move(what)), say_(std::move(say)), interval_(interval) {
  if (!say_) say_ = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  thread_ = std::thread([this] { wait(); });
}

StillWorking::~StillWorking() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  end_.notify_one();
  thread_.join();
}

void StillWorking::wait() {
  std::unique_lock lock(mutex_);
  for (int minutes = 1; !end_.wait_for(lock, interval_, [this] { return ended_; }); ++minutes)
    say_(fmt::format("{}: {} min so far", what_, minutes));
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

CountProgress::CountProgress(std::string what, std::optional<uint64_t> total)
    : what_(std::move(what)), total_(total) {}

void CountProgress::update(uint64_t done) {
  if (!due()) return;
  const double perSecond = static_cast<double>(done) / seconds();
  if (!total_) return show({}, fmt::format("{} {}, {:.3g} per second", what_, done, perSecond));
  show(static_cast<double>(done) / static_cast<double>(std::max<uint64_t>(*total_, 1)),
       fmt::format("{} {} of {}, {:.3g} per second", what_, done, *total_, perSecond));
}

void TimeProgress::update() {
  if (due()) show({}, fmt::format("{}: {:.0f} s", what_, seconds()));
}

}  // namespace intformer::cli
