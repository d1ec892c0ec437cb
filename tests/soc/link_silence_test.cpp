// SPDX-License-Identifier: Apache-2.0
// The link before registers and a memory that stop answering, and answer late.
#include "tests/soc/link_bench.hpp"

namespace intformer::test {
namespace {

const Request kRequests[] = {
    {kReadRegister, 0, 16, 4, {}},   {kWriteRegister, 0, 16, 4, bytes32(0x01020304)},
    {kReadMemory, 0, 260, 1024, {}}, {kWriteMemory, 0, 260, 1024, Bytes(1024, 0x5A)},
    {kChecksum, 0, 4, 60'000, {}},
};
bool isRegister(const Request& request) {
  return request.op == kReadRegister || request.op == kWriteRegister;
}

template <typename Top>
void quiet(LinkBench<Top>& bench, const Request& of) {
  (isRegister(of) ? bench.registers.stall : bench.memory.stall) = 1;
}
template <typename Top>
void speak(LinkBench<Top>& bench) {
  bench.registers.stall = bench.memory.stall = 0;
  bench.settle();
}

/// Sends it, and lets its bus fall silent so many cycles later.
template <typename Top>
Answer askAndStop(LinkBench<Top>& bench, Request request, uint64_t after) {
  request.seq = ++bench.seq;
  bench.sender.send(request.frame());
  while (!bench.sender.idle()) bench.tick();
  bench.tick(after);
  quiet(bench, request);
  const Answer got = bench.answer();
  CHECK(got.op == request.op);
  CHECK(got.seq == request.seq);
  return got;
}

/// All but the bus that is silent works, and nobody waits for that one a second time.
template <typename Top>
void checkOthers(LinkBench<Top>& bench, const Request& silent) {
  bench.checkAlive();
  for (const Request& each : kRequests) {
    CAPTURE(int{each.op});
    Request request = each;
    request.seq = ++bench.seq;
    const bool works = isRegister(request) != isRegister(silent);
    bench.sender.send(request.frame());
    while (!bench.sender.idle()) bench.tick();
    const uint64_t begin = bench.cycle;
    const Answer got = bench.answer();
    CHECK(got.status == (works ? kDone : kNoAnswer));
    if (!works) {
      CHECK(got.payload.empty());
      CHECK(static_cast<double>(bench.cycle - begin) < 12 * 10 * bench.kClocksPerBit + 200);
    }
  }
}

TEMPLATE_TEST_CASE("who does not answer is told, and heard again when it does", "", Link32, Link64,
                   Link128) {
  for (const Request& request : kRequests) {
    CAPTURE(int{request.op});
    LinkBench<TestType> bench(21);
    quiet(bench, request);
    const uint64_t begin = bench.cycle;
    Request first = request;
    first.seq = ++bench.seq;
    const Answer got = bench.ask(first);
    CHECK(got.status == kNoAnswer);
    CHECK(got.payload.empty());
    const double frames = static_cast<double>(first.frame().size() + kAnswerHeader + 2) * 10;
    CHECK(static_cast<double>(bench.cycle - begin) > static_cast<double>(kTimeoutClocks));
    CHECK(static_cast<double>(bench.cycle - begin) <
          static_cast<double>(kTimeoutClocks) + frames * bench.kClocksPerBit + 200);
    checkOthers(bench, request);
    speak(bench);
    const Bytes memory = bench.memory.bytes;
    for (const Request& each : kRequests) {
      Request again = each;
      again.seq = ++bench.seq;
      CAPTURE(int{again.op});
      const Answer fine = bench.ask(again);
      CHECK(fine.status == kDone);
      if (again.op == kReadMemory)
        CHECK(fine.payload == Bytes(memory.begin() + 260, memory.begin() + 1284));
      if (again.op == kChecksum)
        CHECK(fine.payload == bytes32(crc32Of(bench.memory.bytes.data() + 4, 60'000)));
    }
  }
}

template <typename Top>
void stopAnywhere(uint64_t step) {
  for (const Request& request : kRequests) {
    if (isRegister(request)) continue;
    int silent = 0;
    for (uint64_t after = 0; after < 700; after += step) {
      CAPTURE(int{request.op}, after);
      LinkBench<Top> bench(static_cast<uint32_t>(after));
      bench.memory.latency = after % 3 * 20;
      std::fill_n(bench.memory.bytes.begin() + 260, 1024, uint8_t{0});
      Bytes before = bench.memory.bytes;
      if (askAndStop(bench, request, after).status == kDone) continue;
      ++silent;
      // Another payload comes to the buffer, and is for nobody.
      Request other{kWriteMemory, ++bench.seq, 8192, 1024, Bytes(1024, 0xC3)};
      CHECK(bench.ask(other).status == kNoAnswer);
      Request value{kWriteRegister, ++bench.seq, 24, 4, bytes32(0xDEADBEEF)};
      CHECK(bench.ask(value).status == kDone);
      CHECK(bench.registers.values[24] == 0xDEADBEEF);
      speak(bench);
      // Every word is the old one or, of the range that was to be written, the new.
      for (std::size_t at = 0; at < before.size(); at += 4) {
        const bool inside = request.op == kWriteMemory && at >= 260 && at < 260 + 1024;
        if (inside && bench.memory.bytes[at] == 0x5A)
          std::fill_n(before.begin() + static_cast<std::ptrdiff_t>(at), 4, uint8_t{0x5A});
      }
      REQUIRE((bench.memory.bytes == before));
      // Of a long range nothing was asked for after it was given up.
      if (request.op == kChecksum) CHECK(bench.memory.beatsRead * bench.kBus < 4096);
      other.seq = ++bench.seq;
      CHECK(bench.ask(other).status == kDone);
      CHECK(bench.ask(kReadMemory, 8192, 1024).payload == other.payload);
      CHECK(bench.ask(kChecksum, 0, 8192).payload == bytes32(crc32Of(before.data(), 8192)));
    }
    CHECK(silent > 3);
  }
}
TEST_CASE("a memory may stop anywhere in a range, 4 bytes a beat") {
  stopAnywhere<Link32>(61);
}
TEST_CASE("a memory may stop anywhere in a range, 8 bytes a beat") {
  stopAnywhere<Link64>(19);
}
TEST_CASE("a memory may stop anywhere in a range, 16 bytes a beat") {
  stopAnywhere<Link128>(7);
}

TEST_CASE("a memory that is slow is waited for, word by word") {
  LinkBench<Link64> bench(22);
  bench.memory.latency = kTimeoutClocks - 100;
  const uint64_t begin = bench.cycle;
  const Answer got = bench.ask(kChecksum, 0, 4096);
  CHECK(got.status == kDone);
  CHECK(got.payload == bytes32(crc32Of(bench.memory.bytes.data(), 4096)));
  CHECK(bench.cycle - begin > 8 * kTimeoutClocks);
}

TEST_CASE("a register that was written late is written once, and an old answer is nobody's") {
  LinkBench<Link128> bench(23);
  bench.registers.stall = 1;
  Request write{kWriteRegister, 9, 16, 4, bytes32(7)};
  CHECK(bench.ask(write).status == kNoAnswer);
  CHECK(bench.ask(write).status == kNoAnswer);
  speak(bench);
  CHECK(bench.registers.writes.size() == 1);
  CHECK(bench.ask(write).status == kNoAnswer);  // as it was answered before
  CHECK(bench.registers.writes.size() == 1);

  bench.registers.values[32] = 0x11111111, bench.registers.values[36] = 0x22222222;
  bench.registers.stall = 1;
  CHECK(bench.ask(kReadRegister, 32, 4).status == kNoAnswer);
  CHECK(bench.ask(kReadRegister, 36, 4).status == kNoAnswer);
  speak(bench);
  CHECK(bench.ask(kReadRegister, 36, 4).payload == bytes32(0x22222222));
  CHECK(bench.registers.reads == std::vector<uint32_t>{32, 36});
}

}  // namespace
}  // namespace intformer::test
