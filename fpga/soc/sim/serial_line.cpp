#include "fpga/soc/sim/serial_line.hpp"

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace intformer::board_sim {

Terminal::Terminal() {
  termios raw{};
  cfmakeraw(&raw);
  char name[256];
  if (::openpty(&master_, &slave_, name, &raw, nullptr) != 0)
    throw std::runtime_error(std::string("no pseudo terminal: ") + std::strerror(errno));
  // The near end stays open too, so that a host can come, go and come again.
  ::fcntl(master_, F_SETFL, O_NONBLOCK);
  path_ = name;
}

Terminal::~Terminal() {
  ::close(slave_);
  ::close(master_);
}

std::optional<uint8_t> Terminal::take() {
  if (come_.empty()) {
    uint8_t bytes[4096];
    const ssize_t count = ::read(master_, bytes, sizeof bytes);
    if (count > 0) come_.insert(come_.end(), bytes, bytes + count);
  }
  if (come_.empty()) return std::nullopt;
  const uint8_t byte = come_.front();
  come_.pop_front();
  return byte;
}

void Terminal::put(uint8_t byte) {
  // A host that does not read loses bytes, as on a cable.
  if (::write(master_, &byte, 1) < 0 && errno != EAGAIN)
    throw std::runtime_error(std::string("the terminal is lost: ") + std::strerror(errno));
}

void Sender::begin(uint8_t byte) {
  bits_ = (uint32_t{byte} << 1) | 0x200;
  left_ = 10;
  age_ = 0;
}

bool Sender::cycle() {
  if (left_ == 0) return true;
  const bool level = (bits_ & 1) != 0;
  age_ += 1;
  if (age_ >= clocks_) {
    age_ -= clocks_;
    bits_ >>= 1;
    --left_;
  }
  return level;
}

std::optional<uint8_t> Receiver::cycle(bool level) {
  if (taken_ < 0) {
    if (level) return std::nullopt;
    taken_ = 0;
    bits_ = 0;
    wait_ = 1.5 * clocks_;  // to the midst of the first bit
    return std::nullopt;
  }
  wait_ -= 1;
  if (wait_ >= 1) return std::nullopt;
  wait_ += clocks_;
  if (taken_ < 8) {
    bits_ |= static_cast<uint32_t>(level) << taken_++;
    return std::nullopt;
  }
  taken_ = -1;
  if (!level) return std::nullopt;  // no stop bit
  return static_cast<uint8_t>(bits_);
}

}  // namespace intformer::board_sim
