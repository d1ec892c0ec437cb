#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sw/runtime/intformer.h"
#include "tb/device_abi.h"

namespace intformer::tb {

/// One simulated device: a verilated library, its memory, and the access functions with which the
/// runtime drives it. Throws std::runtime_error when the library cannot be loaded.
class SimDevice {
 public:
  /// `powerUp`: 0, or the seed of random values, in a library built for them.
  explicit SimDevice(const std::filesystem::path& library, uint64_t powerUp = 0);
  ~SimDevice();
  SimDevice(const SimDevice&) = delete;
  SimDevice& operator=(const SimDevice&) = delete;

  /// Gives the device a memory with these contents at address `base`; the size is rounded up to
  /// 4 KiB.
  void setMemory(std::vector<uint8_t> bytes, uint64_t base = 0);
  [[nodiscard]] const std::vector<uint8_t>& memory() const { return memory_; }
  std::vector<uint8_t>& memory() { return memory_; }

  void setTiming(const sim_memory_timing& timing) { api_->set_timing(device_, &timing); }
  void injectError(uint64_t base, uint64_t end, bool onReads, bool onWrites) {
    api_->inject_error(device_, base, end, onReads, onWrites);
  }
  void observeWrites(sim_write_observer observer, void* context) {
    api_->observe_writes(device_, observer, context);
  }
  void setWatchdog(uint64_t cycles) { api_->set_watchdog(device_, cycles); }
  /// Called every few hundred thousand cycles while the device runs.
  void setProgress(std::function<void(uint64_t cycle)> progress) {
    progress_ = std::move(progress);
  }
  /// Throws when the library was built without waveforms.
  void trace(const std::filesystem::path& file, uint64_t from, uint64_t to);

  /// Throws when the library was built without counts of lines.
  void writeCoverage(const std::filesystem::path& file);

  void reset(uint32_t cycles = 8) { api_->reset(device_, cycles); }
  sim_stop run(uint64_t cycles) { return api_->run(device_, cycles); }
  int readRegister(uint32_t offset, uint32_t& value) {
    return api_->read_register(device_, offset, &value);
  }
  int writeRegister(uint32_t offset, uint32_t value) {
    return api_->write_register(device_, offset, value);
  }

  [[nodiscard]] uint64_t cycle() const { return api_->cycle(device_); }
  [[nodiscard]] bool interrupt() const { return api_->interrupt(device_) != 0; }
  [[nodiscard]] sim_bus_counts busCounts() const;
  [[nodiscard]] std::span<const sim_event> events() const;
  void clearEvents() { api_->clear_events(device_); }
  [[nodiscard]] uint32_t busBytes() const { return api_->bus_bytes; }
  [[nodiscard]] bool traced() const { return api_->traced != 0; }
  [[nodiscard]] bool countsLines() const { return api_->counting != 0; }

  /// For intformer_open. Valid as long as this object.
  intformer_access access();
  /// Why the last wait was given up, in the watchdog's or the bus checker's words; else "".
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  int pause(uint64_t cycles);
  /// The memory's bytes [address, address + count); null when it does not hold them all.
  uint8_t* find(uint64_t address, uint64_t count);

  void* library_ = nullptr;
  const sim_api* api_ = nullptr;
  sim_device* device_ = nullptr;
  std::vector<uint8_t> memory_;
  uint64_t base_ = 0;  ///< address of its first byte
  std::function<void(uint64_t)> progress_;
  std::string failure_;
};

}  // namespace intformer::tb
