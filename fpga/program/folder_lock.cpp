#include "fpga/program/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace intformer::fpga {

namespace fs = std::filesystem;

FolderLock::FolderLock(const fs::path& folder) {
  fs::create_directories(folder);
  // Tools inherit it: one that outlives this program still writes here.
  file_ = open((folder / "lock").c_str(), O_RDONLY | O_CREAT, 0666);
  if (file_ >= 0 && flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  if (file_ >= 0) close(file_);
  throw std::runtime_error(
      error == EWOULDBLOCK
          ? fmt::format("{}: another run works there; wait for its end, or name another folder by "
                        "--out",
                        folder.string())
          : fmt::format("{}: cannot be locked: {}; --out names another folder", folder.string(),
                        std::strerror(error)));
}

FolderLock::~FolderLock() {
  close(file_);
}

}  // namespace intformer::fpga
