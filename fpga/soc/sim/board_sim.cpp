// The simulated board: prints the name of its serial line and runs until it is stopped (Ctrl-C), a
// rule of the memory chip is broken, or the cycles of --cycles are over.
//
// Usage: board_sim [--link PATH] [--cycles N] [--image FILE ADDRESS]
#include <unistd.h>
#include <verilated.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "Vsim_board.h"
#include "Vsim_board___024root.h"
#include "fpga/soc/sim/serial_line.hpp"

namespace {

using namespace intformer::board_sim;

constexpr uint64_t kLook = 256;       // cycles between looks for bytes of the host
constexpr uint64_t kRest = 1 << 14;  // idle cycles before the simulation waits for the host

volatile std::sig_atomic_t stopped = 0;

struct Options {
  std::string link;
  uint64_t cycles = UINT64_MAX;
  std::string image;
  uint64_t address = 0;
};

Options optionsOf(int argc, char** argv) {
  Options options;
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k];
    const auto next = [&]() -> std::string {
      if (++k >= argc) throw std::runtime_error(word + " needs a value");
      return argv[k];
    };
    if (word == "--link") {
      options.link = next();
    } else if (word == "--cycles") {
      options.cycles = std::stoull(next());
    } else if (word == "--image") {
      options.image = next();
      options.address = std::stoull(next(), nullptr, 0);
    } else {
      throw std::runtime_error("unknown argument " + word);
    }
  }
  return options;
}

class SimulatedBoard {
 public:
  SimulatedBoard()
      : clocks_(static_cast<double>(BOARD_CLOCK_HZ) / BOARD_BAUD), send_(clocks_), receive_(clocks_) {
    top_.clk_i = top_.clk2x_i = 0;
    top_.uart_rx_i = 1;
    top_.rst_ni = 0;
    for (int k = 0; k < 16; ++k) cycle();
    top_.rst_ni = 1;
  }

  /// Puts a file into the memory, as a host would with patience.
  void load(const std::string& path, uint64_t address) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error(path + ": cannot be opened");
    const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
    auto& words = top_.rootp->sim_board__DOT__u_chip__DOT__mem;
    constexpr std::size_t wordBytes = sizeof(words[0]);
    if (address % wordBytes != 0 || address + bytes.size() > sizeof words)
      throw std::runtime_error(path + ": does not fit the memory there");
    std::memcpy(reinterpret_cast<char*>(&words[0]) + address, bytes.data(), bytes.size());
  }

  [[nodiscard]] const std::string& line() const { return terminal_.path(); }

  void run(uint64_t cycles) {
    for (uint64_t now = 0; now < cycles && stopped == 0 && !Verilated::gotFinish(); ++now) {
      cycle();
      if (now % kLook == 0) {
        if (top_.violations_o != 0) throw std::runtime_error("a rule of the memory chip is broken");
        if (quiet_ > kRest) ::usleep(1000);
      }
    }
  }

 private:
  void cycle() {
    if (send_.isFree() && (quiet_ % kLook == 0 || sending_)) {
      const auto byte = terminal_.take();
      sending_ = byte.has_value();
      if (byte) send_.begin(*byte);
    }
    top_.uart_rx_i = send_.cycle() ? 1 : 0;
    for (int half = 0; half < 2; ++half) {
      top_.clk_i = half == 0 ? 1 : 0;
      top_.clk2x_i = 1;
      top_.eval();
      top_.clk2x_i = 0;
      top_.eval();
    }
    const auto byte = receive_.cycle(top_.uart_tx_o != 0);
    if (byte) terminal_.put(*byte);
    const bool busy = sending_ || !send_.isFree() || top_.uart_tx_o == 0 || top_.running_o != 0;
    quiet_ = busy ? 0 : quiet_ + 1;
  }

  double clocks_;
  Terminal terminal_;
  Sender send_;
  Receiver receive_;
  Vsim_board top_;
  bool sending_ = false;
  uint64_t quiet_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  const Options options = optionsOf(argc, argv);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, [](int) { stopped = 1; });
  SimulatedBoard board;
  if (!options.image.empty()) board.load(options.image, options.address);
  if (!options.link.empty()) {
    std::filesystem::remove(options.link);
    std::filesystem::create_symlink(board.line(), options.link);
  }
  std::printf("%s\n", board.line().c_str());
  std::fflush(stdout);
  board.run(options.cycles);
  if (!options.link.empty()) std::filesystem::remove(options.link);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "board_sim: %s\n", error.what());
  return 1;
}
