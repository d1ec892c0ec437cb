// SPDX-License-Identifier: Apache-2.0
// Says that two events lie at least Cycles apart.
`default_nettype none

module assert_apart #(
  parameter int unsigned Cycles = 2
) (
  input logic clk_i,
  input logic rst_ni,
  input logic event_i
);
  localparam int unsigned Width = Cycles > 1 ? $clog2(Cycles) : 1;

  logic [Width-1:0] left_q;  // cycles in which no event may be

  always_ff @(posedge clk_i) begin
    if (!rst_ni) left_q <= '0;
    else if (event_i) left_q <= Width'(Cycles - 1);
    else if (left_q != '0) left_q <= left_q - 1'b1;
  end

  assert_always a_apart (
    .clk_i,
    .rst_ni,
    .holds_i(!event_i || left_q == '0)
  );
endmodule

`default_nettype wire
