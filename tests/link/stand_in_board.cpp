#include "tests/link/stand_in_board.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "gen/device.hpp"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/runtime/intformer_registers.h"

namespace intformer::test {
namespace {

constexpr std::size_t kHead = 15;

uint32_t littleEndian(const Bytes& bytes, std::size_t at) {
  return uint32_t{bytes[at]} | uint32_t{bytes[at + 1]} << 8 | uint32_t{bytes[at + 2]} << 16 |
         uint32_t{bytes[at + 3]} << 24;
}

void append(Bytes& bytes, uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<uint8_t>(value >> 8 * i));
}

/// CRC-32, a bit at a time.
uint32_t checksum(const uint8_t* bytes, std::size_t count) {
  uint32_t crc = 0xffffffff;
  for (std::size_t i = 0; i < count; ++i)
    for (int bit = 0; bit < 8; ++bit) {
      const uint32_t top = (crc ^ bytes[i] >> bit) & 1;
      crc = crc >> 1 ^ (top != 0 ? 0xedb88320 : 0);
    }
  return crc ^ 0xffffffff;
}

}  // namespace

StandInBoard::StandInBoard(Make make, Trouble trouble)
    : make_(std::move(make)), trouble_(std::move(trouble)), memory_(make_.memoryBytes, 0xa5) {
  master_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0)
    throw std::runtime_error("no pseudo-terminal");
  port_ = ptsname(master_);
  slave_ = ::open(port_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);  // so that the master never ends
  termios raw{};
  tcgetattr(slave_, &raw);
  cfmakeraw(&raw);
  tcsetattr(slave_, TCSANOW, &raw);
  const Plan& plan = make_.plan;
  if (!make_.noDevice)
    registers_ = {{INTFORMER_REG_DEVICE_ID, kDeviceId},
                  {INTFORMER_REG_VERSION, kDeviceVersion},
                  {INTFORMER_REG_ARRAY, plan.dim | plan.lanes << 8 | plan.busBytes << 16 |
                                            (plan.family == Family::Pwl ? 1U << 24 : 0U) |
                                            static_cast<uint32_t>(plan.counters) << 25},
                  {INTFORMER_REG_SCRATCH_WORDS, plan.scratchWords},
                  {INTFORMER_REG_ACC_ROWS, plan.accRows},
                  {INTFORMER_REG_STAT_ROWS, plan.statRows},
                  {INTFORMER_REG_CONFIG_HASH_LOW, static_cast<uint32_t>(configHash(plan))},
                  {INTFORMER_REG_CONFIG_HASH_HIGH, static_cast<uint32_t>(configHash(plan) >> 32)}};
  thread_ = std::thread([this] { serve(); });
}

StandInBoard::~StandInBoard() {
  ends_ = true;
  thread_.join();
  if (slave_ >= 0) ::close(slave_);
  if (master_ >= 0) ::close(master_);
}

void StandInBoard::serve() {
  while (!ends_) {
    if (trouble_.unplugAfter && carried_ >= *trouble_.unplugAfter) {
      ::close(slave_);
      ::close(master_);
      slave_ = master_ = -1;
      return;
    }
    pollfd one{master_, POLLIN, 0};
    // A request that does not go on for 2^18 clocks is dropped.
    if (::poll(&one, 1, 6) <= 0) {
      frame_.clear();
      continue;
    }
    uint8_t bytes[512];
    const ssize_t got = ::read(master_, bytes, sizeof bytes);
    for (ssize_t i = 0; i < got; ++i) {
      const uint64_t before = carried_;
      if (!trouble_.incoming || trouble_.incoming(bytes[i], bytesIn_)) take(bytes[i]);
      ++bytesIn_;
      if (carried_ != before) break;  // what comes while a request is carried out is not seen
    }
  }
}

void StandInBoard::take(uint8_t byte) {
  if (frame_.empty() && byte != 0xa5) return;
  frame_.push_back(byte);
  if (frame_.size() < kHead) return;
  if (frame_.size() == kHead && littleEndian(frame_, 11) != checksum(frame_.data(), 11)) {
    // Not a header: a start byte may be among its bytes.
    const Bytes rest(frame_.begin() + 1, frame_.end());
    frame_.clear();
    for (const uint8_t old : rest) take(old);
    return;
  }
  const uint8_t op = frame_[1], seq = frame_[2];
  const uint32_t address = littleEndian(frame_, 3), count = littleEndian(frame_, 7);
  const bool payload = op == 2 || (op == 4 && count >= 4 && count <= 1024);
  const std::size_t length = op == 2 ? 4 : count;
  if (payload && frame_.size() < kHead + length + 4) return;
  Bytes body;
  bool damaged = false;
  if (payload) {
    body.assign(frame_.begin() + kHead,
                frame_.begin() + static_cast<std::ptrdiff_t>(kHead + length));
    damaged = littleEndian(frame_, kHead + length) != checksum(body.data(), body.size());
  }
  frame_.clear();
  if (trouble_.delay) std::this_thread::sleep_for(trouble_.delay(carried_));
  ++carried_;
  ++counts_[op & 15];
  if (damaged) return answer(op, 1, seq, {});
  carryOut(op, seq, address, count, body);
}

void StandInBoard::carryOut(uint8_t op, uint8_t seq, uint32_t address, uint32_t count,
                            const Bytes& payload) {
  Bytes result;
  const uint8_t status = work(op, seq, address, count, payload, result);
  answer(op, status, seq, status == 0 ? result : Bytes());
}

