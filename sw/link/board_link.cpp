#include "sw/link/board_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "sw/link/crc32.hpp"
#include "sw/link/link_error.hpp"
#include "sw/runtime/intformer_registers.h"

namespace intformer::link {
namespace {

using namespace std::chrono_literals;

/// Of a board that has not told its own yet; a slow one, for waits to be long enough.
constexpr uint32_t kSlowClock = 12'000'000;

}  // namespace

BoardLink::BoardLink(SerialPort& port, LinkOptions options) : port_(port), options_(options) {}

void BoardLink::refuse(const std::string& what) const {
  throw LinkError(port_.path() + ": " + what);
}

const BoardIdentity& BoardLink::identify() {
  const std::vector<uint8_t> bytes = ask({.op = Op::Identify}, kIdentityBytes);
  if (std::memcmp(bytes.data(), kIdentityMagic, 8) != 0)
    refuse("what answers is no board of this program: its magic is another");
  identity_ = {wordAt(bytes, 8), wordAt(bytes, 12), wordAt(bytes, 16), wordAt(bytes, 20),
               wordAt(bytes, 24)};
  if (identity_.version != kLinkVersion)
    refuse(
        fmt::format("the board speaks version {} of the protocol, this program {}: take bitstream "
                    "and program of one version (make bitstream)",
                    identity_.version, kLinkVersion));
  if (identity_.clockHz == 0) refuse("the board says that its clock has 0 Hz");
  return identity_;
}

uint32_t BoardLink::readRegister(uint32_t offset) {
  return wordAt(ask({.op = Op::ReadRegister, .address = offset, .count = 4}, 4), 0);
}

void BoardLink::writeRegister(uint32_t offset, uint32_t value) {
  if (!lastWrite_) settleWrites();
  std::vector<uint8_t> payload;
  putWord(payload, value);
  ask({.op = Op::WriteRegister, .address = offset, .count = 4, .payload = payload}, 0);
}

void BoardLink::settleWrites() {
  std::vector<uint8_t> none;
  putWord(none, 0);
  // One of two different numbers is not that of the last write.
  for (int i = 0; i < 2; ++i)
    ask({.op = Op::WriteRegister,
         .address = INTFORMER_REG_INTERRUPT_ENABLE,
         .count = 4,
         .payload = none},
        0);
}

void BoardLink::readMemory(uint32_t address, std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto count = static_cast<uint32_t>(std::min<std::size_t>(bytes.size(), kMostPayload));
    const auto got = ask({.op = Op::ReadMemory, .address = address, .count = count}, count);
    std::ranges::copy(got, bytes.begin());
    bytes = bytes.subspan(count);
    address += count;
  }
}

void BoardLink::writeMemory(uint32_t address, std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto count = static_cast<uint32_t>(std::min<std::size_t>(bytes.size(), kMostPayload));
    ask({.op = Op::WriteMemory, .address = address, .count = count, .payload = bytes.first(count)},
        0);
    bytes = bytes.subspan(count);
    address += count;
  }
}

uint32_t BoardLink::checksumMemory(uint32_t address, uint32_t count) {
  return wordAt(ask({.op = Op::ChecksumMemory, .address = address, .count = count}, 4), 0);
}

uint8_t BoardLink::nextSeq(Op op) {
  const auto step = [&] { seq_ = seq_ == 255 ? 1 : static_cast<uint8_t>(seq_ + 1); };  // never 0
  step();
  if (op != Op::WriteRegister) return seq_;
  if (lastWrite_ == seq_) step();
  lastWrite_ = seq_;
  return seq_;
}

std::vector<uint8_t> BoardLink::ask(Request request, uint32_t expected) {
  request.seq = nextSeq(request.op);
  ++statistics_.requests;
  std::vector<uint8_t> payload;
  for (unsigned attempt = 1;; ++attempt) {
    const Outcome outcome = tryOnce(request, expected, payload);
    if (outcome == Outcome::Answered) return payload;
    ++(outcome == Outcome::Silent ? statistics_.silent : statistics_.damaged);
    if (attempt == options_.attempts) giveUp(request, outcome);
    ++statistics_.retries;
    resynchronize();
  }
}

BoardLink::Clock::duration BoardLink::allowed(const Request& request, uint32_t expected) const {
  const double bytes = kRequestHeader + kAnswerHeader + 2 * kCrcBytes +
                       static_cast<double>(request.payload.size() + expected);
  const double clock = identity_.clockHz == 0 ? kSlowClock : identity_.clockHz;
  // A word of a checksum takes a memory's latency at worst.
  const double work = request.op == Op::ChecksumMemory ? 8.0 * request.count / clock : 0;
  const std::chrono::duration<double> all(
      options_.patience *
      (std::chrono::duration<double>(options_.answer).count() + 20 * bytes / port_.baud() + work));
  return std::chrono::ceil<Clock::duration>(all);
}

