#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sw/link/frames.hpp"
#include "sw/link/serial_port.hpp"

namespace intformer::link {

/// What a board says of itself.
struct BoardIdentity {
  uint32_t version = 0;
  uint32_t clockHz = 0;
  uint32_t memoryBytes = 0;
  uint32_t dataBits = 0;
  uint32_t baud = 0;
};

struct LinkOptions {
  unsigned attempts = 5;                  ///< of a request
  std::chrono::milliseconds answer{250};  ///< beyond the time that cable and work take
  double patience = 1;                    ///< times all that: of a simulated board
};

struct LinkStatistics {
  uint64_t requests = 0;
  uint64_t retries = 0;             ///< requests that were sent again
  uint64_t silent = 0;              ///< of these: nothing that answers came in time
  uint64_t damaged = 0;             ///< or one of the payloads had a wrong CRC
  uint64_t skipped = 0;             ///< bytes that belong to no answer that was waited for
  uint64_t sent = 0, received = 0;  ///< bytes
};

/// Requests to a board and their answers. A request that is not answered, or whose answer is
/// damaged, is sent again, a few times; a write of a register is carried out once all the same.
/// What then still fails throws LinkError.
class BoardLink {
 public:
  explicit BoardLink(SerialPort& port, LinkOptions options = {});

  /// To be called first. Refuses boards of another protocol.
  const BoardIdentity& identify();
  [[nodiscard]] const BoardIdentity& identity() const { return identity_; }
  [[nodiscard]] const LinkStatistics& statistics() const { return statistics_; }
  [[nodiscard]] const LinkOptions& options() const { return options_; }
  [[nodiscard]] const std::string& place() const { return port_.path(); }

  uint32_t readRegister(uint32_t offset);
  void writeRegister(uint32_t offset, uint32_t value);
  /// Any number of bytes; addresses and counts are multiples of 4.
  void readMemory(uint32_t address, std::span<uint8_t> bytes);
  void writeMemory(uint32_t address, std::span<const uint8_t> bytes);
  /// CRC-32 of these bytes in memory, multiples of 4.
  uint32_t checksumMemory(uint32_t address, uint32_t count);

 private:
  using Clock = SerialPort::Clock;
  enum class Outcome { Answered, Silent, Damaged };

  /// The answer's payload, `expected` bytes.
  std::vector<uint8_t> ask(Request request, uint32_t expected);
  Outcome tryOnce(const Request& request, uint32_t expected, std::vector<uint8_t>& payload);
  /// Reads on until `count` bytes wait in `input_`; false where they do not come in time.
  bool fill(std::size_t count, Clock::time_point until);
  void skip(std::size_t count);
  /// Lets the board drop what it has of a request, and what is on its way pass by.
  void resynchronize();
  /// Makes sure that no register write is taken for the retry of an earlier host's.
  void settleWrites();
  uint8_t nextSeq(Op op);
  [[nodiscard]] Clock::duration allowed(const Request& request, uint32_t expected) const;
  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void giveUp(const Request& request, Outcome last) const;
  [[noreturn]] void refused(const Request& request, Status status) const;

  SerialPort& port_;
  LinkOptions options_;
  BoardIdentity identity_;
  LinkStatistics statistics_;
  std::vector<uint8_t> input_;
  std::string strangers_;  ///< the first bytes that were no answer
  uint8_t seq_ = 0;
  std::optional<uint8_t> lastWrite_;  ///< seq of the last register write
  bool answered_ = false;             ///< ever
};

}  // namespace intformer::link
