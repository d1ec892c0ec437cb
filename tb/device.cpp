#include "tb/device.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace intformer::tb {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kSlice = 250'000;  ///< cycles between two progress reports

}  // namespace

SimDevice::SimDevice(const std::filesystem::path& library, uint64_t powerUp) {
  library_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr) throw std::runtime_error(dlerror());
  const auto function =
      reinterpret_cast<sim_api_function>(dlsym(library_, INTFORMER_SIM_API_SYMBOL));
  api_ = function == nullptr ? nullptr : function();
  if (api_ == nullptr || api_->abi != INTFORMER_SIM_ABI) {
    dlclose(library_);
    throw std::runtime_error(library.string() +
                             " is not a simulated device of this version: its shell is newer or "
                             "older than the program, which is to be built again (make program)");
  }
  device_ = api_->create(powerUp);
  setMemory({});
}

SimDevice::~SimDevice() {
  api_->destroy(device_);
  dlclose(library_);
}

void SimDevice::setMemory(std::vector<uint8_t> bytes, uint64_t base) {
  memory_ = std::move(bytes);
  base_ = base;
  memory_.resize((memory_.size() + kPage - 1) / kPage * kPage);
  api_->bind_memory(device_, base_, memory_.data(), memory_.size());
}

void SimDevice::trace(const std::filesystem::path& file, uint64_t from, uint64_t to) {
  if (api_->trace(device_, file.c_str(), from, to) != 0)
    throw std::runtime_error("cannot write the waveform " + file.string());
}

void SimDevice::writeCoverage(const std::filesystem::path& file) {
  if (api_->coverage(device_, file.c_str()) != 0)
    throw std::runtime_error("this library does not count how often lines are reached");
}

sim_bus_counts SimDevice::busCounts() const {
  sim_bus_counts counts{};
  api_->bus_counts(device_, &counts);
  return counts;
}

std::span<const sim_event> SimDevice::events() const {
  uint64_t count = 0;
  const sim_event* first = api_->events(device_, &count);
  return {first, count};
}

int SimDevice::pause(uint64_t cycles) {
  failure_.clear();
  while (cycles != 0) {
    const uint64_t slice = std::min(cycles, kSlice);
    const sim_stop stop = run(slice);
    if (progress_) progress_(cycle());
    if (stop == SIM_INTERRUPT) return 0;
    if (stop != SIM_BUDGET) {
      failure_ = api_->message(device_);
      return 1;
    }
    cycles -= slice;
  }
  return 0;
}

uint8_t* SimDevice::find(uint64_t address, uint64_t count) {
  const uint64_t offset = address - base_;
  if (offset > memory_.size() || count > memory_.size() - offset) return nullptr;
  return memory_.data() + offset;
}

intformer_access SimDevice::access() {
  return {
      this,
      [](void* self, uint32_t offset, uint32_t* value) {
        return static_cast<SimDevice*>(self)->readRegister(offset, *value);
      },
      [](void* self, uint32_t offset, uint32_t value) {
        return static_cast<SimDevice*>(self)->writeRegister(offset, value);
      },
      [](void* self, uint64_t cycles) { return static_cast<SimDevice*>(self)->pause(cycles); },
      [](void* self, uint64_t address, const void* bytes, uint64_t count) {
        uint8_t* const to = static_cast<SimDevice*>(self)->find(address, count);
        if (to == nullptr) return 1;
        std::memcpy(to, bytes, count);
        return 0;
      },
      [](void* self, uint64_t address, void* bytes, uint64_t count) {
        const uint8_t* const from = static_cast<SimDevice*>(self)->find(address, count);
        if (from == nullptr) return 1;
        std::memcpy(bytes, from, count);
        return 0;
      },
  };
}

}  // namespace intformer::tb
