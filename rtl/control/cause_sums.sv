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
  logic [SumWidth-1:0] sum_q[Count];

  assign sum_o = sum_q[take_index_i];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      for (int unsigned i = 0; i < Count; i++) sum_q[i] <= '0;
    end else begin
      if (enable_i) sum_q[cause_i] <= sum_q[cause_i] + 1'b1;
      if (take_i) sum_q[take_index_i] <= SumWidth'(enable_i && cause_i == take_index_i);
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
