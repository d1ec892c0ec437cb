// Requests and answers over a cable on which everything goes wrong that can.
#include <numeric>
#include <set>

#include "sw/link/access.hpp"
#include "sw/link/board_link.hpp"
#include "sw/link/link_error.hpp"
#include "tests/link/plans.hpp"
#include "tests/link/stand_in_board.hpp"

namespace intformer::test {
namespace {

using link::BoardLink;
using link::LinkError;
using link::LinkOptions;
using link::SerialPort;
using namespace std::chrono_literals;

const LinkOptions kQuick = {.attempts = 3, .answer = 60ms};
const LinkOptions kPatient = {.answer = 2s};  ///< where no request may be sent again

/// A board and a host.
struct Pair {
  StandInBoard board;
  SerialPort port;
  BoardLink link;
  explicit Pair(Trouble trouble = {}, LinkOptions options = kQuick)
      : Pair({.plan = planOf("tiny4")}, std::move(trouble), options) {}
  explicit Pair(StandInBoard::Make make, Trouble trouble = {}, LinkOptions options = kQuick)
      : board(std::move(make), std::move(trouble)),
        port(board.port(), 3'000'000),
        link(port, options) {}
};

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), uint8_t{3});
  return bytes;
}

/// Writes, reads and compares; every byte must be right whatever happens between.
void exchange(BoardLink& link, uint32_t at = 4) {
  const Bytes sent = counted(5000);
  link.writeMemory(at, sent);
  Bytes got(sent.size());
  link.readMemory(at, got);
  CHECK(got == sent);
}

TEST_CASE("a board says what it is, and keeps what it is sent", "[link]") {
  Pair pair(Trouble(), kPatient);
  const link::BoardIdentity& board = pair.link.identify();
  CHECK(board.clockHz == 50'000'000);
  CHECK(board.memoryBytes == 1U << 20);
  CHECK(board.dataBits == planOf("tiny4").busBytes * 8);
  CHECK(board.baud == 3'000'000);
  exchange(pair.link);
  pair.link.writeRegister(INTFORMER_REG_PROGRAM_COMMANDS, 77);
  CHECK(pair.link.readRegister(INTFORMER_REG_PROGRAM_COMMANDS) == 77);
  const Bytes twelve = counted(12);
  pair.link.writeMemory(64, twelve);
  CHECK(pair.link.checksumMemory(64, 12) == 0xf139f6ebU);
  CHECK(pair.link.statistics().retries == 0);
  CHECK(pair.link.statistics().skipped == 0);
}

TEST_CASE("lost and changed bytes cost a retry and nothing else", "[link]") {
  for (const bool lost : {false, true}) {
    Trouble trouble;
    trouble.incoming = [lost](uint8_t& byte, uint64_t n) {
      if (n % 3001 != 3000) return true;
      byte ^= 0x10;
      return !lost;
    };
    trouble.outgoing = [lost](Bytes& answer, uint64_t n) {
      if (n % 4 != 3) return;
      const std::size_t at = n * 7 % answer.size();
      if (lost)
        answer.erase(answer.begin() + static_cast<std::ptrdiff_t>(at));
      else
        answer[at] ^= 4;
    };
    Pair pair(trouble);
    INFO((lost ? "lost" : "changed"));
    pair.link.identify();
    exchange(pair.link);
    CHECK(pair.link.statistics().retries >= 4);
    CHECK(pair.link.statistics().silent + pair.link.statistics().damaged ==
          pair.link.statistics().retries);
  }
}

TEST_CASE("noise before an answer is skipped, start bytes in it too", "[link]") {
  Trouble trouble;
  trouble.outgoing = [](Bytes& answer, uint64_t) {
    answer.insert(answer.begin(), {0x00, 0x5a, 0xff, 0x5a, 0x03, 0xa5});
  };
  Pair pair(trouble, kPatient);
  pair.link.identify();
  exchange(pair.link);
  CHECK(pair.link.statistics().retries == 0);
  CHECK(pair.link.statistics().skipped == 6 * pair.link.statistics().requests);
}

TEST_CASE("an answer that comes late is not the next request's", "[link]") {
  Trouble trouble;
  trouble.delay = [](uint64_t n) { return n % 5 == 4 ? 100ms : 0ms; };
  Pair pair(trouble);
  pair.link.identify();
  exchange(pair.link);
  CHECK(pair.link.statistics().retries > 0);
}

TEST_CASE("an answer that comes once more is not the next request's", "[link]") {
  Trouble trouble;
  trouble.outgoing = [last = Bytes()](Bytes& answer, uint64_t) mutable {
    const Bytes now = answer;
    answer.insert(answer.begin(), last.begin(), last.end());
    last = now;
  };
  Pair pair(trouble, kPatient);
  pair.link.identify();
  exchange(pair.link);
  CHECK(pair.link.statistics().retries == 0);
  CHECK(pair.link.statistics().skipped > 4000);
}

TEST_CASE("a register is written once, however often its answer is lost", "[link]") {
  Trouble trouble;
  trouble.outgoing = [](Bytes& answer, uint64_t n) {
    if (n % 2 == 1) answer.clear();
  };
  Pair pair(trouble);
  pair.link.identify();
  pair.link.writeRegister(INTFORMER_REG_PROGRAM_COMMANDS, 1);
  const uint64_t before = pair.board.registerWrites();
  for (uint32_t i = 0; i < 10; ++i) pair.link.writeRegister(INTFORMER_REG_PROGRAM_COMMANDS, i);
  CHECK(pair.board.registerWrites() == before + 10);
  CHECK(pair.link.statistics().retries >= 10);
}

