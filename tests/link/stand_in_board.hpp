#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gen/plan.hpp"

namespace intformer::test {

using Bytes = std::vector<uint8_t>;

/// What goes wrong between host and board. Calls come from the board's thread.
struct Trouble {
  /// A byte on its way to the board, the n-th of all; false: it is lost.
  std::function<bool(uint8_t& byte, uint64_t n)> incoming;
  /// The n-th answer on its way back, as it will arrive.
  std::function<void(Bytes& answer, uint64_t n)> outgoing;
  /// Before the n-th request is carried out.
  std::function<std::chrono::milliseconds(uint64_t n)> delay;
  /// After so many requests the cable is pulled.
  std::optional<uint64_t> unplugAfter;
};

/// A board on a pseudo-terminal that speaks the protocol of docs/8-boards.md, written from its text
/// alone. Its device runs programs on the emulator.
class StandInBoard {
 public:
  struct Make {
    Plan plan;
    uint32_t memoryBytes = 1U << 20;
    uint32_t clockHz = 50'000'000;
    uint32_t version = 1;
    std::string magic = "INTFLINK";
    std::optional<Plan> computes;  ///< otherwise than a device of `plan` does
    bool hangs = false;            ///< the device never ends a run
    bool stops = false;            ///< it ends every run with an error
    bool noDevice = false;         ///< no register answers as a device's does
    /// What memory makes of the word that is written to an address.
    std::function<uint8_t(uint32_t address, uint8_t byte)> keeps;
    std::optional<uint32_t> busErrorFrom;  ///< memory from here on answers with an error
    bool silentRegisters = false, silentMemory = false;  ///< the link tells that these do not answer
  };

  explicit StandInBoard(Make make, Trouble trouble = {});
  ~StandInBoard();
  StandInBoard(const StandInBoard&) = delete;
  StandInBoard& operator=(const StandInBoard&) = delete;

  /// The port that a host opens.
  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] uint64_t requests(uint8_t op) const { return counts_[op]; }
  [[nodiscard]] uint64_t writtenBytes() const { return written_; }
  /// Register writes that were carried out.
  [[nodiscard]] uint64_t registerWrites() const { return registerWrites_; }
  /// Only while no host talks to the board.
  std::vector<uint8_t>& memory() { return memory_; }

 private:
  void serve();
  void take(uint8_t byte);
  void carryOut(uint8_t op, uint8_t seq, uint32_t address, uint32_t count, const Bytes& payload);
  void answer(uint8_t op, uint8_t status, uint8_t seq, const Bytes& payload);
  uint8_t work(uint8_t op, uint8_t seq, uint32_t address, uint32_t count, const Bytes& payload,
               Bytes& result);
  uint8_t memoryStatus(uint32_t address, uint32_t count, uint32_t most) const;
  void writeRegister(uint32_t offset, uint32_t value);
  uint32_t readRegister(uint32_t offset);
  void runProgram();

  Make make_;
  Trouble trouble_;
  int master_ = -1, slave_ = -1;
  std::string port_;
  std::vector<uint8_t> memory_;
  std::map<uint32_t, uint32_t> registers_;
  Bytes frame_;
  std::optional<uint8_t> lastWrite_;
  uint64_t bytesIn_ = 0, answers_ = 0, carried_ = 0;
  int busyReads_ = 0;
  std::atomic<uint64_t> counts_[16] = {};
  std::atomic<uint64_t> written_{0}, registerWrites_{0};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace intformer::test
