// SPDX-License-Identifier: Apache-2.0
// Integer square root, root = floor(sqrt(value)), one root bit per cycle, in stages that keep a
// value for Interval bits.
//
// Digit by digit: two bits of the value enter the remainder, which the trial value 4 * root + 1 is
// taken from if it fits.
// Contract: load_i takes the value; at least Interval cycles lie between two loads.
// Timing: root_o is there RootWidth + 1 cycles after load_i, for one cycle at least.
// Cost: ceil(RootWidth / Interval) subtractors.
`default_nettype none

module isqrt #(
  parameter int unsigned RootWidth = 16,
  parameter int unsigned Interval  = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   load_i,
  input  logic [2*RootWidth-1:0] value_i,
  output logic [RootWidth-1:0]   root_o
);
  localparam int unsigned Stages = (RootWidth + Interval - 1) / Interval;

  // Bit k: a value has k bits of its root.
  logic [RootWidth-1:0] bits_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) bits_q <= '0;
    else if (load_i || |bits_q) bits_q <= {bits_q[RootWidth-2:0], load_i};
  end

  // verilator lint_off BLKSEQ
  // Private arrays, written from the last stage to the first: blocking assignments make registers.
  logic [2*RootWidth-1:0] value     [Stages];
  logic [RootWidth-1:0]   remainder [Stages];  // at most 2 * root, until the last
  logic [RootWidth-1:0]   root      [Stages];
  logic [RootWidth+1:0] shifted, trial;
  logic fits;

  always_ff @(posedge clk_i) begin
    if (|bits_q) begin
      for (int unsigned s = 0; s < Stages; s++) begin  // the next bit, in place
        shifted      = {remainder[s], value[s][2*RootWidth-1 -: 2]};
        trial        = {root[s], 2'b01};
        fits         = shifted >= trial;
        value[s]     = value[s] << 2;
        remainder[s] = RootWidth'(fits ? shifted - trial : shifted);
        root[s]      = {root[s][RootWidth-2:0], fits};
      end
      if (bits_q[RootWidth-1]) root_o <= root[Stages-1];
      for (int unsigned s = Stages - 1; s > 0; s--) begin
        if (bits_q[s*Interval-1]) begin
          value[s]     = value[s-1];
          remainder[s] = remainder[s-1];
          root[s]      = root[s-1];
        end
      end
    end
    if (load_i) begin
      value[0]     = value_i;
      remainder[0] = '0;
      root[0]      = '0;
    end
  end
  // verilator lint_on BLKSEQ

  // What the contract demands.
  if (Interval < 1) $error("isqrt: Interval must be at least 1");
  assert_apart #(
    .Cycles(Interval)
  ) a_loads (
    .clk_i,
    .rst_ni,
    .event_i(load_i)
  );
endmodule

`default_nettype wire
