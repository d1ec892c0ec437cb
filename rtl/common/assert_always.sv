// SPDX-License-Identifier: Apache-2.0
// Says what must hold in every cycle out of reset. A contract that is broken stops the simulation
// with the name of the instance; a proof takes it as a goal, synthesis leaves it out.
`default_nettype none

module assert_always (
  input logic clk_i,
  input logic rst_ni,
  input logic holds_i
);
`ifdef FORMAL
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (holds_i);
  end
`elsif SYNTHESIS
  logic unused;
  assign unused = ^{clk_i, rst_ni, holds_i};
`else
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (holds_i)
      else $error("contract broken");
    end
  end
`endif
endmodule

`default_nettype wire
