#include "sw/compiler/regions.hpp"

#include <algorithm>

namespace intformer::compiler {
namespace {

void raise(Dependencies& needs, Queue queue, int32_t index) {
  int32_t& latest = needs[static_cast<std::size_t>(queue)];
  latest = std::max(latest, index);
}

/// Blocks of dense rows are runs; others are taken row by row across the blocks, between whose
/// words nothing else lies.
Region regionOf(const CommandOperand& operand) {
  if (operand.dense())
    return {.space = operand.space(),
            .begin = operand.begin,
            .count = operand.rows * operand.units,
            .stride = operand.stride,
            .repeat = static_cast<uint32_t>(operand.blocks)};
  return {.space = operand.space(),
          .begin = operand.begin,
          .count = (operand.blocks - 1) * operand.stride + operand.units,
          .stride = operand.step,
          .repeat = static_cast<uint32_t>(operand.rows)};
}

}  // namespace

void listRegions(const CommandOperands& operands, bool tensorMemory, Regions& regions) {
  regions.reads.clear();
  regions.writes.clear();
  for (const CommandOperand& operand : operands) {
    if (operand.space() == Space::Statistics) continue;
    if (operand.space() == Space::Memory && !tensorMemory) continue;
    (operand.write() ? regions.writes : regions.reads).push_back(regionOf(operand));
  }
}

/// Makes `address` a boundary; returns the first segment at or behind it. `near` is at or before
/// that one.
DependencyTracker::Segments::iterator DependencyTracker::split(Segments& segments,
                                                               Segments::iterator near,
                                                               uint64_t address) {
  constexpr int kFewSteps = 4;  // runs of a command are often neighbours; else the tree is searched
  auto next = near;
  for (int step = 0; next != segments.end() && next->first < address; ++next)
    if (++step > kFewSteps) {
      next = segments.lower_bound(address);
      break;
    }
  if (next == segments.begin()) return next;
  const auto before = std::prev(next);
  if (before->second.end <= address) return next;
  Segment tail = before->second;
  before->second.end = address;
  return segments.emplace_hint(next, address, tail);
}

/// Calls action(first segment, begin, end) for every run, the first segment at or behind `begin`;
/// it returns one at or behind `end`.
template <typename Action>
void DependencyTracker::forEachRun(const Region& region, Action action) {
  Segments& segments = areas_[static_cast<std::size_t>(region.space)];
  const bool whole = region.repeat == 1 || region.stride == region.count;
  const uint64_t count = whole ? region.count * region.repeat : region.count;
  auto near = segments.lower_bound(region.begin);
  for (uint32_t run = 0; run < (whole ? 1 : region.repeat); ++run) {
    const uint64_t begin = region.begin + run * region.stride;
    if (run != 0 && region.stride < region.count) near = segments.begin();
    near = action(segments, split(segments, near, begin), begin, begin + count);
  }
}

Dependencies DependencyTracker::record(Queue queue, int32_t index, std::span<const Region> reads,
                                       std::span<const Region> writes) {
  Dependencies needs = kNoDependencies;
  for (const Region& region : reads) {
    forEachRun(region, [&](Segments& segments, auto segment, uint64_t begin, uint64_t end) {
      for (uint64_t at = begin; at < end; at = segment->second.end, ++segment) {
        if (segment == segments.end() || segment->first > at) {  // nobody has touched this yet
          const uint64_t gapEnd = segment == segments.end() ? end : std::min(end, segment->first);
          segment = segments.emplace_hint(segment, at, Segment{.end = gapEnd});
        }
        if (segment->second.end > end) split(segments, std::next(segment), end);
        if (segment->second.writer >= 0)
          raise(needs, segment->second.writerQueue, segment->second.writer);
        raise(segment->second.readers, queue, index);
      }
      return segment;
    });
  }
  for (const Region& region : writes) {
    forEachRun(region, [&](Segments& segments, auto segment, uint64_t begin, uint64_t end) {
      auto written = segments.end();  // that is there already and begins where this does
      while (segment != segments.end() && segment->first < end) {
        if (segment->second.end > end) split(segments, std::next(segment), end);
        if (segment->second.writer >= 0)
          raise(needs, segment->second.writerQueue, segment->second.writer);
        for (std::size_t q = 0; q < kQueueCount; ++q)
          raise(needs, static_cast<Queue>(q), segment->second.readers[q]);
        if (segment->first == begin)
          written = segment++;
        else
          segment = segments.erase(segment);
      }
      const Segment all{.end = end, .writer = index, .writerQueue = queue};
      if (written != segments.end())
        written->second = all;
      else
        segments.emplace_hint(segment, begin, all);
      return segment;
    });
  }
  needs[static_cast<std::size_t>(queue)] = -1;  // a queue is in order by itself
  return needs;
}

}  // namespace intformer::compiler
