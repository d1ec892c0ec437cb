// Where a unit's time goes: one counter per cause, one of which counts in every cycle.
//
// Contract: while enable_i is high, the counter that cause_i names adds one; clear_i wins.
//   cause_i < Count. read_data_o is combinational in read_index_i and may show a counter in motion.
// Range: 48 bits are three days at 1 GHz.
module cause_counters #(
  parameter  int unsigned Count  = 8,
  localparam int unsigned IndexW = Count > 1 ? $clog2(Count) : 1
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              clear_i,
  input  logic              enable_i,
  input  logic [IndexW-1:0] cause_i,
  input  logic [IndexW-1:0] read_index_i,
  output logic [47:0]       read_data_o
);
  logic [47:0] count_q [Count];

  assign read_data_o = count_q[read_index_i];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      for (int unsigned i = 0; i < Count; i++) count_q[i] <= '0;
    end else if (enable_i) begin
      count_q[cause_i] <= count_q[cause_i] + 48'd1;
    end
  end
endmodule
