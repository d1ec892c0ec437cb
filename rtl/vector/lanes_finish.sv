// SPDX-License-Identifier: Apache-2.0
// Second half of the lanes: second product and rounding, sum, zero point, saturation.
//
//   second = rshr(b * m2 + offset, s2)       b: operand x, activation y, or the saturated first
//   value  = first (unless left out) + second (if used) + zero (if used)
//   out16  = sat16(value);  out8 = weight, or sat8(rshr(out16, 8)), or sat8(value)
// where first is the rounded first product, or EXP's weight. For LayerNorm m2 is the gain, int16,
// the offset is B and s2 comes with the command; else m2, s2 are the channel's second pair and the
// offset is 0.
// Contract: product_i, value_i and operand_i come with valid_i and uop_i, activation_i and weight_i
//   LanesActivation cycles later. Constants come as in lane_constants; const_affine_i: LayerNorm's.
// Stages, from the activation: 1 multiplicand, 2 products of halves of it, 3 their sum with the offset,
//   4 and 5 shifted by eights and by ones, 6 rounded with all that is added, 7 and 8 saturated.
// Timing: out8_o, out16_o and uop_o come LanesActivation + LanesFinish cycles after product_i. Never
//   stalls.
`default_nettype none

module lanes_finish #(
  parameter  int unsigned Dim        = intformer_pkg::Dim,
  parameter  int unsigned Lanes      = intformer_pkg::Lanes,
  localparam int unsigned Beats      = Dim / Lanes,
  localparam int unsigned IndexWidth = $clog2(2 * Beats)
) (
  input  logic                  clk_i,
  input  logic                  const_write_i,
  input  logic                  const_affine_i,
  input  logic [3:0]            const_byte_i,
  input  logic [IndexWidth-1:0] const_index_i,
  input  logic [Lanes*8-1:0]    const_data_i,
  input  logic                  valid_i,
  input  intformer_pkg::lane_uop_t uop_i,
  input  logic [Lanes*34-1:0]   product_i,
  input  logic [Lanes*16-1:0]   value_i,
  input  logic [Lanes*16-1:0]   operand_i,
  input  logic [Lanes*20-1:0]   activation_i,
  input  logic [Lanes*8-1:0]    weight_i,
  output intformer_pkg::lane_uop_t uop_o,
  output logic [Lanes*8-1:0]    out8_o,
  output logic [Lanes*16-1:0]   out16_o
);
  localparam int unsigned Second = intformer_pkg::LanesActivation;
  localparam int unsigned Stages = Second + intformer_pkg::LanesFinish;
  localparam int unsigned Sum = Second + 4;  // first and zero are added
  localparam bit OneMultiplier = intformer_pkg::MultiplierBits >= 20;  // takes b whole

  logic [Stages-1:1] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[Stages-2:1], valid_i};

  // ----------------------------------------------------------------- constants
  logic [(Second+3)*IndexWidth-1:0] index_q;  // of the beats since the first product, latest lowest
  logic [2*Lanes*8-1:0] factor_1;
  logic [4*Lanes*8-1:0] offset_2;
  logic [Lanes*8-1:0] shift_byte_2, zero_4;
  logic unused_shift;

  assign unused_shift = ^shift_byte_2;
  always_ff @(posedge clk_i) begin
    if (valid_i || valid_q != '0)
      index_q <= {
        index_q[(Second+2)*IndexWidth-1:0], IndexWidth'(32'(uop_i.bank) * Beats + 32'(uop_i.beat))
      };
  end

  lane_constants #(
    .Lanes(Lanes),
    .Depth(2 * Beats),
    .Bytes(2)
  ) u_factor (
    .clk_i,
    .write_i(const_write_i),
    .write_byte_i(const_byte_i),
    .write_index_i(const_index_i),
    .write_data_i(const_data_i),
    .first_i(const_affine_i ? 4'd4 : 4'd8),
    .read_i(valid_q[Second]),
    .read_index_i(index_q[(Second-1)*IndexWidth +: IndexWidth]),
    .data_o(factor_1)
  );
  lane_constants #(
    .Lanes(Lanes),
    .Depth(2 * Beats),
    .Bytes(4)
  ) u_offset (
    .clk_i,
    .write_i(const_write_i),
    .write_byte_i(const_byte_i),
    .write_index_i(const_index_i),
    .write_data_i(const_data_i),
    .first_i(4'd0),
    .read_i(valid_q[Second+1]),
    .read_index_i(index_q[Second*IndexWidth +: IndexWidth]),
    .data_o(offset_2)
  );
  lane_constants #(
    .Lanes(Lanes),
    .Depth(2 * Beats),
    .Bytes(1)
  ) u_shift (
    .clk_i,
    .write_i(const_write_i),
    .write_byte_i(const_byte_i),
    .write_index_i(const_index_i),
    .write_data_i(const_data_i),
    .first_i(4'd10),
    .read_i(valid_q[Second+1]),
    .read_index_i(index_q[Second*IndexWidth +: IndexWidth]),
    .data_o(shift_byte_2)
  );
  lane_constants #(
    .Lanes(Lanes),
    .Depth(2 * Beats),
    .Bytes(1)
  ) u_zero (
    .clk_i,
    .write_i(const_write_i),
    .write_byte_i(const_byte_i),
    .write_index_i(const_index_i),
    .write_data_i(const_data_i),
    .first_i(4'd7),
    .read_i(valid_q[Second+3]),
    .read_index_i(index_q[(Second+2)*IndexWidth +: IndexWidth]),
    .data_o(zero_4)
  );

  // -------------------------------------------------------------------- stages
  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic signed [33:0] first_q  [Sum*Lanes];
  logic        [15:0] side_q   [Second*Lanes];  // x, or the saturated first product
  logic signed [19:0] b_1      [Lanes];
  logic signed [36:0] product_2[Lanes];
  logic signed [20:0] high_2   [Lanes];
  logic signed [37:0] sum_3    [Lanes];
  logic        [5:0]  shift_3  [Lanes];
  logic signed [38:0] coarse_4 [Lanes];
  logic        [2:0]  fine_4   [Lanes];
  logic signed [38:0] fine_5   [Lanes];
  logic signed [34:0] base_5   [Lanes];
  logic signed [38:0] sum_6    [Lanes];
  logic signed [15:0] value_7  [Lanes];
  logic signed [38:0] longer;
  logic        [31:0] offset;
  logic signed [16:0] factor;
  logic signed [37:0] shifted;
  logic signed [8:0]  rounded;
  logic [intformer_pkg::LaneUopBits-1:0] uop_q [Stages-1];
  logic without_first, affine_1, affine_2, used_1, used_2, used_3, used_4;
  intformer_pkg::lane_uop_t at;
  logic [5:0] shift_1, shift_2;

  function automatic logic [7:0] saturate8(input logic signed [15:0] wide_in);
    saturate8 = wide_in[15:7] == {9{wide_in[15]}} ? wide_in[7:0] : {wide_in[15], {7{~wide_in[15]}}};
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_q[Second+7]) begin
      at = uop_q[Second+6];
      for (int unsigned l = 0; l < Lanes; l++) begin
        rounded = 9'(value_7[l] >>> 8) + 9'(value_7[l][7]);
        out16_o[l*16 +: 16] <= value_7[l];
        if (at.op.exp) out8_o[l*8 +: 8] <= value_7[l][7:0];
        else if (at.op.layer_norm) out8_o[l*8 +: 8] <= saturate8(16'(rounded));
        else out8_o[l*8 +: 8] <= saturate8(value_7[l]);
      end
      uop_o <= at;
    end

    if (valid_q[Second+6]) begin
      for (int unsigned l = 0; l < Lanes; l++)
      value_7[l] = sum_6[l][38:15] == {24{sum_6[l][38]}} ? sum_6[l][15:0]
                                                           : {sum_6[l][38], {15{~sum_6[l][38]}}};
    end

    if (valid_q[Second+5]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        // The bit that rounds comes in as a carry: one adder.
        sum_6[l] = 39'((40'($signed({fine_5[l][38:1], 1'b1})) +
                        40'($signed({base_5[l], fine_5[l][0]}))) >>> 1);
      end
    end

    if (valid_q[Second+4]) begin
      at = uop_q[Second+3];
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (used_4) fine_5[l] = coarse_4[l] >>> fine_4[l];
        else fine_5[l] = '0;
        base_5[l] = 35'(first_q[(Sum-1)*Lanes + l]) +
                    (at.op.requantize || at.op.activation ? 35'($signed(zero_4[l*8 +: 8])) :
            35'sd0);
      end
    end

    if (valid_q[Second+3]) begin
      if (used_3) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          longer      = {sum_3[l], 1'b0};
          coarse_4[l] = longer >>> {shift_3[l][5:3], 3'b0};
          fine_4[l]   = shift_3[l][2:0];
        end
      end
      used_4 = used_3;
    end

    if (valid_q[Second+2]) begin
      if (used_2) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          for (int unsigned b = 0; b < 4; b++) offset[b*8 +: 8] = offset_2[(b*Lanes+l)*8 +: 8];
          if (!affine_2) offset = '0;
          shifted    = 38'(product_2[l]) + 38'($signed(offset));
          sum_3[l]   = {shifted[37:17] + high_2[l], shifted[16:0]};
          shift_3[l] = affine_2 ? shift_2 : shift_byte_2[l*8 +: 6];
        end
      end
      used_3 = used_2;
    end

    if (valid_q[Second+1]) begin
      if (used_1) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          factor = {
            affine_1 && factor_1[(Lanes+l)*8 + 7], factor_1[(Lanes+l)*8 +: 8], factor_1[l*8 +: 8]
          };
          if (OneMultiplier) begin
            product_2[l] = 37'(b_1[l]) * 37'(factor);
            high_2[l]    = '0;
          end else begin
            product_2[l] = 37'($signed({1'b0, b_1[l][16:0]})) * 37'(factor);
            high_2[l]    = 21'($signed(b_1[l][19:17])) * 21'(factor);
          end
        end
      end
      used_2   = used_1;
      affine_2 = affine_1;
      shift_2  = shift_1;
    end

    if (valid_q[Second]) begin
      at = uop_q[Second-1];
      for (int unsigned l = 0; l < Lanes; l++)
      b_1[l] = at.op.activation ? activation_i[l*20 +: 20] :
          20'($signed(side_q[(Second-1)*Lanes + l]));
      used_1   = at.op.residual || at.op.activation || at.op.layer_norm;
      affine_1 = at.op.layer_norm;
      shift_1  = at.shift - 6'd8;
    end

    if (valid_i || valid_q != '0) begin
      at            = uop_q[Sum-2];
      without_first = at.op.activation || at.op.layer_norm;
      at            = uop_q[Second-1];
      for (int unsigned k = Sum * Lanes - 1; k >= Lanes; k--) first_q[k] = first_q[k-Lanes];
      if (without_first) begin  // a reset of registers, where a selection would take LUTs
        for (int unsigned l = 0; l < Lanes; l++) first_q[(Sum-1)*Lanes + l] = '0;
      end
      if (at.op.exp) begin
        for (int unsigned l = 0; l < Lanes; l++)
        first_q[Second*Lanes + l] = 34'(weight_i[l*8 +: 8]);
      end
      for (int unsigned k = Second * Lanes - 1; k >= Lanes; k--) side_q[k] = side_q[k-Lanes];
      for (int unsigned l = 0; l < Lanes; l++) begin
        first_q[l] = product_i[l*34 +: 34];
        side_q[l]  = uop_i.op.layer_norm ? value_i[l*16 +: 16] : operand_i[l*16 +: 16];
      end
      for (int unsigned k = Stages - 2; k > 0; k--) uop_q[k] = uop_q[k-1];
      uop_q[0] = uop_i;
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