BoardLink::Outcome BoardLink::tryOnce(const Request& request, uint32_t expected,
                                      std::vector<uint8_t>& payload) {
  const std::vector<uint8_t> bytes = requestBytes(request);
  const auto until = Clock::now() + allowed(request, expected);
  port_.write(bytes, until + 5s);
  statistics_.sent += bytes.size();
  for (;;) {
    if (!fill(kAnswerHeader, until)) return Outcome::Silent;
    Answer answer;
    if (!isAnswer(input_, answer)) {
      skip(1);
      continue;
    }
    const bool mine = answer.seq == request.seq && answer.op == static_cast<uint8_t>(request.op);
    const bool done = answer.status == static_cast<uint8_t>(Status::Done);
    if (!mine || answer.count > kMostPayload || (done && answer.count != expected)) {
      skip(kAnswerHeader);  // of a request before; its payload is skipped byte by byte
      continue;
    }
    const std::size_t whole = kAnswerHeader + (answer.count == 0 ? 0 : answer.count + kCrcBytes);
    if (!fill(whole, until)) return Outcome::Silent;
    answered_ = true;
    const std::span<const uint8_t> body = std::span(input_).subspan(kAnswerHeader, answer.count);
    const bool intact =
        answer.count == 0 || crc32(body) == wordAt(input_, kAnswerHeader + answer.count);
    if (intact) payload.assign(body.begin(), body.end());
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(whole));
    if (!intact || answer.status == static_cast<uint8_t>(Status::PayloadDamaged))
      return Outcome::Damaged;
    if (!done) refused(request, static_cast<Status>(answer.status));
    return Outcome::Answered;
  }
}

bool BoardLink::fill(std::size_t count, Clock::time_point until) {
  std::array<uint8_t, 4096> part{};
  while (input_.size() < count) {
    const std::size_t got = port_.read(part, until);
    if (got == 0) return false;
    statistics_.received += got;
    input_.insert(input_.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return true;
}

void BoardLink::skip(std::size_t count) {
  for (std::size_t i = 0; i < count && strangers_.size() < 3 * 8; ++i)
    strangers_ += fmt::format(" {:02x}", input_[i]);
  statistics_.skipped += count;
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(count));
}

void BoardLink::resynchronize() {
  const double clock = identity_.clockHz == 0 ? kSlowClock : identity_.clockHz;
  const auto quiet = std::chrono::ceil<Clock::duration>(
      options_.patience * (std::chrono::duration<double>(2.0 * kDropClocks / clock) +
                           std::chrono::duration<double>(2ms)));
  skip(input_.size());
  // A port that is never quiet is one more that does not answer.
  const auto end = Clock::now() + 50 * quiet;
  while (Clock::now() < end && fill(1, Clock::now() + quiet)) skip(input_.size());
}

void BoardLink::giveUp(const Request& request, Outcome last) const {
  if (answered_ && last == Outcome::Damaged)
    refuse(
        fmt::format("{}: {} attempts, and bytes were changed on the way in each; use a shorter "
                    "cable or another socket, or a lower baud rate in bitstream and --baud",
                    requestText(request), options_.attempts));
  if (answered_)
    refuse(
        fmt::format("{}: {} attempts, and the board does not answer any more, after {} requests "
                    "({} sent again); is the cable loose, or was the board reset?",
                    requestText(request), options_.attempts, statistics_.requests - 1,
                    statistics_.retries - (options_.attempts - 1)));
  if (statistics_.received != 0)
    refuse(
        fmt::format("{} bytes came and none of them are an answer, the first{}; is --baud {} the "
                    "bitstream's, and is this the board's port?",
                    statistics_.received, strangers_, port_.baud()));
  refuse(
      fmt::format("nobody answers; is the bitstream loaded, is --baud {} its rate, and is this "
                  "the board's port?",
                  port_.baud()));
}

void BoardLink::refused(const Request& request, Status status) const {
  if (status == Status::BusError)
    refuse(
        fmt::format("{}: the board's bus answers with an error; load the bitstream again, and run "
                    "`intformer board selftest`",
                    requestText(request)));
  if (status == Status::NoAnswer)
    refuse(fmt::format(
        "{}: the board's link answers, and its {} not; switch the board off and on, and "
        "load the bitstream again",
        requestText(request),
        request.op == Op::ReadRegister || request.op == Op::WriteRegister ? "device does"
                                                                          : "memory does"));
  if (status == Status::Refused)
    refuse(fmt::format("{}: the board refuses it; it has {} bytes of memory", requestText(request),
                       identity_.memoryBytes));
  refuse(fmt::format("{}: status {}, which this program does not know", requestText(request),
                     static_cast<unsigned>(status)));
}

}  // namespace intformer::link
