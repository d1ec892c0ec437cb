#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "sw/files/lock.hpp"

namespace intformer::link {

/// A serial port: bytes as they are, 8N1, at any rate that the adapter does, and nobody else's
/// while this lives. What fails throws LinkError.
class SerialPort {
 public:
  using Clock = std::chrono::steady_clock;

  SerialPort(const std::string& path, uint32_t baud);
  ~SerialPort();
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] uint32_t baud() const { return baud_; }

  /// All of them; a port that takes none until then is refused.
  void write(std::span<const uint8_t> bytes, Clock::time_point until);
  /// What has come, at least a byte; 0 where nothing has until then.
  std::size_t read(std::span<uint8_t> into, Clock::time_point until);

 private:
  void open();
  void lock();
  void setUp();
  /// Waits for one of `events`; false where there is none until then.
  bool wait(short events, Clock::time_point until);
  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void gone() const;

  std::string path_;
  uint32_t baud_;
  int file_ = -1;
  std::unique_ptr<files::FileLock> lock_;
};

}  // namespace intformer::link
