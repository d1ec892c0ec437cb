#include "sw/embed/program_cache.hpp"

#include <algorithm>

namespace intformer::embed {
namespace {

std::size_t bytesOf(const CompiledBatch& batch) {
  return batch.image.size() + batch.program.commands.size() * sizeof(Command);
}

}  // namespace

CompiledBatch* ProgramCache::find(const std::vector<uint32_t>& lengths) {
  const auto found = std::ranges::find(batches_, lengths, &CompiledBatch::lengths);
  if (found == batches_.end()) return nullptr;
  batches_.splice(batches_.begin(), batches_, found);
  return &batches_.front();
}

CompiledBatch& ProgramCache::add(CompiledBatch batch) {
  batches_.push_front(std::move(batch));
  std::size_t bytes = 0;
  for (const CompiledBatch& kept : batches_) bytes += bytesOf(kept);
  for (; bytes > mostBytes_ && batches_.size() > 1; batches_.pop_back())
    bytes -= bytesOf(batches_.back());
  return batches_.front();
}

}  // namespace intformer::embed
