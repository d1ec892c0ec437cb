#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gen/counters.hpp"

/// The register map and the error codes, described once; rendered to SystemVerilog, C, Markdown.
namespace intformer {

struct Plan;

/// What the bits of a register are, to software and to the hardware.
enum class Kind : uint8_t {
  Constant,  ///< read: a number of the Plan
  Reading,   ///< read: what the hardware says, `readings_i`
  Flag,      ///< read: set by a pulse in `readings_i`, until a Clear or any reset
  Held,      ///< read and write: `settings_o`, kept over a soft reset
  Pulse,     ///< write: a one is a pulse of a cycle in `pulses_o`
  Clear,     ///< write: a one clears a Flag
};

struct RegisterField {
  Kind kind;
  std::string_view name;  ///< snake_case; empty when the register is this one field
  uint32_t lsb;
  uint32_t width;  ///< more than 32 bits: two words, low half first
  std::string doc;
  uint64_t (*value)(const Plan&) = nullptr;  ///< of a Constant
  std::string_view clears = {};              ///< the Flag of a Clear: "status_interrupt"
  uint64_t reset = 0;                        ///< of a Held
};

/// A row of the table: a register of 32 or 64 bits.
struct RegisterRow {
  std::string_view name;  ///< snake_case
  uint32_t offset;        ///< byte offset, a multiple of 4; of a window's register, in its window
  std::vector<RegisterField> fields;
};

std::span<const RegisterRow> registerRows();
/// The registers that every window has; all of them Held.
std::span<const RegisterRow> windowRows();
/// 1 or 2
uint32_t wordsOf(const RegisterRow& row);
/// What the hardware calls a field: "status_busy", "program_addr".
std::string memberName(const RegisterRow& row, const RegisterField& field);
/// All fields of a register of constants.
uint64_t constantOf(const RegisterRow& row, const Plan& plan);
bool isConstant(const RegisterRow& row);

enum class Access : uint8_t { ReadOnly, ReadWrite, WriteOnly };
Access accessOf(Kind kind);

/// A word of the register map.
struct RegisterSpec {
  std::string name;  ///< snake_case
  uint32_t offset;   ///< byte offset, a multiple of 4
  Access access;
  std::string doc;
  uint32_t reset = 0;  ///< of what can be written and read
};

/// Codes of the error_code register. The first error of a run is kept.
enum class ErrorCode : uint8_t {
  None = 0,
  IllegalOpcode = 1,   ///< opcode unknown
  IllegalField = 2,    ///< a value that gen/tables/rules.hpp does not allow
  ProgramEnd = 3,      ///< the program's last command is not `end`
  ReadWindow = 4,      ///< a load touches memory outside the readable windows
  WriteWindow = 5,     ///< a store touches memory outside the writable windows
  FetchWindow = 6,     ///< the program lies outside the readable windows
  ReadBus = 7,         ///< AXI error response to a load
  WriteBus = 8,        ///< AXI error response to a store
  FetchBus = 9,        ///< AXI error response to a command fetch
  ScratchRange = 10,   ///< scratchpad address beyond its end
  AccumulatorRange = 11,  ///< accumulator address beyond its end
  StatRange = 12,      ///< row statistics slot beyond their end
  TokenDeadlock = 13,  ///< every queue waits for tokens that no command under way will give
  IndexRange = 14,     ///< a gather's row number is not below its limit
};

struct ErrorSpec {
  ErrorCode code;
  std::string_view name;
  std::string_view doc;
  std::string_view address;  ///< what error_addr says
};

/// A 64-bit counter; cleared by start, counts while the device is busy.
struct CounterSpec {
  std::string_view name;
  std::string_view doc;
  /// Empty for a counter of events. Else the unit whose time it counts: every cycle adds one to
  /// exactly one counter of each unit, so that a unit's counters sum to `cycles`.
  std::string_view unit = {};
  uint32_t stepWidth = 1;  ///< bits of the most steps of one cycle
  /// The last level that has it: Basic for the few that every figure of a run is made of.
  Counters level = Counters::Full;
  std::string_view size = {};  ///< a step adds so many (sizeSpecs(), a power of two); empty: one

  [[nodiscard]] bool isIn(Counters device) const { return device <= level; }
};

/// The counters of one unit's time: [first, first + count) of counterSpecs().
struct ActivitySpec {
  std::string_view unit;
  uint32_t first;
  uint32_t count;
};

inline constexpr uint32_t kDeviceId = 0x464E5449;  ///< "ITNF" read as little-endian bytes
inline constexpr uint32_t kDeviceVersion = 2;
inline constexpr uint32_t kWindowBase = 0x080;    ///< first window register
inline constexpr uint32_t kWindowStride = 0x20;   ///< base, end (exclusive), permissions
inline constexpr uint32_t kCounterBase = 0x200;   ///< low and high half of counter 0
inline constexpr uint32_t kMaxWindows = 8;

namespace control {
inline constexpr uint32_t kStart = 1U << 0;
inline constexpr uint32_t kSoftReset = 1U << 1;
}  // namespace control
namespace status {
inline constexpr uint32_t kBusy = 1U << 0;
inline constexpr uint32_t kDone = 1U << 1;
inline constexpr uint32_t kError = 1U << 2;
inline constexpr uint32_t kInterrupt = 1U << 3;
}  // namespace status
namespace window {
inline constexpr uint32_t kReadable = 1U << 0;
inline constexpr uint32_t kWritable = 1U << 1;
}  // namespace window

/// Every word: of the rows above, of `windowCount` windows, of the counters that a device has.
std::vector<RegisterSpec> registerMap(uint32_t windowCount, Counters counters = Counters::Full);
std::span<const ErrorSpec> errorSpecs();
std::span<const CounterSpec> counterSpecs();
/// Counters of events; those of the units' time follow them.
uint32_t eventCounterCount();
/// Indexes of the counters that such a device has, in their order. What it has not, has no register.
std::vector<uint32_t> countersOf(Counters device);
/// "not counted by this device (registers.counters = none)"
std::string notCounted(Counters device);
/// The units whose time is accounted for: the four queues' units, row scalar, dispatch.
std::span<const ActivitySpec> activitySpecs();
/// Index of a counter by name; an unknown name is our mistake: throws std::logic_error.
uint32_t counterIndex(std::string_view name);

}  // namespace intformer
