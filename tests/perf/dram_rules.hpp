#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sw/perf/dram.hpp"

namespace intformer::perf_test {

/// Reads what a controller told its chips, as a chip would: keeps of each bank when it had which
/// command, and says which time was not kept. Written from the data sheets' rules alone.
class DramRules {
 public:
  explicit DramRules(const perf::DramTiming& timing) : t_(timing) {}

  /// The first broken rule; empty: none.
  std::string broken(std::vector<perf::DramCommand> commands) {
    std::ranges::stable_sort(commands, {}, &perf::DramCommand::cycle);
    for (const perf::DramCommand& command : commands) {
      take(command);
      if (!broken_.empty()) return broken_ + " at " + std::to_string(command.cycle);
    }
    return {};
  }
  [[nodiscard]] const std::vector<uint64_t>& refreshes() const { return refreshes_; }

 private:
  using Kind = perf::DramCommand::Kind;
  struct Bank {
    std::optional<uint64_t> row, activated, precharged, lastRead, writtenEnd;
  };

  /// At least so many cycles after something, if that ever was.
  void after(const std::optional<uint64_t>& then, uint64_t cycles, uint64_t now, const char* rule) {
    if (then && now < *then + cycles) broken_ = rule;
  }
  void take(const perf::DramCommand& command) {
    Bank& bank = banks_[command.bank];
    const uint64_t now = command.cycle;
    if (command.bank >= t_.banks) broken_ = "no such bank";
    switch (command.kind) {
      case Kind::Activate:
        if (bank.row) broken_ = "activate of an open bank";
        after(bank.precharged, t_.rp, now, "tRP");
        after(bank.activated, t_.rc, now, "tRC");
        after(activated_, t_.rrd, now, "tRRD");
        after(refreshed_, t_.rfc, now, "tRFC");
        bank.row = command.row;
        bank.activated = activated_ = now;
        break;
      case Kind::Precharge:
        if (!bank.row) broken_ = "precharge of a closed bank";
        after(bank.activated, t_.ras, now, "tRAS");
        after(bank.lastRead, t_.rtp, now, "tRTP");
        after(bank.writtenEnd, t_.wr, now, "tWR");
        bank.row.reset();
        bank.precharged = now;
        break;
      case Kind::Refresh:
        for (const auto& [index, other] : banks_) {
          if (other.row) broken_ = "refresh while a row is open";
          after(other.precharged, t_.rp, now, "tRP before a refresh");
        }
        after(refreshed_, t_.rfc, now, "tRFC between refreshes");
        refreshed_ = now;
        refreshes_.push_back(now);
        break;
      default: access(command, bank);
    }
  }
  void access(const perf::DramCommand& command, Bank& bank) {
    const bool write = command.kind == Kind::Write;
    if (!bank.row) broken_ = "access to a closed bank";
    after(bank.activated, t_.rcd, command.cycle, "tRCD");
    if (command.dataFrom != command.cycle + (write ? t_.cwl : t_.cl)) broken_ = "CAS latency";
    after(dataEnd_, 0, command.dataFrom, "two on the data lines");
    if (write) {
      after(readEnd_, t_.rtw, command.dataFrom, "tRTW");
      bank.writtenEnd = writtenEnd_ = command.dataTo;
    } else {
      after(writtenEnd_, t_.wtr, command.cycle, "tWTR");
      // Its last access may begin as late as with the last cycle of all of them.
      bank.lastRead = command.cycle + (command.dataTo - command.dataFrom) - 1;
      readEnd_ = command.dataTo;
    }
    dataEnd_ = command.dataTo;
  }

  perf::DramTiming t_;
  std::map<uint32_t, Bank> banks_;
  std::optional<uint64_t> activated_, refreshed_, dataEnd_, readEnd_, writtenEnd_;
  std::vector<uint64_t> refreshes_;
  std::string broken_;
};

}  // namespace intformer::perf_test
