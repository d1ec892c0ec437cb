// SPDX-License-Identifier: Apache-2.0
// board_soc on a Lattice ECP5: clocks, reset, pins of the memory chip.
//
// Contract: board_pll, written by ecppll, makes the system clock (clkout0) and, for Gear 2, twice of it
//   (clkout1) from clock_i. reset_ni is a button, or 1. InvertedClock: the chip's rising edge lies half
//   a chip clock behind what is launched to its pins.
`default_nettype none

module ecp5_board (
  input  logic                           clock_i,
  input  logic                           reset_ni,
  input  logic                           uart_rx_i,
  output logic                           uart_tx_o,
  output logic                           running_o,
  output logic                           done_o,
  output logic                           error_o,
  output logic                           alive_o,
  output logic                           sdram_clk_o,
  output logic                           sdram_cke_o,
  output logic                           sdram_cs_no,
  output logic                           sdram_ras_no,
  output logic                           sdram_cas_no,
  output logic                           sdram_we_no,
  output logic [board_pkg::BankBits-1:0] sdram_ba_o,
  output logic [board_pkg::PinBits-1:0]  sdram_a_o,
  output logic [board_pkg::DqBits/8-1:0] sdram_dqm_o,
  inout  wire  [board_pkg::DqBits-1:0]   sdram_dq_io
);
  logic clk, clk2x, locked;
  board_pll u_pll (
    .clkin(clock_i),
    .clkout0(clk),
    .clkout1(clk2x),
    .locked(locked)
  );

  // Sixteen clocks of reset after the clock is steady and the button released.
  logic [15:0] reset_q;
  logic rst_n;
  always_ff @(posedge clk or negedge locked) begin
    if (!locked) reset_q <= '0;
    else reset_q <= {reset_q[14:0], reset_ni};
  end
  always_ff @(posedge clk) rst_n <= &reset_q;

  logic [board_pkg::DqBits-1:0] dq_out, dq_in;
  logic dq_drive;
  board_soc u_soc (
    .clk_i(clk),
    .clk2x_i(clk2x),
    .rst_ni(rst_n),
    .uart_rx_i,
    .uart_tx_o,
    .running_o,
    .done_o,
    .error_o,
    .alive_o,
    .sdram_cke_o,
    .sdram_cs_no,
    .sdram_ras_no,
    .sdram_cas_no,
    .sdram_we_no,
    .sdram_ba_o,
    .sdram_a_o,
    .sdram_dqm_o,
    .sdram_dq_o(dq_out),
    .sdram_dq_oe_o(dq_drive),
    .sdram_dq_i(dq_in)
  );

  for (genvar k = 0; k < board_pkg::DqBits; k++) begin : gen_dq
    BB u_pad (
      .I(dq_out[k]),
      .T(!dq_drive),
      .O(dq_in[k]),
      .B(sdram_dq_io[k])
    );
  end

  ODDRX1F u_clock (
    .D0(!board_pkg::InvertedClock),
    .D1(board_pkg::InvertedClock),
    .SCLK(board_pkg::Gear == 2 ? clk2x : clk),
    .RST(1'b0),
    .Q(sdram_clk_o)
  );
endmodule

`default_nettype wire
