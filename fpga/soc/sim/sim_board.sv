// SPDX-License-Identifier: Apache-2.0
// The board in simulation: its system, and a memory chip that holds it to its rules.
//
// Contract: clk2x_i has two cycles in one of clk_i, and rises with it; for a Gear of 1 it is not used.
//   A broken rule of the chip is in violations_o and printed.
`default_nettype none

module sim_board (
  input  logic        clk_i,
  input  logic        clk2x_i,
  input  logic        rst_ni,
  input  logic        uart_rx_i,
  output logic        uart_tx_o,
  output logic        running_o,
  output logic        done_o,
  output logic        error_o,
  output logic [31:0] violations_o
);
  localparam int unsigned MicrosecondClocks = board_pkg::ClockHz * board_pkg::Gear / 1_000_000;

  logic cke, cs_n, ras_n, cas_n, we_n, board_drives, chip_drives, chip_clk, alive;
  logic [board_pkg::BankBits-1:0] ba;
  logic [board_pkg::PinBits-1:0] a;
  logic [board_pkg::DqBits/8-1:0] dqm;
  logic [board_pkg::DqBits-1:0] board_dq, chip_dq;

  board_soc u_soc (
    .clk_i,
    .clk2x_i,
    .rst_ni,
    .uart_rx_i,
    .uart_tx_o,
    .running_o,
    .done_o,
    .error_o,
    .alive_o(alive),
    .sdram_cke_o(cke),
    .sdram_cs_no(cs_n),
    .sdram_ras_no(ras_n),
    .sdram_cas_no(cas_n),
    .sdram_we_no(we_n),
    .sdram_ba_o(ba),
    .sdram_a_o(a),
    .sdram_dqm_o(dqm),
    .sdram_dq_o(board_dq),
    .sdram_dq_oe_o(board_drives),
    .sdram_dq_i(dq_back)
  );

  // The chip's clock as ecp5_board forwards it. An inverted one gives the way to the chip half a clock
  // less; the way back, with the chip's own access time, takes that much at least and less than
  // a whole one more: what the chip shows arrives at the next edge of the board's clock.
  logic pin_clk;
  logic [board_pkg::DqBits-1:0] dq_back, dq_back_q;
  assign pin_clk  = board_pkg::Gear == 2 ? clk2x_i : clk_i;
  assign chip_clk = pin_clk ^ board_pkg::InvertedClock;
  always_ff @(posedge pin_clk) dq_back_q <= chip_dq;
  assign dq_back  = board_pkg::InvertedClock ? dq_back_q : chip_dq;

  logic [15:0][7:0] first_name;
  logic [63:0] first_clock;
  logic [31:0] refreshes, activations, words;
  sdram_chip #(
    .DqBits(board_pkg::DqBits),
    .RowBits(board_pkg::RowBits),
    .ColumnBits(board_pkg::ColumnBits),
    .BankBits(board_pkg::BankBits),
    .PinBits(board_pkg::PinBits),
    .RefreshRows(2 ** board_pkg::RowBits)
  ) u_chip (
    .clk_i(chip_clk),
    .cke_i(cke),
    .cs_ni(cs_n),
    .ras_ni(ras_n),
    .cas_ni(cas_n),
    .we_ni(we_n),
    .ba_i(ba),
    .a_i(a),
    .dqm_i(dqm),
    .dq_i(board_dq),
    .dq_oe_i(board_drives),
    .dq_o(chip_dq),
    .dq_oe_o(chip_drives),
    .t_init_i(chip_pkg::TInit),
    .t_rcd_i(chip_pkg::TRcd),
    .t_rp_i(chip_pkg::TRp),
    .t_ras_i(chip_pkg::TRas),
    .t_ras_max_i(100 * MicrosecondClocks),
    .t_rc_i(chip_pkg::TRc),
    .t_rrd_i(chip_pkg::TMrd),
    .t_rfc_i(chip_pkg::TRfc),
    .t_wr_i(chip_pkg::TWr),
    .t_mrd_i(chip_pkg::TMrd),
    .t_refi_i(chip_pkg::TRefi),
    .t_ref_i(64_000 * MicrosecondClocks),
    .cas_latency_min_i(3'(board_pkg::CasLatency)),
    .violations_o,
    .first_name_o(first_name),
    .first_clock_o(first_clock),
    .refreshes_o(refreshes),
    .activations_o(activations),
    .words_o(words)
  );

  logic unused;
  assign unused = ^{alive, chip_drives, first_name, first_clock, refreshes, activations, words};
endmodule

`default_nettype wire
