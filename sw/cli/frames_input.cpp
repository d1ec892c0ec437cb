#include "sw/cli/frames_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace intformer::cli {

namespace fs = std::filesystem;
using importer::InputKind;

NamedFrames readFolder(InputKind kind, const floating::ModelShape& shape, const std::string& folder) {
  const std::string ending = signals::endingOf(kind);
  if (!fs::is_directory(folder))
    throw std::runtime_error(fmt::format("{}: is no folder; give one of {}, *{}", folder,
                                         importer::inputName(kind), ending));
  NamedFrames all;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ending) all.names.push_back(entry.path().string());
  std::ranges::sort(all.names);
  if (all.names.empty()) throw std::runtime_error(fmt::format("{}: holds no *{}", folder, ending));
  for (const std::string& name : all.names)
    all.frames.add(signals::readFrames(kind, shape, name));
  return all;
}

NamedFrames drawMany(InputKind kind, const floating::ModelShape& shape, uint64_t seed,
                     uint32_t count) {
  NamedFrames all;
  for (uint32_t i = 0; i < count; ++i) {
    all.names.push_back(fmt::format("drawn {}", seed + i));
    all.frames.add(signals::drawFrames(kind, shape, seed + i));
  }
  return all;
}

}  // namespace intformer::cli
