// SPDX-License-Identifier: Apache-2.0
// GELU with a second-order polynomial, for all lanes at once:
//   x = sat16(value); c = max(Reach - |x|, 0); h = rshr(|x| * c * c * Factor, Shift)
//   y = (max(x, 0) << 4) - h
//
// Contract: valid_i says that y_o is wanted of value_i. Reach < 4096 and
//   Factor < 2048, so that c and the part of |x| that matters (c > 0) have 12 bits and all fits.
// Formats: value 36 bits, x int16 LSB 2^-10, h 12 bits and y 20 bits signed, LSB 2^-14.
// Timing: y_o comes LanesActivation = 4 cycles after value_i. Never stalls.
`default_nettype none

module gelu_ibert #(
  parameter int unsigned Lanes  = 16,
  parameter int unsigned Reach  = 2562,
  parameter int unsigned Factor = 1183,
  parameter int unsigned Shift  = 30
) (
  input  logic                clk_i,
  input  logic                valid_i,
  input  logic [Lanes*36-1:0] value_i,
  output logic [Lanes*20-1:0] y_o
);
  localparam logic [46:0] Half = 47'd1 << (Shift - 1);

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic [15:0] x_1    [Lanes];
  logic [14:0] relu_2 [Lanes];
  logic [11:0] size_2 [Lanes];
  logic [11:0] rest_2 [Lanes];
  logic [14:0] relu_3 [Lanes];
  logic [35:0] cube_3 [Lanes];
  logic signed [35:0] value;
  logic [15:0] size;

  logic [3:1] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[2:1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        y_o[l*20 +: 20] <= {1'b0, relu_3[l], 4'b0} -
                           20'((47'(cube_3[l]) * 47'(Factor) + Half) >> Shift);
      end
    end
    if (valid_q[2]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        relu_3[l] = relu_2[l];
        cube_3[l] = 36'(size_2[l]) * 36'(24'(rest_2[l]) * 24'(rest_2[l]));
      end
    end
    if (valid_q[1]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        size      = x_1[l][15] ? -x_1[l] : x_1[l];
        relu_2[l] = x_1[l][15] ? 15'd0 : x_1[l][14:0];
        size_2[l] = size[11:0];
        rest_2[l] = size < 16'(Reach) ? 12'(Reach) - size[11:0] : 12'd0;
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        value  = value_i[l*36 +: 36];
        x_1[l] = value[35:15] == {21{value[35]}} ? value[15:0] : {value[35], {15{~value[35]}}};
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
