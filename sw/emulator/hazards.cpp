#include "sw/emulator/hazards.hpp"

#include <algorithm>

namespace intformer {

HazardTracker::HazardTracker(const Plan& plan, uint64_t memoryBytes) {
  tracks_[static_cast<std::size_t>(Space::Memory)] = {
      std::vector<Unit>((memoryBytes + plan.dim - 1) / plan.dim), plan.dim};
  tracks_[static_cast<std::size_t>(Space::Scratch)].units.resize(plan.scratchWords);
  tracks_[static_cast<std::size_t>(Space::Accumulator)].units.resize(plan.accRows);
}

/// Units from the first to behind the last that a touch meets; what lies out of range is ignored.
std::pair<uint64_t, uint64_t> HazardTracker::unitsOf(const Touch& touch, const Track& track) {
  const uint64_t count = track.units.size();
  return {std::min(touch.begin / track.granule, count),
          std::min((touch.end + track.granule - 1) / track.granule, count)};
}

/// Calls visit(unit, address) until it returns false. Statistics belong to one queue: not tracked.
template <typename Visit>
void HazardTracker::forEachUnit(const Touch& touch, Visit visit) const {
  if (touch.space == Space::Statistics) return;
  const Track& track = tracks_[static_cast<std::size_t>(touch.space)];
  const auto [first, last] = unitsOf(touch, track);
  for (uint64_t unit = first; unit < last; ++unit)
    if (!visit(track.units[unit], unit * track.granule)) return;
}

HazardTracker::Marks HazardTracker::dependencies(const std::vector<Touch>& touches) const {
  Marks marks{};
  for (const Touch& touch : touches)
    forEachUnit(touch, [&](const Unit& unit, uint64_t) {
      uint32_t& writer = marks[unit.writerQueue];
      writer = std::max(writer, unit.writer);
      if (touch.write)
        for (std::size_t q = 0; q < kQueueCount; ++q)
          marks[q] = std::max(marks[q], unit.readers[q]);
      return true;
    });
  return marks;
}

std::optional<HazardTracker::Conflict> HazardTracker::findConflict(
    const std::vector<Touch>& touches, Queue queue, const Marks& known) const {
  const auto own = static_cast<std::size_t>(queue);
  std::optional<Conflict> conflict;
  for (const Touch& touch : touches) {
    forEachUnit(touch, [&](const Unit& unit, uint64_t address) {
      const Touch single{touch.space, touch.write, address, address + 1};
      if (unit.writerQueue != own && unit.writer > known[unit.writerQueue])
        conflict = Conflict{single, unit.writer, true};
      if (touch.write)
        for (std::size_t q = 0; q < kQueueCount; ++q)
          if (q != own && unit.readers[q] > known[q])
            conflict = Conflict{single, unit.readers[q], false};
      return !conflict;
    });
    if (conflict) break;
  }
  return conflict;
}

std::optional<Touch> HazardTracker::findUnwritten(const std::vector<Touch>& touches) const {
  std::optional<Touch> unwritten;
  for (const Touch& touch : touches) {
    if (touch.write || touch.space == Space::Memory) continue;
    forEachUnit(touch, [&](const Unit& unit, uint64_t address) {
      if (unit.writer == 0) unwritten = Touch{touch.space, false, address, address + 1};
      return !unwritten;
    });
    if (unwritten) break;
  }
  return unwritten;
}

void HazardTracker::commit(const std::vector<Touch>& touches, Queue queue, uint32_t mark) {
  const auto own = static_cast<uint32_t>(queue);
  for (const Touch& touch : touches) {
    if (touch.space == Space::Statistics) continue;
    Track& track = tracks_[static_cast<std::size_t>(touch.space)];
    const auto [first, last] = unitsOf(touch, track);
    for (uint64_t i = first; i < last; ++i) {
      if (touch.write)
        track.units[i] = {mark, own, {}};
      else
        track.units[i].readers[own] = mark;
    }
  }
}

}  // namespace intformer
