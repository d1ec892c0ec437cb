#include "sw/cli/board_link.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "sw/cli/kinds.hpp"
#include "sw/cli/plan_input.hpp"

namespace intformer::cli {

void addBoardOptions(CLI::App& command, BoardRequest& request) {
  command.add_option("--port", request.port, "Serial port of the board: /dev/ttyUSB0")
      ->type_name(kind::kPort)
      ->required();
  command.add_option("--baud", request.baud, "Its rate, that of the bitstream")
      ->check(CLI::Range(1200, 12'000'000))
      ->capture_default_str();
  command
      .add_option("--patience", request.patience,
                  "Wait so many times as long as a board takes: a simulated one is slow")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  command.add_option("--config", request.config, "Hardware config (*.toml) of the bitstream")
      ->type_name(kind::kConfig)
      ->capture_default_str();
  command.add_option("--set", request.overrides, "Override a config key, as the bitstream does")
      ->type_name(kind::kSetting);
}

OpenBoard::OpenBoard(const BoardRequest& request)
    : plan_(readPlan(request.config, request.overrides)) {
  if (!plan_) throw std::runtime_error(request.config + ": no device without its config");
  port_.emplace(request.port, request.baud);
  link_.emplace(*port_, link::LinkOptions{.patience = request.patience});
  link_->identify();
}

board_host::Runner& OpenBoard::runner() {
  if (runner_) return *runner_;
  const auto loading = [this](uint64_t done, uint64_t total) {
    if (!loading_) loading_.emplace("loading: KiB", total / 1024);
    loading_->update(done / 1024);
    if (done == total) loading_.reset();
  };
  const auto waiting = [this] {
    if (!running_) running_.emplace("the board runs");
    running_->update();
  };
  return runner_.emplace(*link_, *plan_, board_host::Hooks{loading, waiting});
}

std::string OpenBoard::clockText() const {
  return fmt::format("{:.2f} MHz", link_->identity().clockHz / 1e6);
}

std::string OpenBoard::timeText(uint64_t cycles) const {
  return fmt::format("{:.2f} ms at {}",
                     1e3 * static_cast<double>(cycles) / link_->identity().clockHz, clockText());
}

void OpenBoard::printRetries() const {
  const link::LinkStatistics& counts = link_->statistics();
  if (counts.retries == 0) return;
  fmt::print(
      "cable: {} of {} requests sent again ({} unanswered, {} with damaged bytes), {} bytes "
      "skipped; all of them answered in the end\n",
      counts.retries, counts.requests, counts.silent, counts.damaged, counts.skipped);
}

std::string loadText(const board_host::LoadResult& loaded) {
  return fmt::format("{} of {} bytes were there already, {} sent, in {:.2f} s",
                     loaded.bytes - loaded.sent, loaded.bytes, loaded.sent, loaded.seconds);
}

}  // namespace intformer::cli
