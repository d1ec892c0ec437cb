#pragma once

#include <fmt/format.h>
#include <verilated.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <random>
#include <stdexcept>
#include <vector>

#include "gen/tables/commands.hpp"
#include "tests/outcome_ports.hpp"

namespace intformer::test {

/// Drives a verilated vector unit: issues commands, answers its requests from plain memories.
template <typename Model>
class VectorBench {
  VerilatedContext context_;  // outlives the model

 public:
  using Done = test::Done;

  Model top{&context_};
  std::vector<uint8_t> scratch;
  std::vector<int32_t> acc;
  std::vector<Done> done;
  std::vector<uint64_t> accepted;  ///< cycle in which command i was taken
  uint64_t cycle = 0;
  uint64_t writes = 0;
  double stall = 0;  ///< probability that a port is not ready
  double writeStall = 0;  ///< that of the write port, if larger
  std::mt19937 random{1};
  std::vector<test::Error> errors;

  explicit VectorBench(uint32_t dim) : dim_(dim) {
    top.rst_ni = 0;
    tick();
    tick();
    top.rst_ni = 1;
  }

  void push(const Command& command) { queue_.push_back(command); }
  void clearQueue() { queue_.clear(); }
  [[nodiscard]] bool idle() const { return queue_.empty() && top.busy_o == 0; }

  /// Runs until `count` commands are done. A command gets `budget` cycles.
  void runUntil(std::size_t count, uint64_t budget) {
    const uint64_t end = cycle + budget;
    while (done.size() < count) {
      if (cycle >= end) throw std::runtime_error(fmt::format("hangs after {} done", done.size()));
      tick();
    }
  }

  void tick() {
    top.clk_i = 0;
    top.command_valid_i = !queue_.empty();
    if (!queue_.empty())
      std::memcpy(&top.command_i, queue_.front().words().data(), sizeof top.command_i);
    top.command_index_i = static_cast<uint32_t>(accepted.size());
    top.acc_req_ready_i = ready(stall);
    top.read_req_ready_i = ready(stall);
    top.write_ready_i = ready(std::max(stall, writeStall));
    respond(accPipe_, top.acc_rsp_valid_i, &top.acc_rsp_data_i, dim_ * 4);
    respond(readPipe_, top.read_rsp_valid_i, &top.read_rsp_data_i, dim_);
    top.eval();
    if (top.rst_ni != 0) sample();
    else accHeld_ = readHeld_ = writeHeld_ = {};
    top.clk_i = 1;
    top.eval();
    ++cycle;
  }

 private:
  using Response = std::vector<uint8_t>;

  bool ready(double refusal) {
    return refusal == 0 || std::uniform_real_distribution<>(0, 1)(random) >= refusal;
  }

  /// Moves a two-cycle pipeline on: what was granted two ticks ago is on the port now.
  template <typename Valid>
  static void respond(std::deque<Response>& pipe, Valid& valid, void* port, std::size_t bytes) {
    Response now;
    if (pipe.size() == 2) {
      now = std::move(pipe.front());
      pipe.pop_front();
    }
    valid = !now.empty();
    if (valid) std::memcpy(port, now.data(), bytes);
  }

  void sample() {
    if (top.command_valid_i && top.command_ready_o) {
      accepted.push_back(cycle);
      queue_.pop_front();
    }
    if (top.done_valid_o) done.push_back(test::readDone(top.done_o, cycle));
    if (top.error_valid_o) errors.push_back(test::readError(top.error_o));
    grant(accPipe_, top.acc_req_valid_o && top.acc_req_ready_i, acc.data(), top.acc_req_addr_o,
          dim_ * 4, acc.size() / dim_);
    grant(readPipe_, top.read_req_valid_o && top.read_req_ready_i, scratch.data(),
          top.read_req_addr_o, dim_, scratch.size() / dim_);
    hold(accHeld_, top.acc_req_valid_o, top.acc_req_ready_i, top.acc_req_addr_o);
    hold(readHeld_, top.read_req_valid_o, top.read_req_ready_i, top.read_req_addr_o);
    hold(writeHeld_, top.write_valid_o, top.write_ready_i, top.write_addr_o);
    if (top.write_valid_o && top.write_ready_i) {
      if (top.write_addr_o >= scratch.size() / dim_) throw std::runtime_error("write out of range");
      std::memcpy(scratch.data() + std::size_t{top.write_addr_o} * dim_, &top.write_data_o, dim_);
      ++writes;
    }
  }

  static void grant(std::deque<Response>& pipe, bool granted, const void* memory, uint64_t address,
                    std::size_t bytes, std::size_t count) {
    if (granted && address >= count) throw std::runtime_error("read out of range");
    const auto* data = static_cast<const uint8_t*>(memory) + address * bytes;
    pipe.push_back(granted ? Response(data, data + bytes) : Response());
  }

  /// A request that was refused must still be there, with the same address.
  struct Held {
    bool refused = false;
    uint64_t address = 0;
  };
  static void hold(Held& held, bool valid, bool ready, uint64_t address) {
    if (held.refused && (!valid || address != held.address))
      throw std::runtime_error("a refused request was changed");
    held = {valid && !ready, address};
  }

  uint32_t dim_;
  std::deque<Command> queue_;
  std::deque<Response> accPipe_, readPipe_;
  Held accHeld_, readHeld_, writeHeld_;
};

}  // namespace intformer::test
