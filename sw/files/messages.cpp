#include "sw/files/messages.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace intformer::files {

std::string messageOf(const std::exception& error) {
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    const std::string& path = (file->path2().empty() ? file->path1() : file->path2()).string();
    return fmt::format("{}: {}", path, file->code().message());
  }
  if (const auto* system = dynamic_cast<const std::system_error*>(&error))
    return system->code().message();
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr)
    return "out of memory: this needs more than there is; try fewer tokens or layers";
  if (dynamic_cast<const std::runtime_error*>(&error) != nullptr ||
      dynamic_cast<const std::invalid_argument*>(&error) != nullptr)
    return error.what();
  return fmt::format("a fault of the program's own, not of what it was given: {}", error.what());
}

}  // namespace intformer::files
