// SPDX-License-Identifier: Apache-2.0
// Short sums of what a unit does, one of which adds one in every cycle.
//
// Contract: while enable_i is high, the sum that cause_i (< Count) names adds one. take_i takes the
//   sum take_index_i, which goes on from this cycle's cause; each is taken within Turns cycles.
//   clear_i wins.
// Timing: sum_o is combinational in take_index_i.
`default_nettype none

module cause_sums #(
  parameter  int unsigned Count      = 8,
  parameter  int unsigned Turns      = 64,
  localparam int unsigned IndexWidth = Count > 1 ? $clog2(Count) : 1,
  localparam int unsigned SumWidth   = $clog2(Turns + 1)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  enable_i,
  input  logic [IndexWidth-1:0] cause_i,
  input  logic                  take_i,
  input  logic [IndexWidth-1:0] take_index_i,
  output logic [SumWidth-1:0]   sum_o
);
  logic [SumWidth-1:0] sums[Count];
  logic [SumWidth-1:0] next;  // of the sum that cause_i names: all share one adder

  assign sum_o = sums[take_index_i];
  assign next  = (take_i && cause_i == take_index_i ? '0 : sums[cause_i]) + 1'b1;

  for (genvar i = 0; i < Count; i++) begin : gen_sum
    logic [SumWidth-1:0] sum_q;
    logic hit, taken;
    assign hit     = enable_i && 32'(cause_i) == i;
    assign taken   = take_i && 32'(take_index_i) == i;
    assign sums[i] = sum_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear_i || (taken && !hit)) sum_q <= '0;
      else if (hit) sum_q <= next;
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
