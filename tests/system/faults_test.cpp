// Commands with several faults at once, and windows that cut through what a program touches: device
// and emulator must report the same one.
#include <cstring>
#include <map>

#include "tests/catch.hpp"
#include "tests/programs/random_program.hpp"
#include "tests/programs/random_source.hpp"
#include "tests/system/support.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::system_test;
using namespace intformer::emulator;

namespace {

constexpr uint32_t kRuns = 1500;  ///< per device
/// Words, rows or tiles that a command may ask for: beyond, the simulation takes too long.
constexpr uint64_t kMostWork = 20'000;

bool isAddress(const FieldSpec& field) {
  return field.name.ends_with("_addr") || field.name.ends_with("_stride");
}

/// Near the ends of the memories, and so large that sums pass 2^24 or 2^32.
int64_t farValue(const Plan& plan, const FieldSpec& field, uint64_t memoryBytes, RandomSource& random) {
  const auto below = [&](uint64_t limit) { return static_cast<int64_t>(random.below(limit)); };
  const int64_t most = field.width > 62 ? int64_t{1} << 40 : (int64_t{1} << field.width) - 1;
  const int64_t unit = field.name.starts_with("memory") ? 64 : field.name == "index_addr" ? 4 : 1;
  const auto end = static_cast<int64_t>(unit != 1                    ? memoryBytes
                                        : field.name.find("acc") == 0 ||
                                                field.name.find("c_") == 0 ? plan.accRows
                                                                     : plan.scratchWords);
  const int64_t values[] = {end - below(40) * unit, end - below(12) * unit, end + below(3) * unit,
                            end / 2, below(60) * unit, most - below(60)};
  return std::clamp<int64_t>(values[random.below(std::size(values))], 0, most) / unit * unit;
}

std::optional<Queue> queueOf(const Command& command) {
  return findOpcode(command.opcode())->queue;
}

uint64_t workOf(const Plan& plan, const Command& command) {
  const auto at = [&](Field field) { return command.has(field) ? command.at(field) : 0; };
  switch (*findOpcode(command.opcode())->queue) {
    case Queue::Load:
    case Queue::Store: return at(Field::Chunks) * at(Field::ChunkWords);
    case Queue::Matmul:
      return at(Field::MatmulRows) * (at(Field::Depth) / plan.dim + 1) *
             (at(Field::Cols) / plan.dim + 1);
    case Queue::Vector: return at(Field::Rows) * at(Field::Panels);
  }
  return 0;
}

Command spoilt(const Plan& plan, const Command& command, uint64_t memoryBytes, RandomSource& random) {
  const OpcodeSpec& spec = *findOpcode(command.opcode());
  for (;;) {
    Command result = command;
    for (const Field name : spec.fields) {
      const FieldSpec& field = fieldSpec(name);
      if (isAddress(field) && random.chance(50))
        result.set(name, farValue(plan, field, memoryBytes, random));
      const bool size = name == Field::Rows || name == Field::MatmulRows || name == Field::Panels ||
                        name == Field::ChunkWords || name == Field::Depth || name == Field::Cols;
      if (size && random.chance(20)) result.set(name, static_cast<int64_t>(1 + random.below(300)));
    }
    if (workOf(plan, result) <= kMostWork) return result;
  }
}

void requireSameFaults(const std::string& config, const std::vector<std::string>& overrides,
                       uint64_t firstSeed) {
  Device device(config, overrides);
  const Plan& plan = device.plan;
  std::map<ErrorCode, int> seen;
  uint32_t compared = 0;
  for (uint64_t seed = firstSeed; seed < firstSeed + kRuns; ++seed) {
    RandomSource random(seed);
    RandomProgram program = randomProgram(plan, seed / 4);
    std::size_t at = 0;
    do at = random.below(program.commands.size() - 1);
    while (program.commands[at].opcode() == Opcode::End);
    const bool several = random.chance(25);  // commands with faults
    if (several) {  // windows that end anywhere, in one or two pieces
      const auto cut = [&](uint64_t below) { return random.below(below / 4) * 4; };
      const uint64_t all = program.memory.size(), results = program.windows[1].base;
      program.windows = {{0, random.chance(50) ? all : cut(random.chance(40) ? 1200 : all), window::kReadable},
                         {cut(results), results + cut(all - results),
                          window::kReadable | window::kWritable}};
    } else {
      program.commands[at] = spoilt(plan, program.commands[at], program.memory.size(), random);
    }
    std::memcpy(program.memory.data() + program.programAddress + at * kCommandBytes,
                program.commands[at].words().data(), kCommandBytes);
    std::vector<uint8_t> memory = program.memory;
    memory.resize((memory.size() + 4095) / 4096 * 4096);  // as much as the device has
    EmulatorOptions options;
    options.windows = program.windows;
    options.programAddress = program.programAddress;
    const EmulationResult emulated = runProgram(plan, program.commands, memory, options);
    if (!emulated.ok() && emulated.fault != Fault::DeviceError) continue;
    ++seen[emulated.error];

    device.sim.setTiming({static_cast<uint32_t>(1 + seed % 60), static_cast<uint32_t>(1 + seed % 23),
                          1.0, static_cast<double>(seed % 3) * 0.2, seed,
                          static_cast<uint32_t>(1 + seed % 9), static_cast<sim_write_order>(seed % 4)});
    device.sim.setMemory(program.memory);
    device.sim.setWatchdog(100'000);
    device.sim.reset();
    const tb::DeviceRun run = tb::runJob(
        device.sim, jobOf(program.programAddress, program.commands.size(), program.windows),
        10'000'000);
    std::string words;
    for (const uint32_t w : program.commands[at].words()) words += " " + std::to_string(w);
    INFO(config << ", seed " << seed << ", command " << at << ":" << words);
    INFO("emulator: " << emulated.message);
    INFO("device: " << run.text());
    const bool fetch = run.error.code == static_cast<uint32_t>(ErrorCode::FetchWindow);
    if (several && run.error.command > emulated.commandIndex &&
        (fetch || queueOf(program.commands[run.error.command]) !=
                      queueOf(program.commands[emulated.commandIndex])))
      continue;  // that of another queue, or of the fetch, was met earlier
    ++compared;
    CHECK(run.error.code == static_cast<uint32_t>(emulated.error));
    CHECK(run.error.command == (emulated.ok() ? 0 : emulated.commandIndex));
    CHECK(run.error.address == emulated.address);
  }
  CHECK(compared > kRuns * 2 / 3);
  for (const ErrorCode code : {ErrorCode::ReadWindow, ErrorCode::WriteWindow, ErrorCode::ScratchRange,
                               ErrorCode::AccumulatorRange, ErrorCode::FetchWindow})
    CHECK(seen[code] > 5);
}

}  // namespace

TEST_CASE("device and emulator report the same of several faults", "[faults]") {
  requireSameFaults("tiny4", {}, 10'000);
}
TEST_CASE("device and emulator report the same of several faults, with bursts shorter than words",
          "[faults]") {
  requireSameFaults("tiny4", {"name=shortbursts", "array.dim=8", "bus.max_burst_beats=1",
                              "bus.outstanding_reads=1", "bus.outstanding_writes=2",
                              "commands.queue_depth=2"}, 20'000);
}
