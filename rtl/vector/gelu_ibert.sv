// SPDX-License-Identifier: Apache-2.0
// h of GELU, a second-order polynomial of |x|, for all lanes at once:
//   c = max(Reach - |x|, 0); h = rshr(|x| * c * c * Factor, Shift)
//
// Contract: valid_i says that h_o is wanted of x_i. Reach < 4096 and Factor < 2048, so that c and the
//   part of |x| that matters (c > 0) have 12 bits and all fits.
// Formats: x int16 LSB 2^-10, h 13 bits LSB 2^-14.
// Stages: 1 c; 2 |x| * c and c * Factor; 3 products of halves of these; 4 and 5 their sum.
// Timing: h_o comes 5 cycles after x_i. Never stalls.
`default_nettype none

module gelu_ibert #(
  parameter int unsigned Lanes  = 16,
  parameter int unsigned Reach  = 2562,
  parameter int unsigned Factor = 1183,
  parameter int unsigned Shift  = 30
) (
  input  logic                clk_i,
  input  logic                valid_i,
  input  logic [Lanes*16-1:0] x_i,
  output logic [Lanes*13-1:0] h_o
);
  localparam logic [46:0] Half = 47'd1 << (Shift - 1);

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic [11:0] size_1   [Lanes];
  logic [11:0] rest_1   [Lanes];
  logic [23:0] left_2   [Lanes];
  logic [22:0] right_2  [Lanes];
  logic [46:0] ends_3   [Lanes];  // of the low halves and of the high ones
  logic [23:0] left_3   [Lanes];
  logic [22:0] right_3  [Lanes];
  logic [46:0] base_4   [Lanes];
  logic [24:0] middle_4 [Lanes];
  logic [15:0] x, size;
  logic [46:0] total;

  logic [4:1] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[3:1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[4]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        total = base_4[l] + {5'b0, middle_4[l], 17'b0};
        h_o[l*13 +: 13] <= 13'(total >> Shift);
      end
    end
    if (valid_q[3]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        base_4[l]   = ends_3[l] + Half;
        middle_4[l] = 25'(left_3[l]) + 25'(right_3[l]);
      end
    end
    if (valid_q[2]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        ends_3[l]  = {13'(left_2[l][23:17]) * 13'(right_2[l][22:17]),
                      34'(left_2[l][16:0]) * 34'(right_2[l][16:0])};
        left_3[l]  = 24'(left_2[l][23:17]) * 24'(right_2[l][16:0]);
        right_3[l] = 23'(left_2[l][16:0]) * 23'(right_2[l][22:17]);
      end
    end
    if (valid_q[1]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        left_2[l]  = 24'(size_1[l]) * 24'(rest_1[l]);
        right_2[l] = 23'(rest_1[l]) * 23'(Factor);
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        x         = x_i[l*16 +: 16];
        size      = x[15] ? -x : x;
        size_1[l] = size[11:0];
        rest_1[l] = size < 16'(Reach) ? 12'(Reach) - size[11:0] : 12'd0;
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
