// The driver for Linux on a mocked device: what works. What is mocked is said in mocked_uio.hpp.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <numeric>
#include <vector>

#include "gen/config.hpp"
#include "tests/catch.hpp"
#include "tests/linux/mocked_uio.hpp"

namespace intformer::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr uint32_t kDone = INTFORMER_STATUS_DONE | INTFORMER_STATUS_INTERRUPT;

Plan tiny() {
  return loadConfig("configs/tiny4.toml").plan.value();
}

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The driver on it, open.
struct Driver {
  intformer_uio* uio = nullptr;
  intformer_access access{};
  intformer_device device{};
  intformer_identity identity{};

  explicit Driver(const intformer_uio_options& options) {
    std::array<char, INTFORMER_UIO_PROBLEM> problem{};
    uio = intformer_uio_open(&options, problem.data());
    INFO(problem.data());
    REQUIRE(uio != nullptr);
    intformer_uio_access(uio, &access);
    REQUIRE(intformer_open(&device, &access, &identity) == INTFORMER_OK);
  }
  ~Driver() { intformer_uio_close(uio); }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
};

TEST_CASE("the driver finds the device and reads its identity", "[uio]") {
  const Plan plan = tiny();
  const MockedUio mock(plan, {});
  for (const char* name : {static_cast<const char*>(nullptr), "accelerator", "tiny4"}) {
    intformer_uio_options options = mock.options();
    options.name = name;
    const Driver driver(options);
    CHECK(driver.identity.dim == plan.dim);
    CHECK(driver.identity.scratch_words == plan.scratchWords);
    CHECK(intformer_uio_memory_address(driver.uio) == MockedUio::kMemory);
    CHECK(intformer_uio_memory_bytes(driver.uio) == MockedUio::kMemoryBytes);
    CHECK(std::string(intformer_uio_problem(driver.uio)).empty());
  }
}

TEST_CASE("every kind of memory lies where the device sees it", "[uio]") {
  const MockedUio mock(tiny(), {});
  intformer_uio_options options = mock.options();
  std::string file = "dev/udmabuf0";
  uint64_t at = 0;
  SECTION("u-dma-buf") {}
  SECTION("a cached u-dma-buf behind a coherent port") {
    mock.write("sys/class/u-dma-buf/udmabuf0/sync_mode", "0\n");
    mock.write("sys/class/u-dma-buf/udmabuf0/dma_coherent", "1\n");
  }
  SECTION("a map of the UIO device") {
    options.udmabuf = nullptr;
    options.memory_map = 1;
    file = "dev/uio0";
    at = 4096;
  }
  SECTION("a map that begins within a page") {
    mock.write("sys/class/uio/uio0/maps/map1/offset", "0x40\n");
    options.udmabuf = nullptr;
    options.memory_map = 1;
    file = "dev/uio0";
    at = 4096 + 0x40;
    mock.write("sys/class/uio/uio0/maps/map1/size", "0x1000\n");
  }
  SECTION("/dev/mem") {
    options.udmabuf = nullptr;
    options.memory_address = MockedUio::kMemory;
    options.memory_bytes = MockedUio::kMemoryBytes;
    file = "dev/mem";
    at = MockedUio::kMemory;
  }
  const Driver driver(options);
  std::vector<uint8_t> bytes(37);
  std::iota(bytes.begin(), bytes.end(), uint8_t{1});
  for (uint64_t offset = 0; offset < 10; ++offset)  // over the ends of words
    for (const uint64_t count :
         {uint64_t{0}, uint64_t{1}, uint64_t{7}, uint64_t{8}, uint64_t{37}}) {
      INFO(offset << " " << count);
      const std::vector<uint8_t> clear(64, 0xa5);
      std::vector<uint8_t> found(count);
      void* const context = driver.access.context;
      REQUIRE(driver.access.write_memory(context, MockedUio::kMemory, clear.data(), 64) == 0);
      REQUIRE(driver.access.write_memory(context, MockedUio::kMemory + offset, bytes.data(),
                                         count) == 0);
      REQUIRE(driver.access.read_memory(context, MockedUio::kMemory + offset, found.data(),
                                        count) == 0);
      CHECK(std::equal(found.begin(), found.end(), bytes.begin()));
      std::string expected(64, '\xa5');
      if (count != 0) std::memcpy(&expected[offset], bytes.data(), count);
      CHECK(readText(mock.path(file)).substr(at, 64) == expected);
    }
}

TEST_CASE("a run ends with its interrupt, and the next one does too", "[uio]") {
  uint32_t runs = 0;
  MockedUio mock(tiny(), [&](MockedUio& device) {
    ++runs;
    CHECK(device.getPair(INTFORMER_REG_PROGRAM_ADDR_LOW) == MockedUio::kMemory);
    device.memory()[100] = static_cast<uint8_t>(runs);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return kDone;
  });
  intformer_uio_options options = mock.options();
  options.clock_mhz = 1;  // a pause of 2^24 cycles is 16 s: only an interrupt ends it in time
  Driver driver(options);
  const auto start = Clock::now();
  for (uint32_t run = 1; run <= 3; ++run) {
    REQUIRE(intformer_reset(&driver.device, 1000000) == INTFORMER_OK);
    REQUIRE(intformer_set_program(&driver.device, MockedUio::kMemory, 4) == INTFORMER_OK);
    REQUIRE(intformer_start(&driver.device) == INTFORMER_OK);
    REQUIRE(intformer_wait(&driver.device, 60000000) == INTFORMER_OK);
    uint8_t result = 0;
    REQUIRE(driver.access.read_memory(driver.access.context, MockedUio::kMemory + 100, &result,
                                      1) == 0);
    CHECK(result == run);
    CHECK(mock.interrupts() == run);  // masked from then on: none comes twice
  }
  CHECK(secondsSince(start) < 5);
}

TEST_CASE("an old interrupt does not end a pause", "[uio]") {
  MockedUio mock(tiny(), [](MockedUio&) { return uint32_t{INTFORMER_STATUS_BUSY}; });
  intformer_uio_options options = mock.options();
  options.clock_mhz = 1;
  Driver driver(options);
  mock.interrupt();
  REQUIRE(intformer_start(&driver.device) == INTFORMER_OK);
  const auto start = Clock::now();
  CHECK(intformer_wait(&driver.device, 100000) == INTFORMER_TIMEOUT);
  CHECK(secondsSince(start) >= 0.1);
  CHECK(secondsSince(start) < 5);
}

TEST_CASE("a run that stops with an error says so", "[uio]") {
  MockedUio mock(tiny(), [](MockedUio& device) {
    device.set(INTFORMER_REG_ERROR_CODE, 5);
    device.set(INTFORMER_REG_ERROR_COMMAND, 7);
    return uint32_t{INTFORMER_STATUS_ERROR | INTFORMER_STATUS_INTERRUPT};
  });
  Driver driver(mock.options());
  REQUIRE(intformer_start(&driver.device) == INTFORMER_OK);
  REQUIRE(intformer_wait(&driver.device, 1000000000) == INTFORMER_DEVICE_ERROR);
  intformer_error error{};
  REQUIRE(intformer_read_error(&driver.device, &error) == INTFORMER_OK);
  CHECK(error.command == 7);
}

}  // namespace
}  // namespace intformer::test
