#include <fmt/format.h>

#include "gen/emit/emit.hpp"
#include "gen/emit/register_arms.hpp"
#include "gen/tables/registers.hpp"
#include "gen/writer.hpp"

namespace intformer {
namespace {

constexpr std::string_view kHead = R"sv(
// SPDX-License-Identifier: Apache-2.0
// Registers: what the host sees and sets through AXI4-Lite, the counters and the interrupt.
//
// Contract: offsets and access as in the package and docs. Unknown addresses and writes to
//   read-only registers are answered with SLVERR and change nothing; write-only registers read as
//   zero. Byte strobes count. Program, windows and interrupt enable survive a soft reset
//   (core_rst_ni low); the rest does not.
// Timing: a register answers in the cycle after its access, a counter within CounterCount + 4
//   cycles. pulses_o has a one in the cycle after its write; a flag is set from the cycle after its
//   reading and has precedence over the write that clears it. What is counted is looked at a cycle
//   late, and so are busy and clear.
`default_nettype none

module registers #(
  localparam int unsigned WindowCount = intformer_pkg::WindowCount
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      core_rst_ni,
  output logic                      interrupt_o,

  input  logic [11:0]               s_axil_awaddr_i,
  input  logic                      s_axil_awvalid_i,
  output logic                      s_axil_awready_o,
  input  logic [31:0]               s_axil_wdata_i,
  input  logic [3:0]                s_axil_wstrb_i,
  input  logic                      s_axil_wvalid_i,
  output logic                      s_axil_wready_o,
  output logic [1:0]                s_axil_bresp_o,
  output logic                      s_axil_bvalid_o,
  input  logic                      s_axil_bready_i,
  input  logic [11:0]               s_axil_araddr_i,
  input  logic                      s_axil_arvalid_i,
  output logic                      s_axil_arready_o,
  output logic [31:0]               s_axil_rdata_o,
  output logic [1:0]                s_axil_rresp_o,
  output logic                      s_axil_rvalid_o,
  input  logic                      s_axil_rready_i,

  input  logic                      counter_clear_i,
  input  intformer_pkg::events_t          events_i,
  input  intformer_pkg::causes_t          causes_i,

  output intformer_pkg::settings_t        settings_o,
  output intformer_pkg::pulses_t          pulses_o,
  input  intformer_pkg::readings_t        readings_i
);
  localparam int unsigned WindowWidth = $clog2(intformer_pkg::WindowStride);
  localparam logic [11:0] WindowEnd =
      intformer_pkg::WindowBase + 12'(WindowCount * 32'(intformer_pkg::WindowStride));

  logic access, access_write;
  logic [11:0] access_addr, address, window_offset;
  logic [31:0] data, read_data, word_q;
  logic [3:0] strobe, wrote;
  logic known, writable, in_counters, in_windows, done_q, refused_q;

  logic [WindowWidth-3:0] window_word;

  axil_slave u_slave (
    .clk_i,
    .rst_ni,
    .awaddr_i(s_axil_awaddr_i),
    .awvalid_i(s_axil_awvalid_i),
    .awready_o(s_axil_awready_o),
    .wdata_i(s_axil_wdata_i),
    .wstrb_i(s_axil_wstrb_i),
    .wvalid_i(s_axil_wvalid_i),
    .wready_o(s_axil_wready_o),
    .bresp_o(s_axil_bresp_o),
    .bvalid_o(s_axil_bvalid_o),
    .bready_i(s_axil_bready_i),
    .araddr_i(s_axil_araddr_i),
    .arvalid_i(s_axil_arvalid_i),
    .arready_o(s_axil_arready_o),
    .rdata_o(s_axil_rdata_o),
    .rresp_o(s_axil_rresp_o),
    .rvalid_o(s_axil_rvalid_o),
    .rready_i(s_axil_rready_i),
    .access_valid_o(access),
    .access_write_o(access_write),
    .access_addr_o(access_addr),
    .access_data_o(data),
    .access_strobe_o(strobe),
    .access_done_i(done_q),
    .access_data_i(word_q),
    .access_refused_i(refused_q)
  );
)sv";

constexpr std::string_view kCounters = R"sv(
  // Counters: of events, and of each unit's time by cause.
  localparam int unsigned CounterCount = intformer_pkg::CounterCount;
  localparam int unsigned CounterWidth = $clog2(CounterCount);
  localparam int unsigned EventCount = intformer_pkg::EventCount;
  localparam int unsigned EventWidth = $clog2(EventCount);
  // A sum moves by less than 2^CauseSum steps between two turns; the widest are of bytes, 64 a step.
  localparam int unsigned CauseSum = $clog2(CounterCount + 1);
  localparam int unsigned SumWidth = 6 + CauseSum;
  logic clear_q, enable_q, counter_read, counter_done;
  intformer_pkg::events_t events_q;
  intformer_pkg::causes_t causes_q;
  logic [CounterWidth-1:0] turn, counter_index;
  logic [11:0] counter_offset;
  logic [SumWidth-1:0] sum, mask, event_sum, event_mask;
  logic [63:0] counter;

  always_ff @(posedge clk_i) begin
    clear_q  <= counter_clear_i || !rst_ni;
    enable_q <= readings_i.status_busy;
    events_q <= events_i;
    causes_q <= causes_i;
  end

  counter_totals #(
    .Count(CounterCount),
    .SumWidth(SumWidth)
  ) u_totals (
    .clk_i,
    .rst_ni,
    .clear_i(clear_q),
    .turn_o(turn),
    .sum_i(sum),
    .mask_i(mask),
    .read_valid_i(counter_read),
    .read_index_i(counter_index),
    .read_done_o(counter_done),
    .read_data_o(counter)
  );
)sv";

constexpr std::string_view kAccess = R"sv(
  assign address       = {access_addr[11:2], 2'b00};
  assign in_windows    = address >= intformer_pkg::WindowBase && address < WindowEnd;
  assign window_offset = address - intformer_pkg::WindowBase;
  assign window_word   = window_offset[WindowWidth-1:2];
  assign wrote         = {4{access && access_write && writable}} & strobe;
)sv";

constexpr std::string_view kAnswers = R"sv(
  // The answer: a register's at once, a counter's when its turn has come.
  assign counter_read = access && !access_write && in_counters;
  always_ff @(posedge clk_i) begin
    done_q <= rst_ni && ((access && !counter_read) || counter_done);
    if (access) refused_q <= !known || (access_write && !writable);
    if (access) word_q <= read_data;
    else if (counter_done) word_q <= counter_offset[2] ? counter[63:32] : counter[31:0];
  end

  logic unused_counters;
  assign unused_counters = ^{counter_offset, events_q, causes_q};
)sv";

/// Of a device that counts nothing.
constexpr std::string_view kNoCounters = R"sv(
  assign in_counters = 1'b0;
  always_ff @(posedge clk_i) begin
    done_q <= rst_ni && access;
    if (access) refused_q <= !known || (access_write && !writable);
    if (access) word_q <= read_data;
  end

  logic unused_counters;
  assign unused_counters = ^{counter_clear_i, events_i, causes_i};
)sv";

/// Which counter an address within theirs means. With all of them their registers have no gaps.
constexpr std::string_view kAllPlaces = R"sv(
  assign in_counters = address >= intformer_pkg::CounterBase &&
      address < intformer_pkg::CounterBase + 12'(CounterCount * 8);
  assign counter_index = counter_offset[3 +: CounterWidth];
)sv";

constexpr std::string_view kEnd = R"sv(
  assign interrupt_o = status_interrupt_q && settings_o.interrupt_enable;

  logic unused;
  assign unused = ^{access_addr[1:0], window_offset};
endmodule

`default_nettype wire
)sv";

/// The same where registers have gaps: of what is not counted.
std::string places(Counters level) {
  std::string arms;
  uint32_t place = 0;
  for (const uint32_t index : countersOf(level))
    arms += fmt::format("      9'(intformer_pkg::Count{}): counter_index = CounterWidth'({});\n",
                        upperCamel(counterSpecs()[index].name), place++);
  return fmt::format(R"sv(
  always_comb begin
    in_counters   = address >= intformer_pkg::CounterBase;
    counter_index = '0;
    unique case (counter_offset[11:3])
{}      default: in_counters = 1'b0;
    endcase
  end
)sv",
                     arms);
}

