// SPDX-License-Identifier: Apache-2.0
// GELU in 32 straight lines, for all lanes at once:
//   i = |x| >> 7; f = |x| & 127
//   h = i >= 32 ? 0 : Offset[i] + rshr(Slope[i] * f, 7)
//   y = (max(x, 0) << 4) - h
//
// Contract: valid_i says that y_o is wanted of x_i.
// Formats: x int16 LSB 2^-10, y 20 bits signed LSB 2^-14. Tables: 32 entries of 12
//   bits, entry 0 lowest; Offset unsigned, Slope signed.
// Stages: 1 |x|, 2 tables, 3 product, 4 h, 5 y, 6 y again: as many as the other family has.
// Timing: y_o comes LanesActivation = 6 cycles after x_i. Never stalls.
`default_nettype none

module gelu_pwl #(
  parameter int unsigned      Lanes  = 16,
  parameter logic [32*12-1:0] Offset = '0,
  parameter logic [32*12-1:0] Slope  = '0
) (
  input  logic                clk_i,
  input  logic                valid_i,
  input  logic [Lanes*16-1:0] x_i,
  output logic [Lanes*20-1:0] y_o
);
  logic [11:0] offset [32];
  logic [11:0] slope  [32];
  initial begin
    for (int unsigned i = 0; i < 32; i++) begin
      offset[i] = Offset[i*12 +: 12];
      slope[i]  = Slope[i*12 +: 12];
    end
  end

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic        [15:0] size_1    [Lanes];
  logic        [14:0] relu_1    [Lanes];
  logic        [14:0] relu_2    [Lanes];
  logic        [11:0] offset_2  [Lanes];
  logic signed [11:0] slope_2   [Lanes];
  logic        [6:0]  step_2    [Lanes];
  logic        [14:0] relu_3    [Lanes];
  logic        [11:0] offset_3  [Lanes];
  logic signed [19:0] product_3 [Lanes];
  logic        [14:0] relu_4    [Lanes];
  logic        [19:0] h_4       [Lanes];
  logic        [19:0] y_5       [Lanes];
  logic        [15:0] x;

  logic [5:1] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[4:1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[5]) begin
      for (int unsigned l = 0; l < Lanes; l++) y_o[l*20 +: 20] <= y_5[l];
    end
    if (valid_q[4]) begin
      for (int unsigned l = 0; l < Lanes; l++) y_5[l] = {1'b0, relu_4[l], 4'b0} - h_4[l];
    end
    if (valid_q[3]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        relu_4[l] = relu_3[l];
        h_4[l]    = 20'(offset_3[l]) + 20'((product_3[l] + 20'sd64) >>> 7);
      end
    end
    if (valid_q[2]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        relu_3[l]    = relu_2[l];
        offset_3[l]  = offset_2[l];
        product_3[l] = 20'(slope_2[l]) * 20'($signed({1'b0, step_2[l]}));
      end
    end
    if (valid_q[1]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        relu_2[l]   = relu_1[l];
        offset_2[l] = size_1[l][15:12] != '0 ? 12'd0 : offset[size_1[l][11:7]];
        slope_2[l]  = size_1[l][15:12] != '0 ? 12'd0 : slope[size_1[l][11:7]];
        step_2[l]   = size_1[l][6:0];
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        x         = x_i[l*16 +: 16];
        size_1[l] = x[15] ? -x : x;
        relu_1[l] = x[15] ? 15'd0 : x[14:0];
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
