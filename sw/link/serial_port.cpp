#include "sw/link/serial_port.hpp"

// The kernel's own termios: glibc's has no rates but those with a name.
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/serial.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "sw/link/link_error.hpp"

namespace intformer::link {
namespace {

namespace fs = std::filesystem;

/// "; ports that are there: /dev/ttyUSB0"
std::string portsThere() {
  std::string list;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/dev", error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("ttyUSB") || name.starts_with("ttyACM"))
      list += (list.empty() ? "" : ", ") + entry.path().string();
  }
  if (list.empty()) return "no USB serial port is there at all: is the board plugged in?";
  return "ports that are there: " + list;
}

std::string groupOf(const struct stat& status) {
  const group* const found = getgrgid(status.st_gid);
  return found == nullptr ? std::to_string(status.st_gid) : found->gr_name;
}

constexpr const char* kInUse =
    "is in use by another program; end that first (fuser names it), for a board has one host";

}  // namespace

SerialPort::SerialPort(const std::string& path, uint32_t baud) : path_(path), baud_(baud) {
  try {
    open();
    lock();
    setUp();
  } catch (...) {
    if (file_ >= 0) ::close(file_);
    throw;
  }
}

SerialPort::~SerialPort() {
  ioctl(file_, TIOCNXCL);
  ::close(file_);
}

void SerialPort::refuse(const std::string& what) const {
  throw LinkError(path_ + ": " + what);
}

void SerialPort::gone() const {
  refuse(
      "the port has gone: unplugged, or the board has no power any more; plug it in and begin "
      "again, what is in its memory already is not sent twice");
}

void SerialPort::open() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    if (errno == ENOENT) refuse("no such port; " + portsThere());
    refuse(std::strerror(errno));
  }
  if (!S_ISCHR(status.st_mode)) refuse("is no serial port; " + portsThere());
  // Without O_NONBLOCK it would wait for a modem's carrier.
  file_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (file_ < 0 && errno == EACCES)
    refuse(
        fmt::format("permission denied: its group is {0}; `sudo usermod -aG {0} $USER` puts you "
                    "into it (dialout is that of serial ports), log in again then",
                    groupOf(status)));
  if (file_ < 0 && errno == EBUSY) refuse(kInUse);
  if (file_ < 0 && (errno == EIO || errno == ENXIO || errno == ENODEV)) gone();
  if (file_ < 0) refuse(std::strerror(errno));
  if (isatty(file_) == 0) refuse("is no serial port; " + portsThere());
}

/// A file beside the port is locked: to open the port itself once more may disturb its user.
void SerialPort::lock() {
  struct stat status {};
  if (fstat(file_, &status) != 0) refuse(std::strerror(errno));
  const std::string file =
      fmt::format("/tmp/intformer-port-{}-{}.lock", major(status.st_rdev), minor(status.st_rdev));
  lock_ = std::make_unique<files::FileLock>(file, files::LockOptions{.wait = false});
  if (lock_->error() == EWOULDBLOCK) refuse(kInUse);
  if (lock_->error() != 0)
    refuse(fmt::format("cannot be locked by {}: {}", file, std::strerror(lock_->error())));
  ioctl(file_, TIOCEXCL);  // for programs that know nothing of the lock
}

void SerialPort::setUp() {
  termios2 settings{};
  if (ioctl(file_, TCGETS2, &settings) != 0) refuse(std::strerror(errno));
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cflag = BOTHER | CS8 | CREAD | CLOCAL;
  settings.c_ispeed = baud_;
  settings.c_ospeed = baud_;
  settings.c_cc[VMIN] = 1;  // nothing is EAGAIN then, and 0 the end
  settings.c_cc[VTIME] = 0;
  const bool set = ioctl(file_, TCSETS2, &settings) == 0;
  const bool known = ioctl(file_, TCGETS2, &settings) == 0;
  // A receiver samples a byte's tenth bit in the middle: 3 % are enough to miss no bit.
  const uint32_t off = std::max(settings.c_ospeed, baud_) - std::min(settings.c_ospeed, baud_);
  if (!set || !known || off > baud_ / 33)
    refuse(fmt::format("does not do --baud {}{}; the bitstream's rate must be one of the adapter's",
                       baud_, known ? fmt::format(", but {}", settings.c_ospeed) : ""));
  // FTDI's chips keep short answers for 16 ms otherwise.
  serial_struct serial{};
  if (ioctl(file_, TIOCGSERIAL, &serial) == 0) {
    serial.flags |= ASYNC_LOW_LATENCY;
    ioctl(file_, TIOCSSERIAL, &serial);
  }
  ioctl(file_, TCFLSH, TCIOFLUSH);
}

bool SerialPort::wait(short events, Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd one{file_, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::clamp<int64_t>(left.count(), 0, 1000)));
    if (ready < 0 && errno != EINTR) refuse(std::strerror(errno));
    if (ready > 0) {
      if ((one.revents & events) != 0) return true;  // what came before the end is read first
      gone();
    }
    if (ready == 0 && Clock::now() >= until) return false;
  }
}

void SerialPort::write(std::span<const uint8_t> bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(file_, bytes.data(), bytes.size());
    if (done > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(done));
      continue;
    }
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno != EAGAIN) gone();
    if (!wait(POLLOUT, until)) refuse("takes no more bytes: does another program hold it up?");
  }
}

std::size_t SerialPort::read(std::span<uint8_t> into, Clock::time_point until) {
  while (wait(POLLIN, until)) {
    const ssize_t got = ::read(file_, into.data(), into.size());
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    gone();  // the end, or an error of the device
  }
  return 0;
}

}  // namespace intformer::link
