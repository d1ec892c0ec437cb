#include "fpga/program/progress.hpp"

#include <fmt/format.h>

#include <fstream>

namespace intformer::fpga {

std::string phaseOf(const std::filesystem::path& log) {
  std::string now = "packing";
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) {
    if (line.find("Creating initial analytic placement") != line.npos) now = "placing";
    if (line.find("Running simulated annealing") != line.npos) now = "refining";
    if (line.find("Info: Routing..") != line.npos) now = "routing";
  }
  return now;
}

void Progress::tell(const std::string& doing) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin_);
  if (seconds.count() < told_ + 30) return;
  told_ = seconds.count();
  fmt::print(stderr, "{}: {}, {} s\n", what_, doing, told_);
}

}  // namespace intformer::fpga