TEST_CASE("no register write is taken for the retry of an older one", "[link]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  // Another host's, whose last write may have any number.
  for (unsigned before = 0; before < 6; ++before) {
    INFO(before << " requests before the first write");
    for (uint32_t value = 1; value <= 2; ++value) {
      SerialPort port(board.port(), 3'000'000);
      BoardLink link(port, kQuick);
      link.identify();
      for (unsigned i = 0; i < before; ++i) link.readRegister(INTFORMER_REG_VERSION);
      link.writeRegister(INTFORMER_REG_PROGRAM_COMMANDS, 100 * before + value);
      CHECK(link.readRegister(INTFORMER_REG_PROGRAM_COMMANDS) == 100 * before + value);
    }
  }
  // One's own, when the numbers have come round.
  SerialPort port(board.port(), 3'000'000);
  BoardLink link(port, kQuick);
  link.identify();
  for (unsigned between = 250; between < 258; ++between) {
    link.writeRegister(INTFORMER_REG_PROGRAM_COMMANDS, between);
    for (unsigned i = 0; i < between; ++i) link.readRegister(INTFORMER_REG_VERSION);
    link.writeRegister(INTFORMER_REG_PROGRAM_COMMANDS, between + 1000);
    CHECK(link.readRegister(INTFORMER_REG_PROGRAM_COMMANDS) == between + 1000);
  }
}

TEST_CASE("a cable that is no use says why", "[link]") {
  const auto refusal = [](Trouble trouble, StandInBoard::Make make = {.plan = planOf("tiny4")}) {
    Pair pair(std::move(make), std::move(trouble));
    try {
      pair.link.identify();
      for (int i = 0; i < 20; ++i) exchange(pair.link, 1024);
    } catch (const LinkError& error) {
      CHECK(std::string(error.what()).starts_with(pair.board.port() + ": "));
      return std::string(error.what());
    }
    return std::string("fine");
  };
  const auto answers = [](std::function<void(Bytes&, uint64_t)> outgoing) {
    Trouble trouble;
    trouble.outgoing = std::move(outgoing);
    return trouble;
  };
  CHECK_THAT(refusal(answers([](Bytes& answer, uint64_t) { answer.clear(); })),
             containsText("nobody answers; is the bitstream loaded, is --baud 3000000 its rate"));
  CHECK_THAT(refusal(answers([](Bytes& answer, uint64_t) {
               answer = {0x00, 0xf8, 0x5a, 0x11};
             })),
             containsText("none of them are an answer, the first 00 f8 5a 11") &&
                 containsText("--baud 3000000"));
  CHECK_THAT(refusal(answers([](Bytes& answer, uint64_t n) {
               if (n >= 8) answer.clear();
             })),
             containsText("read_memory of 1024 bytes at 0x") && containsText("3 attempts") &&
                 containsText("does not answer any more") && containsText("cable loose"));
  CHECK_THAT(
      refusal(answers([](Bytes& answer, uint64_t) {
        if (answer.size() > 500) answer.back() ^= 1;
      })),
      containsText("bytes were changed on the way in each") && containsText("lower baud rate"));
  Trouble pulled;
  pulled.unplugAfter = 20;
  CHECK_THAT(refusal(pulled), containsText("the port has gone: unplugged"));
  CHECK_THAT(refusal({}, {.plan = planOf("tiny4"), .version = 2}),
             containsText("speaks version 2 of the protocol, this program 1"));
  CHECK_THAT(refusal({}, {.plan = planOf("tiny4"), .magic = "INTFLANE"}),
             containsText("is no board of this program"));
  CHECK_THAT(refusal({}, {.plan = planOf("tiny4"), .clockHz = 0}), containsText("0 Hz"));
  CHECK_THAT(
      refusal({}, {.plan = planOf("tiny4"), .memoryBytes = 4096}),
      containsText("write_memory of 1024 bytes at 0x1000: the board refuses it; it has 4096"));
  CHECK_THAT(refusal({}, {.plan = planOf("tiny4"), .busErrorFrom = 4096}),
             containsText("write_memory of 1024 bytes at 0x1000: the board's bus answers"));
}

TEST_CASE("the runtime drives the board, at any address", "[link]") {
  Pair pair;
  pair.link.identify();
  link::BoardAccess board(pair.link);
  const intformer_access access = board.access();
  intformer_device device;
  intformer_identity identity;
  REQUIRE(intformer_open(&device, &access, &identity) == INTFORMER_OK);
  CHECK(identity.dim == 4);
  CHECK(intformer_reset(&device, 1000) == INTFORMER_OK);
  const Bytes all = counted(64);
  REQUIRE(access.write_memory(access.context, 128, all.data(), all.size()) == 0);
  for (uint64_t at = 0; at < 8; ++at)
    for (uint64_t count = 0; count < 12; ++count) {
      Bytes expected = all;
      const Bytes some(count, 0xee);
      std::copy(some.begin(), some.end(), expected.begin() + static_cast<std::ptrdiff_t>(at));
      REQUIRE(access.write_memory(access.context, 128, all.data(), all.size()) == 0);
      REQUIRE(access.write_memory(access.context, 128 + at, some.data(), count) == 0);
      Bytes got(64);
      REQUIRE(access.read_memory(access.context, 128, got.data(), got.size()) == 0);
      REQUIRE(got == expected);
      Bytes part(count);
      REQUIRE(access.read_memory(access.context, 128 + at, part.data(), count) == 0);
      REQUIRE(part == some);
    }
  CHECK(access.write_memory(access.context, (1U << 20) - 2, all.data(), 4) != 0);
  CHECK_THAT(board.failure(), containsText("lie beyond the board's memory of 1048576 bytes"));
  CHECK(access.read_memory(access.context, uint64_t{1} << 32, Bytes(4).data(), 4) != 0);
}

}  // namespace
}  // namespace intformer::test
