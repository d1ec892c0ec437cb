// 64-bit counters with a step of 0 to 255 per cycle each, and one read port.
//
// Contract: counts while enable_i is high; clear_i wins. read_data_o is combinational in
//   read_index_i and may show a counter in motion.
module event_counters #(
  parameter  int unsigned Count  = 4,
  localparam int unsigned IndexW = Count > 1 ? $clog2(Count) : 1
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               clear_i,
  input  logic               enable_i,
  input  logic [Count*8-1:0] step_i,
  input  logic [IndexW-1:0]  read_index_i,
  output logic [63:0]        read_data_o
);
  logic [63:0] count_q [Count];

  assign read_data_o = count_q[read_index_i];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      for (int unsigned i = 0; i < Count; i++) count_q[i] <= '0;
    end else if (enable_i) begin
      for (int unsigned i = 0; i < Count; i++) begin
        if (step_i[i*8+:8] != '0) count_q[i] <= count_q[i] + 64'(step_i[i*8+:8]);
      end
    end
  end
endmodule
