// SPDX-License-Identifier: Apache-2.0
// Second half of the lanes: second product and rounding, sum, zero point, saturation.
//
//   second = rshr(b * m2 + offset, s2)       b: operand x, activation y, or n = sat16(first)
//   value  = first (unless left out) + second (if used) + zero (if used)
//   out16  = sat16(value);  out8 = weight, or sat8(rshr(out16, 8)), or sat8(value)
// where first is the rounded first product. For LayerNorm m2 is the gain, int16, the offset is B
// and s2 comes with the command; else m2, s2 are the channel's second pair and the offset is 0.
// Contract: product_i and operand_i come with valid_i and uop_i, activation_i LanesActivation cycles
//   later, weight_i a cycle before the results. Constants arrive as in lanes_multiply.
// Timing: out8_o, out16_o and uop_o come LanesActivation + LanesFinish = 7 cycles after product_i.
//   Never stalls.
`default_nettype none

module lanes_finish #(
  parameter int unsigned Dim   = intformer_pkg::Dim,
  parameter int unsigned Lanes = intformer_pkg::Lanes
) (
  input  logic                clk_i,
  input  logic                const_write_i,
  input  logic                const_affine_i,
  input  logic                const_bank_i,
  input  logic [3:0]          const_byte_i,
  input  logic [Dim*8-1:0]    const_data_i,
  input  logic                valid_i,
  input  intformer_pkg::lane_uop_t uop_i,
  input  logic [Lanes*36-1:0] product_i,
  input  logic [Lanes*16-1:0] operand_i,
  input  logic [Lanes*20-1:0] activation_i,
  input  logic [Lanes*8-1:0]  weight_i,
  output intformer_pkg::lane_uop_t uop_o,
  output logic [Lanes*8-1:0]  out8_o,
  output logic [Lanes*16-1:0] out16_o
);
  localparam int unsigned Beats = Dim / Lanes;
  localparam int unsigned IndexWidth = $clog2(2 * Beats);
  localparam int unsigned ColumnWidth = $clog2(Dim);
  localparam int unsigned ChannelWidth = ColumnWidth + 1;  // of both banks
  // Stages are counted from that of the first product. The second begins with the activation.
  localparam int unsigned Second = intformer_pkg::LanesActivation;
  localparam int unsigned Delay = Second + 2;  // of the first product, until it is added

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic        [31:0] offset_q  [2*Dim];
  logic        [15:0] factor_q  [2*Dim];
  logic        [5:0]  shift_q   [2*Dim];
  logic        [7:0]  zero_q    [2*Dim];
  logic signed [35:0] first_q   [Delay*Lanes];
  logic        [15:0] operand_q [Second*Lanes];
  logic signed [37:0] product_a [Lanes];
  logic signed [37:0] second_b [Lanes];
  logic signed [38:0] value;
  logic signed [15:0] value16;
  logic        [15:0] factor;
  logic [IndexWidth-1:0] index, index_a, index_b;
  logic [intformer_pkg::LaneUopBits-1:0] uop_q[Second];
  intformer_pkg::lane_uop_t uop, uop_a, uop_b;  // where the second product begins, and after
  logic uses_second, uses_second_a, uses_second_b;
  logic [Delay:1] valid_q;

  // Where a beat's constants begin. The lane is or-ed in: synthesis sees which ones it can need.
  function automatic logic [ChannelWidth-1:0] beat_base(input logic [IndexWidth-1:0] of);
    beat_base = ChannelWidth'(of) << $clog2(Lanes);
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
    if (uop.op.layer_norm) second_operand = 20'(saturate16(39'(first)));
    else if (uop.op.activation) second_operand = activation;
    else second_operand = 20'($signed(operand));
  endfunction

  always_ff @(posedge clk_i) valid_q <= {valid_q[Delay-1:1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[Second+2]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        value = uop_b.op.activation || uop_b.op.layer_norm ? 39'sd0
                                                           : 39'(first_q[(Delay - 1) * Lanes + l]);
        if (uses_second_b) value = value + 39'(second_b[l]);
        if (uop_b.op.requantize || uop_b.op.activation)
          value = value + 39'($signed(zero_q[beat_base(index_b) | ChannelWidth'(l)]));
        value16 = saturate16(value);
        out16_o[l*16 +: 16] <= value16;
        if (uop_b.op.exp) out8_o[l*8 +: 8] <= weight_i[l*8 +: 8];
        else if (uop_b.op.layer_norm)
          out8_o[l*8 +: 8] <= saturate8(((value16 >>> 7) + 16'sd1) >>> 1);
        else out8_o[l*8 +: 8] <= saturate8(value16);
      end
      uop_o <= uop_b;
    end

    if (valid_q[Second+1]) begin
      if (uses_second_a) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          if (uop_a.op.layer_norm)
            second_b[l] = round_shift(
              product_a[l] + 38'($signed(
                  offset_q[beat_base(index_a) | ChannelWidth'(l)]
              )),
              uop_a.shift - 6'd8
            );
          else
            second_b[l] = round_shift(product_a[l], shift_q[beat_base(index_a) | ChannelWidth'(l)]);
        end
      end
      index_b       = index_a;
      uses_second_b = uses_second_a;
      uop_b         = uop_a;
    end

    if (valid_q[Second]) begin
      uop         = uop_q[Second-1];
      index       = IndexWidth'(32'(uop.bank) * Beats + 32'(uop.beat));
      uses_second = uop.op.residual || uop.op.activation || uop.op.layer_norm;
      if (uses_second) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          factor       = factor_q[beat_base(index) | ChannelWidth'(l)];
          product_a[l] = 38'(second_operand(first_q[(Second - 1) * Lanes + l],
                                            operand_q[(Second - 1) * Lanes + l],
                                            activation_i[l*20 +: 20])) *
                         38'($signed({uop.op.layer_norm && factor[15], factor}));
        end
      end
      index_a       = index;
      uses_second_a = uses_second;
      uop_a         = uop;
    end

    if (valid_i || valid_q != '0) begin
      for (int unsigned k = Delay * Lanes - 1; k >= Lanes; k--) first_q[k] = first_q[k - Lanes];
      for (int unsigned k = Second * Lanes - 1; k >= Lanes; k--)
      operand_q[k] = operand_q[k - Lanes];
      for (int unsigned l = 0; l < Lanes; l++) begin
        first_q[l]   = product_i[l*36 +: 36];
        operand_q[l] = operand_i[l*16 +: 16];
      end
      for (int unsigned k = Second - 1; k > 0; k--) uop_q[k] = uop_q[k-1];
      uop_q[0] = uop_i;
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
