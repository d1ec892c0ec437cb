// SPDX-License-Identifier: Apache-2.0
// Fetch unit: command_fetch with bursts of at most half of the fetch buffer, so that one half is
// under way while the other is dispatched.
//
// Contract, timing: see command_fetch. The ar and r ports lack their constant signals (size, burst,
// id).
`default_nettype none

module fetch_unit #(
  parameter int unsigned BusBytes    = intformer_pkg::BusBytes,
  parameter int unsigned AddressBits = intformer_pkg::AddressBits,
  parameter int unsigned BurstBeats  = intformer_pkg::MaxBurstBeats,
  parameter int unsigned FetchDepth  = intformer_pkg::FetchDepth,  // 2 or more
  parameter int unsigned WindowCount = intformer_pkg::WindowCount
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      halt_i,
  input  logic                      start_i,
  input  logic                      stop_i,
  output logic                      idle_o,
  input  logic [63:0]               program_addr_i,
  input  logic [31:0]               program_commands_i,

  output logic                      command_valid_o,
  input  logic                      command_ready_i,
  output logic [511:0]              command_o,
  output logic [31:0]               command_index_o,
  output logic                      error_valid_o,
  output intformer_pkg::error_t error_o,

  input  logic [WindowCount*64-1:0] window_base_i,
  input  logic [WindowCount*64-1:0] window_end_i,
  input  logic [WindowCount*2-1:0]  window_permissions_i,

  output logic                      ar_valid_o,
  input  logic                      ar_ready_i,
  output logic [AddressBits-1:0]    ar_addr_o,
  output logic [7:0]                ar_length_o,
  input  logic                      r_valid_i,
  output logic                      r_ready_o,
  input  logic [BusBytes*8-1:0]     r_data_i,
  input  logic [1:0]                r_resp_i
);
  localparam int unsigned BusBurst = BurstBeats * BusBytes;
  localparam int unsigned HalfLog = $clog2(FetchDepth + 1) - 2;
  localparam int unsigned HalfBytes = 64 << HalfLog;

  command_fetch #(
    .BusBytes(BusBytes),
    .BurstBytes(BusBurst < HalfBytes ? BusBurst : HalfBytes),
    .AddressBits(AddressBits),
    .FetchDepth(FetchDepth),
    .WindowCount(WindowCount),
    .ErrorField(intformer_pkg::ErrIllegalField),
    .ErrorWindow(intformer_pkg::ErrFetchWindow),
    .ErrorBus(intformer_pkg::ErrFetchBus)
  ) u_fetch (
    .clk_i,
    .rst_ni,
    .halt_i,
    .start_i,
    .stop_i,
    .idle_o,
    .program_addr_i,
    .program_commands_i,
    .command_valid_o,
    .command_ready_i,
    .command_o,
    .command_index_o,
    .error_valid_o,
    .error_o,
    .window_base_i,
    .window_end_i,
    .window_permissions_i,
    .ar_valid_o,
    .ar_ready_i,
    .ar_addr_o,
    .ar_length_o,
    .r_valid_i,
    .r_ready_o,
    .r_data_i,
    .r_resp_i
  );
endmodule

`default_nettype wire
