// SPDX-License-Identifier: Apache-2.0
// Restoring divider, one quotient bit per cycle, in stages that keep a division for Interval bits:
//   quotient = floor(numerator * 2^(QuotientWidth-1) / denominator).
//
// Contract: load_i takes the operands; at least Interval cycles lie between two loads. 0 <
//   denominator and numerator < 2 * denominator, so that the quotient fits; numerator 0 gives 0.
// Timing: quotient_o is there QuotientWidth + 1 cycles after load_i, for one cycle at least.
// Cost: ceil(QuotientWidth / Interval) subtractors.
`default_nettype none

module divider #(
  parameter int unsigned Width         = 28,
  parameter int unsigned QuotientWidth = 17,
  parameter int unsigned Interval      = 17
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     load_i,
  input  logic [Width-1:0]         numerator_i,
  input  logic [Width-1:0]         denominator_i,
  output logic [QuotientWidth-1:0] quotient_o
);
  localparam int unsigned Stages = (QuotientWidth + Interval - 1) / Interval;

  // Bit k: a division has k bits of its quotient.
  logic [QuotientWidth-1:0] bits_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) bits_q <= '0;
    else if (load_i || |bits_q) bits_q <= {bits_q[QuotientWidth-2:0], load_i};
  end

  // verilator lint_off BLKSEQ
  // Private arrays, written from the last stage to the first: blocking assignments make registers.
  // The remainder stays below twice the denominator before each step.
  logic [Width:0]       remainder   [Stages];
  logic [Width-1:0]     denominator [Stages];
  logic [QuotientWidth-1:0] quotient    [Stages];
  logic                 fits;

  always_ff @(posedge clk_i) begin
    if (|bits_q) begin
      for (int unsigned s = 0; s < Stages; s++) begin  // the next bit, in place
        fits         = remainder[s] >= {1'b0, denominator[s]};
        remainder[s] = (fits ? remainder[s] - {1'b0, denominator[s]} : remainder[s]) << 1;
        quotient[s]  = {quotient[s][QuotientWidth-2:0], fits};
      end
      if (bits_q[QuotientWidth-1]) quotient_o <= quotient[Stages-1];
      for (int unsigned s = Stages - 1; s > 0; s--) begin
        if (bits_q[s*Interval-1]) begin
          remainder[s]   = remainder[s-1];
          denominator[s] = denominator[s-1];
          quotient[s]    = quotient[s-1];
        end
      end
    end
    if (load_i) begin
      remainder[0]   = {1'b0, numerator_i};
      denominator[0] = denominator_i;
      quotient[0]    = '0;
    end
  end
  // verilator lint_on BLKSEQ

  // What the contract demands.
  if (Interval < 1) $error("divider: Interval must be at least 1");
  assert_apart #(
    .Cycles(Interval)
  ) a_loads (
    .clk_i,
    .rst_ni,
    .event_i(load_i)
  );
  assert_always a_operands (
    .clk_i,
    .rst_ni,
    .holds_i(!load_i || {1'b0, numerator_i} < {denominator_i, 1'b0})
  );
endmodule

`default_nettype wire
