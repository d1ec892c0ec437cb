#include "fpga/program/history.hpp"

#include <fmt/format.h>

#include <sstream>

#include "sw/files/files.hpp"

namespace intformer::fpga {

History::History(const std::filesystem::path& path) : path_(path), out_(path) {
  static_cast<void>(text());
}

std::string History::text() const {
  constexpr uint64_t kMostBytes = 64 << 20;
  if (files::isStandard(path_) || !std::filesystem::is_regular_file(path_)) return {};
  return files::readText(path_, kMostBytes);
}

void History::add(const std::string& commit, const std::string& device,
                  const std::string& figures) {
  const std::string begin = fmt::format("| {} | {} |", commit, device);
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with(begin)) out_.write(line + '\n');
  out_.write(fmt::format("{} {} |\n", begin, figures));
  out_.close();
}

}  // namespace intformer::fpga
