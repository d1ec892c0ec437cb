#include <fmt/format.h>

#include "gen/emit/system_path.hpp"
#include "gen/tables/registers.hpp"
#include "gen/writer.hpp"

namespace intformer {
namespace {

constexpr std::string_view kHead = R"sv(
// Registers: what the host sees and sets through AXI4-Lite, the counters and the interrupt.
//
// Contract: offsets and access as in the package and docs. Unknown addresses and writes to
//   read-only registers are answered with SLVERR and change nothing; write-only registers read as
//   zero. Byte strobes count. Program, windows and interrupt enable survive a soft reset
//   (core_rst_ni low); the rest does not.
// Timing: start_o and reset_o are one pulse per write of a one.
module @p@_registers #(
  localparam int unsigned WindowCount  = @p@_pkg::WindowCount,
  localparam int unsigned EventCount   = @p@_pkg::EventCount
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

  output logic                      start_o,
  output logic                      reset_o,
  input  logic                      busy_i,
  input  logic                      done_i,
  input  logic                      error_i,
  input  logic                      settled_i,  // done or error just rose
  input  logic [7:0]                error_code_i,
  input  logic [31:0]               error_index_i,
  input  logic [63:0]               error_addr_i,
  input  logic                      counter_clear_i,
  input  logic [EventCount*8-1:0]   counter_step_i,
@ports@
  output logic [63:0]               program_addr_o,
  output logic [31:0]               program_commands_o,
  output logic [WindowCount*64-1:0] window_base_o,
  output logic [WindowCount*64-1:0] window_end_o,
  output logic [WindowCount*2-1:0]  window_permissions_o
);
  localparam int unsigned CounterCount = @p@_pkg::CounterCount;
  localparam int unsigned CounterW  = $clog2(CounterCount);
  localparam int unsigned EventW    = $clog2(EventCount);
  localparam int unsigned WindowW   = $clog2(@p@_pkg::WindowStride);
  localparam logic [11:0] CounterEnd = @p@_pkg::CounterBase + 12'(CounterCount * 8);
  localparam logic [11:0] WindowEnd =
      @p@_pkg::WindowBase + 12'(WindowCount * 32'(@p@_pkg::WindowStride));

  logic        access, access_write;
  logic [11:0] access_addr, address, counter_offset, window_offset;
  logic [31:0] access_data, read_data, merged;
  logic [3:0]  access_strobe;
  logic        known, writable, refused, in_counters, in_windows, write;

  axil_slave u_slave (
    .clk_i, .rst_ni,
    .awaddr_i(s_axil_awaddr_i), .awvalid_i(s_axil_awvalid_i), .awready_o(s_axil_awready_o),
    .wdata_i(s_axil_wdata_i), .wstrb_i(s_axil_wstrb_i), .wvalid_i(s_axil_wvalid_i),
    .wready_o(s_axil_wready_o),
    .bresp_o(s_axil_bresp_o), .bvalid_o(s_axil_bvalid_o), .bready_i(s_axil_bready_i),
    .araddr_i(s_axil_araddr_i), .arvalid_i(s_axil_arvalid_i), .arready_o(s_axil_arready_o),
    .rdata_o(s_axil_rdata_o), .rresp_o(s_axil_rresp_o), .rvalid_o(s_axil_rvalid_o),
    .rready_i(s_axil_rready_i),
    .access_valid_o(access), .access_write_o(access_write), .access_addr_o(access_addr),
    .access_data_o(access_data), .access_strobe_o(access_strobe),
    .access_data_i(read_data), .access_refused_i(refused)
  );

  // Counters: of events, and of each unit's time by cause.
  logic [CounterW-1:0] counter_index;
  logic [63:0]         counter, event_count;
  assign counter_index = counter_offset[3+:CounterW];
  event_counters #(.Count(EventCount)) u_counters (
    .clk_i, .rst_ni, .clear_i(counter_clear_i), .enable_i(busy_i), .step_i(counter_step_i),
    .read_index_i(counter_index[EventW-1:0]), .read_data_o(event_count)
  );
)sv";

