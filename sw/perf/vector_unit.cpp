#include "sw/perf/vector_unit.hpp"

namespace intformer::perf {

void VectorUnit::startFetch() {
  fetch_ = panelFirst() ? Fetch::Panel : Fetch::Rows;
  fetchWalk_.start(command_);
  firstRow_ = true;
  slot_ = command_.statRow;
  accBase_ = accAddress_ = command_.accAddress;
  inBase_ = inAddress_ = command_.inAddress;
  constAddress_ = command_.constAddress;
}

void VectorUnit::nextRow() {
  held_.push({command_.accUsed, command_.inWords != 0});
  firstRow_ = false;
  ++accAddress_;
  ++slot_;
  const bool panelEnds = fetchWalk_.lastRow();
  fetchWalk_.next();
  if (!panelEnds) return;
  slot_ = command_.statRow;
  accAddress_ = accBase_ += command_.accStride;
  inAddress_ = inBase_ += command_.inStride;
  if (fetchWalk_.panelsLeft == 0)
    fetch_ = Fetch::Idle;
  else if (panelFirst())
    fetch_ = Fetch::Panel;
}

/// The requests of a cycle; true when a row has all of its own.
bool VectorUnit::stepFetch(bool accReady, bool readReady) {
  const bool acc = accValid() && accReady;
  const bool read = readValid() && readReady;
  const bool lastWord = fetch_ == Fetch::Rows && inSent_ + 1 == command_.inWords;
  accFlight_ = accFlight_ << 1 | acc;
  inFlight_ = inFlight_ << 1 | (read && lastWord);
  if (fetch_ == Fetch::Constants && read) gap_ = beats_ - 1;
  else if (gap_ != 0) --gap_;
  switch (fetch_) {
    case Fetch::Idle: return false;
    case Fetch::Panel: {
      constLeft_ = command_.constWords;
      const bool clear = serialize() ? flight_ == 0 : flight_ <= younger_;
      if (!clear) return false;
      fetch_ = constLeft_ == 0 ? Fetch::Rows : Fetch::Constants;
      if (constLeft_ != 0) younger_ = 0;
      return false;
    }
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
    if (younger_ < 64) ++younger_;
    return true;
  }
  if (acc) accSent_ = true;
  if (read) ++inSent_;
  return false;
}

/// The words of the rows that have left the lanes; true when the last word of a row is accepted.
bool VectorUnit::stepWriter(bool push) {
  const bool rowWritten = writeValid_ && writeFinal_;
  const bool commandWritten = rowWritten && writeLast_;
  const bool take = writeOffer_ && !writeActive_;
  const bool load = writeActive_ && !writePopped_ && waiting_ != 0;
  writeValid_ = load;
  if (load) {
    writeFinal_ = part_ == 2 || !write_.out16;
    const bool word8 = part_ == 0 && write_.out8;
    writeAddress_ = word8 ? next8_++ : next16_++;
    writeLast_ = writeWalk_.final();
    if (writeFinal_) {
      part_ = 0;
      --waiting_;
      writePopped_ = writeWalk_.final();
      if (writeWalk_.lastRow()) {
        next8_ = panel8_ += write_.out8Stride;
        next16_ = panel16_ += write_.out16Stride;
      }
      writeWalk_.next();
    } else {
      part_ = word8 ? 1 : 2;
    }
  }
  waiting_ += push;
  if (commandWritten) {
    writeActive_ = false;
    ++written_;
  }
  if (!take) return rowWritten;
  writeOffer_ = writePopped_ = false;
  writeActive_ = true;
  write_ = command_;
  writeWalk_.start(command_);
  part_ = 0;
  next8_ = panel8_ = command_.out8Address;
  next16_ = panel16_ = command_.out16Address;
  return rowWritten;
}

/// Lets a row into the lanes, or not; true when one enters.
bool VectorUnit::stepIssue(uint64_t now, bool slotWritten) {
  const bool rowValid = !held_.empty() && (!held_.front().acc || accCount_ != 0) &&
                        (!held_.front().in || inCount_ != 0);
  const bool gathers = issueActive_ && issue_.statisticsGathered;
  const bool final = issueWalk_.final();
  const bool load = rowValid && issueActive_ && unfinished_ != outRows_ && beatsLeft_ <= 1 &&
                    !(gathers && (older(issueSlot_) || (final && older_ != 0)));
  const bool end = load && final;
  gathering_ = gathering_ + (load && gathers) - slotWritten;
  if (end && gathers) {
    older_ = gathering_;
    olderEnd_ = issueSlot_ + 1;
  } else if (slotWritten && older_ != 0) {
    --older_;
  }
  momentsEntered_ = momentsEntered_ << 1 | (load && issue_.moments);
  if (load) {
    beatsLeft_ = beats_;
    const uint64_t leaves = now + latencies_.laneStages() + beats_ - 1;
    leaving_.push({leaves, issue_.out8 || issue_.out16, gathers, final});
    accCount_ -= held_.front().acc;
    inCount_ -= held_.front().in;
    held_.pop();
    issueSlot_ = issueWalk_.lastRow() ? issue_.statRow : issueSlot_ + 1;
    issueWalk_.next();
  } else if (beatsLeft_ != 0) {
    --beatsLeft_;
  }
  if (end) issueActive_ = sumsHold_ = false;
  if (issueOffer_ && !issueActive_) {
    issueOffer_ = false;
    issueActive_ = true;
    issue_ = command_;
    issueWalk_.start(command_);
    issueSlot_ = command_.statRow;
  }
  return load;
}

/// Goes through cycle `now`. Each part reads what the others showed before this cycle: the calls
/// are ordered so that none sees what a part before it has changed.
void VectorUnit::step(uint64_t now, bool accReady, bool readReady, const VectorCommand* taken) {
  const bool free = frontFree();
  // Moments read their slot statisticsRead cycles after a row's first beat was in the last stage.
  const uint32_t read = latencies_.laneStages() + statisticsRead_ - 1;
  const bool sumsReady =
      (momentsEntered_ >> read & 1) == 0 && !sumsHold_ && !older(scalar.next());
  if (done()) {
    if (order_.front().end == End::Written) --written_;
    if (order_.front().end == End::Passed) --passed_;
    order_.pop();
  }
  const bool accCame = (accFlight_ >> (latencies_.read - 1) & 1) != 0;
  const bool inCame = (inFlight_ >> (latencies_.read - 1) & 1) != 0;
  const bool slotWritten = !slotWrittenAt_.empty() && slotWrittenAt_.front() == now;
  if (slotWritten) slotWrittenAt_.pop();
  Leaving left;
  const bool leaves = !leaving_.empty() && leaving_.front().cycle == now;
  if (leaves) {
    left = leaving_.front();
    leaving_.pop();
    if (left.gathers) slotWrittenAt_.push(now + statisticsLatency_);
  }
  const bool rowPassed = leaves && !left.results;
  if (rowPassed && left.final) ++passed_;

  const bool sent = stepFetch(accReady, readReady);
  const bool entered = stepIssue(now, slotWritten);
  const bool rowWritten = stepWriter(left.results);
  accCount_ += accCame;
  inCount_ += inCame;
  flight_ = flight_ + sent - rowWritten - rowPassed;
  unfinished_ = unfinished_ + entered - rowWritten - rowPassed;

  if (state_ == State::Check) {
    const bool results = command_.out8 || command_.out16;
    order_.push({command_.index, command_.scalar ? End::None
                                 : results       ? End::Written
                                                 : End::Passed});
    state_ = command_.scalar ? State::Idle : State::Run;
    if (command_.scalar) {
      scalar.start(now, command_);
      sumsHold_ = issueActive_;
    } else {
      startFetch();
      issueOffer_ = true;
      writeOffer_ = results;
    }
  } else if (taken != nullptr) {
    command_ = *taken;
    state_ = State::Check;
  } else if (free) {
    state_ = State::Idle;
  }
  scalar.step(now, sumsReady);
}

}  // namespace intformer::perf
