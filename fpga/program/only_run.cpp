#include "fpga/program/only_run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace intformer::fpga {

namespace fs = std::filesystem;

namespace {

fs::path made(const fs::path& folder) {
  fs::create_directories(folder);
  return folder;
}

}  // namespace

OnlyRun::OnlyRun(const fs::path& folder)
    : lock_(made(folder) / "lock", {.wait = false, .inherited = true}) {
  if (lock_.error() == 0) return;
  throw std::runtime_error(
      lock_.error() == EWOULDBLOCK
          ? fmt::format("{}: another run works there; wait for its end, or name another folder by "
                        "--out",
                        folder.string())
          : fmt::format("{}: cannot be locked: {}; --out names another folder", folder.string(),
                        std::strerror(lock_.error())));
}

}  // namespace intformer::fpga
