#include "sw/board_host/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "sw/link/crc32.hpp"
#include "sw/link/link_error.hpp"

namespace intformer::board_host {
namespace {

/// Compared at once where nothing differs, and compared and sent at once where something does: a
/// comparison costs as much time as a few hundred bytes.
constexpr std::size_t kLarge = std::size_t{256} << 10, kSmall = std::size_t{4} << 10;

class Loader {
 public:
  Loader(link::BoardLink& link, uint64_t total, const LoadProgress& progress)
      : link_(link), progress_(progress), total_(total) {}

  void send(const Stretch& all) {
    eachBlock(all, kLarge, [&](const Stretch& large) {
      if (isThere(large)) return tell(large.bytes.size());
      eachBlock(large, kSmall, [&](const Stretch& small) {
        if (!isThere(small)) {
          link_.writeMemory(small.address, small.bytes);
          sent_ += small.bytes.size();
        }
        tell(small.bytes.size());
      });
    });
  }
  void verify(const Stretch& all) {
    eachBlock(all, kLarge, [&](const Stretch& block) {
      if (!isThere(block))
        throw link::LinkError(
            fmt::format("{}: the memory does not keep what was sent to it, in the {} bytes at "
                        "0x{:x}; `intformer "
                        "board selftest` tests it",
                        link_.place(), block.bytes.size(), block.address));
    });
  }
  [[nodiscard]] uint64_t sent() const { return sent_; }

 private:
  template <typename Body>
  static void eachBlock(const Stretch& all, std::size_t size, const Body& body) {
    for (std::size_t at = 0; at < all.bytes.size(); at += size)
      body(Stretch{all.address + static_cast<uint32_t>(at),
                   all.bytes.subspan(at, std::min(size, all.bytes.size() - at))});
  }
  bool isThere(const Stretch& block) {
    return link_.checksumMemory(block.address, static_cast<uint32_t>(block.bytes.size())) ==
           link::crc32(block.bytes);
  }
  void tell(std::size_t more) {
    done_ += more;
    if (progress_) progress_(done_, total_);
  }

  link::BoardLink& link_;
  const LoadProgress& progress_;
  uint64_t total_, done_ = 0, sent_ = 0;
};

}  // namespace

LoadResult& LoadResult::operator+=(const LoadResult& other) {
  bytes += other.bytes;
  sent += other.sent;
  seconds += other.seconds;
  return *this;
}

LoadResult load(link::BoardLink& link, std::span<const Stretch> stretches,
                const LoadProgress& progress) {
  LoadResult result;
  for (const Stretch& stretch : stretches) result.bytes += stretch.bytes.size();
  const auto begin = std::chrono::steady_clock::now();
  Loader loader(link, result.bytes, progress);
  for (const Stretch& stretch : stretches) loader.send(stretch);
  if (loader.sent() != 0)
    for (const Stretch& stretch : stretches) loader.verify(stretch);
  result.sent = loader.sent();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace intformer::board_host
