// SPDX-License-Identifier: Apache-2.0
// 2^-x over one octave with a second-order polynomial, for all lanes at once:
//   fraction = ((Center - g)^2 * Factor >> Shift) + Offset  ~  65280 * 2^(-g/256)
//
// Contract: valid_i says that the fraction is wanted of g_i. 255 < Center < 512,
//   Factor < 4096 and the fraction has 16 bits.
// Timing: fraction_o comes three cycles after g_i. Never stalls.
`default_nettype none

module exp2_ibert #(
  parameter int unsigned Lanes  = 16,
  parameter int unsigned Center = 499,
  parameter int unsigned Factor = 2811,
  parameter int unsigned Shift  = 14,
  parameter int unsigned Offset = 22559
) (
  input  logic                clk_i,
  input  logic                valid_i,
  input  logic [Lanes*8-1:0]  g_i,
  output logic [Lanes*16-1:0] fraction_o
);
  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic [17:0] square_1 [Lanes];
  logic [29:0] scaled_2 [Lanes];
  logic [8:0]  distance;

  // Center - g, bit by bit: so short a difference before a multiplier is faster in LUTs than by a
  // carry chain, which synthesis would take for an operator.
  function automatic logic [8:0] from_center(input logic [7:0] g);
    logic [8:0] center, value;
    logic borrow;
    center = 9'(Center);
    value  = 9'(g);
    borrow = 1'b0;
    for (int unsigned k = 0; k < 9; k++) begin
      from_center[k] = center[k] ^ value[k] ^ borrow;
      borrow = center[k] ? value[k] & borrow : value[k] | borrow;
    end
  endfunction

  logic [2:1] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      for (int unsigned l = 0; l < Lanes; l++)
      fraction_o[l*16 +: 16] <= 16'(scaled_2[l] >> Shift) + 16'(Offset);
    end
    if (valid_q[1]) begin
      for (int unsigned l = 0; l < Lanes; l++) scaled_2[l] = 30'(square_1[l]) * 30'(Factor);
    end
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        distance    = from_center(g_i[l*8 +: 8]);
        square_1[l] = 18'(distance) * 18'(distance);
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
