#include "sw/perf/device.hpp"

#include <stdexcept>

#include "gen/tables/operands.hpp"

namespace intformer::perf {

Header headerOf(const Command& command) {
  const OpcodeSpec* spec = findOpcode(command.opcode());
  if (spec == nullptr) throw std::logic_error("an opcode that no device knows");
  Header header;
  header.end = !spec->queue;
  if (spec->queue) header.queue = static_cast<uint8_t>(*spec->queue);
  header.scalar = isRowScalar(command.opcode());
  header.wait = static_cast<uint8_t>(command.get(Field::Wait));
  header.signal = static_cast<uint8_t>(command.get(Field::Signal));
  return header;
}

/// Goes on to the next cycle. True when nothing but a stream went on in this one.
bool Device::cycle() {
  // All that the units show is read before any state changes: first what each unit asks for, then
  // who gets it, then the next state.
  const bool readOpen = !arValid_ || memory_.arReady;
  const bool fetchAsks = fetch_.request.axValid, loadAsks = load_.request.axValid;
  const Burst asked = fetchAsks ? fetch_.request.ax : load_.request.ax;
  const bool awAccepted = store_.request.axValid && memory_.awReady;
  if (!fetchStill_) fetch_.begin(readOpen);
  load_.begin(readOpen && !fetchAsks);
  store_.begin(memory_.awReady);

  const Ports ports = portsOfScratchpad();
  const bool accReady = vectorSums();

  // The port.
  const bool readBeat = memory_.rValid && load_.beatReady();  // fetch always has room
  const bool fetchBeat = readBeat && memory_.rSide == 0;
  const bool loadBeat = readBeat && memory_.rSide == 1;
  const bool beatLast = memory_.rLast;
  const bool writeBeat = store_.beatValid() && memory_.wReady;
  const bool response = memory_.bValid && store_.responseReady();

  // Dispatch and issue.
  given_ = {};
  const uint32_t* issued[kQueueCount];
  uint32_t taken[kQueueCount];
  for (std::size_t q = 0; q < kQueueCount; ++q) {
    issued[q] = issue(q);
    if (issued[q] != nullptr) taken[q] = *issued[q];
  }
  bool accept = false;
  uint32_t next = 0;
  if (fetch_.checked()) {
    next = fetch_.index();
    const Header& header = headers_[next];
    if (header.end)
      finished_ = pending_ == 0 && !vector_.scalar.busy();
    else
      accept = queues_[header.queue].room();
  }

  // Next state, unit by unit; ends are noted before starts, in the order of the queues.
  const auto started = [&](std::size_t q) {
    if (issued[q] == nullptr) return;
    run_.events.push_back({now_, taken[q], static_cast<Queue>(q), false});
    lastMove_ = now_;
  };
  if (!load_.still() || issued[kLoad] != nullptr || loadBeat) {
    if (issued[kLoad] != nullptr) copy_ = copyCommand(commands_[taken[kLoad]], taken[kLoad]);
    if (const auto done = load_.step(loadBeat, beatLast, ports.loadWrites,
                                     issued[kLoad] != nullptr ? &copy_ : nullptr))
      finish(kLoad, *done);
  }
  started(kLoad);

  if (const auto done = matmul_.done(now_)) finish(kMatmul, *done);
  if (!matmul_.idle() || issued[kMatmul] != nullptr) {
    if (issued[kMatmul] != nullptr)
      product_ = matmulCommand(commands_[taken[kMatmul]], taken[kMatmul]);
    matmul_.step(now_, ports.array.a, ports.array.bGranted(),
                 issued[kMatmul] != nullptr ? &product_ : nullptr);
  }
  started(kMatmul);

  if (const auto done = vector_.done()) finish(kVector, *done);
  if (!vector_.idle() || vector_.scalar.busy() || issued[kVector] != nullptr) {
    if (issued[kVector] != nullptr)
      rowwise_ = vectorCommand(commands_[taken[kVector]], taken[kVector], plan_.dim);
    vector_.step(now_, accReady, ports.vectorReads,
                 issued[kVector] != nullptr ? &rowwise_ : nullptr);
  }
  started(kVector);

  if (awAccepted) memory_.acceptWrite(store_.request.ax);
  if (writeBeat) memory_.acceptWriteBeat(now_);
  if (!store_.still() || issued[kStore] != nullptr || response) {
    if (issued[kStore] != nullptr) copy_ = copyCommand(commands_[taken[kStore]], taken[kStore]);
    if (const auto done = store_.step(ports.storeReads, writeBeat, response,
                                      issued[kStore] != nullptr ? &copy_ : nullptr))
      finish(kStore, *done);
  }
  started(kStore);

  // Queues and tokens.
  const uint8_t target = accept ? headers_[next].queue : 0;
  for (std::size_t q = 0; q < kQueueCount; ++q) {
    queues_[q].step(accept && target == q ? &next : nullptr, issued[q] != nullptr);
    if (given_[q] != 0) tokens_.give(q, given_[q]);
  }
  pending_ += accept;

  // The port's registers and the memory.
  moveReadAddress(readOpen, fetchAsks, loadAsks, asked);
  if (!fetchStill_ || fetchBeat || accept) {
    fetch_.step(fetchBeat, accept);
    fetchStill_ = fetch_.still();
  }
  if (readBeat) memory_.acceptReadBeat();
  if (response) memory_.acceptResponse();
  ++now_;
  memory_.drive(now_);
  return !accept && lastMove_ + 1 != now_;
}

Run estimate(std::span<const Command> commands, uint64_t address, const Plan& plan,
             const MemoryTiming& memory, std::span<const uint8_t> image, uint64_t imageAddress) {
  if (commands.empty()) return {};
  return Device(commands, address, plan, memory, image, imageAddress).run();
}

}  // namespace intformer::perf
