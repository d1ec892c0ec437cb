#include "sw/emulator/hazards.hpp"

#include <algorithm>

namespace intformer::emulator {
namespace {

/// Whether any mark of a run is above `known`.
bool anyAbove(const std::vector<uint32_t>& marks, std::pair<uint64_t, uint64_t> run,
              uint32_t known) {
  if (marks.empty()) return false;
  uint32_t latest = 0;
  for (uint64_t unit = run.first; unit < run.second; ++unit) latest = std::max(latest, marks[unit]);
  return latest > known;
}

uint32_t markAt(const std::vector<uint32_t>& marks, uint64_t unit) {
  return marks.empty() ? 0 : marks[unit];
}

}  // namespace

HazardTracker::HazardTracker(const Plan& plan, MemorySpan memory) {
  Track& bytes = tracks_[static_cast<std::size_t>(Space::Memory)];
  bytes.granule = plan.dim;
  bytes.begin = memory.begin / plan.dim * plan.dim;
  bytes.units = (memory.end - bytes.begin + plan.dim - 1) / plan.dim;
  const auto onChip = [&](Space space, uint32_t units) {
    Track& track = tracks_[static_cast<std::size_t>(space)];
    track.units = units;
    track.written.resize(units);
  };
  onChip(Space::Scratch, plan.scratchWords);
  onChip(Space::Accumulator, plan.accRows);
}

HazardTracker::Run HazardTracker::runOf(const Touch& touch, const Track& track) {
  const auto unit = [&](uint64_t address) {
    return address <= track.begin ? 0 : std::min(address - track.begin, track.units * track.granule);
  };
  return {unit(touch.begin) / track.granule,
          (unit(touch.end) + track.granule - 1) / track.granule};
}

/// Queue and mark of the last command in the stream that wrote a unit.
std::pair<std::size_t, uint32_t> HazardTracker::Track::lastWrite(uint64_t unit) const {
  std::pair<std::size_t, uint32_t> last{0, 0};
  for (std::size_t q = 0; q < kQueueCount; ++q)
    if (const uint32_t mark = markAt(writes[q], unit); mark > last.second) last = {q, mark};
  return last;
}

HazardTracker::Marks HazardTracker::dependencies(const std::vector<Touch>& touches) const {
  Marks marks{};
  for (const Touch& touch : touches) {
    if (!isTracked(touch)) continue;
    const Track& track = trackOf(touch);
    const auto [first, last] = runOf(touch, track);
    for (uint64_t unit = first; unit < last; ++unit) {
      // What came before the last write is already ordered before that.
      const auto [queue, written] = track.lastWrite(unit);
      marks[queue] = std::max(marks[queue], written);
      if (!touch.write) continue;
      for (std::size_t q = 0; q < kQueueCount; ++q)
        if (const uint32_t read = markAt(track.reads[q], unit); read > written)
          marks[q] = std::max(marks[q], read);
    }
  }
  return marks;
}

std::optional<HazardTracker::Conflict> HazardTracker::findConflict(
    const std::vector<Touch>& touches, Queue queue, const Marks& known) const {
  const auto own = static_cast<std::size_t>(queue);
  for (const Touch& touch : touches) {
    if (!isTracked(touch)) continue;
    const Track& track = trackOf(touch);
    const Run run = runOf(touch, track);
    // Touches before a unit's last write count too. While there is no conflict that changes
    // nothing: whoever knows the write knows what the write had to know.
    std::optional<Conflict> found;
    for (std::size_t q = 0; q < kQueueCount; ++q) {
      if (q == own) continue;
      const auto look = [&](const Latest& marks, bool writes) {
        if (!anyAbove(marks, run, known[q])) return;
        uint64_t unit = run.first;
        while (marks[unit] <= known[q]) ++unit;
        const uint64_t address = track.addressOf(unit);
        if (!found || address < found->touch.begin)
          found = Conflict{{touch.space, touch.write, address, address + 1}, marks[unit], writes};
      };
      look(track.writes[q], true);
      if (touch.write) look(track.reads[q], false);
    }
    if (found) return found;
  }
  return std::nullopt;
}

std::optional<HazardTracker::Conflict> HazardTracker::findWrittenBy(const Touch& touch,
                                                                    Queue queue) const {
  const Track& track = trackOf(touch);
  if (track.writes[static_cast<std::size_t>(queue)].empty()) return std::nullopt;
  const auto [first, last] = runOf(touch, track);
  for (uint64_t unit = first; unit < last; ++unit) {
    const auto [writer, mark] = track.lastWrite(unit);
    if (mark == 0 || writer != static_cast<std::size_t>(queue)) continue;
    const uint64_t address = track.addressOf(unit);
    return Conflict{{touch.space, touch.write, address, address + 1}, mark, true};
  }
  return std::nullopt;
}

std::optional<Touch> HazardTracker::findUnwritten(const std::vector<Touch>& touches) const {
  for (const Touch& touch : touches) {
    if (touch.write || !isTracked(touch) || touch.space == Space::Memory) continue;
    const Track& track = trackOf(touch);
    const auto [first, last] = runOf(touch, track);
    const auto begin = track.written.begin();
    const auto unwritten = std::find(begin + static_cast<std::ptrdiff_t>(first),
                                     begin + static_cast<std::ptrdiff_t>(last), uint8_t{0});
    const auto unit = static_cast<uint64_t>(unwritten - begin);
    if (unit == last) continue;
    const uint64_t address = track.addressOf(unit);
    return Touch{touch.space, false, address, address + 1};
  }
  return std::nullopt;
}

void HazardTracker::commit(const std::vector<Touch>& touches, Queue queue, uint32_t mark) {
  for (const Touch& touch : touches) {
    if (!isTracked(touch)) continue;
    Track& track = tracks_[static_cast<std::size_t>(touch.space)];
    const auto [first, last] = runOf(touch, track);
    if (first == last) continue;
    Latest& latest = (touch.write ? track.writes : track.reads)[static_cast<std::size_t>(queue)];
    if (latest.empty()) latest.resize(track.units);
    std::fill_n(latest.begin() + static_cast<std::ptrdiff_t>(first), last - first, mark);
    if (touch.write && !track.written.empty())
      std::fill_n(track.written.begin() + static_cast<std::ptrdiff_t>(first), last - first,
                  uint8_t{1});
  }
}

}  // namespace intformer::emulator
