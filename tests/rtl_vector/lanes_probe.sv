// SPDX-License-Identifier: Apache-2.0
// The lane pipeline with the values inside it that no port shows: the activation (stage 8) and 2^-x
// of one octave (stage 8). All ports are the pipeline's own.
`default_nettype none

module lanes_probe #(
  parameter  int unsigned Dim        = intformer_pkg::Dim,
  parameter  int unsigned Lanes      = intformer_pkg::Lanes,
  localparam int unsigned Beats      = Dim / Lanes,
  localparam int unsigned BeatWidth  = Beats > 1 ? $clog2(Beats) : 1,
  localparam int unsigned IndexWidth = $clog2(2 * Beats),
  localparam int unsigned EdgeWidth  = $clog2(Dim + 1)
) (
  input  logic                 clk_i,
  input  logic [7:0]           opcode_i,
  input  logic                 dither_i,
  input  logic [15:0]          multiplier_i,
  input  logic [5:0]           shift_i,
  input  logic                 const_write_i,
  input  logic [3:0]           const_byte_i,
  input  logic [Dim*8-1:0]     const_data_i,
  input  logic                 row_load_i,
  input  logic [Dim*32-1:0]    row_acc_i,
  input  logic [10:1]          valid_i,
  input  logic signed [15:0]   row_max_1_i,
  input  logic [EdgeWidth-1:0] high_4_i,
  input  logic [7:0]           position_4_i,
  output logic [Lanes*20-1:0]  activation_8_o,
  output logic [Lanes*16-1:0]  fraction_8_o,
  output logic [Lanes*8-1:0]   out8_11_o,
  output logic [Lanes*16-1:0]  out16_11_o
);
  vector_lanes #(.Dim(Dim), .Lanes(Lanes)) u_lanes (
    .clk_i,
    .const_write_i, .const_affine_i(opcode_i == intformer_pkg::OpLayerNorm), .const_bank_i(1'b0),
    .const_byte_i, .const_data_i,
    .row_load_i, .row_acc_i, .row_low_i('0), .row_high_i('0), .row_in16_i(1'b0), .valid_i,
    .requantize_i(opcode_i == intformer_pkg::OpRequantize ? valid_i : '0),
    .residual_i(opcode_i == intformer_pkg::OpResidual ? valid_i : '0),
    .activation_i(opcode_i == intformer_pkg::OpActivation ? valid_i : '0),
    .exp_i(opcode_i == intformer_pkg::OpExp ? valid_i : '0),
    .row_normalize_i(opcode_i == intformer_pkg::OpRowNormalize ? valid_i : '0),
    .layer_norm_i(opcode_i == intformer_pkg::OpLayerNorm ? valid_i : '0),
    .index_1_i(IndexWidth'(0)), .multiplier_1_i(multiplier_i), .shift_1_i(shift_i),
    .row_mean_1_i('0), .row_factor_1_i('0), .row_shift_1_i('0), .row_max_1_i,
    .beat_4_i(BeatWidth'(0)), .low_4_i(EdgeWidth'(0)), .high_4_i, .position_4_i, .dither_4_i(dither_i),
    .index_8_i(IndexWidth'(0)), .shift_9_i(shift_i),
    .out8_11_o, .out16_11_o
  );
  assign activation_8_o = u_lanes.activation_8;
  assign fraction_8_o   = u_lanes.fraction_8;
endmodule

`default_nettype wire
