// Ports that cannot be used, and what is said of each.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sw/link/link_error.hpp"
#include "sw/link/serial_port.hpp"
#include "tests/link/plans.hpp"
#include "tests/link/stand_in_board.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {
namespace {

std::string refusal(const std::string& path, uint32_t baud = 3'000'000) {
  try {
    const link::SerialPort port(path, baud);
  } catch (const link::LinkError& error) {
    return error.what();
  }
  return "fine";
}

TEST_CASE("what is no serial port is refused by name", "[link]") {
  const TemporaryFolder folder;
  CHECK_THAT(refusal(folder.path("ttyUSB9")),
             containsText(folder.path("ttyUSB9") + ": no such port; "));
  writeFile(folder.path("file"), "x");
  REQUIRE(mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  for (const std::string& path :
       {folder.path("file"), folder.path("pipe"), folder.path(), std::string("/dev/null")}) {
    CHECK_THAT(refusal(path), containsText(path + ": is no serial port"));
  }
}

TEST_CASE("a port that is another group's says which", "[link]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  REQUIRE(chmod(board.port().c_str(), 0) == 0);
  if (geteuid() != 0)
    CHECK_THAT(refusal(board.port()),
               containsText("permission denied: its group is") && containsText("usermod -aG"));
  else
    CHECK(refusal(board.port()) == "fine");  // of the superuser nothing is asked
}

TEST_CASE("a port has one host", "[link]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  {
    const link::SerialPort first(board.port(), 3'000'000);
    CHECK_THAT(refusal(board.port()),
               containsText(board.port() + ": is in use by another program"));
  }
  CHECK(refusal(board.port()) == "fine");
}

TEST_CASE("rates are any that the port does", "[link]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  for (const uint32_t baud : {9600U, 115'200U, 1'000'000U, 2'500'000U, 3'000'000U, 12'000'000U})
    CHECK(refusal(board.port(), baud) == "fine");
}

TEST_CASE("bytes pass as they are, and a port that is pulled says so", "[link]") {
  // No board: both ends by hand.
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(master >= 0);
  REQUIRE((grantpt(master) == 0 && unlockpt(master) == 0));
  link::SerialPort port(ptsname(master), 3'000'000);
  using Clock = link::SerialPort::Clock;
  Bytes all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint8_t>(i);
  port.write(all, Clock::now() + std::chrono::seconds(1));
  Bytes got(512);
  REQUIRE(read(master, got.data(), got.size()) == 256);  // nothing translated, echoed or held back
  got.resize(256);
  CHECK(got == all);
  REQUIRE(write(master, all.data(), all.size()) == 256);
  Bytes back;
  while (back.size() < 256) {
    const std::size_t count = port.read(got, Clock::now() + std::chrono::seconds(1));
    REQUIRE(count != 0);
    back.insert(back.end(), got.begin(), got.begin() + static_cast<std::ptrdiff_t>(count));
  }
  CHECK(back == all);
  CHECK(port.read(got, Clock::now() + std::chrono::milliseconds(5)) == 0);
  close(master);
  CHECK_THROWS_WITH(port.read(got, Clock::now() + std::chrono::seconds(1)),
                    containsText("the port has gone: unplugged"));
  CHECK_THROWS_WITH(port.write(all, Clock::now() + std::chrono::seconds(1)),
                    containsText("the port has gone: unplugged"));
}

}  // namespace
}  // namespace intformer::test
