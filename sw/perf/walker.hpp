#pragma once

#include <cstdint>

namespace intformer::perf {

/// A load or store as its unit takes it.
struct CopyCommand {
  uint32_t index = 0;
  uint64_t memoryAddress = 0, memoryStride = 0;
  uint32_t scratchAddress = 0, scratchStride = 0, chunkWords = 0, chunks = 0;
  uint32_t wordStride = 1;
  bool gather = false;  ///< the chunks are rows of a table, picked by a list of numbers < limit
  uint64_t listAddress = 0;
  uint32_t limit = 0;
};

/// Walks a transfer word by word on the scratchpad side (word_walker.sv).
class WordWalker {
 public:
  WordWalker(uint32_t dim, uint32_t pieces) : dim_(dim), mask_(pieces - 1) {}

  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] uint32_t address() const { return address_; }
  /// The word lies at the end of its bus beat, or is the last of its chunk.
  [[nodiscard]] bool endsBeat() const { return left_ == 1 || offset_ == mask_; }
  [[nodiscard]] bool last() const { return left_ == 1 && chunks_ == 1; }
  [[nodiscard]] uint32_t command() const { return command_.index; }

  void load(const CopyCommand& command) {
    command_ = command;
    valid_ = true;
    address_ = chunkAddress_ = command.scratchAddress;
    left_ = command.chunkWords;
    chunks_ = command.chunks;
    offset_ = chunkOffset_ = static_cast<uint32_t>(command.memoryAddress / dim_) & mask_;
  }
  /// Words of this chunk before its last.
  [[nodiscard]] uint32_t steadyWords() const { return left_ - 1; }
  /// As many words were walked; beats hold one word.
  void skip(uint32_t words) {
    address_ += words * command_.wordStride;
    left_ -= words;
  }
  /// On to the next word; false after the last.
  bool advance() {
    if (left_ != 1) {
      address_ += command_.wordStride;
      --left_;
      offset_ = (offset_ + 1) & mask_;
      return true;
    }
    if (--chunks_ == 0) return valid_ = false;
    address_ = chunkAddress_ += command_.scratchStride;
    left_ = command_.chunkWords;
    chunkOffset_ += static_cast<uint32_t>(command_.memoryStride / dim_);
    offset_ = chunkOffset_ &= mask_;
    return true;
  }

 private:
  uint32_t dim_, mask_;
  bool valid_ = false;
  CopyCommand command_;
  uint32_t address_ = 0, chunkAddress_ = 0, left_ = 0, chunks_ = 0, offset_ = 0, chunkOffset_ = 0;
};

}  // namespace intformer::perf
