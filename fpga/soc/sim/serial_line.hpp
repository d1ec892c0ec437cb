#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

/// A serial line between a pseudo terminal of this machine and two pins of a simulation.
namespace intformer::board_sim {

/// The terminal's far end, which a host opens by name as it opens a cable's.
class Terminal {
 public:
  /// Throws std::runtime_error when there is none to be had.
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// What has come since; never waits.
  std::optional<uint8_t> take();
  void put(uint8_t byte);

 private:
  int master_ = -1, slave_ = -1;
  std::string path_;
  std::deque<uint8_t> come_;
};

/// 8N1 at `clocks` cycles for a bit, which need not be whole. One call each per cycle.
class Sender {
 public:
  explicit Sender(double clocks) : clocks_(clocks) {}
  [[nodiscard]] bool isFree() const { return left_ == 0; }
  void begin(uint8_t byte);
  /// The level of the line.
  bool cycle();

 private:
  double clocks_, age_ = 0;
  uint32_t bits_ = 0;
  int left_ = 0;
};

class Receiver {
 public:
  explicit Receiver(double clocks) : clocks_(clocks) {}
  std::optional<uint8_t> cycle(bool level);

 private:
  double clocks_, wait_ = 0;
  uint32_t bits_ = 0;
  int taken_ = -1;  ///< bits after the start bit; -1: the line is idle
};

}  // namespace intformer::board_sim
