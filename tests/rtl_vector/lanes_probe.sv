// SPDX-License-Identifier: Apache-2.0
// The lane pipeline with the values inside it that no port shows: the activation and 2^-x of one
// octave. All other ports are the pipeline's own, or fields of what it does with a beat.
`default_nettype none

module lanes_probe #(
  parameter  int unsigned Dim        = intformer_pkg::Dim,
  parameter  int unsigned Lanes      = intformer_pkg::Lanes,
  localparam int unsigned EdgeWidth  = $clog2(Dim + 1)
) (
  input  logic                 clk_i,
  input  logic [7:0]           opcode_i,
  input  logic [1:0]           function_i,
  input  logic                 dither_i,
  input  logic [15:0]          multiplier_i,
  input  logic [5:0]           shift_i,
  input  logic                 const_write_i,
  input  logic [3:0]           const_byte_i,
  input  logic [Dim*8-1:0]     const_data_i,
  input  logic                 row_load_i,
  input  logic [Dim*32-1:0]    row_acc_i,
  input  logic [Dim*8-1:0]     row_low_i,
  input  logic                 valid_i,  // in stage 1
  input  logic signed [15:0]   row_max_i,
  input  logic [EdgeWidth-1:0] high_i,
  input  logic [7:0]           position_i,
  output logic [Lanes*20-1:0]  activation_o,
  output logic [Lanes*16-1:0]  fraction_o,
  output logic [Lanes*8-1:0]   out8_o,
  output logic [Lanes*16-1:0]  out16_o
);
  intformer_pkg::lane_uop_t uop, unused_uop;
  always_comb begin
    uop                  = '0;
    uop.op.requantize    = opcode_i == intformer_pkg::OpRequantize;
    uop.op.residual      = opcode_i == intformer_pkg::OpResidual;
    uop.op.activation    = opcode_i == intformer_pkg::OpActivation;
    uop.op.activation_table = opcode_i == intformer_pkg::OpActivationTable;
    uop.op.tabulated     = function_i != '0;
    uop.op.odd           = function_i[1];
    uop.op.exp           = opcode_i == intformer_pkg::OpExp;
    uop.op.row_normalize = opcode_i == intformer_pkg::OpRowNormalize;
    uop.op.layer_norm    = opcode_i == intformer_pkg::OpLayerNorm;
    uop.dither           = dither_i;
    uop.multiplier       = multiplier_i;
    uop.shift            = shift_i;
    uop.high             = high_i;
    uop.position         = position_i;
    uop.first            = 1'b1;
    uop.last             = 1'b1;
  end

  vector_lanes #(.Dim(Dim), .Lanes(Lanes)) u_lanes (
    .clk_i,
    .const_write_i, .const_affine_i(uop.op.layer_norm), .const_bank_i(1'b0), .const_byte_i,
    .const_data_i,
    .row_load_i, .row_in16_i(1'b0), .row_acc_i, .row_low_i, .row_high_i('0),
    .valid_i, .uop_i(uop),
    .row_mean_i('0), .row_factor_i('0), .row_shift_i('0), .row_max_i,
    .uop_o(unused_uop), .out8_o, .out16_o
  );
  assign activation_o = u_lanes.activation;
  assign fraction_o   = u_lanes.fraction;
endmodule

`default_nettype wire
