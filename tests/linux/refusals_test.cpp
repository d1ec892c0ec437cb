// The driver for Linux: every failure says where, why, and the way out.
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "gen/config.hpp"
#include "tests/catch.hpp"
#include "tests/linux/mocked_uio.hpp"

namespace intformer::test {
namespace {

namespace fs = std::filesystem;

struct Mock : MockedUio {
  intformer_uio_options wanted = options();
  Mock()
      : MockedUio(loadConfig("configs/tiny4.toml").plan.value(),
                  [](MockedUio&) { return uint32_t{INTFORMER_STATUS_BUSY}; }) {}

  void expectRefusal(const std::vector<std::string>& texts) const {
    std::array<char, INTFORMER_UIO_PROBLEM> problem{};
    intformer_uio* const uio = intformer_uio_open(&wanted, problem.data());
    CHECK(uio == nullptr);
    intformer_uio_close(uio);
    for (const std::string& text : texts) CHECK_THAT(problem.data(), containsText(text));
  }
};

TEST_CASE("no device, another, or several", "[uio]") {
  Mock mock;
  mock.wanted.name = "edge8";
  mock.expectRefusal({"/sys/class/uio: no device named edge8; there are: ", "uio0 (accelerator)",
                      "uio1 (axi-dma)", "uio_pdrv_genirq.of_id=intformer,edge8"});
  mock.wanted.name = nullptr;
  mock.remove("sys/class/uio/uio0/device");
  mock.expectRefusal({"no device compatible with intformer,registers-*; there are: "});
  mock.wanted.name = "accelerator";
  mock.write("sys/class/uio/uio1/name", "accelerator\n");
  mock.expectRefusal({"2 devices are accelerator: ", "ask for one by the name of its config"});
  mock.remove("sys/class/uio");
  mock.expectRefusal({"/sys/class/uio: cannot list UIO devices: No such file",
                      "modprobe uio_pdrv_genirq", "NAME.dtsi"});
}

TEST_CASE("registers of a wrong size or place", "[uio]") {
  Mock mock;
  const std::string size = "sys/class/uio/uio0/maps/map0/size";
  mock.write(size, "0x100\n");
  mock.expectRefusal({size, "256 bytes, fewer than the 952 of the registers", "NAME.dtsi"});
  mock.write(size, "4 KiB\n");
  mock.expectRefusal({size, "size of map 0 (registers) is no number but \"4 KiB"});
  mock.write(size, "\n");
  mock.expectRefusal({"is no number"});
  mock.remove(size);
  mock.expectRefusal({size, "cannot read the size of map 0 (registers): No such file"});
  mock.write(size, "0x1000\n");
  mock.write("sys/class/uio/uio0/maps/map0/offset", "0x10000\n");
  mock.expectRefusal({"map0/offset: 0x10000 is more than a page"});
}

TEST_CASE("device files that cannot be opened or mapped", "[uio]") {
  Mock mock;
  const std::string uio = mock.path("dev/uio0");
  fs::rename(uio, uio + ".away");
  mock.expectRefusal({"/dev/uio0: cannot open: No such file", "is its driver loaded"});
  fs::create_symlink("/dev/null", uio);  // takes no mmap
  mock.expectRefusal({"/dev/uio0: cannot map 0x1000 bytes at offset 0x0: No such device"});
  fs::remove(uio);
  fs::rename(uio + ".away", uio);

  // Root may open everything: as nobody then.
  const auto forAll = fs::perms::others_read | fs::perms::others_exec | fs::perms::group_read |
                      fs::perms::group_exec;
  fs::permissions(mock.path(), forAll, fs::perm_options::add);
  for (const auto& entry : fs::recursive_directory_iterator(mock.path()))
    if (!entry.is_symlink()) fs::permissions(entry.path(), forAll, fs::perm_options::add);
  fs::permissions(uio, fs::perms::none);
  if (geteuid() == 0) REQUIRE(seteuid(65534) == 0);
  mock.expectRefusal({"/dev/uio0: Permission denied; run as root, or give your group the file"});
  if (getuid() == 0) REQUIRE(seteuid(0) == 0);
  fs::permissions(uio, fs::perms::owner_read | fs::perms::owner_write);
  mock.wanted.interrupts = "/nowhere/uio0";
  mock.expectRefusal({"/nowhere/uio0: cannot open: No such file"});
}

TEST_CASE("memory that is not there, not named, or cached", "[uio]") {
  Mock mock;
  const std::string buffer = "sys/class/u-dma-buf/udmabuf0/";
  mock.write(buffer + "sync_mode", "4\n");
  mock.expectRefusal({buffer + "sync_mode: 4 maps the buffer cached", "dma_coherent is 0",
                      "write 1 to sync_mode"});
  mock.write(buffer + "sync_mode", "1\n");
  mock.write(buffer + "phys_addr", "here\n");
  mock.expectRefusal({buffer + "phys_addr: the phys_addr is no number but \"here"});
  mock.write(buffer + "phys_addr", "0x40000\n");
  mock.write(buffer + "size", "0\n");
  mock.expectRefusal({"/dev/udmabuf0: 0 bytes at offset 0x0 cannot be mapped"});
  mock.wanted.udmabuf = "udmabuf1";
  mock.expectRefusal({"/udmabuf1/phys_addr: cannot read the phys_addr: No such file"});
  mock.wanted.memory_map = 1;
  mock.expectRefusal({"options: more than one memory is named", "udmabuf, memory_map"});
  mock.wanted.udmabuf = nullptr;
  mock.wanted.memory_map = 2;
  mock.expectRefusal({"/maps/map2/addr: cannot read the addr of map 2 (memory): No such file"});
  mock.wanted.memory_map = 0;
  mock.expectRefusal({"options: no memory is named; name one of udmabuf"});
  mock.wanted.memory_address = 0x40010;
  mock.wanted.memory_bytes = 4096;
  mock.expectRefusal({"memory_address 0x40010 is no multiple of a page"});
  mock.wanted.memory_address = 0x40000;
  mock.wanted.memory_bytes = 0;
  mock.expectRefusal({"/dev/mem: 0 bytes at offset 0x0 cannot be mapped"});
}

/// An open driver whose accesses fail.
struct Open : Mock {
  intformer_uio* uio = nullptr;
  intformer_access access{};
  intformer_device device{};
  Open() {
    std::array<char, INTFORMER_UIO_PROBLEM> problem{};
    uio = intformer_uio_open(&wanted, problem.data());
    INFO(problem.data());
    REQUIRE(uio != nullptr);
    intformer_uio_access(uio, &access);
    REQUIRE(intformer_open(&device, &access, nullptr) == INTFORMER_OK);
  }
  ~Open() { intformer_uio_close(uio); }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  void expectProblem(const std::string& text) const {
    CHECK_THAT(intformer_uio_problem(uio), containsText(text));
  }
};

TEST_CASE("addresses outside of the buffer and of the registers", "[uio]") {
  Open open;
  std::array<uint8_t, 16> bytes{};
  const uint64_t end = MockedUio::kMemory + MockedUio::kMemoryBytes;
  const auto refuses = [&](uint64_t address, uint64_t count) {
    INFO(address << " " << count);
    CHECK(open.access.write_memory(open.access.context, address, bytes.data(), count) != 0);
    CHECK(open.access.read_memory(open.access.context, address, bytes.data(), count) != 0);
  };
  refuses(MockedUio::kMemory - 1, 2);
  refuses(end - 1, 2);
  open.expectProblem(
      "/dev/udmabuf0: 2 bytes at 0x7ffff lie outside of the buffer, "
      "[0x40000, 0x80000); compile with --base 0x40000");
  refuses(end, 1);
  refuses(MockedUio::kMemory, MockedUio::kMemoryBytes + 1);
  refuses(end - 1, ~uint64_t{0});
  refuses(~uint64_t{0}, 2);
  CHECK(open.access.write_memory(open.access.context, end - 16, bytes.data(), 16) == 0);

  uint32_t value = 0;
  CHECK(open.access.read_register(open.access.context, 4096, &value) != 0);
  open.expectProblem("/dev/uio0: register 0x1000 is none: map 0 has 4096 bytes");
  CHECK(open.access.write_register(open.access.context, 0x21, 1) != 0);
  open.expectProblem("register 0x21 is none");
}

TEST_CASE("a device that goes away", "[uio]") {
  Open open;
  REQUIRE(intformer_start(&open.device) == INTFORMER_OK);
  SECTION("its interrupt") {
    open.hangUp();
    CHECK(intformer_wait(&open.device, 1000000000) == INTFORMER_ACCESS_FAILED);
    open.expectProblem(open.interruptFile() + ": cannot ");
    open.expectProblem(
        "an interrupt: Input/output error: the device is gone, or its node names no");
  }
  SECTION("its registers") {
    for (uint32_t offset = 0; offset < MockedUio::kRegisterFileBytes; offset += 4)
      if (offset != INTFORMER_REG_CONTROL && offset != INTFORMER_REG_INTERRUPT_CLEAR)
        open.set(offset, ~0U);
    CHECK(intformer_wait(&open.device, 1000000000) == INTFORMER_ACCESS_FAILED);
    open.expectProblem(
        "/dev/uio0: all registers read as ones: the device is gone; is the bitstream");
    CHECK(intformer_open(&open.device, &open.access, nullptr) == INTFORMER_ACCESS_FAILED);
  }
}

TEST_CASE("what may read as ones does", "[uio]") {
  Open open;
  open.set(INTFORMER_REG_ERROR_ADDR_LOW, ~0U);
  uint32_t value = 0;
  CHECK(open.access.read_register(open.access.context, INTFORMER_REG_ERROR_ADDR_LOW, &value) == 0);
  CHECK(value == ~0U);
}

}  // namespace
}  // namespace intformer::test
