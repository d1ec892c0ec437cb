#include <algorithm>
#include <map>

#include "gen/tables/registers.hpp"
#include "sw/runtime/intformer.h"
#include "tests/catch.hpp"

using namespace intformer;

namespace {

/// A register file that answers like a device and remembers the order of writes.
struct FakeDevice {
  std::map<uint32_t, uint32_t> registers;
  std::vector<std::pair<uint32_t, uint32_t>> writes;
  uint64_t paused = 0;
  uint64_t busyFor = 0;
  uint64_t pauses = 0;
  uint64_t longest = ~uint64_t{0};  ///< a pause returns after so many cycles
  bool counts = false;              ///< they show in its counter

  FakeDevice() {
    registers[offsetOf("device_id")] = kDeviceId;
    registers[offsetOf("version")] = kDeviceVersion;
  }
  static uint32_t offsetOf(const std::string& name) {
    for (const auto& spec : registerMap(kMaxWindows))
      if (spec.name == name) return spec.offset;
    FAIL("no register named " + name);
    return 0;
  }
  intformer_access access() {
    return {this,
            [](void* self, uint32_t offset, uint32_t* value) {
              *value = static_cast<FakeDevice*>(self)->registers[offset];
              return 0;
            },
            [](void* self, uint32_t offset, uint32_t value) {
              auto& device = *static_cast<FakeDevice*>(self);
              device.registers[offset] = value;
              if (offset == offsetOf("interrupt_clear"))
                device.registers[offsetOf("status")] &= ~uint32_t{status::kInterrupt};
              device.writes.emplace_back(offset, value);
              return 0;
            },
            [](void* self, uint64_t cycles) {
              auto& device = *static_cast<FakeDevice*>(self);
              const auto interrupt = device.registers[offsetOf("status")] & status::kInterrupt;
              cycles = interrupt != 0 ? 1 : std::min(cycles, device.longest);
              device.paused += cycles;
              ++device.pauses;
              if (device.counts)
                device.registers[kCounterBase + 8 * INTFORMER_COUNT_CYCLES] +=
                    static_cast<uint32_t>(cycles);
              if (device.paused >= device.busyFor)
                device.registers[offsetOf("status")] = status::kDone | status::kInterrupt;
              return 0;
            },
            nullptr,
            nullptr};
  }
};

}  // namespace

