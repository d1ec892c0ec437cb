#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace intformer::fpga {

/// What nextpnr's log says it is about.
std::string phaseOf(const std::filesystem::path& log);

/// A line now and then, since minutes pass.
class Progress {
 public:
  explicit Progress(std::string what) : what_(std::move(what)) {}

  void tell(const std::string& doing);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  Clock::time_point begin_ = Clock::now();
  int64_t told_ = 0;
};

}  // namespace intformer::fpga
