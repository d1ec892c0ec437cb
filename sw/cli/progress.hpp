#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace intformer::cli {

/// A bar on stderr if that is a terminal; else a line after some seconds, and then every minute.
/// Gone when it ends.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Takes the bar away, so that something else can be printed.
  void clear();

 protected:
  /// Whether it is time to show something.
  bool due();
  /// Without a part: how far it is, is not known.
  void show(std::optional<double> part, const std::string& state);
  [[nodiscard]] double seconds() const;

 private:
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point begin_, next_;
};

/// For work that cannot tell how far it is: says every minute that it goes on.
class StillWorking {
 public:
  using Say = std::function<void(const std::string&)>;
  /// `what`: "compiling tiny". Without `say` it goes to stderr, a line each.
  explicit StillWorking(std::string what, Say say = {},
                        std::chrono::milliseconds interval = std::chrono::minutes(1));
  ~StillWorking();
  StillWorking(const StillWorking&) = delete;
  StillWorking& operator=(const StillWorking&) = delete;

 private:
  void wait();

  std::string what_;
  Say say_;
  std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
  std::thread thread_;
};

/// How far a simulation is and how fast it goes.
class Progress : public ProgressBar {
 public:
  Progress(std::string what, uint64_t totalCommands);
  void update(uint64_t cycle, uint64_t doneCommands);

 private:
  std::string what_;
  uint64_t total_;
};

/// How many things are done, of `total` if that is known, and how many per second.
class CountProgress : public ProgressBar {
 public:
  explicit CountProgress(std::string what, std::optional<uint64_t> total = std::nullopt);
  void update(uint64_t done);

 private:
  std::string what_;
  std::optional<uint64_t> total_;
};

/// How long something has taken that does not say how far it is.
class TimeProgress : public ProgressBar {
 public:
  explicit TimeProgress(std::string what) : what_(std::move(what)) {}
  void update();

 private:
  std::string what_;
};

/// A bar before `state`, in at most `columns` columns: the state is cut, the bar gets shorter and
/// goes where there is no room for it.
std::string progressLine(std::optional<double> part, const std::string& state,
                         std::size_t columns);

}  // namespace intformer::cli
