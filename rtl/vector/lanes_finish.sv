// SPDX-License-Identifier: Apache-2.0
// Second half of the lanes: second product and rounding, sum, zero point, saturation.
//
//   second = rshr(b * m2 + offset, s2)       b: operand x, activation y, or n = sat16(first)
//   value  = first (unless left out) + second (if used) + zero (if used)
//   out16  = sat16(value);  out8 = weight, or sat8(rshr(out16, 8)), or sat8(value)
// where first is the rounded first product. For LayerNorm m2 is the gain, int16, the offset is B
// and s2 comes with the command; else m2, s2 are the channel's second pair and the offset is 0.
// Contract: product_i and operand_i belong to stage 4, activation_i to stage 8, weight_i to stage
//   10; valid_i[k] says that stage k holds a beat, and <what>_i[k] what it needs there; index_i
//   (stage 8) selects the constants as in lanes_multiply. Constants arrive on the same byte planes.
// Timing: out8_o and out16_o belong to stage 11. Never stalls.
`default_nettype none

module lanes_finish #(
  parameter  int unsigned Dim        = 16,
  parameter  int unsigned Lanes      = 16,
  localparam int unsigned IndexWidth = $clog2(2 * Dim / Lanes)
) (
  input  logic                  clk_i,
  input  logic                  const_write_i,
  input  logic                  const_affine_i,
  input  logic                  const_bank_i,
  input  logic [3:0]            const_byte_i,
  input  logic [Dim*8-1:0]      const_data_i,
  input  logic [10:4]           valid_i,
  input  logic [IndexWidth-1:0] index_i,
  input  logic [Lanes*36-1:0]   product_i,
  input  logic [Lanes*16-1:0]   operand_i,
  input  logic [Lanes*20-1:0]   activation_i,
  input  logic [Lanes*8-1:0]    weight_i,
  input  logic [10:8]           affine_i,
  input  logic                  use_activation_8_i,
  input  logic [10:8]           use_second_i,
  input  logic [5:0]            affine_shift_9_i,
  input  logic                  use_weight_10_i,
  input  logic                  use_first_10_i,
  input  logic                  use_zero_10_i,
  output logic [Lanes*8-1:0]    out8_o,
  output logic [Lanes*16-1:0]   out16_o
);
  localparam int unsigned ColumnWidth = $clog2(Dim);
  localparam int unsigned ChannelWidth = ColumnWidth + 1;  // of both banks
  localparam int unsigned Delay = 6;  // of the first product, from stage 4 to stage 10

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic        [31:0] offset_q  [2*Dim];
  logic        [15:0] factor_q  [2*Dim];
  logic        [5:0]  shift_q   [2*Dim];
  logic        [7:0]  zero_q    [2*Dim];
  logic signed [35:0] first_q   [Delay*Lanes];
  logic        [15:0] operand_q [4*Lanes];
  logic signed [37:0] product_9 [Lanes];
  logic signed [37:0] second_10 [Lanes];
  logic signed [38:0] value;
  logic signed [15:0] value16;
  logic        [15:0] factor;
  logic [IndexWidth-1:0] index_9, index_10;

  // Where a beat's constants begin. The lane is or-ed in: synthesis sees which ones it can need.
  function automatic logic [ChannelWidth-1:0] beat_base(input logic [IndexWidth-1:0] index);
    beat_base = ChannelWidth'(index) << $clog2(Lanes);
  endfunction

  function automatic logic signed [37:0] round_shift(input logic signed [37:0] value_in,
                                                     input logic [5:0] shift);
    round_shift = shift == '0 ? value_in : ((value_in >>> (shift - 6'd1)) + 38'sd1) >>> 1;
  endfunction

  function automatic logic signed [15:0] saturate16(input logic signed [38:0] value_in);
    saturate16 = value_in[38:15] == {24{value_in[38]}} ? value_in[15:0]
                                                       : {value_in[38], {15{~value_in[38]}}};
  endfunction

  function automatic logic [7:0] saturate8(input logic signed [15:0] value_in);
    saturate8 = value_in[15:7] == {9{value_in[15]}} ? value_in[7:0]
                                                    : {value_in[15], {7{~value_in[15]}}};
  endfunction

  // The multiplicand of the second product; 20 bits hold an activation.
  function automatic logic signed [19:0] second_operand(
      input logic signed [35:0] first, input logic [15:0] operand, input logic [19:0] activation);
    if (affine_i[8]) second_operand = 20'(saturate16(39'(first)));
    else if (use_activation_8_i) second_operand = activation;
    else second_operand = 20'($signed(operand));
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i[10]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        value = use_first_10_i ? 39'(first_q[(Delay - 1) * Lanes + l]) : 39'sd0;
        if (use_second_i[10]) value = value + 39'(second_10[l]);
        if (use_zero_10_i)
          value = value + 39'($signed(zero_q[beat_base(index_10) | ChannelWidth'(l)]));
        value16 = saturate16(value);
        out16_o[l*16 +: 16] <= value16;
        if (use_weight_10_i) out8_o[l*8 +: 8] <= weight_i[l*8 +: 8];
        else if (affine_i[10]) out8_o[l*8 +: 8] <= saturate8(((value16 >>> 7) + 16'sd1) >>> 1);
        else out8_o[l*8 +: 8] <= saturate8(value16);
      end
    end

    if (valid_i[9] && use_second_i[9]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (affine_i[9])
          second_10[l] = round_shift(
            product_9[l] + 38'($signed(
                offset_q[beat_base(index_9) | ChannelWidth'(l)]
            )),
            affine_shift_9_i
          );
        else
          second_10[l] = round_shift(product_9[l], shift_q[beat_base(index_9) | ChannelWidth'(l)]);
      end
    end
    if (valid_i[9]) index_10 = index_9;

    if (valid_i[8] && use_second_i[8]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        factor       = factor_q[beat_base(index_i) | ChannelWidth'(l)];
        product_9[l] = 38'(second_operand(first_q[3 * Lanes + l], operand_q[3 * Lanes + l],
                                          activation_i[l*20 +: 20])) *
                       38'($signed({affine_i[8] && factor[15], factor}));
      end
    end
    if (valid_i[8]) index_9 = index_i;

    if (|valid_i) begin
      for (int unsigned k = Delay * Lanes - 1; k >= Lanes; k--) first_q[k] = first_q[k - Lanes];
      for (int unsigned k = 4 * Lanes - 1; k >= Lanes; k--) operand_q[k] = operand_q[k - Lanes];
      for (int unsigned l = 0; l < Lanes; l++) begin
        first_q[l]   = product_i[l*36 +: 36];
        operand_q[l] = operand_i[l*16 +: 16];
      end
    end

    if (const_write_i) begin  // bytes of a record come in ascending order and shift in from the top
      for (int unsigned c = 0; c < Dim; c++) begin
        if (const_byte_i <= 4'd3)
          offset_q[{
            const_bank_i, ColumnWidth'(c)
          }] = {
            const_data_i[c*8 +: 8], offset_q[{const_bank_i, ColumnWidth'(c)}][31:8]
          };
        if (const_affine_i ? const_byte_i == 4'd4 || const_byte_i == 4'd5
                     : const_byte_i == 4'd8 || const_byte_i == 4'd9)
          factor_q[{
            const_bank_i, ColumnWidth'(c)
          }] = {
            const_data_i[c*8 +: 8], factor_q[{const_bank_i, ColumnWidth'(c)}][15:8]
          };
        if (const_byte_i == 4'd7) zero_q[{const_bank_i, ColumnWidth'(c)}] = const_data_i[c*8 +: 8];
        if (const_byte_i == 4'd10)
          shift_q[{const_bank_i, ColumnWidth'(c)}] = const_data_i[c*8 +: 6];
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
