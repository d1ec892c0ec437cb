// SPDX-License-Identifier: Apache-2.0
// The link on a line that loses, changes and adds bytes, and with a host that asks again.
#include <functional>

#include "tests/soc/link_bench.hpp"

namespace intformer::test {
namespace {

using Bench = LinkBench<Link128>;

/// A write to memory, what is done to its frame, and how the link answers.
struct Spoilt {
  Bench& bench;
  Request request;

  explicit Spoilt(Bench& on, uint32_t count = 16) : bench(on) {
    request = {kWriteMemory, ++bench.seq, static_cast<uint32_t>(4 * bench.dice.upTo(1000)), count,
               bench.dice.bytes(count)};
  }
  [[nodiscard]] bool written() const {
    return std::equal(request.payload.begin(), request.payload.end(),
                      bench.memory.bytes.begin() + request.address);
  }
  /// The frame as it was meant does its work now.
  void retry() {
    CHECK(!written());
    CHECK(bench.ask(request).status == kDone);
    CHECK(written());
  }
};

TEST_CASE("a request with a changed bit does nothing") {
  Bench bench(11);
  const std::size_t size = kRequestHeader + 16 + 4;
  for (std::size_t at = 0; at < size; ++at) {
    CAPTURE(at);
    Spoilt spoilt(bench);
    Bytes frame = spoilt.request.frame();
    frame[at] ^= static_cast<uint8_t>(1U << bench.dice.upTo(7));
    bench.sender.send(frame);
    const Bytes back = bench.settle();
    if (at < kRequestHeader) {
      CHECK(back.empty());
    } else {
      const auto answer = parseAnswer(back);
      REQUIRE(answer);
      CHECK(answer->status == kPayloadWrong);
      CHECK(answer->seq == spoilt.request.seq);
    }
    spoilt.retry();
  }
}

TEST_CASE("a request with a byte lost or added does nothing") {
  Bench bench(12);
  const std::size_t size = kRequestHeader + 16 + 4;
  for (std::size_t at = 0; at < size; ++at) {
    for (const bool lost : {true, false}) {
      CAPTURE(at, lost);
      Spoilt spoilt(bench);
      Bytes frame = spoilt.request.frame();
      const auto place = frame.begin() + static_cast<std::ptrdiff_t>(at);
      // Unlike its neighbours, so that the frame is another one.
      const auto added = static_cast<uint8_t>(frame[at] ^ 0x11);
      if (lost)
        frame.erase(place);
      else
        frame.insert(place, added);
      bench.sender.send(frame);
      const Bytes back = bench.settle();
      if (!lost && at == 0) {  // before a frame, it is not of it
        const auto answer = parseAnswer(back);
        REQUIRE(answer);
        CHECK(answer->status == kDone);
        CHECK(spoilt.written());
        continue;
      }
      if (!lost && at >= kRequestHeader) {
        const auto answer = parseAnswer(back);
        REQUIRE(answer);
        CHECK(answer->status == kPayloadWrong);
      } else {
        CHECK(back.empty());
      }
      spoilt.retry();
    }
  }
}

TEST_CASE("a frame that stops is forgotten after the pause, and not before") {
  Bench bench(13);
  for (std::size_t size = 1; size < kRequestHeader + 16 + 4; ++size) {
    CAPTURE(size);
    Spoilt spoilt(bench);
    const Bytes frame = spoilt.request.frame();
    bench.sender.send(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK(bench.settle().empty());
    spoilt.retry();

    // A pause just shorter than that is none.
    Spoilt slow(bench);
    const Bytes whole = slow.request.frame();
    const auto middle = whole.begin() + static_cast<std::ptrdiff_t>(size);
    bench.sender.send(Bytes(whole.begin(), middle));
    while (!bench.sender.idle()) bench.tick();
    bench.tick(kPauseClocks - 40);
    bench.sender.send(Bytes(middle, whole.end()));
    CHECK(bench.answer().status == kDone);
    CHECK(slow.written());
  }
}

TEST_CASE("a frame is found behind noise") {
  Bench bench(14);
  for (int round = 0; round < 20; ++round) {
    Bytes noise = bench.dice.bytes(bench.dice.between(1, 40));
    std::replace(noise.begin(), noise.end(), uint8_t{0xA5}, uint8_t{0});
    bench.sender.send(noise);
    bench.checkAlive();

    // A start byte in noise costs the frame behind it, and no more.
    bench.sender.send(0xA5);
    bench.sender.send(bench.dice.bytes(5));
    bench.settle();
    bench.checkAlive();
  }
}

TEST_CASE("random faults never write what was not sent") {
  Bench bench(15);
  int done = 0;
  for (int round = 0; round < 150; ++round) {
    Spoilt spoilt(bench, static_cast<uint32_t>(4 * bench.dice.between(1, 30)));
    Bytes expected = bench.memory.bytes;
    std::copy(spoilt.request.payload.begin(), spoilt.request.payload.end(),
              expected.begin() + spoilt.request.address);
    Bytes frame = spoilt.request.frame();
    for (uint64_t faults = bench.dice.upTo(3); faults > 0 && !frame.empty(); --faults) {
      const auto at =
          frame.begin() + static_cast<std::ptrdiff_t>(bench.dice.upTo(frame.size() - 1));
      switch (bench.dice.upTo(3)) {
        case 0:
          *at = static_cast<uint8_t>(bench.dice.upTo(255));
          break;
        case 1:
          frame.erase(at);
          break;
        case 2:
          frame.insert(at, static_cast<uint8_t>(bench.dice.upTo(255)));
          break;
        default:
          frame.erase(at, frame.end());
      }
    }
    const Bytes before = bench.memory.bytes;
    bench.sender.send(frame);
    const auto answer = parseAnswer(bench.settle());
    const bool written = answer && answer->status == kDone;
    done += written;
    REQUIRE(bench.memory.bytes == (written ? expected : before));
    if (!written) spoilt.retry();
  }
  CHECK(done > 20);
  CHECK(done < 130);
}

TEST_CASE("a register is written once for a number") {
  Bench bench(16);
  const auto write = [](uint8_t seq, uint32_t value) {
    return Request{kWriteRegister, seq, 16, 4, bytes32(value)};
  };
  std::size_t writes = 0;
  const auto check = [&](const Request& request, bool carriedOut, uint8_t status = kDone) {
    CAPTURE(int{request.seq});
    CHECK(bench.ask(request).status == status);
    writes += carriedOut;
    CHECK(bench.registers.writes.size() == writes);
  };
  check(write(1, 10), true);
  check(write(1, 10), false);
  check(write(1, 10), false);
  check(write(2, 10), true);
  check(write(1, 11), true);
  CHECK(bench.registers.values[16] == 11);

  // Number 0 is always done.
  check(write(0, 12), true);
  check(write(0, 12), true);

  // Another request in between, were it refused: the number begins anew, and that one's is not
  // taken.
  const Bytes none(4);
  for (const Request& other :
       {Request{kIdentify, 5, 0, 0, {}}, Request{kReadRegister, 5, 16, 4, {}},
        Request{kWriteMemory, 5, 0, 4, none}, Request{kWriteRegister, 5, 1, 4, none},
        Request{kReadMemory, 5, 0, 4, {}}, Request{kChecksum, 5, 0, 4, {}}}) {
    check(write(3, 13), true);
    check(write(4, 13), true);
    check(write(4, 13), false);
    bench.ask(other);
    check(write(4, 13), true);
    bench.ask(other);
    check(write(5, 13), true);
  }

  // A retry that comes with a wrong payload has done nothing, and the next is still the same.
  check(write(6, 14), true);
  Bytes frame = write(6, 14).frame();
  frame.back() ^= 1;
  bench.sender.send(frame);
  CHECK(bench.answer().status == kPayloadWrong);
  check(write(6, 14), false);
  // The first of a number with a wrong payload is not done either, nor taken for done.
  frame = write(7, 15).frame();
  frame.back() ^= 1;
  bench.sender.send(frame);
  CHECK(bench.answer().status == kPayloadWrong);
  check(write(7, 15), true);

  // What failed on the bus is answered again as it was.
  bench.registers.bad = 16;
  check(write(8, 16), true, kBusError);
  bench.registers.bad = ~0U;
  check(write(8, 16), false, kBusError);
  check(write(9, 16), true);

  // A reset forgets.
  bench.top.rst_ni = 0;
  bench.tick(2);
  bench.top.rst_ni = 1;
  bench.tick(4);
  check(write(9, 16), true);
}

TEST_CASE("what comes before an answer is lost") {
  Bench bench(17);
  bench.sender.send(Request{kChecksum, 1, 0, kMemoryBytes, {}}.frame());
  bench.sender.send(Request{kWriteMemory, 2, 0, 16, bench.dice.bytes(16)}.frame());
  const Bytes before = bench.memory.bytes;
  CHECK(bench.answer().payload == bytes32(crc32Of(before)));
  CHECK(bench.settle().empty());
  CHECK(bench.memory.bytes == before);
  bench.checkAlive();
}

template <typename Top>
void drift(double off) {
  CAPTURE(off, Top::kBus);
  LinkBench<Top> bench(18);
  bench.sender.clocksPerBit *= 1 + off;
  for (int round = 0; round < 8; ++round) {
    const Bytes data = bench.dice.bytes(64);
    CHECK(bench.ask(kWriteMemory, 64, 64, data).status == kDone);
    CHECK(bench.ask(kReadMemory, 64, 64).payload == data);
  }
}
TEST_CASE("the host's clock may be off") {
  for (const double off : {-0.04, -0.02, 0.02, 0.04}) drift<Link32>(off);
  for (const double off : {-0.02, 0.02}) drift<Link64>(off);
}

TEST_CASE("a byte without its stop bit is dropped, and a glitch is none") {
  LinkBench<Link32> bench(19);
  const Bytes frame = Request{kIdentify, 1, 0, 0, {}}.frame();
  // Of a byte more with a broken end nothing is taken: the frame around it is whole.
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (i == 7) {
      bench.sender.send(0x00, false);
      bench.sender.level(false, 25);  // as long as the line stays low there is no byte
      bench.sender.level(true, 2);
    }
    if (i == 9) {
      bench.sender.level(false, 0.3);
      bench.sender.level(true, 2);
    }
    bench.sender.send(frame[i]);
  }
  CHECK(bench.answer().status == kDone);

  // The same byte with its end is one too many.
  bench.sender.send(Bytes(frame.begin(), frame.begin() + 7));
  bench.sender.send(0x00);
  bench.sender.send(Bytes(frame.begin() + 7, frame.end()));
  CHECK(bench.settle().empty());
}

}  // namespace
}  // namespace intformer::test
