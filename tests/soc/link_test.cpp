// SPDX-License-Identifier: Apache-2.0
// Every operation of the link against registers and a memory written by hand.
#include "tests/soc/link_bench.hpp"

namespace intformer::test {
namespace {

Bytes part(const Bytes& bytes, uint32_t address, uint32_t count) {
  return {bytes.begin() + address, bytes.begin() + address + count};
}

TEMPLATE_TEST_CASE("the link says what it is", "", Link32, Link64, Link128) {
  LinkBench<TestType> bench(1);
  const Answer got = bench.ask(kIdentify, 0, 0);
  CHECK(got.status == kDone);
  Bytes expected{'I', 'N', 'T', 'F', 'L', 'I', 'N', 'K'};
  for (const uint32_t word : {1U, kClockHz, kMemoryBytes, 8 * bench.kBus, bench.kBaud, 0U})
    append32(expected, word);
  CHECK(got.payload == expected);
}

TEST_CASE("the checks' own CRC is the published one") {
  const std::string digits = "123456789";
  CHECK(crc32Of(Bytes(digits.begin(), digits.end())) == 0xCBF43926);
}

TEMPLATE_TEST_CASE("registers are read and written", "", Link32, Link128) {
  LinkBench<TestType> bench(2);
  std::map<uint32_t, uint32_t> expected;
  for (int round = 0; round < 40; ++round) {
    if (round == 20) bench.rough();
    const auto offset = static_cast<uint32_t>(round == 0 ? 4092 : 4 * bench.dice.upTo(15));
    if (bench.dice.chance(0.5)) {
      const Bytes value = bench.dice.bytes(4);
      const Answer got = bench.ask(kWriteRegister, offset, 4, value);
      CHECK(got.status == kDone);
      CHECK(got.payload.empty());
      expected[offset] = word32(value, 0);
      CHECK(bench.registers.writes.back() == Registers::Write{offset, word32(value, 0)});
    } else {
      const Answer got = bench.ask(kReadRegister, offset, 4);
      CHECK(got.status == kDone);
      CHECK(got.payload == bytes32(expected[offset]));
    }
    CHECK(bench.registers.values == expected);
  }
}

/// Random ranges, among them the shortest, the longest, and both ends of memory.
struct Range {
  uint32_t address, count;
};
Range rangeOf(Dice& dice, int round, uint32_t most) {
  const auto count = static_cast<uint32_t>(round == 0   ? 4
                                           : round == 1 ? most
                                                        : 4 * dice.between(1, 40));
  const auto last = (kMemoryBytes - count) / 4;
  const auto address = static_cast<uint32_t>(4 * (round == 2   ? last
                                                  : round == 3 ? 0
                                                               : dice.upTo(last)));
  return {address, count};
}

template <typename Top>
void moveMemory(int rounds) {
  LinkBench<Top> bench(3);
  Bytes expected = bench.memory.bytes;
  for (int round = 0; round < rounds; ++round) {
    if (round == rounds / 2) bench.rough();
    const auto [address, count] = rangeOf(bench.dice, round % (rounds / 2), 1024);
    CAPTURE(address, count);
    const Bytes data = bench.dice.bytes(count);
    Answer got = bench.ask(kWriteMemory, address, count, data);
    CHECK(got.status == kDone);
    CHECK(got.payload.empty());
    std::copy(data.begin(), data.end(), expected.begin() + address);
    REQUIRE(bench.memory.bytes == expected);

    const Range other = rangeOf(bench.dice, round % (rounds / 2), 1024);
    got = bench.ask(kReadMemory, other.address, other.count);
    CHECK(got.status == kDone);
    REQUIRE(got.payload == part(expected, other.address, other.count));
  }
  CHECK(bench.registers.writes.empty());
}
TEST_CASE("memory is read and written, 4 bytes a beat") {
  moveMemory<Link32>(12);
}
TEST_CASE("memory is read and written, 8 bytes a beat") {
  moveMemory<Link64>(60);
}
TEST_CASE("memory is read and written, 16 bytes a beat") {
  moveMemory<Link128>(80);
}

TEMPLATE_TEST_CASE("a checksum is that of the bytes in memory", "", Link32, Link64, Link128) {
  LinkBench<TestType> bench(4);
  for (int round = 0; round < 24; ++round) {
    if (round == 12) bench.rough();
    const auto [address, count] = rangeOf(bench.dice, round % 12, 5000);
    CAPTURE(address, count);
    const Answer got = bench.ask(kChecksum, address, count);
    CHECK(got.status == kDone);
    CHECK(got.payload == bytes32(crc32Of(part(bench.memory.bytes, address, count))));
  }
}

TEMPLATE_TEST_CASE("a checksum takes four bytes a cycle", "", Link32, Link64, Link128) {
  LinkBench<TestType> bench(5);
  bench.memory.latency = 10;
  const Answer got = bench.ask(kChecksum, 0, kMemoryBytes);
  CHECK(got.payload == bytes32(crc32Of(bench.memory.bytes)));
  CHECK(bench.memory.beatsRead == kMemoryBytes / bench.kBus);
  CHECK(bench.memory.lastBeat - bench.memory.firstRequest <= kMemoryBytes / 4 + 16);
}

TEST_CASE("what there is not is refused") {
  LinkBench<Link128> bench(6);
  const Bytes before = bench.memory.bytes;
  const uint32_t end = kMemoryBytes;
  struct Row {
    uint8_t op;
    uint32_t address, count;
  };
  const std::vector<Row> rows{{kIdentify, 4, 0},
                              {kIdentify, 0, 4},
                              {6, 0, 4},
                              {0x10, 0, 0},
                              {0x83, 0, 4},
                              {kReadRegister, 4096, 4},
                              {kReadRegister, 0xFFFFFFFC, 4},
                              {kReadRegister, 2, 4},
                              {kReadRegister, 0, 8},
                              {kReadRegister, 0, 0},
                              {kReadMemory, 0, 0},
                              {kReadMemory, 0, 1028},
                              {kReadMemory, 0, 6},
                              {kReadMemory, 6, 4},
                              {kReadMemory, end, 4},
                              {kReadMemory, end - 4, 8},
                              {kReadMemory, 0xFFFFFFFC, 4},
                              {kReadMemory, 0xFFFFFFFC, 8},
                              {kReadMemory, 0, 0x80000000},
                              {kChecksum, 0, 0},
                              {kChecksum, 0, 5},
                              {kChecksum, 1, 4},
                              {kChecksum, 0, end + 4},
                              {kChecksum, 4, end},
                              {kChecksum, 0xFFFFFFFC, 4},
                              {kChecksum, 4, 0xFFFFFFFC}};
  for (const Row& row : rows) {
    CAPTURE(int{row.op}, row.address, row.count);
    const Answer got = bench.ask(row.op, row.address, row.count);
    CHECK(got.status == kRefused);
    CHECK(got.payload.empty());
  }
  // Writes that cannot be are refused behind the header; without payload here, as nothing waits for
  // it.
  for (const Row& row : std::vector<Row>{{kWriteRegister, 0, 0},
                                         {kWriteRegister, 0, 8},
                                         {kWriteMemory, 0, 0},
                                         {kWriteMemory, 0, 1028},
                                         {kWriteMemory, 0, 0x404},
                                         {kWriteMemory, 0, 7}}) {
    CAPTURE(int{row.op}, row.address, row.count);
    CHECK(bench.ask(row.op, row.address, row.count).status == kRefused);
  }
  // Others behind their payload.
  for (const Row& row : std::vector<Row>{{kWriteRegister, 4096, 4},
                                         {kWriteRegister, 1, 4},
                                         {kWriteMemory, end, 4},
                                         {kWriteMemory, end - 1020, 1024},
                                         {kWriteMemory, 2, 4},
                                         {kWriteMemory, 0xFFFFFFFC, 8}}) {
    CAPTURE(int{row.op}, row.address, row.count);
    CHECK(bench.ask(row.op, row.address, row.count, bench.dice.bytes(row.count)).status ==
          kRefused);
  }
  CHECK(bench.settle().empty());
  CHECK(bench.memory.bytes == before);
  CHECK(bench.memory.beatsRead == 0);
  CHECK(bench.memory.beatsWritten == 0);
  CHECK(bench.registers.writes.empty());
  CHECK(bench.registers.reads.empty());
  bench.checkAlive();
}

TEMPLATE_TEST_CASE("what the bus refuses is told", "", Link64, Link128) {
  LinkBench<TestType> bench(7);
  bench.registers.bad = 8;
  bench.memory.badFirst = 0x1200, bench.memory.badEnd = 0x1210;
  const auto check = [&](const Answer& got, uint8_t status, std::size_t payload) {
    CHECK(int{got.status} == status);
    CHECK(got.payload.size() == payload);
  };
  for (int round = 0; round < 2; ++round) {
    check(bench.ask(kReadRegister, 8, 4), kBusError, 0);
    check(bench.ask(kReadRegister, 4, 4), kDone, 4);
    check(bench.ask(kWriteRegister, 8, 4, bytes32(1)), kBusError, 0);
    check(bench.ask(kWriteRegister, 4, 4, bytes32(1)), kDone, 0);
    check(bench.ask(kReadMemory, 0x1200 - 128, 256), kBusError, 0);
    check(bench.ask(kReadMemory, 0x1200 - 128, 128), kDone, 128);
    check(bench.ask(kReadMemory, 0x1210, 64), kDone, 64);
    check(bench.ask(kWriteMemory, 0x1200 - 512, 1024, bench.dice.bytes(1024)), kBusError, 0);
    check(bench.ask(kWriteMemory, 0x1200 - 512, 512, bench.dice.bytes(512)), kDone, 0);
    check(bench.ask(kChecksum, 0, kMemoryBytes), kBusError, 0);
    check(bench.ask(kChecksum, 0, 0x1200), kDone, 4);
    bench.rough();
  }
}

}  // namespace
}  // namespace intformer::test
