#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sw/link/board_link.hpp"
#include "sw/runtime/intformer.h"

namespace intformer::link {

/// The functions with which the runtime drives a device, over the cable.
class BoardAccess {
 public:
  /// `link` has identified its board. `waiting` is called while a run is waited for.
  explicit BoardAccess(BoardLink& link, std::function<void()> waiting = {})
      : link_(link), waiting_(std::move(waiting)) {}

  /// Valid as long as this object.
  intformer_access access();
  /// Why a function failed last: LinkError's text; else "".
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  int guarded(const std::function<void()>& body);
  void pause(uint64_t cycles);
  void write(uint64_t address, const uint8_t* bytes, uint64_t count);
  void read(uint64_t address, uint8_t* bytes, uint64_t count);
  [[nodiscard]] uint32_t inside(uint64_t address, uint64_t count) const;

  BoardLink& link_;
  std::function<void()> waiting_;
  std::string failure_;
};

}  // namespace intformer::link
