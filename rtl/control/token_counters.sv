// SPDX-License-Identifier: Apache-2.0
// Counting semaphores between four queues: counter (from, to) is bit to * 4 + from of the flat
// ports. A queue has none of its own.
//
// Contract: a set bit of give_i adds one token, of take_i takes one; both at once leave the count.
//   A token is taken only where have_o shows one. A token too many for 16 bits is lost and shows in
//   overflow_o of the queue that gave it.
// Timing: a token given is there in the next cycle; have_o is registered, and so is overflow_o, one
//   cycle late.
`default_nettype none

module token_counters (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,
  input  logic [15:0] give_i,
  input  logic [15:0] take_i,
  output logic [15:0] have_o,
  output logic [3:0]  overflow_o
);
  logic [15:0] count_q[16];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      have_o     <= '0;
      overflow_o <= '0;
      for (int unsigned i = 0; i < 16; i++) count_q[i] <= '0;
    end else begin
      overflow_o <= '0;
      // By the queue that takes, so that no wide condition stands before all.
      for (int unsigned to = 0; to < 4; to++) begin
        if (give_i[to*4 +: 4] != '0 || take_i[to*4 +: 4] != '0) begin
          for (int unsigned from = 0; from < 4; from ++) begin
            if (from != to) begin
              if (give_i[to*4+from] && !take_i[to*4+from]) begin
                if (count_q[to*4+from] == '1) overflow_o[from] <= 1'b1;
                else count_q[to*4+from] <= count_q[to*4+from] + 16'd1;
                have_o[to*4+from] <= 1'b1;
              end else if (take_i[to*4+from] && !give_i[to*4+from]) begin
                count_q[to*4+from] <= count_q[to*4+from] - 16'd1;
                have_o[to*4+from]  <= count_q[to*4+from] != 16'd1;
              end
            end
          end
        end
      end
    end
  end

  // What the contract demands.
  assert_always a_there (
    .clk_i,
    .rst_ni,
    .holds_i((take_i & ~have_o) == '0)
  );
endmodule

`default_nettype wire
