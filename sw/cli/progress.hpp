#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace intformer::cli {

/// A bar on stderr if that is a terminal, else a line now and then. Gone when it ends.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

 protected:
  /// Whether it is time to show something.
  bool due();
  void show(double part, const std::string& state);
  [[nodiscard]] double seconds() const;

 private:
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point begin_, next_;
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

/// How many of `total` things are done, and how many per second.
class CountProgress : public ProgressBar {
 public:
  CountProgress(std::string what, uint64_t total);
  void update(uint64_t done);

 private:
  std::string what_;
  uint64_t total_;
};

}  // namespace intformer::cli
