#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "sw/program/program.hpp"

namespace intformer::emulator {

/// A stretch of memory that the host opens to the device: [base, end).
struct MemoryWindow {
  uint64_t base = 0;
  uint64_t end = 0;
  uint32_t permissions = 0;  ///< window::kReadable | window::kWritable
};

struct EmulatorOptions {
  std::vector<MemoryWindow> windows;       ///< empty: the whole memory, readable and writable
  std::optional<uint64_t> programAddress;  ///< where the commands lie, to check their window
  bool strict = true;      ///< refuse reads of what no command has written, and self-overlap
  bool checkRaces = true;  ///< prove that the tokens order all conflicting touches
};

/// What stopped the emulator. A device would notice only the first kind; after any other its
/// results would depend on timing.
enum class Fault : uint8_t {
  None,
  DeviceError,    ///< the device stops with EmulationResult::error
  Unwritten,      ///< a command reads what none has written
  SelfOverlap,    ///< a command disturbs its own operands
  Race,           ///< no token orders two touches of different queues to one place
  Deadlock,       ///< a command waits for a token that no earlier command gives
};

struct EmulationResult {
  Fault fault = Fault::None;
  ErrorCode error = ErrorCode::None;  ///< as the device's error_code register says it
  uint32_t commandIndex = 0;          ///< of the fault
  uint32_t otherIndex = 0;            ///< race: the earlier command
  uint64_t address = 0;               ///< memory byte, scratchpad word, accumulator row or slot
  std::string message;                ///< one line for people, both commands named; empty if fine

  std::array<uint64_t, kQueueCount> commands{};  ///< executed, per queue
  uint64_t macs = 0;          ///< multiply-accumulates of matmuls, padding not counted
  uint64_t bytesLoaded = 0;
  uint64_t bytesStored = 0;
  uint64_t unusedTokens = 0;  ///< given and never taken

  [[nodiscard]] bool ok() const { return fault == Fault::None; }
};

/// Executes a command stream bit-exactly, one command after another in stream order, on `memory`.
/// Scratchpad, accumulator and statistics start unwritten. Stops before the first faulty command.
EmulationResult runProgram(const Plan& plan, std::span<const Command> commands,
                           std::vector<uint8_t>& memory, const EmulatorOptions& options = {});

/// The same for a compiled model, with the windows that it asks for: program and constants
/// read-only, tensors read-write. `options.windows` and `options.programAddress` are replaced.
EmulationResult runProgram(const Plan& plan, const Program& program, std::vector<uint8_t>& memory,
                           EmulatorOptions options = {});

}  // namespace intformer::emulator
