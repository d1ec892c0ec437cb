// SPDX-License-Identifier: Apache-2.0
// 2^-x over one octave in 16 straight lines, for all lanes at once:
//   fraction = Offset[g >> 4] - ((Slope[g >> 4] * (g & 15) + 8) >> 4)  ~  65280 * 2^(-g/256)
//
// Contract: valid_i says that the fraction is wanted of g_i.
// Formats: g 8 bits; tables of 16 entries of 16 and 12 bits, unsigned, entry 0 lowest.
// Timing: fraction_o comes three cycles after g_i. Never stalls.
`default_nettype none

module exp2_pwl #(
  parameter int unsigned      Lanes  = 16,
  parameter logic [16*16-1:0] Offset = '0,
  parameter logic [16*12-1:0] Slope  = '0
) (
  input  logic                clk_i,
  input  logic                valid_i,
  input  logic [Lanes*8-1:0]  g_i,
  output logic [Lanes*16-1:0] fraction_o
);
  logic [15:0] offset [16];
  logic [11:0] slope  [16];
  initial begin
    for (int unsigned i = 0; i < 16; i++) begin
      offset[i] = Offset[i*16 +: 16];
      slope[i]  = Slope[i*12 +: 12];
    end
  end

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic [15:0] offset_1  [Lanes];
  logic [11:0] slope_1   [Lanes];
  logic [3:0]  step_1    [Lanes];
  logic [15:0] offset_2  [Lanes];
  logic [15:0] product_2 [Lanes];

  logic [2:1] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      for (int unsigned l = 0; l < Lanes; l++)
      fraction_o[l*16 +: 16] <= offset_2[l] - ((product_2[l] + 16'd8) >> 4);
    end
    if (valid_q[1]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        offset_2[l]  = offset_1[l];
        product_2[l] = 16'(slope_1[l]) * 16'(step_1[l]);
      end
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        offset_1[l] = offset[g_i[l*8+4 +: 4]];
        slope_1[l]  = slope[g_i[l*8+4 +: 4]];
        step_1[l]   = g_i[l*8 +: 4];
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
