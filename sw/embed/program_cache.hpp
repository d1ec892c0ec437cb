#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "sw/program/program.hpp"

namespace intformer::embed {

/// A program for sentences of some lengths, and the memory to run it in.
struct CompiledBatch {
  std::vector<uint32_t> lengths;
  Program program;             ///< its constants lie in the image alone
  std::vector<uint8_t> image;  ///< of all that the device sees
  uint64_t cycles = 0;         ///< that it should take, for a backend that waits for a device
};

/// Seven of a model of 35 MB for lengths that alternate; of a large one the last alone.
inline constexpr std::size_t kProgramCacheBytes = std::size_t{256} << 20;

/// The programs used last, as many as fit in a number of bytes, and the last one in any case.
class ProgramCache {
 public:
  explicit ProgramCache(std::size_t mostBytes) : mostBytes_(mostBytes) {}

  /// The program for these lengths, or null. Stays where it is until the next add().
  CompiledBatch* find(const std::vector<uint32_t>& lengths);
  /// Keeps one that find() did not find; those not used for longest make room.
  CompiledBatch& add(CompiledBatch batch);
  [[nodiscard]] std::size_t size() const { return batches_.size(); }

 private:
  std::size_t mostBytes_;
  std::list<CompiledBatch> batches_;  ///< used last comes first
};

}  // namespace intformer::embed
