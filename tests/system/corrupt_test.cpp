#include <bit>
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

constexpr uint32_t kPrograms = 200;
constexpr uint32_t kCorruptions = 50;  ///< of one command of each program, one at a time
/// Words, rows or products that a corrupted command may ask for: beyond, a legal one takes for ever.
constexpr uint64_t kMostWork = 20'000;

/// What a field may hold that is worth a try.
int64_t cornerOf(const Plan& plan, const FieldSpec& field, int64_t old, RandomSource& random) {
  const int64_t most = field.width > 62 ? INT64_MAX : (int64_t{1} << field.width) - 1;
  const int64_t ends[] = {0, 1, most, most - 1, most / 2 + 1, old + 1, old - 1, old ^ 2,
                          plan.scratchWords, plan.scratchWords - 1, plan.accRows, plan.accRows - 1,
                          plan.statRows, plan.statRows - 1, int64_t{1} << random.below(62)};
  const int64_t value = random.chance(70) ? ends[random.below(std::size(ends))]
                                          : static_cast<int64_t>(random.below(~uint64_t{0}));
  return value & most;
}

void setBits(Command& command, unsigned lsb, unsigned width, uint64_t value) {
  for (unsigned bit = 0; bit < width; ++bit) {
    uint32_t& word = command.words()[(lsb + bit) / 32];
    const uint32_t mask = 1U << ((lsb + bit) % 32);
    word = (value >> bit & 1) != 0 ? word | mask : word & ~mask;
  }
}

/// Overwrites a part of a command: bits, a word, fields, the opcode or all bytes; these also by
/// another command of the program.
void corrupt(const Plan& plan, std::span<const Command> program, Command& command,
             RandomSource& random) {
  const auto word = [&]() -> uint32_t& { return command.words()[random.below(16)]; };
  const OpcodeSpec& spec = *findOpcode(command.opcode());
  switch (random.below(10)) {
    case 0:
      for (uint64_t i = 0; i <= random.below(3); ++i) word() ^= 1U << random.below(32);
      break;
    case 1: {
      constexpr uint32_t kWords[] = {0, 1, 0xff, 0xffff, 0xffffff, 0x7fffffff, 0x80000000, ~0U};
      word() = kWords[random.below(std::size(kWords))];
      break;
    }
    case 2:
      command.set(Field::Opcode, random.chance(30)
                                     ? static_cast<int64_t>(random.below(256))
                                     : static_cast<int64_t>(
                                           opcodes()[random.below(opcodes().size())].opcode));
      break;
    case 3:
      if (random.chance(20))
        for (uint32_t& all : command.words()) all = static_cast<uint32_t>(random.below(1ULL << 32));
      else
        command.set(random.chance(50) ? Field::Wait : Field::Signal,
                    static_cast<int64_t>(random.below(16)));
      break;
    case 4: command = program[random.below(program.size())]; break;
    default:
      if (spec.fields.empty()) {  // `end`, which is then missing
        command = program[random.below(program.size())];
        return;
      }
      for (uint64_t i = 0; i <= random.below(2); ++i) {
        const FieldSpec& field = fieldSpec(spec.fields[random.below(spec.fields.size())]);
        const int64_t value = cornerOf(plan, field, command.get(field.field), random);
        setBits(command, field.lsb, field.width, static_cast<uint64_t>(value));
      }
  }
}

/// Steps of the unit that executes a command.
uint64_t workOf(const Plan& plan, const Command& command) {
  const OpcodeSpec* spec = findOpcode(command.opcode());
  if (spec == nullptr || !spec->queue) return 0;
  const auto at = [&](Field field) { return command.has(field) ? command.at(field) : 0; };
  const auto tiles = [&](Field field) { return at(field) / plan.dim + 1; };
  switch (*spec->queue) {
    case Queue::Load:
    case Queue::Store: return at(Field::Chunks) * at(Field::ChunkWords);
    case Queue::Matmul:
      return (at(Field::MatmulRows) + plan.dim) * tiles(Field::Depth) * tiles(Field::Cols);
    case Queue::Vector: {  // few rows that gather go through all stages before the next panel
      const uint64_t rows = at(Field::Rows);
      return (rows < 4 ? 40 : rows) * std::max<uint64_t>(at(Field::Panels), 1);
    }
  }
  return 0;
}

