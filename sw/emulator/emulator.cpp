#include "sw/emulator/emulator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sw/emulator/touches.hpp"
#include "sw/emulator/checks.hpp"
#include "sw/emulator/first_fault.hpp"
#include "sw/emulator/hazards.hpp"
#include "sw/emulator/machine.hpp"
#include "sw/emulator/self_overlap.hpp"
#include "sw/emulator/token_clock.hpp"

namespace intformer::emulator {
namespace {

std::string describe(std::span<const Command> commands, uint32_t index) {
  const OpcodeSpec* spec = findOpcode(commands[index].opcode());
  if (spec == nullptr)
    return fmt::format("command {} (opcode 0x{:02x})", index,
                       static_cast<unsigned>(commands[index].opcode()));
  if (!spec->queue) return fmt::format("command {} ({})", index, spec->name);
  return fmt::format("command {} ({}, queue {})", index, spec->name, queueName(*spec->queue));
}

std::string_view errorName(ErrorCode code) {
  for (const ErrorSpec& spec : errorSpecs())
    if (spec.code == code) return spec.name;
  return "unknown";
}

/// The smallest span around all bytes that commands can write: only there can touches conflict.
HazardTracker::MemorySpan writableSpan(const std::vector<MemoryWindow>& windows,
                                       uint64_t memoryBytes) {
  if (windows.empty()) return {0, memoryBytes};
  HazardTracker::MemorySpan span{memoryBytes, 0};
  for (const MemoryWindow& window : windows) {
    if ((window.permissions & window::kWritable) == 0) continue;
    span.begin = std::min(span.begin, window.base);
    span.end = std::max(span.end, std::min(window.end, memoryBytes));
  }
  return span.begin < span.end ? span : HazardTracker::MemorySpan{};
}

/// One run: the machine, what is known about its contents, and the result so far.
class Emulation {
 public:
  Emulation(const Plan& plan, std::span<const Command> commands, std::vector<uint8_t>& memory,
            const EmulatorOptions& options)
      : plan_(plan),
        commands_(commands),
        options_(options),
        windows_(options.windows),
        around_{plan, windows_, memory.size()},
        machine_(plan, memory),
        hazards_(plan, options.checkRaces ? writableSpan(options.windows, memory.size())
                                          : HazardTracker::MemorySpan{}) {
    if (windows_.empty())
      windows_.push_back({0, memory.size(), window::kReadable | window::kWritable});
  }

  EmulationResult run() {
    if (options_.programAddress && *options_.programAddress % kCommandBytes != 0)
      return fail({ErrorCode::IllegalField, *options_.programAddress,
                   "the program's address must be a multiple of 64"});
    for (index_ = 0; index_ < commands_.size(); ++index_) {
      if (const auto error = fetch()) return fail(*error);
      if (const auto error = checkFields(plan_, commands_[index_])) return fail(*error);
      if (commands_[index_].opcode() == Opcode::End) {
        result_.unusedTokens = tokens_.unused();
        return result_;
      }
      if (index_ + 1 == commands_.size()) break;  // the dispatcher knows: it is not executed
      if (!step(commands_[index_])) return result_;
    }
    return fail({ErrorCode::ProgramEnd, 0, {}});
  }

 private:
  std::optional<DeviceError> fetch() const {
    if (!options_.programAddress) return std::nullopt;
    return fetchFault(around_, *options_.programAddress, commands_.size(), index_);
  }

  bool step(const Command& command) {
    const Queue queue = *findOpcode(command.opcode())->queue;
    listTouches(plan_, command, touches_);
    if (options_.checkRaces && !takeTokens(command, queue)) return false;
    if (const auto error = firstFault(around_, command, touches_,
                                      [&] { return machine_.rowList(command); })) {
      fail(*error);
      return false;
    }
    if (command.opcode() == Opcode::Gather) touchGatheredRows(command);
    if (options_.checkRaces && !checkOrder(command, queue)) return false;
    if (options_.strict && !checkStrict(command)) return false;
    machine_.execute(command);
    count(command, queue);
    hazards_.commit(touches_, queue, index_ + 1);
    if (!options_.checkRaces || tokens_.finish(command, queue, index_ + 1)) return true;
    fail({ErrorCode::IllegalField, 0, fmt::format("more than {} tokens wait", kMaxQueueTokens)});
    return false;
  }

  /// Adds the rows that the list names to the touches. Reads come before writes.
  void touchGatheredRows(const Command& command) {
    rows_.clear();
    listGatheredRows(plan_, command, machine_.rowList(command), rows_);
    touches_.insert(touches_.begin() + 1, rows_.begin(), rows_.end());
  }

  bool takeTokens(const Command& command, Queue queue) {
    if (const auto starved = tokens_.start(command, queue)) {
      stop(Fault::Deadlock, 0,
           fmt::format("deadlock: {} waits for token {} of queue {}, which no earlier command gives",
                       describe(commands_, index_), starved->waitNumber, queueName(starved->from)));
      return false;
    }
    return true;
  }