constexpr std::string_view kAccess = R"sv(
  assign address        = {access_addr[11:2], 2'b00};
  assign in_counters    = address >= @p@_pkg::CounterBase && address < CounterEnd;
  assign in_windows     = address >= @p@_pkg::WindowBase && address < WindowEnd;
  assign counter_offset = address - @p@_pkg::CounterBase;
  assign window_offset  = address - @p@_pkg::WindowBase;

  // One read path serves reads and the merging of partial writes.
  logic        interrupt_enable_q, pending_q;
  always_comb begin
    read_data = '0;
    known     = 1'b1;
    writable  = 1'b0;
    if (access) begin
      if (in_counters) begin
        read_data = counter_offset[2] ? counter[63:32] : counter[31:0];
      end else if (in_windows) begin
        writable = 1'b1;
        for (int unsigned w = 0; w < WindowCount; w++) begin
          if (window_offset[11:WindowW] == (12 - WindowW)'(w)) begin
            case (window_offset[4:2])
              3'd0: read_data = window_base_o[w*64+:32];
              3'd1: read_data = window_base_o[w*64+32+:32];
              3'd2: read_data = window_end_o[w*64+:32];
              3'd3: read_data = window_end_o[w*64+32+:32];
              3'd4: read_data = 32'(window_permissions_o[w*2+:2]);
              default: begin
                known    = 1'b0;
                writable = 1'b0;
              end
            endcase
          end
        end
      end else begin
        case (address)
          @p@_pkg::RegDeviceId:     read_data = @p@_pkg::DeviceId;
          @p@_pkg::RegVersion:      read_data = @p@_pkg::DeviceVersion;
          @p@_pkg::RegArray:        read_data = {7'd0, @p@_pkg::FamilyPwl, 8'(@p@_pkg::BusBytes),
                                                 8'(@p@_pkg::Lanes), 8'(@p@_pkg::Dim)};
          @p@_pkg::RegScratchWords: read_data = @p@_pkg::ScratchWords;
          @p@_pkg::RegAccRows:      read_data = @p@_pkg::AccRows;
          @p@_pkg::RegStatRows:     read_data = @p@_pkg::StatRows;
          @p@_pkg::RegConfigHashLow:  read_data = @p@_pkg::ConfigHashLow;
          @p@_pkg::RegConfigHashHigh: read_data = @p@_pkg::ConfigHashHigh;
          @p@_pkg::RegStatus:       read_data = {28'd0, pending_q, error_i, done_i, busy_i};
          @p@_pkg::RegErrorCode:    read_data = 32'(error_code_i);
          @p@_pkg::RegErrorCommand: read_data = error_index_i;
          @p@_pkg::RegErrorAddrLow:  read_data = error_addr_i[31:0];
          @p@_pkg::RegErrorAddrHigh: read_data = error_addr_i[63:32];
          @p@_pkg::RegControl, @p@_pkg::RegInterruptClear: writable = 1'b1;
          @p@_pkg::RegInterruptEnable: begin
            read_data = 32'(interrupt_enable_q);
            writable  = 1'b1;
          end
          @p@_pkg::RegProgramAddrLow: begin
            read_data = program_addr_o[31:0];
            writable  = 1'b1;
          end
          @p@_pkg::RegProgramAddrHigh: begin
            read_data = program_addr_o[63:32];
            writable  = 1'b1;
          end
          @p@_pkg::RegProgramCommands: begin
            read_data = program_commands_o;
            writable  = 1'b1;
          end
          default: known = 1'b0;
        endcase
      end
    end
  end

  assign refused = !known || (access_write && !writable);
  assign write   = access && access_write && writable;
  always_comb begin
    merged = read_data;
    if (write) begin
      for (int unsigned i = 0; i < 4; i++) begin
        if (access_strobe[i]) merged[i*8+:8] = access_data[i*8+:8];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      interrupt_enable_q   <= 1'b0;
      program_addr_o       <= '0;
      program_commands_o   <= '0;
      window_base_o        <= '0;
      window_end_o         <= '0;
      window_permissions_o <= '0;
    end else if (write) begin
      if (in_windows) begin
        for (int unsigned w = 0; w < WindowCount; w++) begin
          if (window_offset[11:WindowW] == (12 - WindowW)'(w)) begin
            case (window_offset[4:2])
              3'd0: window_base_o[w*64+:32]       <= merged;
              3'd1: window_base_o[w*64+32+:32]    <= merged;
              3'd2: window_end_o[w*64+:32]        <= merged;
              3'd3: window_end_o[w*64+32+:32]     <= merged;
              default: window_permissions_o[w*2+:2] <= merged[1:0];
            endcase
          end
        end
      end else begin
        case (address)
          @p@_pkg::RegInterruptEnable: interrupt_enable_q    <= merged[0];
          @p@_pkg::RegProgramAddrLow:  program_addr_o[31:0]  <= merged;
          @p@_pkg::RegProgramAddrHigh: program_addr_o[63:32] <= merged;
          @p@_pkg::RegProgramCommands: program_commands_o    <= merged;
          default: ;
        endcase
      end
    end
  end

  assign start_o     = write && address == @p@_pkg::RegControl && merged[0] && !merged[1];
  assign reset_o     = write && address == @p@_pkg::RegControl && merged[1];
  assign interrupt_o = pending_q && interrupt_enable_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !core_rst_ni) pending_q <= 1'b0;
    else if (settled_i) pending_q <= 1'b1;
    else if (write && address == @p@_pkg::RegInterruptClear && merged[0]) pending_q <= 1'b0;
  end

  logic unused;
  assign unused = ^{access_addr[1:0], counter_offset, window_offset};
endmodule
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
  localparam int unsigned {1}W = $clog2(@p@_pkg::Causes{1});
  logic [47:0] {0}_count;
  cause_counters #(.Count(@p@_pkg::Causes{1})) u_{0}_causes (
    .clk_i, .rst_ni, .clear_i(counter_clear_i), .enable_i(busy_i), .cause_i({0}_cause_i[{1}W-1:0]),
    .read_index_i({1}W'(32'(counter_index) - @p@_pkg::First{1})), .read_data_o({0}_count)
  );
)sv",
                        activity.unit, unit);
    select += fmt::format(
        "      if (32'(counter_index) >= @p@_pkg::First{}) counter = 64'({}_count);\n", unit,
        activity.unit);
  }
  text += "\n  always_comb begin\n    counter = event_count;\n    if (access) begin\n" + select +
          "    end\n  end\n";
  std::string unused;
  for (const auto& activity : activitySpecs())
    unused += fmt::format("{}{}_cause_i", unused.empty() ? "" : ", ", activity.unit);
  return text + fmt::format("  logic unused_causes;\n  assign unused_causes = ^{{{}}};\n", unused);
}

}  // namespace

EmittedFile emitRegisters(const Plan& plan) {
  std::string head(kHead.substr(1));
  constexpr std::string_view mark = "@ports@\n";
  head.replace(head.find(mark), mark.size(), ports() + '\n');
  return {render(plan, "@p@_registers.sv"),
          render(plan, head + causeCounters() + std::string(kAccess))};
}

}  // namespace intformer
