// SPDX-License-Identifier: Apache-2.0
// Says that an offer, once valid, stays valid with its payload until it is taken.
`default_nettype none

module assert_held #(
  parameter int unsigned Width = 1
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic             ready_i,
  input logic [Width-1:0] payload_i
);
  logic             waits_q;
  logic [Width-1:0] payload_q;

  always_ff @(posedge clk_i) begin
    waits_q <= rst_ni && valid_i && !ready_i;
    if (valid_i && !ready_i) payload_q <= payload_i;
  end

  assert_always a_held (
    .clk_i,
    .rst_ni,
    .holds_i(!waits_q || (valid_i && payload_i == payload_q))
  );
endmodule

`default_nettype wire
