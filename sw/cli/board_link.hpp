#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/board_host/runner.hpp"
#include "sw/cli/progress.hpp"

/// What all of `intformer board` share: the cable, and the device behind it.
namespace intformer::cli {

struct BoardRequest {
  std::string port;
  uint32_t baud = 3'000'000;
  double patience = 1;
  std::string config = "configs/edge8.toml";
  std::vector<std::string> overrides;
};
void addBoardOptions(CLI::App& command, BoardRequest& request);

/// A board that has said what it is.
class OpenBoard {
 public:
  /// Reads the config before the port is opened. Throws LinkError, and std::runtime_error for a
  /// config that is refused (faults are printed before).
  explicit OpenBoard(const BoardRequest& request);

  [[nodiscard]] link::BoardLink& link() { return *link_; }
  [[nodiscard]] const Plan& plan() const { return *plan_; }
  /// The device, once it was compared with the config. Throws LinkError where it is another.
  board_host::Runner& runner();
  /// "50.00 MHz"
  [[nodiscard]] std::string clockText() const;
  /// "4.10 ms at 50.00 MHz"
  [[nodiscard]] std::string timeText(uint64_t cycles) const;
  /// How often requests had to be sent again; nothing where none had.
  void printRetries() const;

 private:
  std::optional<Plan> plan_;
  std::optional<link::SerialPort> port_;
  std::optional<link::BoardLink> link_;
  std::optional<CountProgress> loading_;  ///< while memory is loaded
  std::optional<TimeProgress> running_;   ///< while a run is waited for
  std::optional<board_host::Runner> runner_;
};

/// "12,345 of 23,456 bytes were there already, 11,111 sent in 0.1 s"
std::string loadText(const board_host::LoadResult& loaded);

// The subcommands of `board`.
void addBoardSelftest(CLI::App& board, int& status);
void addBoardEmbed(CLI::App& board, int& status);
void addBoardBench(CLI::App& board, int& status);

}  // namespace intformer::cli