/// How a run ended, on either side.
struct End {
  ErrorCode code = ErrorCode::None;
  uint32_t command = 0;
  uint64_t address = 0;
  bool operator==(const End&) const = default;
  [[nodiscard]] std::string text() const {
    return std::string(intformer_error_text(static_cast<uint32_t>(code))) + ", command " +
           std::to_string(command) + ", address " + std::to_string(address);
  }
};

/// A device that is started again and again, by the fewest register accesses.
class Runner {
 public:
  explicit Runner(const std::string& config) : device_(config) {
    device_.sim.observeWrites(
        [](void* self, uint64_t, uint64_t address, const uint8_t*, uint64_t strobe) {
          static_cast<Runner*>(self)->observe(address, strobe);
        },
        this);
    device_.sim.reset();
  }

  const Plan& plan() const { return device_.plan; }

  void open(const RandomProgram& program, uint64_t seed) {
    device_.sim.setTiming({static_cast<uint32_t>(1 + seed % 13), static_cast<uint32_t>(1 + seed % 7),
                           1.0, seed % 3 == 0 ? 0.2 : 0.0, seed, 4,
                           static_cast<sim_write_order>(seed % 4)});
    device_.sim.setWatchdog(50'000);
    access_ = device_.sim.access();
    REQUIRE(intformer_open(&handle_, &access_, nullptr) == INTFORMER_OK);
    windows_ = program.windows;
    for (uint32_t i = 0; i < windows_.size(); ++i)
      REQUIRE(intformer_set_window(&handle_, i, windows_[i].base, windows_[i].end,
                                   windows_[i].permissions) == INTFORMER_OK);
    REQUIRE(intformer_set_program(&handle_, program.programAddress,
                                  static_cast<uint32_t>(program.commands.size())) == INTFORMER_OK);
  }

  /// Runs to the interrupt; after an error a soft reset.
  End run(const std::vector<uint8_t>& image) {
    auto& memory = device_.sim.memory();
    if (memory.size() < image.size()) device_.sim.setMemory(image);
    else std::copy(image.begin(), image.end(), memory.begin());
    REQUIRE(intformer_start(&handle_) == INTFORMER_OK);
    REQUIRE(device_.sim.run(3'000'000) == SIM_INTERRUPT);
    const intformer_result result = intformer_wait(&handle_, 0);
    if (result == INTFORMER_OK) return {};
    REQUIRE(result == INTFORMER_DEVICE_ERROR);
    intformer_error error{};
    REQUIRE(intformer_read_error(&handle_, &error) == INTFORMER_OK);
    REQUIRE(intformer_reset(&handle_, 100'000) == INTFORMER_OK);
    return {static_cast<ErrorCode>(error.code), error.command, error.address};
  }

  bool holds(const std::vector<uint8_t>& expected) const {
    return std::equal(expected.begin(), expected.end(), device_.sim.memory().begin());
  }
  /// Bytes that were written outside the writable windows.
  uint64_t strayBytes = 0;

 private:
  void observe(uint64_t address, uint64_t strobe) {
    for (; strobe != 0; strobe &= strobe - 1) {
      const uint64_t byte = address + static_cast<uint64_t>(std::countr_zero(strobe));
      strayBytes += std::ranges::none_of(windows_, [&](const MemoryWindow& w) {
        return (w.permissions & window::kWritable) != 0 && byte >= w.base && byte < w.end;
      });
    }
  }

  Device device_;
  std::vector<MemoryWindow> windows_;
  intformer_device handle_{};
  intformer_access access_{};
};

EmulationResult emulate(const Plan& plan, const RandomProgram& program,
                        std::span<const Command> commands, std::vector<uint8_t>& memory,
                        bool strict) {
  EmulatorOptions options;
  options.windows = program.windows;
  options.programAddress = program.programAddress;
  options.strict = options.checkRaces = strict;
  return runProgram(plan, commands, memory, options);
}

End endOf(const EmulationResult& result) {
  if (result.fault != Fault::DeviceError) return {};
  return {result.error, result.commandIndex, result.address};
}

}  // namespace

TEST_CASE("a corrupted command ends alike on emulator and device, and the next run is right", "[corrupt]") {
  Runner runner("tiny4");
  // Programs for less memory than the device has: short ones, and addresses between.
  Plan small = runner.plan();
  small.scratchWords = 220, small.accRows = 40, small.statRows = 12;
  std::map<std::string, uint32_t> seen;
  for (uint32_t seed = 1; seed <= kPrograms; ++seed) {
    RandomProgram program = randomProgram(small, seed);
    const std::vector<uint8_t> image = program.memory;
    std::vector<uint8_t> good = image;
    REQUIRE(emulate(runner.plan(), program, program.commands, good, true).ok());
    runner.open(program, seed);
    RandomSource random(seed);
    for (uint32_t i = 0; i < kCorruptions; ++i) {
      std::vector<Command> commands = program.commands;
      const std::size_t at = random.below(commands.size());
      do {
        commands[at] = program.commands[at];
        corrupt(runner.plan(), program.commands, commands[at], random);
      } while (workOf(runner.plan(), commands[at]) > kMostWork);
      std::vector<uint8_t> memory = image;
      std::memcpy(memory.data() + program.programAddress + at * kCommandBytes,
                  commands[at].words().data(), kCommandBytes);
      std::vector<uint8_t> expected = memory;
      const EmulationResult emulated = emulate(runner.plan(), program, commands, expected, true);
      const End wanted = endOf(emulated);
      std::string words;
      for (const uint32_t w : commands[at].words()) words += " " + std::to_string(w);
      INFO("program " << seed << ", corruption " << i << " of command " << at << ":" << words);
      INFO("emulator: " << wanted.text() << " " << emulated.message);
      const End got = runner.run(memory);
      INFO("device: " << got.text());
      REQUIRE(runner.strayBytes == 0);
      const bool starved = got.code == ErrorCode::TokenDeadlock &&
                           commands[at].get(Field::Wait) != program.commands[at].get(Field::Wait);
      if (starved) {
        ++seen["starved"];  // waits for what nobody gives, so that no other fault of it is met
      } else if (emulated.ok() || emulated.fault == Fault::DeviceError) {
        ++seen[intformer_error_text(static_cast<uint32_t>(wanted.code))];
        CHECK(got == wanted);
        if (emulated.ok()) CHECK(runner.holds(expected));
      } else {
        // The order of its commands is left to chance: what it computes, and of what it lacks.
        ++seen["depends on timing"];
        std::vector<uint8_t> loose = memory;
        const End stated = endOf(emulate(runner.plan(), program, commands, loose, false));
        const bool anyRow = commands[at].opcode() == Opcode::Gather;
        CHECK((got == stated || got.code == ErrorCode::TokenDeadlock || anyRow));
      }
      if (got.code == ErrorCode::None) continue;
      REQUIRE(runner.run(image) == End{});
      REQUIRE(runner.holds(good));
    }
  }
  // Every kind of end was met; fetches and the bus are not a command's doing.
  for (const ErrorCode code :
       {ErrorCode::None, ErrorCode::IllegalOpcode, ErrorCode::IllegalField, ErrorCode::ReadWindow,
        ErrorCode::WriteWindow, ErrorCode::ScratchRange, ErrorCode::AccumulatorRange,
        ErrorCode::StatRange, ErrorCode::IndexRange, ErrorCode::ProgramEnd}) {
    const char* text = intformer_error_text(static_cast<uint32_t>(code));
    INFO(text);
    CHECK(seen[text] > 10);
  }
  CHECK(seen["depends on timing"] > 100);
  CHECK(seen["starved"] > 10);
}