/// The sums of events, widths and steps of counter 0 lowest.
std::string eventSums(Counters level) {
  std::string widths;
  std::string shifts;
  std::string steps;
  for (const auto& counter : counterSpecs().first(eventCounterCount())) {
    if (!counter.isIn(level)) continue;
    widths = fmt::format("4'd{}{}{}", counter.stepWidth, widths.empty() ? "" : ", ", widths);
    shifts = fmt::format("{}{}{}",
                         counter.size.empty()
                             ? "4'd0"
                             : fmt::format("4'($clog2(intformer_pkg::{}))", upperCamel(counter.size)),
                         shifts.empty() ? "" : ",\n      ", shifts);
    steps = fmt::format("      4'(events_q.{}){}{}", counter.name, steps.empty() ? "\n" : ",\n", steps);
  }
  return fmt::format(R"sv(
  event_sums #(
    .Count(EventCount),
    .Turns(CounterCount),
    .SumWidth(SumWidth),
    .StepWidths({{
      {}
    }}),
    .Shifts({{
      {}
    }})
  ) u_event_sums (
    .clk_i,
    .rst_ni,
    .clear_i(clear_q),
    .enable_i(enable_q),
    .step_i({{
{}    }}),
    .index_i(turn[EventWidth-1:0]),
    .sum_o(event_sum),
    .mask_o(event_mask)
  );
)sv",
                     widths, shifts, steps);
}

