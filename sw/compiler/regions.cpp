#include "sw/compiler/regions.hpp"

#include <algorithm>

namespace intformer {
namespace {

void raise(Dependencies& needs, Queue queue, int32_t index) {
  int32_t& latest = needs[static_cast<std::size_t>(queue)];
  latest = std::max(latest, index);
}

uint64_t field(const Command& command, Field f) { return static_cast<uint64_t>(command.get(f)); }

Region blocks(const Command& command, Area area, Field begin, Field stride, uint64_t repeat,
              uint64_t count) {
  return {.area = area,
          .begin = field(command, begin),
          .count = count,
          .stride = field(command, stride),
          .repeat = static_cast<uint32_t>(repeat)};
}

void listTransfer(const Command& command, uint32_t dim, bool tensorMemory, Regions& regions) {
  const bool load = command.opcode() == Opcode::Load;
  const uint64_t words = field(command, Field::ChunkWords);
  const uint64_t chunks = field(command, Field::Chunks);
  (load ? regions.writes : regions.reads)
      .push_back(blocks(command, Area::Scratch, Field::ScratchAddr, Field::ScratchStride, chunks,
                        words));
  if (tensorMemory)
    (load ? regions.reads : regions.writes)
        .push_back(blocks(command, Area::Memory, Field::MemoryAddr, Field::MemoryStride, chunks,
                          words * dim));
}

void listMatmul(const Command& command, uint32_t dim, Regions& regions) {
  const uint64_t rows = field(command, Field::MatmulRows);
  const uint64_t depth = field(command, Field::Depth);
  const uint64_t cols = field(command, Field::Cols);
  const uint64_t depthTiles = (depth + dim - 1) / dim;
  const uint64_t colTiles = (cols + dim - 1) / dim;
  const bool transposed = command.get(Field::BTransposed) != 0;
  regions.reads.push_back(
      blocks(command, Area::Scratch, Field::AAddr, Field::AStride, depthTiles, rows));
  regions.reads.push_back(blocks(command, Area::Scratch, Field::BAddr, Field::BStride,
                                 transposed ? depthTiles : colTiles, transposed ? cols : depth));
  regions.writes.push_back(
      blocks(command, Area::Accumulator, Field::CAddr, Field::CStride, colTiles, rows));
}

void listVector(const Command& command, Regions& regions) {
  const Opcode opcode = command.opcode();
  const uint64_t rows = field(command, Field::Rows);
  const uint64_t panels = field(command, Field::Panels);
  if (opcode != Opcode::LayerNorm)
    regions.reads.push_back(
        blocks(command, Area::Accumulator, Field::AccAddr, Field::AccStride, panels, rows));
  if (opcode == Opcode::LayerNorm || opcode == Opcode::Residual) {
    const bool wide = opcode == Opcode::LayerNorm || command.get(Field::In16) != 0;
    regions.reads.push_back(blocks(command, Area::Scratch, Field::InAddr, Field::InStride, panels,
                                   wide ? 2 * rows : rows));
  }
  if (const uint32_t bytes = constantBytes(opcode); bytes != 0)
    regions.reads.push_back({.begin = field(command, Field::ConstAddr), .count = panels * bytes});
  const bool out16 = opcode == Opcode::Residual || command.get(Field::Out16) != 0;
  const bool out8 = opcode == Opcode::Activation || opcode == Opcode::Exp ||
                    opcode == Opcode::RowNormalize || command.get(Field::Out8) != 0;
  if (out8)
    regions.writes.push_back(
        blocks(command, Area::Scratch, Field::OutAddr, Field::OutStride, panels, rows));
  if (out16)
    regions.writes.push_back(blocks(command, Area::Scratch, Field::Out16Addr, Field::Out16Stride,
                                    panels, 2 * rows));
}

}  // namespace

void listRegions(const Command& command, uint32_t dim, bool tensorMemory, Regions& regions) {
  regions.reads.clear();
  regions.writes.clear();
  switch (command.opcode()) {
    case Opcode::Gather:  // table and list are never written
      regions.writes.push_back({.area = Area::Scratch,
                                .begin = field(command, Field::ScratchAddr),
                                .count = (field(command, Field::Chunks) - 1) *
                                             field(command, Field::ScratchStride) +
                                         1,
                                .stride = field(command, Field::WordStride),
                                .repeat = static_cast<uint32_t>(field(command, Field::ChunkWords))});
      break;
    case Opcode::Load:
    case Opcode::Store: listTransfer(command, dim, tensorMemory, regions); break;
    case Opcode::Matmul: listMatmul(command, dim, regions); break;
    case Opcode::End:
    case Opcode::RowScalarSoftmax:
    case Opcode::RowScalarLayerNorm: break;
    default: listVector(command, regions); break;
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
  Segments& segments = areas_[static_cast<std::size_t>(region.area)];
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

}  // namespace intformer