TEST_CASE("the runtime uses the registers of the generator's table") {
  FakeDevice fake;
  const auto access = fake.access();
  intformer_device device;
  fake.registers[FakeDevice::offsetOf("array")] = 16 | 8 << 8 | 32 << 16 | 1 << 24;
  fake.registers[FakeDevice::offsetOf("scratch_words")] = 1234;
  fake.registers[FakeDevice::offsetOf("acc_rows")] = 567;
  fake.registers[FakeDevice::offsetOf("stat_rows")] = 89;
  fake.registers[FakeDevice::offsetOf("config_hash_low")] = 0x89abcdef;
  fake.registers[FakeDevice::offsetOf("config_hash_high")] = 0x01234567;
  intformer_identity identity;
  REQUIRE(intformer_open(&device, &access, &identity) == INTFORMER_OK);
  CHECK(identity.dim == 16);
  CHECK(identity.lanes == 8);
  CHECK(identity.bus_bytes == 32);
  CHECK(identity.is_pwl == 1);
  CHECK(identity.counters == 0);
  CHECK(identity.scratch_words == 1234);
  CHECK(identity.acc_rows == 567);
  CHECK(identity.stat_rows == 89);
  CHECK(identity.config_hash == 0x0123456789abcdef);

  REQUIRE(intformer_set_window(&device, 2, 0x123456789, 0x223456789, INTFORMER_WINDOW_WRITABLE) == 0);
  CHECK(fake.registers[FakeDevice::offsetOf("window2_base_low")] == 0x23456789);
  CHECK(fake.registers[FakeDevice::offsetOf("window2_base_high")] == 1);
  CHECK(fake.registers[FakeDevice::offsetOf("window2_end_low")] == 0x23456789);
  CHECK(fake.registers[FakeDevice::offsetOf("window2_end_high")] == 2);
  CHECK(fake.registers[FakeDevice::offsetOf("window2_permissions")] == window::kWritable);
  CHECK(fake.writes.front() == std::pair{FakeDevice::offsetOf("window2_permissions"), 0u});

  REQUIRE(intformer_set_program(&device, 0x1'0000'0040, 17) == INTFORMER_OK);
  CHECK(fake.registers[FakeDevice::offsetOf("program_addr_low")] == 0x40);
  CHECK(fake.registers[FakeDevice::offsetOf("program_addr_high")] == 1);
  CHECK(fake.registers[FakeDevice::offsetOf("program_commands")] == 17);

  REQUIRE(intformer_start(&device) == INTFORMER_OK);
  CHECK(fake.registers[FakeDevice::offsetOf("interrupt_enable")] == 1);
  CHECK(fake.writes.back() == std::pair{FakeDevice::offsetOf("control"), control::kStart});

  fake.registers[FakeDevice::offsetOf("error_code")] = 4;
  fake.registers[FakeDevice::offsetOf("error_command")] = 5;
  fake.registers[FakeDevice::offsetOf("error_addr_low")] = 6;
  fake.registers[FakeDevice::offsetOf("error_addr_high")] = 7;
  intformer_error error;
  REQUIRE(intformer_read_error(&device, &error) == INTFORMER_OK);
  CHECK(error.code == 4);
  CHECK(error.command == 5);
  CHECK(error.address == 0x7'0000'0006);
}

TEST_CASE("counters and error texts follow the generator's tables") {
  REQUIRE(counterSpecs().size() == INTFORMER_COUNTER_COUNT);
  for (const auto& spec : errorSpecs())
    CHECK(intformer_error_text(static_cast<uint32_t>(spec.code)) ==
          std::string(spec.name) + ": " + std::string(spec.doc));
  CHECK(intformer_error_text(200) == std::string("unknown error code"));

  FakeDevice fake;
  const auto access = fake.access();
  intformer_device device;
  REQUIRE(intformer_open(&device, &access, nullptr) == INTFORMER_OK);
  for (uint32_t i = 0; i < INTFORMER_COUNTER_COUNT; ++i) {
    fake.registers[kCounterBase + 8 * i] = i + 1;
    fake.registers[kCounterBase + 8 * i + 4] = 2 * i;
  }
  uint64_t values[INTFORMER_COUNTER_COUNT];
  REQUIRE(intformer_read_counters(&device, values) == INTFORMER_OK);
  for (uint32_t i = 0; i < INTFORMER_COUNTER_COUNT; ++i)
    CHECK(values[i] == (uint64_t{2 * i} << 32 | (i + 1)));

  // What a device does not count is not asked for, and is no number.
  intformer_identity all, fewer;
  REQUIRE(intformer_open(&device, &access, &all) == INTFORMER_OK);
  for (const Counters level : {Counters::Basic, Counters::None}) {
    fake.registers[FakeDevice::offsetOf("array")] = static_cast<uint32_t>(level) << 25;
    REQUIRE(intformer_open(&device, &access, &fewer) == INTFORMER_OK);
    CHECK(fewer.counters == static_cast<uint32_t>(level));
    CHECK(intformer_same_device(&all, &fewer) == 0);
    REQUIRE(intformer_read_counters(&device, values) == INTFORMER_OK);
    for (uint32_t i = 0; i < INTFORMER_COUNTER_COUNT; ++i) {
      const bool counted = counterSpecs()[i].isIn(level);
      CHECK((intformer_has_counter(&device, i) == 1) == counted);
      CHECK(values[i] == (counted ? uint64_t{2 * i} << 32 | (i + 1) : INTFORMER_NOT_COUNTED));
    }
  }
  CHECK(intformer_has_counter(&device, INTFORMER_COUNTER_COUNT) == 0);
}

