// SPDX-License-Identifier: Apache-2.0
// Short sums of what a unit does, one of which adds one in every cycle, on and on, for
// counter_totals.
//
// Contract: while enable_i is high, the sum that cause_i (< Count) names adds one, modulo 2^Width.
//   clear_i wins.
// Timing: sum_o is combinational in index_i.
`default_nettype none

module cause_sums #(
  parameter  int unsigned Count      = 8,
  parameter  int unsigned Width      = 7,
  localparam int unsigned IndexWidth = Count > 1 ? $clog2(Count) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  enable_i,
  input  logic [IndexWidth-1:0] cause_i,
  input  logic [IndexWidth-1:0] index_i,
  output logic [Width-1:0]      sum_o
);
  logic [Width-1:0] sums[Count];
  logic [Width-1:0] next;  // of the sum that cause_i names: all share one adder

  assign sum_o = sums[index_i];
  assign next  = sums[cause_i] + 1'b1;

  for (genvar i = 0; i < Count; i++) begin : gen_sum
    logic [Width-1:0] sum_q;
    assign sums[i] = sum_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear_i) sum_q <= '0;
      else if (enable_i && 32'(cause_i) == i) sum_q <= next;
    end
  end

  // What the contract demands.
  assert_always a_cause (
    .clk_i,
    .rst_ni,
    .holds_i(!enable_i || 32'(cause_i) < Count)
  );
endmodule

`default_nettype wire