std::string causeSums(Counters level) {
  std::string text;
  std::string select;
  for (const auto& activity : activitySpecs()) {
    if (!counterSpecs()[activity.first].isIn(level)) continue;
    const std::string unit = upperCamel(activity.unit);
    text += fmt::format(R"sv(
  localparam int unsigned {1}Width = $clog2(intformer_pkg::Causes{1});
  logic                {0}_turn;
  logic [CauseSum-1:0] {0}_sum;
  assign {0}_turn = 32'(turn) >= intformer_pkg::First{1} &&
      32'(turn) < intformer_pkg::First{1} + intformer_pkg::Causes{1};
  cause_sums #(
    .Count(intformer_pkg::Causes{1}),
    .Width(CauseSum)
  ) u_{0}_sums (
    .clk_i,
    .rst_ni,
    .clear_i(clear_q),
    .enable_i(enable_q),
    .cause_i(causes_q.{0}_cause[{1}Width-1:0]),
    .index_i({1}Width'(32'(turn) - intformer_pkg::First{1})),
    .sum_o({0}_sum)
  );
)sv",
                        activity.unit, unit);
    select += fmt::format("    if ({0}_turn) sum = SumWidth'({0}_sum);\n", activity.unit);
  }
  if (text.empty()) return "\n  assign sum = event_sum;\n  assign mask = event_mask;\n";
  return text + "\n  always_comb begin\n    sum = event_sum;\n" + select +
         "  end\n  assign mask = 32'(turn) < EventCount ? event_mask : SumWidth'({CauseSum{1'b1}});\n";
}

std::string counters(Counters level) {
  if (level == Counters::None) return std::string(kNoCounters);
  return std::string(kCounters) + eventSums(level) + causeSums(level) +
         "\n  assign counter_offset = address - intformer_pkg::CounterBase;" +
         (level == Counters::Full ? std::string(kAllPlaces) : places(level)) +
         std::string(kAnswers);
}

}  // namespace

EmittedFile emitRegisters(const Plan& plan) {
  return {"control/registers.sv", std::string(kHead.substr(1)) + std::string(kAccess) +
                                      counters(plan.counters) + registerArms() +
                                      std::string(kEnd)};
}

}  // namespace intformer
