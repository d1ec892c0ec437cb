#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "tb/device.hpp"

/// The performance model against the RTL: shared by the test and by the program that writes the
/// table.
namespace intformer::perf_test {

/// One program on one device.
struct Case {
  std::string device;                  ///< how the table calls it
  std::string config;                  ///< configs/<config>.toml
  std::vector<std::string> overrides;  ///< of its keys
  std::string model;                   ///< configs/models/<model>.toml
  uint32_t seq = 1;
  uint32_t latency = 100;  ///< of the memory
  std::optional<uint64_t> tokens = {};  ///< their seed; unset: the model begins at its first layer
  std::string dram = {};  ///< a preset's name; empty: memory of the latency

  [[nodiscard]] std::string label() const;  ///< "odd"; "tiny-tokens#7" from tokens of seed 7
  [[nodiscard]] std::string memory() const;  ///< "100", or "ddr4"
  [[nodiscard]] std::string key() const;     ///< "tiny4 odd 77 100"
};

struct Result {
  uint64_t cycles = 0;    ///< of the RTL
  uint64_t estimate = 0;
  uint64_t commands = 0;
  uint64_t commandsOff = 0;  ///< commands that the model starts or ends in another cycle
  double modelError = 0;     ///< |estimate / cycles - 1|
  double operatorError = 0;  ///< the worst of any operator
  std::string worstOperator;
};

/// Simulated devices, each built once.
class Devices {
 public:
  /// One layer on the RTL and in the model. Nothing when the model does not fit the device.
  /// Throws std::runtime_error when the device does not finish or moves other bytes than estimated.
  std::optional<Result> measure(const Case& work);

 private:
  std::map<std::string, std::unique_ptr<tb::SimDevice>> devices_;
};

/// Cases that take seconds, on devices that build fast; the same in the test and in the table.
std::vector<Case> quickCases();
/// The others of the table: larger models, all lengths, random devices.
std::vector<Case> slowCases();

/// A legal device of the given seed, unlike the committed ones: array, lanes, bus, banks, queues.
std::vector<std::string> randomOverrides(uint64_t seed);

/// A line of the table, and the numbers of one that was written before, by Case::key().
std::string tableHead();
std::string tableLine(const Case& work, const Result& result);
std::map<std::string, uint64_t> readTable(const std::string& path);

}  // namespace intformer::perf_test
