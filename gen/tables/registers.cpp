#include "gen/tables/registers.hpp"

#include <array>
#include <stdexcept>

namespace intformer {
namespace {

constexpr std::string_view kBurst = "the first byte wanted of the burst";
constexpr std::string_view kCommandAddress = "that of the command in memory";

constexpr std::array kErrors = {
    ErrorSpec{ErrorCode::None, "none", "no error", "0"},
    ErrorSpec{ErrorCode::IllegalOpcode, "illegal_opcode", "opcode unknown", "0"},
    ErrorSpec{ErrorCode::IllegalField, "illegal_field",
              "a value that the command set does not allow, or a program address that is no "
              "multiple of 64",
              "`memory_addr` where it or `memory_stride` is no multiple of DIM; the program's "
              "address; else 0"},
    ErrorSpec{ErrorCode::ProgramEnd, "program_end", "the program's last command is not end", "0"},
    ErrorSpec{ErrorCode::ReadWindow, "read_window", "a load outside the readable windows", kBurst},
    ErrorSpec{ErrorCode::WriteWindow, "write_window", "a store outside the writable windows",
              kBurst},
    ErrorSpec{ErrorCode::FetchWindow, "fetch_window", "program outside the readable windows",
              kCommandAddress},
    ErrorSpec{ErrorCode::ReadBus, "read_bus", "AXI error response to a load", kBurst},
    ErrorSpec{ErrorCode::WriteBus, "write_bus", "AXI error response to a store", kBurst},
    ErrorSpec{ErrorCode::FetchBus, "fetch_bus", "AXI error response to a command fetch",
              kCommandAddress},
    ErrorSpec{ErrorCode::ScratchRange, "scratch_range", "scratchpad address beyond its end",
              "the word"},
    ErrorSpec{ErrorCode::AccumulatorRange, "accumulator_range",
              "accumulator address beyond its end", "the row"},
    ErrorSpec{ErrorCode::StatRange, "stat_range", "row statistics slot beyond their end",
              "the first slot beyond"},
    ErrorSpec{ErrorCode::TokenDeadlock, "token_deadlock",
              "every queue waits for tokens that no command under way will give", "0"},
    ErrorSpec{ErrorCode::IndexRange, "index_range",
              "a gather's row number is not below its limit", "the number's place in memory"},
};

using enum Counters;
constexpr std::array kCounters = {
    CounterSpec{"cycles", "cycles from start to done", {}, 1, Basic},
    CounterSpec{"commands", "commands completed", {}, 3, Basic},
    CounterSpec{"array_rows", "cycles in which a row enters the array", {}, 1, Basic},
    CounterSpec{"array_wait", "cycles in which the array has a command but waits for weights"},
    CounterSpec{"load_busy", "cycles with a load under way", {}, 1, Basic},
    CounterSpec{"matmul_busy", "cycles with a matmul under way", {}, 1, Basic},
    CounterSpec{"vector_busy", "cycles with a vector command under way", {}, 1, Basic},
    CounterSpec{"store_busy", "cycles with a store under way", {}, 1, Basic},
    CounterSpec{"scalar_busy", "cycles with the row-scalar unit busy"},
    CounterSpec{"load_wait", "cycles in which the next load waits for a token"},
    CounterSpec{"matmul_wait", "cycles in which the next matmul waits for a token"},
    CounterSpec{"vector_wait", "cycles in which the next vector command waits for a token"},
    CounterSpec{"store_wait", "cycles in which the next store waits for a token"},
    CounterSpec{"read_bytes", "bytes of load and fetch data received", {}, 1, Basic, "bus_bytes"},
    CounterSpec{"write_bytes", "bytes of store data sent, padding not counted", {}, 1, Basic, "dim"},

    CounterSpec{"load_work", "cycles in which a word of a load enters the scratchpad", "load"},
    CounterSpec{"load_port", "its word waits for the scratchpad's port", "load"},
    CounterSpec{"load_memory", "it waits for data from memory", "load"},
    CounterSpec{"load_token_matmul", "it waits for a token from matmul", "load"},
    CounterSpec{"load_token_vector", "it waits for a token from vector", "load"},
    CounterSpec{"load_token_store", "it waits for a token from store", "load"},
    CounterSpec{"load_empty", "it has no command", "load"},

    CounterSpec{"matmul_work", "cycles in which a row enters the array", "matmul"},
    CounterSpec{"matmul_short",
                "a tile of fewer than DIM rows, a row added to just before, a command's start",
                "matmul"},
    CounterSpec{"matmul_weights", "the weights of the tile are not complete", "matmul"},
    CounterSpec{"matmul_port", "its row waits for the scratchpad's port", "matmul"},
    CounterSpec{"matmul_token_load", "it waits for a token from load", "matmul"},
    CounterSpec{"matmul_token_vector", "it waits for a token from vector", "matmul"},
    CounterSpec{"matmul_token_store", "it waits for a token from store", "matmul"},
    CounterSpec{"matmul_empty", "it has no command", "matmul"},

    CounterSpec{"vector_work", "cycles in which the lanes take channels of a row", "vector"},
    CounterSpec{"vector_words", "the lanes wait for words: constants, two words per row", "vector"},
    CounterSpec{"vector_port", "a port of scratchpad or accumulator is taken", "vector"},
    CounterSpec{"vector_scalar", "it waits for the row-scalar unit", "vector"},
    CounterSpec{"vector_start", "a command's first and last cycles", "vector"},
    CounterSpec{"vector_token_load", "it waits for a token from load", "vector"},
    CounterSpec{"vector_token_matmul", "it waits for a token from matmul", "vector"},
    CounterSpec{"vector_token_store", "it waits for a token from store", "vector"},
    CounterSpec{"vector_empty", "it has no command", "vector"},

    CounterSpec{"store_work", "cycles in which a word of a store leaves for the bus", "store"},
    CounterSpec{"store_port", "its word waits for the scratchpad's port", "store"},
    CounterSpec{"store_memory", "it waits for the bus or the response", "store"},
    CounterSpec{"store_token_load", "it waits for a token from load", "store"},
    CounterSpec{"store_token_matmul", "it waits for a token from matmul", "store"},
    CounterSpec{"store_token_vector", "it waits for a token from vector", "store"},
    CounterSpec{"store_empty", "it has no command", "store"},

    CounterSpec{"scalar_work", "cycles in which the row-scalar unit has rows", "scalar"},
    CounterSpec{"scalar_empty", "it has none", "scalar"},

    CounterSpec{"dispatch_work", "cycles in which a command enters its queue", "dispatch"},
    CounterSpec{"dispatch_full_load", "the queue of load is full", "dispatch"},
    CounterSpec{"dispatch_full_matmul", "the queue of matmul is full", "dispatch"},
    CounterSpec{"dispatch_full_vector", "the queue of vector is full", "dispatch"},
    CounterSpec{"dispatch_full_store", "the queue of store is full", "dispatch"},
    CounterSpec{"dispatch_fetch", "no command has been fetched and checked", "dispatch"},
    CounterSpec{"dispatch_end", "`end`, or the stop at an error, waits for the units", "dispatch"},
};

/// Groups the counters by unit: those of a unit follow each other.
std::vector<ActivitySpec> gatherActivities() {
  std::vector<ActivitySpec> units;
  for (uint32_t i = eventCounterCount(); i < kCounters.size(); ++i) {
    if (units.empty() || units.back().unit != kCounters[i].unit)
      units.push_back({kCounters[i].unit, i, 0});
    ++units.back().count;
  }
  return units;
}

}  // namespace

std::span<const ErrorSpec> errorSpecs() { return kErrors; }
std::span<const CounterSpec> counterSpecs() { return kCounters; }

uint32_t eventCounterCount() {
  uint32_t count = 0;
  while (kCounters[count].unit.empty()) ++count;
  return count;
}

std::span<const ActivitySpec> activitySpecs() {
  static const std::vector<ActivitySpec> units = gatherActivities();
  return units;
}

std::vector<uint32_t> countersOf(Counters device) {
  std::vector<uint32_t> indexes;
  for (uint32_t i = 0; i < kCounters.size(); ++i)
    if (kCounters[i].isIn(device)) indexes.push_back(i);
  return indexes;
}

std::string notCounted(Counters device) {
  return "not counted by this device (registers.counters = " + std::string(countersName(device)) + ")";
}

uint32_t counterIndex(std::string_view name) {
  for (uint32_t i = 0; i < kCounters.size(); ++i)
    if (kCounters[i].name == name) return i;
  throw std::logic_error("no counter named " + std::string(name));
}

}  // namespace intformer