  bool checkOrder(const Command& command, Queue queue) {
    if (queue == Queue::Vector && !checkConstants(command)) return false;
    const auto conflict = hazards_.findConflict(touches_, queue, tokens_.known(queue));
    if (!conflict) return true;
    result_.otherIndex = conflict->otherMark - 1;
    stop(Fault::Race, conflict->touch.begin,
         fmt::format("race on {} {}: {} {} it, {} {} it, and no token orders them",
                     spaceName(conflict->touch.space), conflict->touch.begin,
                     describe(commands_, result_.otherIndex),
                     conflict->otherWrites ? "writes" : "reads", describe(commands_, index_),
                     conflict->touch.write ? "writes" : "reads"));
    return false;
  }

  /// The vector unit reads constants while rows of the command before are still to be written.
  bool checkConstants(const Command& command) {
    const CommandOperands operands = operandsOf(command, plan_.dim);
    const CommandOperand* record = operands.find(Field::ConstAddr);
    if (record == nullptr) return true;
    const Touch constants{Space::Scratch, false, record->begin, record->at(record->blocks, 0)};
    const auto conflict = hazards_.findWrittenBy(constants, Queue::Vector);
    if (!conflict) return true;
    result_.otherIndex = conflict->otherMark - 1;
    stop(Fault::Race, conflict->touch.begin,
         fmt::format("race on scratchpad word {}: {} writes it, {} reads it as a constant, and "
                     "constants are read ahead of what vector commands write",
                     conflict->touch.begin, describe(commands_, result_.otherIndex),
                     describe(commands_, index_)));
    return false;
  }

  bool checkStrict(const Command& command) {
    if (const auto touch = hazards_.findUnwritten(touches_)) {
      stop(Fault::Unwritten, touch->begin,
           fmt::format("{} reads {} {}, which no command has written", describe(commands_, index_),
                       spaceName(touch->space), touch->begin));
      return false;
    }
    if (const int64_t slot = machine_.findInvalidStatistics(command); slot >= 0) {
      stop(Fault::Unwritten, static_cast<uint64_t>(slot),
           fmt::format("{} uses statistics slot {}, which does not hold what it needs",
                       describe(commands_, index_), slot));
      return false;
    }
    if (const int64_t segment = machine_.findMissingSegment(command); segment >= 0) {
      stop(Fault::Unwritten, static_cast<uint64_t>(segment),
           fmt::format("{} uses segment {} of the table, which no command has brought",
                       describe(commands_, index_), segment));
      return false;
    }
    if (const auto touch = findSelfOverlap(plan_, command, touches_)) {
      stop(Fault::SelfOverlap, touch->begin,
           fmt::format("{} disturbs itself on {} {}", describe(commands_, index_),
                       spaceName(touch->space), touch->begin));
      return false;
    }
    return true;
  }

  void count(const Command& command, Queue queue) {
    ++result_.commands[static_cast<std::size_t>(queue)];
    if (queue == Queue::Matmul)
      result_.macs +=
          command.at(Field::MatmulRows) * command.at(Field::Depth) * command.at(Field::Cols);
    if (queue == Queue::Load) result_.bytesLoaded += bytesTransferred(command, plan_.dim);
    if (queue == Queue::Store) result_.bytesStored += bytesTransferred(command, plan_.dim);
  }

  void stop(Fault fault, uint64_t address, std::string message) {
    result_.fault = fault;
    result_.commandIndex = index_;
    result_.address = address;
    result_.message = std::move(message);
  }

  EmulationResult fail(const DeviceError& error) {
    result_.error = error.code;
    const std::string where =
        commands_.empty() ? std::string("empty program") : describe(commands_, index_);
    stop(Fault::DeviceError, error.address,
         fmt::format("{}: {}, address 0x{:x}{}{}", where, errorName(error.code), error.address,
                     error.reason.empty() ? "" : ": ", error.reason));
    return result_;
  }

  const Plan& plan_;
  std::span<const Command> commands_;
  const EmulatorOptions& options_;
  std::vector<MemoryWindow> windows_;
  Surroundings around_;
  Machine machine_;
  HazardTracker hazards_;
  TokenClock tokens_;
  std::vector<Touch> touches_;
  std::vector<Touch> rows_;  ///< of a table, that a gather reads
  uint32_t index_ = 0;
  EmulationResult result_;
};

}  // namespace

EmulationResult runProgram(const Plan& plan, std::span<const Command> commands,
                           std::vector<uint8_t>& memory, const EmulatorOptions& options) {
  return Emulation(plan, commands, memory, options).run();
}

EmulationResult runProgram(const Plan& plan, const Program& program, std::vector<uint8_t>& memory,
                           EmulatorOptions options) {
  options.windows = {
      {0, program.readOnlyEnd, window::kReadable},
      {program.readOnlyEnd, program.memoryBytes, window::kReadable | window::kWritable}};
  options.programAddress = program.programAddress;
  return runProgram(plan, program.commands, memory, options);
}

}  // namespace intformer::emulator
