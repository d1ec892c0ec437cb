// What a device leaves out of cycles in which no command moves.

#include <stdexcept>

#include "sw/perf/device.hpp"

namespace intformer::perf {

/// A bit for each queue whose oldest command waits for its unit alone.
uint32_t Device::waitingForUnits() const {
  uint32_t queues = 0;
  for (std::size_t q = 0; q < kQueueCount; ++q)
    if (queues_[q].valid() && tokens_.has(headers_[queues_[q].head()].wait, q)) queues |= 1U << q;
  return queues;
}
/// One of these queues would issue.
bool Device::issuesAny(uint32_t queues) const {
  for (std::size_t q = 0; queues >> q != 0; ++q)
    if ((queues >> q & 1) != 0 && ready(q, headers_[queues_[q].head()].scalar)) return true;
  return false;
}

/// No command moves on its way from memory to the head of its queue.
bool Device::commandsStill() const {
  if (pending_ == 0 || !fetchStill_) return false;
  for (const auto& queue : queues_)
    if (queue.moves()) return false;
  if (!fetch_.valid()) return true;
  const Header& next = headers_[fetch_.index()];
  return next.end || !queues_[next.queue].room();
}

/// Cycles for which nothing moves outside the matmul unit but that words of one burst are written:
/// each would be like the one before.
uint64_t Device::quietCycles() const {
  if (arValid_ || !store_.still() || (!vector_.idle() && !vector_.waitsForScalar())) return 0;
  uint64_t cycles = kNever;
  const auto until = [&](uint64_t cycle) {
    if (cycle != kNever) cycles = cycle <= now_ ? 0 : std::min(cycles, cycle - now_);
  };
  if (memory_.rValid)
    cycles = memory_.rSide == 0 ? 0 : std::min(memory_.steadyBeats(), load_.steadyWords());
  else if (load_.still())
    until(memory_.nextRead());
  else
    return 0;
  until(memory_.nextResponse());
  until(memory_.nextDecision());
  until(vector_.scalar.wakesAt());
  return cycles;
}

/// Goes on without what only moving commands need, while there are none.
void Device::skip() {
  if (!commandsStill()) return;
  const uint32_t waiting = waitingForUnits();
  for (bool goesOn = true; goesOn && fetchStill_;) {
    const uint64_t quiet = quietCycles();
    if (quiet < kWorthSkipping) {
      goesOn = stepUnits(waiting);
      continue;
    }
    goesOn = stepMatmul(quiet == kNever ? kNever : now_ + quiet, waiting);
  }
}

/// Until `end` the matmul unit is alone, and where it only streams, it leaps; until it ends a
/// command, too, or could take one of a waiting queue. False where that is now.
bool Device::stepMatmul(uint64_t end, uint32_t waiting) {
  load_.begin(false);
  store_.begin(false);
  if (issuesAny(waiting)) return false;
  if (end == kNever && matmul_.idle())
    throw std::logic_error("a command waits for a token that no earlier command signals");
  const uint64_t begin = now_;
  const bool wanted = (waiting >> kMatmul & 1) != 0;
  while (now_ < std::min(end, matmul_.nextDone()) && !(wanted && matmul_.commandReady())) {
    const Streams streams = streamsOfArray();
    const uint64_t most = std::min(end, matmul_.nextDone()) - now_;
    if (const uint64_t leap = matmul_.leap(now_, most, streams.b && !streams.bReady,
                                           plan_.scratchBanks)) {
      now_ += leap;
      continue;
    }
    matmul_.step(now_, streams.a, streams.bGranted(), nullptr);
    ++now_;
  }
  if (memory_.rValid) {
    memory_.skipBeats(static_cast<uint32_t>(now_ - begin));
    load_.skip(static_cast<uint32_t>(now_ - begin));
  }
  memory_.drive(now_);
  return now_ != begin;
}

/// Some cycles of all units; false where one ends a command or could take one of a waiting queue.
bool Device::stepUnits(uint32_t waiting) {
  const uint32_t stretch = vector_.idle() && store_.still() ? 1 : kStretch;
  for (uint32_t i = 0; i < stretch; ++i) {
    if (matmul_.nextDone() == now_ || vector_.done() || load_.ends() ||
        (memory_.bValid && store_.ends()) || !fetchStill_)
      return false;
    const bool readOpen = !arValid_ || memory_.arReady;
    const bool loadAsks = load_.request.axValid;
    const Burst asked = load_.request.ax;
    load_.begin(readOpen);
    store_.begin(memory_.awReady);
    if (waiting != 0 && issuesAny(waiting)) return false;
    const Ports ports = portsOfScratchpad();
    const bool accReady = vectorSums();
    const bool readBeat = memory_.rValid && load_.beatReady();
    const bool fetchBeat = readBeat && memory_.rSide == 0;
    const bool loadBeat = readBeat && memory_.rSide == 1;
    const bool writeBeat = store_.beatValid() && memory_.wReady;
    const bool response = memory_.bValid && store_.responseReady();
    if (!load_.still() || loadBeat)
      load_.step(loadBeat, memory_.rLast, ports.loadWrites, nullptr);
    if (!matmul_.idle()) matmul_.step(now_, ports.array.a, ports.array.bGranted(), nullptr);
    if (!vector_.idle() || vector_.scalar.busy())
      vector_.step(now_, accReady, ports.vectorReads, nullptr);
    if (store_.request.axValid && memory_.awReady) memory_.acceptWrite(store_.request.ax);
    if (writeBeat) memory_.acceptWriteBeat(now_);
    if (!store_.still() || response)
      store_.step(ports.storeReads, writeBeat, response, nullptr);
    moveReadAddress(readOpen, false, loadAsks, asked);
    if (fetchBeat) {
      fetch_.step(true, false);
      fetchStill_ = fetch_.still();
    }
    if (readBeat) memory_.acceptReadBeat();
    if (response) memory_.acceptResponse();
    ++now_;
    memory_.drive(now_);
  }
  return true;
}

}  // namespace intformer::perf
