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
// Timing: pulses_o has a one in the cycle of its write; a flag is set from the cycle after its
//   reading and has precedence over the write that clears it.
`default_nettype none

module registers #(
  localparam int unsigned WindowCount  = intformer_pkg::WindowCount,
  localparam int unsigned EventCount   = intformer_pkg::EventCount
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
  input  logic [EventCount*8-1:0]   counter_step_i,
@ports@
  output intformer_pkg::settings_t        settings_o,
  output intformer_pkg::pulses_t          pulses_o,
  input  intformer_pkg::readings_t        readings_i
);
  localparam int unsigned CounterCount = intformer_pkg::CounterCount;
  localparam int unsigned CounterWidth = $clog2(CounterCount);
  localparam int unsigned EventWidth = $clog2(EventCount);
  localparam int unsigned WindowWidth = $clog2(intformer_pkg::WindowStride);
  localparam logic [11:0] CounterEnd = intformer_pkg::CounterBase + 12'(CounterCount * 8);
  localparam logic [11:0] WindowEnd =
      intformer_pkg::WindowBase + 12'(WindowCount * 32'(intformer_pkg::WindowStride));

  logic access, access_write;
  logic [11:0] access_addr, address, counter_offset, window_offset;
  logic [31:0] access_data, read_data, merged;
  logic [3:0] access_strobe;
  logic known, writable, refused, in_counters, in_windows, write;

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
    .access_data_o(access_data),
    .access_strobe_o(access_strobe),
    .access_data_i(read_data),
    .access_refused_i(refused)
  );

  // Counters: of events, and of each unit's time by cause.
  logic [CounterWidth-1:0] counter_index;
  logic [63:0] counter, event_count;
  assign counter_index = counter_offset[3 +: CounterWidth];
  event_counters #(
    .Count(EventCount)
  ) u_counters (
    .clk_i,
    .rst_ni,
    .clear_i(counter_clear_i),
    .enable_i(readings_i.status_busy),
    .step_i(counter_step_i),
    .read_index_i(counter_index[EventWidth-1:0]),
    .read_data_o(event_count)
  );
)sv";

constexpr std::string_view kAccess = R"sv(
  assign address        = {access_addr[11:2], 2'b00};
  assign in_counters    = address >= intformer_pkg::CounterBase && address < CounterEnd;
  assign in_windows     = address >= intformer_pkg::WindowBase && address < WindowEnd;
  assign counter_offset = address - intformer_pkg::CounterBase;
  assign window_offset  = address - intformer_pkg::WindowBase;
  assign window_word    = window_offset[WindowWidth-1:2];
  assign refused        = !known || (access_write && !writable);
  assign write          = access && access_write && writable;

  always_comb begin
    merged = read_data;
    if (write) begin
      for (int unsigned i = 0; i < 4; i++) begin
        if (access_strobe[i]) merged[i*8 +: 8] = access_data[i*8 +: 8];
      end
    end
  end
)sv";

constexpr std::string_view kEnd = R"sv(
  assign interrupt_o = status_interrupt_q && settings_o.interrupt_enable;

  logic unused;
  assign unused = ^{access_addr[1:0], counter_offset, window_offset};
endmodule

`default_nettype wire
)sv";

/// One input per unit: what it does in this cycle.
std::string ports() {
  std::string text;
  for (const auto& activity : activitySpecs())
    text += fmt::format("  input  logic [3:0]                {}_cause_i,\n", activity.unit);
  return text;
}

std::string causeCounters() {
  std::string text;
  std::string select;
  for (const auto& activity : activitySpecs()) {
    const std::string unit = upperCamel(activity.unit);
    text += fmt::format(R"sv(
  localparam int unsigned {1}Width = $clog2(intformer_pkg::Causes{1});
  logic [47:0] {0}_count;
  cause_counters #(
    .Count(intformer_pkg::Causes{1})
  ) u_{0}_causes (
    .clk_i,
    .rst_ni,
    .clear_i(counter_clear_i),
    .enable_i(readings_i.status_busy),
    .cause_i({0}_cause_i[{1}Width-1:0]),
    .read_index_i({1}Width'(32'(counter_index) - intformer_pkg::First{1})),
    .read_data_o({0}_count)
  );
)sv",
                        activity.unit, unit);
    select += fmt::format(
        "      if (32'(counter_index) >= intformer_pkg::First{}) counter = 64'({}_count);\n", unit,
        activity.unit);
  }
  text += "\n  always_comb begin\n    counter = event_count;\n    if (access) begin\n" + select +
          "    end\n  end\n";
  std::string unused;
  for (const auto& activity : activitySpecs())
    unused += fmt::format("{}{}_cause_i", unused.empty() ? "" : ",\n         ", activity.unit);
  return text + fmt::format("\n  logic unused_causes;\n  assign unused_causes =\n      ^{{{}}};\n",
                            unused);
}

}  // namespace

EmittedFile emitRegisters() {
  std::string head(kHead.substr(1));
  constexpr std::string_view mark = "@ports@\n";
  head.replace(head.find(mark), mark.size(), ports() + '\n');
  return {"control/registers.sv",
          head + causeCounters() + std::string(kAccess) + registerArms() + std::string(kEnd)};
}

}  // namespace intformer
