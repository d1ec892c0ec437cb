// SPDX-License-Identifier: Apache-2.0
// Counting semaphores between four queues: counter (from, to) is bit to * 4 + from of the flat
// ports. A queue has none of its own.
//
// Contract: a set bit of give_i adds one token, of take_i takes one; both at once leave the count.
//   A token is taken only where have_o shows one. One too many for MaxQueueTokens shows in
//   overflow_o of the queue that gave it, as long as it waits; another too many may be lost.
// Timing: a token given is there in the next cycle; have_o is a register, and so is what overflow_o
//   is made of.
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
  // One less than the count, so that the top bit says that there is none, and the next one, with no
  // comparison either, that there are too many. One adder goes both ways.
  localparam int unsigned Width = $clog2(intformer_pkg::MaxQueueTokens) + 2;
  logic [Width-1:0] less_one_q[16];

  always_comb begin
    overflow_o = '0;
    for (int unsigned to = 0; to < 4; to++) begin
      for (int unsigned from = 0; from < 4; from ++) begin
        have_o[to*4+from] = from != to && !less_one_q[to*4+from][Width-1];
        if (from != to && less_one_q[to*4+from][Width-1:Width-2] == 2'b01) begin
          overflow_o[from] = 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < 16; i++) begin
      if (!rst_ni || clear_i) less_one_q[i] <= '1;
      else if (give_i[i] != take_i[i]) begin
        less_one_q[i] <= less_one_q[i] + {{(Width - 1) {take_i[i]}}, 1'b1};
      end
    end
  end

  // What the contract demands.
  if ((intformer_pkg::MaxQueueTokens & (intformer_pkg::MaxQueueTokens - 1)) != 0)
    $error("token_counters: MaxQueueTokens must be a power of two");
  assert_always a_there (
    .clk_i,
    .rst_ni,
    .holds_i((take_i & ~have_o) == '0)
  );
endmodule

`default_nettype wire
