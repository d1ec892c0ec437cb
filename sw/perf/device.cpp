#include <stdexcept>

#include "sw/perf/decode.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/perf/front.hpp"
#include "sw/perf/load_unit.hpp"
#include "sw/perf/store_unit.hpp"

namespace intformer::perf {
namespace {

constexpr std::size_t at(Queue queue) { return static_cast<std::size_t>(queue); }
constexpr std::size_t kLoad = at(Queue::Load), kMatmul = at(Queue::Matmul),
                      kVector = at(Queue::Vector), kStore = at(Queue::Store);

/// What the dispatcher needs of a command.
struct Header {
  bool end = false, scalar = false;
  uint8_t queue = 0, wait = 0, signal = 0;
};

Header headerOf(const Command& command) {
  const OpcodeSpec* spec = findOpcode(static_cast<uint8_t>(command.opcode()));
  if (spec == nullptr) throw std::logic_error("an opcode that no device knows");
  Header header;
  header.end = !spec->queue;
  if (spec->queue) header.queue = static_cast<uint8_t>(*spec->queue);
  header.scalar = command.opcode() == Opcode::RowScalarSoftmax ||
                  command.opcode() == Opcode::RowScalarLayerNorm;
  header.wait = static_cast<uint8_t>(command.get(Field::Wait));
  header.signal = static_cast<uint8_t>(command.get(Field::Signal));
  return header;
}

class Device {
 public:
  Device(std::span<const Command> commands, uint64_t address, const Plan& plan,
         const MemoryTiming& timing, std::span<const uint8_t> image, uint64_t imageAddress)
      : commands_(commands),
        plan_(plan),
        memory_(timing),
        fetch_(plan, address, static_cast<uint32_t>(commands.size())),
        load_(plan, image, imageAddress),
        store_(plan),
        matmul_(plan),
        vector_(plan) {
    for (const Command& command : commands) headers_.push_back(headerOf(command));
    for (auto& queue : queues_) queue = CommandQueue<uint32_t>(plan.queueDepth);
    run_.events.reserve(2 * commands.size());
  }

  Run run() {
    while (!finished_) {
      if (cycle()) skip();
    }
    run_.cycles = now_ + kDrainCycles;
    run_.bytesRead = (fetch_.beatsRead + load_.beatsRead) * plan_.busBytes;
    run_.bytesWritten = store_.wordsWritten * plan_.dim;
    return std::move(run_);
  }

 private:
  /// From the end of the program to the last cycle that the device counts.
  static constexpr uint64_t kDrainCycles = 5;
  static constexpr uint64_t kWorthSkipping = 4;
  static constexpr uint64_t kNever = ~uint64_t{0};

  bool cycle();
  [[nodiscard]] uint64_t quietCycles() const;
  void skip();
  [[nodiscard]] bool dispatches() const;
  void finish(std::size_t queue, uint32_t command) {
    run_.events.push_back({now_, command, static_cast<Queue>(queue), true});
    given_[queue] = headers_[command].signal;
    --pending_;
    lastMove_ = now_;
  }
  /// The command that a queue issues in this cycle; nullptr when it issues none.
  const uint32_t* issue(std::size_t queue) {
    if (!queues_[queue].valid()) return nullptr;
    const uint32_t& head = queues_[queue].head();
    const Header& header = headers_[head];
    if (!ready(queue, header.scalar) || !tokens_.has(header.wait, queue)) return nullptr;
    tokens_.take(header.wait, queue);
    return &head;
  }
  [[nodiscard]] bool ready(std::size_t queue, bool scalar) const {
    switch (queue) {
      case kLoad: return load_.commandReady();
      case kMatmul: return matmul_.commandReady();
      case kVector: return vector_.commandReady(scalar);
      default: return store_.commandReady();
    }
  }
  /// What the array reads: rows through port a, weights through port b.
  struct Streams {
    bool a, b;
    uint32_t aBank, bBank;
    bool bReady;
  };
  [[nodiscard]] Streams streamsOfArray() const {
    const bool a = matmul_.streamer.requests(matmul_.loader.ready());
    const uint32_t aBank = scratchBank(matmul_.streamer.address());
    const uint32_t bBank = scratchBank(matmul_.loader.address());
    return {a, matmul_.loader.requests(), aBank, bBank, !(a && aBank == bBank)};
  }
  [[nodiscard]] uint32_t scratchBank(uint32_t address) const {
    return address & (plan_.scratchBanks - 1);
  }

