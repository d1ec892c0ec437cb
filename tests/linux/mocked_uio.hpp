#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "gen/plan.hpp"
#include "sw/runtime/linux/intformer_uio.h"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

/// A device under Linux that is not there. What is mocked, and what of a kernel is not in it:
///  - sysfs is a folder of plain files with what UIO, the device tree and u-dma-buf say.
///  - /dev/uio0 and the buffers are plain files, mapped by both sides: caches, bus and page
///    attributes have no part in it. Registers are memory, so a thread looks what has been written
///    instead of acting upon the write; it takes what was written first first.
///  - A plain file has no interrupts, so they come by a pseudo terminal beside it, which the driver
///    is told to wait on. It behaves as uio_pdrv_genirq: four bytes to read for an interrupt,
///    masked from then on until four bytes with a one are written. Its hang-up is a device removed.
class MockedUio : public TemporaryFolder {
 public:
  static constexpr uint64_t kRegisterFileBytes = 4096;
  static constexpr uint64_t kMemory = 0x40000;  ///< where the device sees the buffer
  static constexpr uint64_t kMemoryBytes = 0x40000;

  /// What a start does, in place of a device: may read and write registers and memory; the status
  /// that it returns is set last. Without done and error the run does not end.
  using Run = std::function<uint32_t(MockedUio&)>;

  MockedUio(const Plan& plan, Run run);
  ~MockedUio();

  /// Options for this tree, with the u-dma-buf; valid as long as this is.
  [[nodiscard]] intformer_uio_options options() const;
  [[nodiscard]] std::string interruptFile() const { return path("dev/uio0.interrupt"); }
  void write(const std::string& file, const std::string& text) const;
  void remove(const std::string& file) const;

  [[nodiscard]] uint32_t get(uint32_t offset) const;
  void set(uint32_t offset, uint32_t value);
  [[nodiscard]] uint64_t getPair(uint32_t offset) const {
    return get(offset) | uint64_t{get(offset + 4)} << 32;
  }
  [[nodiscard]] uint8_t* memory() const { return memory_; }  ///< of the u-dma-buf

  /// An interrupt that no run has brought.
  void interrupt();
  /// Ends the interrupt's file, as when the device is removed.
  void hangUp();
  [[nodiscard]] uint32_t interrupts() const { return interrupts_; }

 private:
  void play();
  void step();

  std::string sys_ = path("sys"), dev_ = path("dev"), interruptFile_ = interruptFile();
  Run run_;
  uint32_t* registers_ = nullptr;
  uint8_t* memory_ = nullptr;
  int master_ = -1, slave_ = -1;
  bool unmasked_ = false;
  std::atomic<uint32_t> interrupts_ = 0;
  std::atomic<bool> ends_ = false, gone_ = false;
  std::thread device_;
};

}  // namespace intformer::test