TEST_CASE("waiting ends with the run, with an error, or with the budget") {
  FakeDevice fake;
  const auto access = fake.access();
  intformer_device device;
  REQUIRE(intformer_open(&device, &access, nullptr) == INTFORMER_OK);
  const uint32_t statusOffset = FakeDevice::offsetOf("status");

  fake.registers[statusOffset] = status::kBusy;
  fake.busyFor = 5000;
  CHECK(intformer_wait(&device, 4000) == INTFORMER_TIMEOUT);
  CHECK(fake.paused == 4000);
  CHECK(intformer_wait(&device, 4000) == INTFORMER_OK);
  CHECK(fake.writes.back() == std::pair{FakeDevice::offsetOf("interrupt_clear"), 1u});

  fake.registers[statusOffset] = status::kError | status::kInterrupt;
  CHECK(intformer_wait(&device, 4000) == INTFORMER_DEVICE_ERROR);
}

TEST_CASE("a pause that returns early costs a wait what has passed") {
  FakeDevice fake;
  const auto access = fake.access();
  intformer_device device;
  REQUIRE(intformer_open(&device, &access, nullptr) == INTFORMER_OK);
  const uint32_t statusOffset = FakeDevice::offsetOf("status");
  fake.counts = true;
  fake.longest = 70;
  fake.registers[kCounterBase] = 0xffffff00;  // it goes on past its lower half
  fake.registers[statusOffset] = status::kBusy;
  fake.busyFor = 50'000'000;
  CHECK(intformer_wait(&device, 10'000) == INTFORMER_TIMEOUT);
  CHECK(fake.paused == 10'000);
  CHECK(fake.pauses == 143);
  fake.busyFor = fake.paused + 5000;
  CHECK(intformer_wait(&device, 5010) == INTFORMER_OK);

  // An interrupt that was there before the run ends one pause at most.
  fake.longest = ~uint64_t{0};
  fake.paused = fake.pauses = 0;
  fake.busyFor = 900;
  fake.registers[statusOffset] = status::kBusy | status::kInterrupt;
  CHECK(intformer_wait(&device, 1000) == INTFORMER_OK);
  CHECK(fake.pauses == 1);

  // Without its counter, or with one that stands still, every pause costs all that was asked for.
  fake.longest = 70;
  fake.registers[FakeDevice::offsetOf("array")] = static_cast<uint32_t>(Counters::None) << 25;
  REQUIRE(intformer_open(&device, &access, nullptr) == INTFORMER_OK);
  for (const bool counts : {true, false}) {
    fake.registers[statusOffset] = status::kBusy;
    fake.counts = counts;
    fake.pauses = 0;
    fake.busyFor = ~uint64_t{0};
    CHECK(intformer_wait(&device, 50'000'000) == INTFORMER_TIMEOUT);
    CHECK(fake.pauses == 3);
    fake.registers[FakeDevice::offsetOf("array")] = 0;
    REQUIRE(intformer_open(&device, &access, nullptr) == INTFORMER_OK);
  }
}

TEST_CASE("what is not an intformer device is refused") {
  FakeDevice fake;
  const auto access = fake.access();
  intformer_device device;
  fake.registers[0] = 0xffffffff;
  CHECK(intformer_open(&device, &access, nullptr) == INTFORMER_NO_DEVICE);
  CHECK(intformer_set_program(&device, 0x20, 1) == INTFORMER_BAD_ARGUMENT);
  CHECK(intformer_set_program(&device, 0x40, 0) == INTFORMER_BAD_ARGUMENT);
  CHECK(intformer_set_window(&device, 99, 0, 1, 1) == INTFORMER_BAD_ARGUMENT);
}
