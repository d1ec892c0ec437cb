#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace intformer::cli {

/// Says on stderr how far a simulation is and how fast it goes: a bar on a terminal, else a line
/// now and then.
class Progress {
 public:
  Progress(std::string what, uint64_t totalCommands);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void update(uint64_t cycle, uint64_t doneCommands);

 private:
  std::string what_;
  uint64_t total_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point begin_, next_;
};

}  // namespace intformer::cli