void StandInBoard::answer(uint8_t op, uint8_t status, uint8_t seq, const Bytes& payload) {
  Bytes bytes = {0x5a, static_cast<uint8_t>(op | status << 4), seq};
  append(bytes, static_cast<uint32_t>(payload.size()));
  append(bytes, checksum(bytes.data(), bytes.size()));
  if (!payload.empty()) {
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    append(bytes, checksum(payload.data(), payload.size()));
  }
  if (trouble_.outgoing) trouble_.outgoing(bytes, answers_);
  ++answers_;
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t done = ::write(master_, bytes.data() + at, bytes.size() - at);
    if (done <= 0) return;
    at += static_cast<std::size_t>(done);
  }
}

uint8_t StandInBoard::memoryStatus(uint32_t address, uint32_t count, uint32_t most) const {
  if (address % 4 != 0 || count % 4 != 0 || count < 4 || count > most) return 2;
  if (address > memory_.size() || count > memory_.size() - address) return 2;
  if (make_.silentMemory) return 4;
  return make_.busErrorFrom && address + count > *make_.busErrorFrom ? 3 : 0;
}

uint8_t StandInBoard::work(uint8_t op, uint8_t seq, uint32_t address, uint32_t count,
                           const Bytes& payload, Bytes& result) {
  uint8_t status = 0;
  switch (op) {
    case 0:
      result.assign(make_.magic.begin(), make_.magic.end());
      for (const uint32_t value : {make_.version, make_.clockHz, make_.memoryBytes,
                                   make_.plan.busBytes * 8, 3'000'000U, 0U})
        append(result, value);
      return 0;
    case 1:
      if (make_.silentRegisters) return 4;
      append(result, readRegister(address));
      return count == 4 ? 0 : 2;
    case 2:
      if (count != 4) return 2;
      if (make_.silentRegisters) return 4;
      if (seq != 0 && lastWrite_ == seq) return 0;
      lastWrite_ = seq;
      writeRegister(address, littleEndian(payload, 0));
      return 0;
    case 3:
      status = memoryStatus(address, count, 1024);
      if (status == 0) result.assign(memory_.begin() + address, memory_.begin() + address + count);
      return status;
    case 4:
      status = memoryStatus(address, count, 1024);
      for (uint32_t i = 0; i < count && status == 0; ++i)
        memory_[address + i] = make_.keeps ? make_.keeps(address + i, payload[i]) : payload[i];
      written_ += status == 0 ? count : 0;
      return status;
    case 5:
      status = memoryStatus(address, count, make_.memoryBytes);
      if (status == 0) append(result, checksum(memory_.data() + address, count));
      return status;
    default:
      return 2;
  }
}

uint32_t StandInBoard::readRegister(uint32_t offset) {
  if (offset == INTFORMER_REG_STATUS && busyReads_ > 0) {
    busyReads_ -= make_.hangs ? 0 : 1;
    return INTFORMER_STATUS_BUSY;
  }
  return registers_[offset];
}

void StandInBoard::writeRegister(uint32_t offset, uint32_t value) {
  ++registerWrites_;
  if (offset == INTFORMER_REG_CONTROL) {
    if ((value & INTFORMER_CONTROL_SOFT_RESET) != 0) {
      registers_[INTFORMER_REG_STATUS] = 0;
      busyReads_ = 0;
    }
    if ((value & INTFORMER_CONTROL_START) != 0) runProgram();
  } else if (offset == INTFORMER_REG_INTERRUPT_CLEAR) {
    registers_[INTFORMER_REG_STATUS] &= ~INTFORMER_STATUS_INTERRUPT;
  } else {
    registers_[offset] = value;
  }
}

void StandInBoard::runProgram() {
  std::vector<Command> program(registers_[INTFORMER_REG_PROGRAM_COMMANDS]);
  const uint32_t address = registers_[INTFORMER_REG_PROGRAM_ADDR_LOW];
  for (std::size_t i = 0; i < program.size(); ++i)
    for (uint32_t word = 0; word < kCommandWords; ++word)
      program[i].words()[word] = littleEndian(memory_, address + i * kCommandBytes + 4 * word);
  emulator::EmulatorOptions options;
  for (uint32_t i = 0; i < make_.plan.windowCount; ++i) {
    const uint32_t at = i * INTFORMER_WINDOW_STRIDE;
    if (const uint32_t permissions = registers_[INTFORMER_REG_WINDOW0_PERMISSIONS + at])
      options.windows.push_back({registers_[INTFORMER_REG_WINDOW0_BASE_LOW + at],
                                 registers_[INTFORMER_REG_WINDOW0_END_LOW + at], permissions});
  }
  options.programAddress = address;
  const emulator::EmulationResult result =
      emulator::runProgram(make_.computes.value_or(make_.plan), program, memory_, options);
  const bool fine = result.ok() && !make_.stops;
  registers_[INTFORMER_REG_STATUS] =
      (fine ? INTFORMER_STATUS_DONE : INTFORMER_STATUS_ERROR) | INTFORMER_STATUS_INTERRUPT;
  registers_[INTFORMER_REG_ERROR_CODE] = make_.stops ? static_cast<uint32_t>(ErrorCode::WriteWindow)
                                                     : static_cast<uint32_t>(result.error);
  registers_[INTFORMER_REG_ERROR_COMMAND] = make_.stops ? 17 : result.commandIndex;
  registers_[INTFORMER_REG_COUNT_CYCLES_LOW] = static_cast<uint32_t>(program.size()) * 1000;
  busyReads_ = 2;
}

}  // namespace intformer::test
