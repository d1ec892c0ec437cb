// SPDX-License-Identifier: Apache-2.0
// Ticks Baud times a second while it runs: a phase of 24 bits, so that ClockHz / Baud need not be
// whole. No tick is late by a clock: the step is rounded up.
//
// Contract: while run_i is low the phase waits at its start, zero or, with HalfFirst, half a bit.
//   The first tick comes ClockHz / Baud cycles (or half of them) after run_i rises, the cycle in
//   which it rises counted, rounded up to whole cycles; the sum of roundings does not grow.
`default_nettype none

module uart_bit_clock #(
  parameter int unsigned ClockHz   = 50_000_000,
  parameter int unsigned Baud      = 3_000_000,
  parameter bit          HalfFirst = 1'b0
) (
  input  logic clk_i,
  input  logic run_i,
  output logic tick_o
);
  localparam int unsigned PhaseBits = 24;
  localparam logic [63:0] Scaled = (64'(Baud) << PhaseBits) + 64'(ClockHz) - 64'd1;
  localparam logic [PhaseBits-1:0] Step = PhaseBits'(Scaled / 64'(ClockHz));
  localparam logic [PhaseBits-1:0] Start = {HalfFirst, {(PhaseBits - 1) {1'b0}}};

  logic [PhaseBits-1:0] phase_q;
  logic [PhaseBits:0] sum;

  assign sum    = {1'b0, phase_q} + {1'b0, Step};
  assign tick_o = run_i && sum[PhaseBits];

  always_ff @(posedge clk_i) phase_q <= run_i ? sum[PhaseBits-1:0] : Start;

  // What the contract demands: a bit has two clocks or more.
  if (Baud < 1 || Baud > ClockHz / 2) $error("uart_bit_clock: Baud must be 1 to ClockHz / 2");
endmodule

`default_nettype wire
