#include "tests/linux/mocked_uio.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "gen/device.hpp"

namespace intformer::test {
namespace {

namespace fs = std::filesystem;

void expect(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("mocked UIO: " + what);
}

void* mapWhole(const std::string& path, uint64_t bytes) {
  writeFile(path, "");
  fs::resize_file(path, bytes);
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  void* const page = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  expect(page != MAP_FAILED, "cannot map " + path);
  return page;
}

}  // namespace

MockedUio::MockedUio(const Plan& plan, Run run) : run_(std::move(run)) {
  const std::string zero(1, '\0');
  write("sys/class/uio/uio0/name", "accelerator\n");
  write("sys/class/uio/uio0/device/of_node/compatible",
        "intformer," + plan.name + zero + "intformer,registers-2" + zero);
  write("sys/class/uio/uio0/maps/map0/addr", "0x00000000a0000000\n");
  write("sys/class/uio/uio0/maps/map0/offset", "0x0\n");
  write("sys/class/uio/uio0/maps/map0/size", "0x0000000000001000\n");
  write("sys/class/uio/uio0/maps/map1/addr", "0x0000000000040000\n");
  write("sys/class/uio/uio0/maps/map1/offset", "0x0\n");
  write("sys/class/uio/uio0/maps/map1/size", "0x0000000000002000\n");
  write("sys/class/uio/uio1/name", "axi-dma\n");
  write("sys/class/u-dma-buf/udmabuf0/phys_addr", "0x0000000000040000\n");
  write("sys/class/u-dma-buf/udmabuf0/size", "262144\n");
  write("sys/class/u-dma-buf/udmabuf0/sync_mode", "1\n");
  write("sys/class/u-dma-buf/udmabuf0/dma_coherent", "0\n");
  write("dev/mem", "");
  fs::resize_file(path("dev/mem"), kMemory + kMemoryBytes);
  registers_ = static_cast<uint32_t*>(mapWhole(path("dev/uio0"), kRegisterFileBytes + 0x2000));
  memory_ = static_cast<uint8_t*>(mapWhole(path("dev/udmabuf0"), kMemoryBytes));

  master_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  expect(master_ >= 0 && grantpt(master_) == 0 && unlockpt(master_) == 0, "no pseudo terminal");
  std::array<char, 64> name{};
  expect(ptsname_r(master_, name.data(), name.size()) == 0, "a terminal without name");
  slave_ = open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);  // stays: a last close hangs up
  termios raw{};
  expect(slave_ >= 0 && tcgetattr(slave_, &raw) == 0, std::string("cannot open ") + name.data());
  cfmakeraw(&raw);
  expect(tcsetattr(slave_, TCSANOW, &raw) == 0, "cannot set up the pseudo terminal");
  fs::create_symlink(name.data(), interruptFile());

  set(INTFORMER_REG_DEVICE_ID, INTFORMER_DEVICE_ID_VALUE);
  set(INTFORMER_REG_VERSION, INTFORMER_VERSION_VALUE);
  set(INTFORMER_REG_ARRAY, plan.dim | plan.lanes << 8 | plan.busBytes << 16 |
                               (plan.family == Family::Pwl ? 1U << 24 : 0U) |
                               static_cast<uint32_t>(plan.counters) << 25);
  set(INTFORMER_REG_SCRATCH_WORDS, plan.scratchWords);
  set(INTFORMER_REG_ACC_ROWS, plan.accRows);
  set(INTFORMER_REG_STAT_ROWS, plan.statRows);
  set(INTFORMER_REG_CONFIG_HASH_LOW, static_cast<uint32_t>(configHash(plan)));
  set(INTFORMER_REG_CONFIG_HASH_LOW + 4, static_cast<uint32_t>(configHash(plan) >> 32));
  device_ = std::thread([this] { play(); });
}

MockedUio::~MockedUio() {
  ends_ = true;
  device_.join();
  if (slave_ >= 0) close(slave_);
  if (master_ >= 0) close(master_);
  munmap(registers_, kRegisterFileBytes + 0x2000);
  munmap(memory_, kMemoryBytes);
}

intformer_uio_options MockedUio::options() const {
  intformer_uio_options options{};
  options.sys = sys_.c_str();
  options.dev = dev_.c_str();
  options.udmabuf = "udmabuf0";
  options.interrupts = interruptFile_.c_str();
  return options;
}

void MockedUio::write(const std::string& file, const std::string& text) const {
  fs::create_directories(fs::path(path(file)).parent_path());
  writeFile(path(file), text);
}

void MockedUio::remove(const std::string& file) const {
  fs::remove_all(path(file));
}

uint32_t MockedUio::get(uint32_t offset) const {
  return std::atomic_ref<uint32_t>(registers_[offset / 4]).load();
}

void MockedUio::set(uint32_t offset, uint32_t value) {
  std::atomic_ref<uint32_t>(registers_[offset / 4]).store(value);
}

void MockedUio::interrupt() {
  const uint32_t count = ++interrupts_;
  expect(::write(master_, &count, sizeof count) == sizeof count, "cannot raise an interrupt");
}

void MockedUio::hangUp() {
  gone_ = true;
}

void MockedUio::play() {
  while (!ends_) {
    if (gone_ && master_ >= 0) {
      close(master_);
      master_ = -1;
    }
    step();
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

void MockedUio::step() {
  uint32_t word = 0;
  if (master_ >= 0 && read(master_, &word, sizeof word) == sizeof word) unmasked_ = word == 1;
  // What was written first is looked at last: it lies there when what was written later does.
  const uint32_t control = get(INTFORMER_REG_CONTROL);
  if (get(INTFORMER_REG_INTERRUPT_CLEAR) != 0) {
    set(INTFORMER_REG_INTERRUPT_CLEAR, 0);
    set(INTFORMER_REG_STATUS, get(INTFORMER_REG_STATUS) & ~INTFORMER_STATUS_INTERRUPT);
  }
  if (control != 0) {
    set(INTFORMER_REG_CONTROL, 0);
    set(INTFORMER_REG_STATUS, (control & INTFORMER_CONTROL_START) != 0 ? INTFORMER_STATUS_BUSY : 0);
    if ((control & INTFORMER_CONTROL_START) != 0) set(INTFORMER_REG_STATUS, run_(*this));
  }
  if (master_ >= 0 && unmasked_ && get(INTFORMER_REG_INTERRUPT_ENABLE) != 0 &&
      (get(INTFORMER_REG_STATUS) & INTFORMER_STATUS_INTERRUPT) != 0) {
    unmasked_ = false;
    interrupt();
  }
}

}  // namespace intformer::test
