// SPDX-License-Identifier: Apache-2.0
// Store unit: dma_store on the fields of a store command.
//
// Contract, timing: see dma_store. The aw, w and b ports lack their constant signals (size, burst,
// id).
`default_nettype none

module store_unit #(
  parameter int unsigned Dim          = intformer_pkg::Dim,
  parameter int unsigned ScratchWords = intformer_pkg::ScratchWords,
  parameter int unsigned BusBytes     = intformer_pkg::BusBytes,
  parameter int unsigned AddressBits  = intformer_pkg::AddressBits,
  parameter int unsigned BurstBeats   = intformer_pkg::MaxBurstBeats,
  parameter int unsigned Outstanding  = intformer_pkg::OutstandingWrites,
  parameter int unsigned WindowCount  = intformer_pkg::WindowCount
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      halt_i,
  output logic                      busy_o,
  output logic                      idle_o,
  output logic                      word_event_o,

  input  logic                      command_valid_i,
  output logic                      command_ready_o,
  input  intformer_pkg::store_command_t command_i,
  input  logic [31:0]               command_index_i,
  output logic                      done_valid_o,
  output intformer_pkg::done_t done_o,
  output logic                      error_valid_o,
  output intformer_pkg::error_t error_o,

  input  logic [WindowCount*64-1:0] window_base_i,
  input  logic [WindowCount*64-1:0] window_end_i,
  input  logic [WindowCount*2-1:0]  window_permissions_i,

  output logic                      aw_valid_o,
  input  logic                      aw_ready_i,
  output logic [AddressBits-1:0]    aw_addr_o,
  output logic [7:0]                aw_length_o,
  output logic                      w_valid_o,
  input  logic                      w_ready_i,
  output logic [BusBytes*8-1:0]     w_data_o,
  output logic [BusBytes-1:0]       w_strobe_o,
  output logic                      w_last_o,
  input  logic                      b_valid_i,
  output logic                      b_ready_o,
  input  logic [1:0]                b_resp_i,

  output logic                      read_req_valid_o,
  input  logic                      read_req_ready_i,
  output logic [23:0]               read_req_addr_o,
  input  logic                      read_rsp_valid_i,
  input  logic [Dim*8-1:0]          read_rsp_data_i
);
  dma_store #(
    .Dim(Dim),
    .BusBytes(BusBytes),
    .BurstBytes(BurstBeats * BusBytes),
    .AddressBits(AddressBits),
    .Outstanding(Outstanding),
    .WindowCount(WindowCount),
    .ScratchWords(ScratchWords),
    .ErrorWindow(intformer_pkg::ErrWriteWindow),
    .ErrorBus(intformer_pkg::ErrWriteBus),
    .ErrorRange(intformer_pkg::ErrScratchRange)
  ) u_store (
    .clk_i,
    .rst_ni,
    .halt_i,
    .busy_o,
    .idle_o,
    .word_event_o,
    .command_valid_i,
    .command_ready_o,
    .scratch_addr_i(command_i.scratch_addr),
    .memory_addr_i(command_i.memory_addr),
    .chunk_words_i(command_i.chunk_words),
    .chunks_i(command_i.chunks),
    .scratch_stride_i(command_i.scratch_stride),
    .memory_stride_i(command_i.memory_stride),
    .signal_i(command_i.signal),
    .index_i(command_index_i),
    .done_valid_o,
    .done_o,
    .error_valid_o,
    .error_o,
    .window_base_i,
    .window_end_i,
    .window_permissions_i,
    .aw_valid_o,
    .aw_ready_i,
    .aw_addr_o,
    .aw_length_o,
    .w_valid_o,
    .w_ready_i,
    .w_data_o,
    .w_strobe_o,
    .w_last_o,
    .b_valid_i,
    .b_ready_o,
    .b_resp_i,
    .read_req_valid_o,
    .read_req_ready_i,
    .read_req_addr_o,
    .read_rsp_valid_i,
    .read_rsp_data_i
  );

  logic unused;
  assign unused = ^command_i;
endmodule

`default_nettype wire
