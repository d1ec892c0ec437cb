// SPDX-License-Identifier: Apache-2.0
// Where a unit's time goes: one counter per cause, one of which counts in every cycle.
//
// Contract: while enable_i is high, the counter that cause_i names adds one; clear_i wins.
//   cause_i < Count. read_data_o is combinational in read_index_i and may show a counter in motion.
// Range: 48 bits are three days at 1 GHz.
// Area: the counters are a memory; one is zero until it first counts after a clear.
`default_nettype none

module cause_counters #(
  parameter  int unsigned Count      = 8,
  localparam int unsigned IndexWidth = Count > 1 ? $clog2(Count) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  enable_i,
  input  logic [IndexWidth-1:0] cause_i,
  input  logic [IndexWidth-1:0] read_index_i,
  output logic [47:0]           read_data_o
);
  logic [47:0]      total [Count];
  logic [Count-1:0] written_q;

  assign read_data_o = written_q[read_index_i] ? total[read_index_i] : '0;

  always_ff @(posedge clk_i) begin
    if (enable_i) total[cause_i] <= (written_q[cause_i] ? total[cause_i] : '0) + 48'd1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) written_q <= '0;
    else if (enable_i) written_q[cause_i] <= 1'b1;
  end

  // What the contract demands.
  assert_always a_cause (
    .clk_i,
    .rst_ni,
    .holds_i(!enable_i || 32'(cause_i) < Count)
  );
endmodule

`default_nettype wire
