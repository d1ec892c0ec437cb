// SPDX-License-Identifier: Apache-2.0
// 64-bit counters with a step of 0 to 255 per cycle each, and one read port.
//
// Contract: counts while enable_i is high; clear_i wins. read_data_o is combinational in
//   read_index_i, has every step up to the last clock edge in it, and may show a counter in motion.
// Area: the totals are a memory, into which one counter per cycle, in turn, brings what a short sum
//   has gathered since its last turn. A total is zero until it is first written after a clear.
`default_nettype none

module event_counters #(
  parameter  int unsigned Count      = 4,
  localparam int unsigned IndexWidth = Count > 1 ? $clog2(Count) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  enable_i,
  input  logic [Count*8-1:0]    step_i,
  input  logic [IndexWidth-1:0] read_index_i,
  output logic [63:0]           read_data_o
);
  localparam int unsigned SumWidth = 8 + IndexWidth;  // Count steps

  logic [63:0]       total [Count];
  logic [Count-1:0]  written_q;
  logic [SumWidth-1:0]   sum_q [Count];
  logic [IndexWidth-1:0] turn_q;

  assign read_data_o = (written_q[read_index_i] ? total[read_index_i] : '0) +
                       64'(sum_q[read_index_i]);

  always_ff @(posedge clk_i) begin
    total[turn_q] <= (written_q[turn_q] ? total[turn_q] : '0) + 64'(sum_q[turn_q]);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      turn_q    <= '0;
      written_q <= '0;
      for (int unsigned i = 0; i < Count; i++) sum_q[i] <= '0;
    end else begin
      turn_q            <= 32'(turn_q) == Count - 1 ? '0 : turn_q + IndexWidth'(1);
      written_q[turn_q] <= 1'b1;
      for (int unsigned i = 0; i < Count; i++) begin
        sum_q[i] <= (32'(turn_q) == i ? '0 : sum_q[i]) +
                    (enable_i ? SumWidth'(step_i[i*8 +: 8]) : '0);
      end
    end
  end
endmodule

`default_nettype wire
