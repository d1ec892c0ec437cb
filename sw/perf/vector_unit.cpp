#include "sw/perf/vector_unit.hpp"

namespace intformer::perf {

void VectorUnit::start() {
  fetch_ = Fetch::Panel;
  panelsLeft_ = command_.panels;
  rowsLeft_ = writeRowsLeft_ = command_.rows;
  slot_ = command_.statRow;
  accBase_ = accAddress_ = command_.accAddress;
  inBase_ = inAddress_ = command_.inAddress;
  constAddress_ = command_.constAddress;
  next8_ = panel8_ = command_.out8Address;
  next16_ = panel16_ = command_.out16Address;
  held_ = flight_ = accCount_ = inCount_ = accFlight_ = inFlight_ = part_ = 0;
  inHalf_ = false;
}

void VectorUnit::nextRow() {
  ++accAddress_;
  ++slot_;
  if (--rowsLeft_ != 0) return;
  --panelsLeft_;
  rowsLeft_ = command_.rows;
  slot_ = command_.statRow;
  accAddress_ = accBase_ += command_.accStride;
  inAddress_ = inBase_ += command_.inStride;
  if (panelsLeft_ == 0)
    fetch_ = Fetch::Idle;
  else if ((command_.statisticsGathered && command_.rows < 4) || command_.constWords != 0)
    fetch_ = Fetch::Panel;
}

/// The requests of a cycle; true when a row has all of its own.
bool VectorUnit::stepFetch(bool accReady, bool readReady) {
  const bool acc = accValid() && accReady;
  const bool read = readValid() && readReady;
  accFlight_ = (accFlight_ << 1 | acc) & 3;
  inFlight_ = (inFlight_ << 1 | (read && fetch_ == Fetch::Rows)) & 3;
  switch (fetch_) {
    case Fetch::Idle: return false;
    case Fetch::Panel:
      constLeft_ = command_.constWords;
      if (panelClear()) fetch_ = constLeft_ == 0 ? Fetch::Rows : Fetch::Constants;
      return false;
    case Fetch::Constants:
      if (!read) return false;
      ++constAddress_;
      if (--constLeft_ == 0) fetch_ = Fetch::Rows;
      return false;
    default: break;
  }
  const bool open = rowOpen();
  const bool accDone = !command_.accUsed || accSent_ || accReady;
  const bool inDone = inSent_ == command_.inWords || (inSent_ + 1 == command_.inWords && readReady);
  if (read) ++inAddress_;
  if (open && accDone && inDone) {
    accSent_ = false;
    inSent_ = 0;
    nextRow();
    return true;
  }
  if (acc) accSent_ = true;
  if (read) ++inSent_;
  return false;
}

/// True when the last word of a row is accepted in this cycle.
bool VectorUnit::stepWriter(bool push) {
  const bool finished = writeValid_ && writeFinal_;
  writeValid_ = waiting_ != 0;
  if (waiting_ != 0) {
    writeFinal_ = part_ == 2 || !command_.out16;
    const bool word8 = part_ == 0 && command_.out8;
    writeAddress_ = word8 ? next8_++ : next16_++;
    if (writeFinal_) {
      part_ = 0;
      --waiting_;
      if (--writeRowsLeft_ == 0) {
        writeRowsLeft_ = command_.rows;
        next8_ = panel8_ += command_.out8Stride;
        next16_ = panel16_ += command_.out16Stride;
      }
    } else {
      part_ = word8 ? 1 : 2;
    }
  }
  waiting_ += push;
  return finished;
}

void VectorUnit::stepRows(uint64_t now, bool accReady, bool readReady) {
  const bool rowValid = held_ != 0 && (!command_.accUsed || accCount_ != 0) &&
                        (command_.inWords == 0 || inCount_ != 0);
  const bool load = rowValid && unfinished_ != kOutRows && beatsLeft_ <= 1;
  const bool accCame = (accFlight_ & 2) != 0;
  const bool inCame = (inFlight_ & 2) != 0 && (inHalf_ || command_.inWords == 1);
  if ((inFlight_ & 2) != 0) inHalf_ = !inCame;
  const bool sent = stepFetch(accReady, readReady);

  const bool left = !leavesAt_.empty() && leavesAt_.front() == now;
  if (left) leavesAt_.pop();
  bool finished = stepWriter(left && (command_.out8 || command_.out16));
  if (!command_.out8 && !command_.out16) finished = left;
  if (tail_ != 0) --tail_;
  if (left && command_.statisticsGathered) tail_ = 3;

  entered_ = entered_ << 1 | load;
  if (load) {
    beatsLeft_ = beats_;
    leavesAt_.push(now + kStages + beats_ - 1);
  } else if (beatsLeft_ != 0) {
    --beatsLeft_;
  }
  accCount_ = accCount_ + accCame - (load && command_.accUsed);
  inCount_ = inCount_ + inCame - (load && command_.inWords != 0);
  held_ = held_ + sent - load;
  flight_ = flight_ + sent - finished;
  unfinished_ = unfinished_ + load - finished;
}

void VectorUnit::step(uint64_t now, bool accReady, bool readReady, const VectorCommand* taken) {
  done_ = false;
  // Moments read their slot in the cycle after a row's first beat has left the lanes.
  const bool ownRead = command_.moments && (entered_ >> kStages & 1) != 0;
  switch (state_) {
    case State::Idle:
      if (taken == nullptr) break;
      command_ = *taken;
      state_ = State::Check;
      break;
    case State::Check:
      state_ = State::Idle;
      if (command_.scalar) {
        scalar.start(now, command_);
        done_ = true;
      } else {
        state_ = State::Run;
        entered_ = 0;
        start();
      }
      break;
    case State::Run:
      if (fetch_ == Fetch::Idle && flight_ == 0 && tail_ == 0) {
        done_ = true;
        state_ = State::Idle;
      } else {
        stepRows(now, accReady, readReady);
      }
      break;
  }
  scalar.step(now, !ownRead);
}

}  // namespace intformer::perf
