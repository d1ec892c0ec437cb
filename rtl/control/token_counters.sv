// SPDX-License-Identifier: Apache-2.0
// Counting semaphores between four queues: counter (from, to) is bit to * 4 + from of the flat
// ports.
//
// Contract: a set bit of give_i adds one token, of take_i takes one; both at once leave the count.
//   A token is taken only where have_o shows one. A token too many for 16 bits is lost and shows in
//   overflow_o of the queue that gave it, in the same cycle.
// Timing: a token given is there in the next cycle; have_o is registered.
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

  always_comb begin
    overflow_o = '0;
    if (|give_i) begin
      for (int unsigned i = 0; i < 16; i++) begin
        if (give_i[i] && !take_i[i] && count_q[i] == '1) overflow_o[i%4] = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      have_o <= '0;
      for (int unsigned i = 0; i < 16; i++) count_q[i] <= '0;
    end else if (give_i != take_i) begin
      for (int unsigned i = 0; i < 16; i++) begin
        if (give_i[i] && !take_i[i] && count_q[i] != '1) begin
          count_q[i] <= count_q[i] + 16'd1;
          have_o[i]  <= 1'b1;
        end else if (take_i[i] && !give_i[i]) begin
          count_q[i] <= count_q[i] - 16'd1;
          have_o[i]  <= count_q[i] != 16'd1;
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
