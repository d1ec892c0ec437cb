// SPDX-License-Identifier: Apache-2.0
// Load unit: dma_load on the fields of load and gather.
//
// Contract, timing: see dma_load. The ar and r ports lack their constant signals (size, burst, id).
`default_nettype none

module load_unit #(
  parameter int unsigned Dim          = intformer_pkg::Dim,
  parameter int unsigned ScratchWords = intformer_pkg::ScratchWords,
  parameter int unsigned BusBytes     = intformer_pkg::BusBytes,
  parameter int unsigned AddressBits  = intformer_pkg::AddressBits,
  parameter int unsigned BurstBeats   = intformer_pkg::MaxBurstBeats,
  parameter int unsigned Outstanding  = intformer_pkg::OutstandingReads,
  parameter int unsigned WindowCount  = intformer_pkg::WindowCount
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      halt_i,
  output logic                      busy_o,
  output logic                      idle_o,

  input  logic                      command_valid_i,
  output logic                      command_ready_o,
  input  intformer_pkg::load_command_t command_i,
  input  logic [31:0]               command_index_i,
  output logic                      done_valid_o,
  output intformer_pkg::done_t done_o,
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
  input  logic [1:0]                r_resp_i,
  input  logic                      r_last_i,

  output logic                      write_valid_o,
  input  logic                      write_ready_i,
  output logic [23:0]               write_addr_o,
  output logic [Dim*8-1:0]          write_data_o
);
  logic gather;
  assign gather = command_i.opcode == intformer_pkg::OpGather;

  dma_load #(
    .Dim(Dim),
    .BusBytes(BusBytes),
    .BurstBytes(BurstBeats * BusBytes),
    .AddressBits(AddressBits),
    .Outstanding(Outstanding),
    .WindowCount(WindowCount),
    .ScratchWords(ScratchWords),
    .ErrorWindow(intformer_pkg::ErrReadWindow),
    .ErrorBus(intformer_pkg::ErrReadBus),
    .ErrorRange(intformer_pkg::ErrScratchRange),
    .ErrorIndex(intformer_pkg::ErrIndexRange)
  ) u_load (
    .clk_i,
    .rst_ni,
    .halt_i,
    .busy_o,
    .idle_o,
    .command_valid_i,
    .command_ready_o,
    .scratch_addr_i(command_i.scratch_addr),
    .memory_addr_i(command_i.memory_addr),
    .chunk_words_i(command_i.chunk_words),
    .chunks_i(command_i.chunks),
    .scratch_stride_i(command_i.scratch_stride),
    .memory_stride_i(command_i.memory_stride),
    .word_stride_i(gather ? command_i.word_stride : 24'd1),
    .gather_i(gather),
    .list_addr_i(command_i.index_addr),
    .list_limit_i(command_i.index_limit),
    .signal_i(command_i.signal),
    .index_i(command_index_i),
    .done_valid_o,
    .done_o,
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
    .r_resp_i,
    .r_last_i,
    .write_valid_o,
    .write_ready_i,
    .write_addr_o,
    .write_data_o
  );

  logic unused;
  assign unused = ^command_i;
endmodule

`default_nettype wire
