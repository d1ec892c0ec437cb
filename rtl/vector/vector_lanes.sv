// SPDX-License-Identifier: Apache-2.0
// Lane pipeline: 11 stages that a row's beats pass without a stall, for all lanes at once.
//
// Contract: <kind>_i[k] says that stage k holds a beat of a command of that kind, valid_i[k] that
//   it holds any; the kind may change from row to row. A port suffixed with a number belongs to
//   that stage, row_*_i to the row that row_load_i brings.
// Stages: 1 row; 2 operand; 3 first product; 4 rounded; 5-8 activation, 5-10 exp; 9 second product;
//   10 rounded; 11 results.
`default_nettype none

module vector_lanes #(
  parameter  int unsigned Dim        = intformer_pkg::Dim,
  parameter  int unsigned Lanes      = intformer_pkg::Lanes,
  parameter  bit          FamilyPwl  = intformer_pkg::FamilyPwl,
  localparam int unsigned Beats      = Dim / Lanes,
  localparam int unsigned BeatWidth  = Beats > 1 ? $clog2(Beats) : 1,
  localparam int unsigned IndexWidth = $clog2(2 * Beats),
  localparam int unsigned EdgeWidth  = $clog2(Dim + 1)
) (
  input  logic                  clk_i,
  input  logic                  const_write_i,
  input  logic                  const_affine_i,  // they are LayerNorm's
  input  logic                  const_bank_i,
  input  logic [3:0]            const_byte_i,
  input  logic [Dim*8-1:0]      const_data_i,
  input  logic                  row_load_i,
  input  logic [Dim*32-1:0]     row_acc_i,
  input  logic [Dim*8-1:0]      row_low_i,
  input  logic [Dim*8-1:0]      row_high_i,
  input  logic                  row_in16_i,
  input  logic [10:1]           valid_i,
  input  logic [10:1]           requantize_i,
  input  logic [10:1]           residual_i,
  input  logic [10:1]           activation_i,
  input  logic [10:1]           exp_i,
  input  logic [10:1]           row_normalize_i,
  input  logic [10:1]           layer_norm_i,
  input  logic [IndexWidth-1:0] index_1_i,
  input  logic [15:0]           multiplier_1_i,
  input  logic [5:0]            shift_1_i,
  input  logic signed [20:0]    row_mean_1_i,
  input  logic [16:0]           row_factor_1_i,
  input  logic [5:0]            row_shift_1_i,
  input  logic signed [15:0]    row_max_1_i,
  input  logic [BeatWidth-1:0]  beat_4_i,
  input  logic [EdgeWidth-1:0]  low_4_i,
  input  logic [EdgeWidth-1:0]  high_4_i,
  input  logic [7:0]            position_4_i,
  input  logic                  dither_4_i,
  input  logic [IndexWidth-1:0] index_8_i,
  input  logic [5:0]            shift_9_i,
  output logic [Lanes*8-1:0]    out8_11_o,
  output logic [Lanes*16-1:0]   out16_11_o
);
  logic [10:1] channels, second, unused_kinds;

  assign channels     = requantize_i | residual_i | activation_i;
  assign second       = residual_i | activation_i | layer_norm_i;
  assign unused_kinds = channels ^ second ^ exp_i ^ row_normalize_i;

  logic [Lanes*36-1:0] product_4;
  logic [Lanes*16-1:0] operand_4;
  logic [Lanes*20-1:0] activation_8;
  logic [Lanes*8-1:0] g_6, weight_10;
  logic [Lanes*16-1:0] fraction_8;

  lanes_multiply #(
    .Dim(Dim),
    .Lanes(Lanes)
  ) u_multiply (
    .clk_i,
    .const_write_i,
    .const_bank_i,
    .const_byte_i,
    .const_data_i,
    .row_load_i,
    .row_acc_i,
    .row_low_i,
    .row_high_i,
    .valid_i(valid_i[3:1]),
    .index_i(index_1_i),
    .in16_i(row_in16_i),
    .bias_used_i(channels[1]),
    .subtract_mean_i(layer_norm_i[1]),
    .channel_factor_i(channels[3:2]),
    .row_factor_i(row_normalize_i[1] || layer_norm_i[1]),
    .multiplier_i(multiplier_1_i),
    .shift_i(shift_1_i),
    .row_mean_i(row_mean_1_i),
    .row_factor_value_i(row_factor_1_i),
    .row_shift_i(row_shift_1_i),
    .product_o(product_4),
    .operand_o(operand_4)
  );

  exp_weights #(
    .Dim(Dim),
    .Lanes(Lanes)
  ) u_exp_weights (
    .clk_i,
    .valid_i(exp_i[9:1]),
    .row_max_i(row_max_1_i),
    .value_i(product_4),
    .low_i(low_4_i),
    .high_i(high_4_i),
    .position_i(position_4_i),
    .beat_i(beat_4_i),
    .dither_i(dither_4_i),
    .g_o(g_6),
    .fraction_i(fraction_8),
    .weight_o(weight_10)
  );

  // GELU and 2^-x are what the families differ in.
  if (FamilyPwl) begin : gen_pwl
    gelu_pwl #(
      .Lanes(Lanes),
      .Offset(intformer_pkg::GeluPwlOffset),
      .Slope(intformer_pkg::GeluPwlSlope)
    ) u_gelu (
      .clk_i,
      .valid_i(activation_i[7:4]),
      .value_i(product_4),
      .y_o(activation_8)
    );
    exp2_pwl #(
      .Lanes(Lanes),
      .Offset(intformer_pkg::ExpPwlOffset),
      .Slope(intformer_pkg::ExpPwlSlope)
    ) u_exp2 (
      .clk_i,
      .valid_i(exp_i[7:6]),
      .g_i(g_6),
      .fraction_o(fraction_8)
    );
  end else begin : gen_ibert
    gelu_ibert #(
      .Lanes(Lanes),
      .Reach(intformer_pkg::GeluIbertReach),
      .Factor(intformer_pkg::GeluIbertFactor),
      .Shift(intformer_pkg::GeluIbertShift)
    ) u_gelu (
      .clk_i,
      .valid_i(activation_i[7:4]),
      .value_i(product_4),
      .y_o(activation_8)
    );
    exp2_ibert #(
      .Lanes(Lanes),
      .Center(intformer_pkg::ExpIbertCenter),
      .Factor(intformer_pkg::ExpIbertFactor),
      .Shift(intformer_pkg::ExpIbertShift),
      .Offset(intformer_pkg::ExpIbertOffset)
    ) u_exp2 (
      .clk_i,
      .valid_i(exp_i[7:6]),
      .g_i(g_6),
      .fraction_o(fraction_8)
    );
  end

  lanes_finish #(
    .Dim(Dim),
    .Lanes(Lanes)
  ) u_finish (
    .clk_i,
    .const_write_i,
    .const_affine_i,
    .const_bank_i,
    .const_byte_i,
    .const_data_i,
    .valid_i(valid_i[10:4]),
    .index_i(index_8_i),
    .product_i(product_4),
    .operand_i(operand_4),
    .activation_i(activation_8),
    .weight_i(weight_10),
    .affine_i(layer_norm_i[10:8]),
    .use_activation_8_i(activation_i[8]),
    .use_second_i(second[10:8]),
    .affine_shift_9_i(shift_9_i - 6'd8),
    .use_weight_10_i(exp_i[10]),
    .use_first_10_i(!activation_i[10] && !layer_norm_i[10]),
    .use_zero_10_i(requantize_i[10] || activation_i[10]),
    .out8_o(out8_11_o),
    .out16_o(out16_11_o)
  );
endmodule

`default_nettype wire