  std::span<const Command> commands_;
  const Plan& plan_;
  std::vector<Header> headers_;
  Memory memory_;
  FetchUnit fetch_;
  Load load_;
  Store store_;
  MatmulUnit matmul_;
  VectorUnit vector_;
  std::array<CommandQueue<uint32_t>, kQueueCount> queues_;
  Tokens tokens_;
  std::array<uint32_t, kQueueCount> given_{};  ///< signal masks of commands done in this cycle
  bool arValid_ = false;   ///< the register of the read address channel
  uint32_t arSide_ = 0, arBeats_ = 0;
  uint64_t now_ = 0, lastMove_ = 0;
  uint64_t pending_ = 0;   ///< commands in the queues or units
  bool finished_ = false;
  Run run_;
};

/// Goes on to the next cycle. True when nothing but a stream went on in this one.
bool Device::cycle() {
  // All that the units show is read before any state changes: first what each unit asks for, then
  // who gets it, then the next state.
  const bool readOpen = !arValid_ || memory_.arReady;
  const bool fetchAsks = fetch_.request.axValid, loadAsks = load_.request.axValid;
  const uint32_t askedBeats = fetchAsks ? fetch_.request.ax.beats : load_.request.ax.beats;
  const bool awAccepted = store_.request.axValid && memory_.awReady;
  fetch_.begin(readOpen);
  load_.begin(readOpen && !fetchAsks);
  store_.begin(memory_.awReady);

  const auto [a, b, aBank, bBank, bReady] = streamsOfArray();
  const bool v = vector_.readValid();
  const uint32_t vBank = scratchBank(vector_.readAddress());
  const uint32_t sBank = scratchBank(store_.readAddress());
  const bool vReady = !(a && aBank == vBank) && !(b && bBank == vBank);
  const bool sReady = !(a && aBank == sBank) && !(b && bBank == sBank) && !(v && vBank == sBank);
  const bool loadWrites = !(vector_.writeValid() && scratchBank(vector_.writeAddress()) ==
                                                        scratchBank(load_.writeAddress()));
  const ArrayRow* arriving = matmul_.arriving(now_);
  const bool accReady = arriving == nullptr || !arriving->add ||
                        ((arriving->target ^ vector_.accAddress()) & (plan_.accBanks - 1)) != 0;

  // The port.
  const bool readBeat =
      memory_.rValid && (memory_.rSide == 0 || load_.beatReady());
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
  if (fetch_.valid()) {
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
  if (!load_.idle() || issued[kLoad] != nullptr || loadBeat) {
    CopyCommand copy;
    if (issued[kLoad] != nullptr) copy = copyCommand(commands_[taken[kLoad]], taken[kLoad]);
    if (const auto done = load_.step(loadBeat, beatLast, loadWrites,
                                     issued[kLoad] != nullptr ? &copy : nullptr))
      finish(kLoad, *done);
  }
  started(kLoad);

  if (const auto done = matmul_.done(now_)) finish(kMatmul, *done);
  if (!matmul_.idle() || issued[kMatmul] != nullptr) {
    MatmulCommand command;
    if (issued[kMatmul] != nullptr)
      command = matmulCommand(commands_[taken[kMatmul]], taken[kMatmul]);
    matmul_.step(now_, a, b && bReady, issued[kMatmul] != nullptr ? &command : nullptr);
  }
  started(kMatmul);

  if (const auto done = vector_.done()) finish(kVector, *done);
  if (!vector_.idle() || vector_.scalar.busy() || issued[kVector] != nullptr) {
    VectorCommand command;
    if (issued[kVector] != nullptr)
      command = vectorCommand(commands_[taken[kVector]], taken[kVector]);
    vector_.step(now_, accReady, vReady, issued[kVector] != nullptr ? &command : nullptr);
  }
  started(kVector);

  if (awAccepted) memory_.acceptWrite(store_.request.ax.beats);
  if (writeBeat) memory_.acceptWriteBeat(now_);
  if (!store_.idle() || issued[kStore] != nullptr) {
    CopyCommand copy;
    if (issued[kStore] != nullptr) copy = copyCommand(commands_[taken[kStore]], taken[kStore]);
    if (const auto done =
            store_.step(sReady, writeBeat, response, issued[kStore] != nullptr ? &copy : nullptr))
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
  if (arValid_ && memory_.arReady) memory_.acceptRead(now_, arSide_, arBeats_);
  if (readOpen) {
    arValid_ = fetchAsks || loadAsks;
    arSide_ = fetchAsks ? 0 : 1;
    arBeats_ = askedBeats;
  }
  fetch_.step(fetchBeat, accept);
  if (readBeat) memory_.acceptReadBeat();
  if (response) memory_.acceptResponse();
  ++now_;
  memory_.drive(now_);
  return !accept && !writeBeat && !response && !fetchBeat && lastMove_ + 1 != now_;
}

/// A command would move in the coming cycle.
bool Device::dispatches() const {
  for (std::size_t q = 0; q < kQueueCount; ++q) {
    if (queues_[q].moves()) return true;
    if (!queues_[q].valid()) continue;
    const Header& header = headers_[queues_[q].head()];
    if (ready(q, header.scalar) && tokens_.has(header.wait, q)) return true;
  }
  if (!fetch_.valid()) return false;
  const Header& next = headers_[fetch_.index()];
  return next.end ? pending_ == 0 && !vector_.scalar.busy() : queues_[next.queue].room();
}

/// Cycles for which nothing moves outside the matmul unit but that words of one burst are written:
/// each would be like the one before.
uint64_t Device::quietCycles() const {
  if (arValid_ || !fetch_.still() || !store_.still()) return 0;
  if (!vector_.idle() && !vector_.waitsForScalar()) return 0;
  if (dispatches()) return 0;
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
  until(vector_.scalar.wakesAt());
  return cycles;
}

/// Leaves out quiet cycles: in them the matmul unit is alone, and where it only streams, it leaps.
void Device::skip() {
  const uint64_t quiet = quietCycles();
  if (quiet < kWorthSkipping) return;
  if (quiet == kNever && matmul_.idle())
    throw std::logic_error("a command waits for a token that no earlier command signals");
  const uint64_t begin = now_;
  const uint64_t end = quiet == kNever ? kNever : begin + quiet;
  const uint32_t waiting = matmul_.waiting();
  while (now_ < std::min(end, matmul_.nextDone()) && matmul_.waiting() == waiting) {
    const uint64_t leap =
        std::min(matmul_.steadyCycles(), std::min(end, matmul_.nextDone()) - now_);
    if (leap >= kWorthSkipping) {
      matmul_.skip(now_, leap);
      now_ += leap;
    } else {
      const Streams streams = streamsOfArray();
      matmul_.step(now_, streams.a, streams.b && streams.bReady, nullptr);
      ++now_;
    }
  }
  if (memory_.rValid) {
    memory_.skipBeats(static_cast<uint32_t>(now_ - begin));
    load_.skip(static_cast<uint32_t>(now_ - begin));
  }
  memory_.drive(now_);
}

}  // namespace

Run estimate(std::span<const Command> commands, uint64_t address, const Plan& plan,
             const MemoryTiming& memory, std::span<const uint8_t> image, uint64_t imageAddress) {
  if (commands.empty()) return {};
  return Device(commands, address, plan, memory, image, imageAddress).run();
}

}  // namespace intformer::perf
