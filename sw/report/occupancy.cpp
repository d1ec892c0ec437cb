#include "sw/report/occupancy.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sw/emulator/touches.hpp"

namespace intformer::report {

using emulator::Touch;

namespace {

/// The scratchpad's words as intervals with what they hold since when.
class Words {
 public:
  struct Held {
    uint64_t last = 0;  ///< end of the interval
    uint64_t since = 0;
    uint64_t used = 0;
    std::size_t content = 0;
  };

  explicit Words(std::vector<Occupancy>& areas) : areas_(areas) {}

  void write(uint64_t first, uint64_t last, const CommandTimes& times, std::size_t content) {
    for (auto it = cut(first, last); it != held_.end() && it->first < last;) {
      emit(*it);
      it = held_.erase(it);
    }
    held_[first] = {last, times.start, times.done, content};
  }

  void read(uint64_t first, uint64_t last, uint64_t done) {
    for (auto it = cut(first, last); it != held_.end() && it->first < last; ++it)
      it->second.used = std::max(it->second.used, done);
  }

  void finish() {
    for (const auto& entry : held_) emit(entry);
    held_.clear();
  }

 private:
  using Map = std::map<uint64_t, Held>;

  /// Splits intervals at both bounds; returns the first that begins at or after `first`.
  Map::iterator cut(uint64_t first, uint64_t last) {
    splitAt(last);
    splitAt(first);
    return held_.lower_bound(first);
  }
  void splitAt(uint64_t word) {
    auto it = held_.upper_bound(word);
    if (it == held_.begin()) return;
    --it;
    if (it->first == word || it->second.last <= word) return;
    held_[word] = it->second;
    it->second.last = word;
  }
  void emit(const Map::value_type& entry) {
    const Held& held = entry.second;
    if (held.used > held.since)
      areas_.push_back({entry.first, held.last, held.since, held.used, held.content});
  }

  std::vector<Occupancy>& areas_;
  Map held_;
};

/// Names what commands write, each name once.
class Contents {
 public:
  Contents(const RunData& run, std::vector<Content>& contents)
      : run_(run), owner_(operatorOfCommand(run.program)), contents_(contents) {}

  std::size_t of(uint32_t index) {
    const Command& command = run_.program.commands[index];
    const bool loads =
        command.opcode() == Opcode::Load || command.opcode() == Opcode::Gather;
    Content content = loads ? loaded(index, command) : result(index);
    const auto [it, isNew] = known_.try_emplace(content.name, contents_.size());
    if (isNew) contents_.push_back(std::move(content));
    return it->second;
  }

 private:
  std::string operatorName(uint32_t index) const {
    const std::size_t op = owner_[index];
    return op == kNoOperator ? "program" : run_.program.operators[op].name;
  }
  Content loaded(uint32_t index, const Command& command) const {
    const uint64_t address = command.at(Field::MemoryAddr);
    for (const Placement& place : run_.program.placements)
      if (address >= place.address && address < place.address + place.bytes())
        return {run_.graph.tensors[place.tensor].name + ": loaded", ContentKind::Tensor};
    return {operatorName(index) + ": weights and constants", ContentKind::Constants};
  }
  Content result(uint32_t index) const {
    const OpcodeSpec& spec = *findOpcode(run_.program.commands[index].opcode());
    return {operatorName(index) + ": results of " + std::string(spec.name),
            ContentKind::Result};
  }

  const RunData& run_;
  std::vector<std::size_t> owner_;
  std::vector<Content>& contents_;
  std::map<std::string, std::size_t> known_;
};

void measure(ScratchHistory& history, uint64_t cycles) {
  std::vector<std::pair<uint64_t, int64_t>> changes;
  double wordCycles = 0;
  for (const Occupancy& area : history.areas) {
    const auto words = static_cast<int64_t>(area.last - area.first);
    changes.emplace_back(area.begin, words);
    changes.emplace_back(area.end, -words);
    wordCycles += static_cast<double>(words) * static_cast<double>(area.end - area.begin);
  }
  std::ranges::sort(changes);  // at equal times what ends comes before what begins
  int64_t words = 0;
  for (const auto& change : changes) {
    words += change.second;
    history.peakWords = std::max(history.peakWords, static_cast<uint64_t>(words));
  }
  if (cycles != 0) history.meanWords = wordCycles / static_cast<double>(cycles);
}

}  // namespace

ScratchHistory scratchHistory(const RunData& run) {
  ScratchHistory history;
  Words words(history.areas);
  Contents contents(run, history.contents);
  std::vector<Touch> touches;
  for (uint32_t i = 0; i < run.program.commands.size() && i < run.times.size(); ++i) {
    const CommandTimes& times = run.times[i];
    if (times.done == 0) continue;
    emulator::listTouches(run.plan, run.program.commands[i], touches);
    for (const Touch& touch : touches)
      if (touch.space == Space::Scratch && !touch.write)
        words.read(touch.begin, touch.end, times.done);
    for (const Touch& touch : touches)
      if (touch.space == Space::Scratch && touch.write)
        words.write(touch.begin, touch.end, times, contents.of(i));
  }
  words.finish();
  measure(history, run.cycles);
  return history;
}

}  // namespace intformer::report
