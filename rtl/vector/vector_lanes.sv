// SPDX-License-Identifier: Apache-2.0
// Lane pipeline: LaneStages stages that a row's beats pass without a stall, for all lanes at once.
//
// Contract: row_load_i brings a row, row_*_i belong to it; its first beat is in stage 1 in the next
//   cycle. valid_i, uop_i: the beat in stage 1 and what is done with it, which may change from row
//   to row; uop_o, out8_o and out16_o belong to the last stage.
// Stages: 1 row; 1 + LanesMultiply first product; LanesActivation more: activation
//   and EXP's weights; LanesFinish more: results.
// Constants: const_write_i brings a byte of every channel of a panel, Dim / Lanes cycles apart at
//   least; a cycle later they begin to go to the memories of the lanes, a beat per cycle.
`default_nettype none

module vector_lanes #(
  parameter int unsigned Dim       = intformer_pkg::Dim,
  parameter int unsigned Lanes     = intformer_pkg::Lanes,
  parameter bit          FamilyPwl = intformer_pkg::FamilyPwl
) (
  input  logic                clk_i,
  input  logic                const_write_i,
  input  logic                const_affine_i,  // they are LayerNorm's
  input  logic                const_bank_i,
  input  logic [3:0]          const_byte_i,
  input  logic [Dim*8-1:0]    const_data_i,
  input  logic                row_load_i,
  input  logic                row_in16_i,
  input  logic [Dim*32-1:0]   row_acc_i,
  input  logic [Dim*8-1:0]    row_low_i,
  input  logic [Dim*8-1:0]    row_high_i,
  input  logic                valid_i,
  input  intformer_pkg::lane_uop_t uop_i,
  input  logic signed [20:0]  row_mean_i,
  input  logic [16:0]         row_factor_i,
  input  logic [5:0]          row_shift_i,
  input  logic signed [15:0]  row_max_i,
  output intformer_pkg::lane_uop_t uop_o,
  output logic [Lanes*8-1:0]  out8_o,
  output logic [Lanes*16-1:0] out16_o
);
  // Of the beat in the stage of the first product; g and fraction are 2^-x inside of exp_weights.
  intformer_pkg::lane_uop_t uop;
  logic valid, g_valid;
  logic [Lanes*34-1:0] product;
  logic [Lanes*16-1:0] value, operand, fraction;
  logic [Lanes*20-1:0] activation;
  logic [Lanes*8-1:0] g, weight;

  // ----------------------------------------------------------------- constants
  localparam int unsigned Beats = Dim / Lanes;
  localparam int unsigned IndexWidth = $clog2(2 * Beats);
  logic load_q, affine_q;
  logic [3:0] byte_q;
  logic [IndexWidth-1:0] load_index_q;
  logic [Dim*8-1:0] load_data_q;

  if (Beats == 1) begin : gen_at_once
    always_ff @(posedge clk_i) load_q <= const_write_i;
    always_ff @(posedge clk_i) begin
      if (const_write_i) begin
        load_index_q <= const_bank_i;
        load_data_q  <= const_data_i;
      end
    end
  end else begin : gen_by_beats
    logic last;
    assign last = (32'(load_index_q) + 1) % Beats == 0;
    always_ff @(posedge clk_i) begin
      if (const_write_i) begin
        load_q       <= 1'b1;
        load_index_q <= const_bank_i ? IndexWidth'(Beats) : '0;
        load_data_q  <= const_data_i;
      end else begin
        load_q       <= load_q && !last;
        load_index_q <= load_index_q + 1'b1;
        load_data_q  <= load_data_q >> (Lanes * 8);
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (const_write_i) begin
      byte_q   <= const_byte_i;
      affine_q <= const_affine_i;
    end
  end

  // -------------------------------------------------------------------- stages
  lanes_multiply #(
    .Dim(Dim),
    .Lanes(Lanes)
  ) u_multiply (
    .clk_i,
    .const_write_i(load_q),
    .const_byte_i(byte_q),
    .const_index_i(load_index_q),
    .const_data_i(load_data_q[Lanes*8-1:0]),
    .row_load_i,
    .row_in16_i,
    .row_acc_i,
    .row_low_i,
    .row_high_i,
    .valid_i,
    .uop_i,
    .row_mean_i,
    .row_factor_i,
    .row_shift_i,
    .valid_o(valid),
    .uop_o(uop),
    .product_o(product),
    .value_o(value),
    .operand_o(operand)
  );

  exp_weights #(
    .Dim(Dim),
    .Lanes(Lanes)
  ) u_exp_weights (
    .clk_i,
    .row_valid_i(valid_i && uop_i.op.exp),
    .row_max_i,
    .valid_i(valid && uop.op.exp),
    .uop_i(uop),
    .logit_i(value),
    .g_valid_o(g_valid),
    .g_o(g),
    .fraction_i(fraction),
    .weight_o(weight)
  );

  // A segment of the table: the first four bytes of a row's word, in as many beats as that takes. It
  // is written a cycle later.
  localparam int unsigned EntryBeats = Lanes < 4 ? 4 / Lanes : 1;
  localparam int unsigned EntryLanes = Lanes < 4 ? Lanes : 4;
  logic table_write_q, unused_entry;
  logic [4:0]  table_index_q;
  logic [31:0] entry_q;
  logic [EntryLanes*8-1:0] entry_beat;
  assign unused_entry = ^entry_q;
  for (genvar l = 0; l < EntryLanes; l++) begin : gen_entry
    assign entry_beat[l*8 +: 8] = operand[l*16 +: 8];
  end
  always_ff @(posedge clk_i)
    table_write_q <= intformer_pkg::Tables && valid && uop.op.activation_table &&
                     32'(uop.beat) == EntryBeats - 1;
  always_ff @(posedge clk_i) begin
    if (valid && uop.op.activation_table && 32'(uop.beat) < EntryBeats) begin
      table_index_q <= uop.position[4:0];
      entry_q       <= 32'({entry_beat, entry_q} >> (EntryLanes * 8));
    end
  end

  activation_unit #(
    .Lanes(Lanes),
    .FamilyPwl(FamilyPwl)
  ) u_activation (
    .clk_i,
    .write_i(table_write_q),
    .write_index_i(table_index_q),
    .write_offset_i(entry_q[14:0]),
    .write_slope_i(entry_q[28:16]),
    .valid_i(valid && uop.op.activation),
    .table_i(uop.op.tabulated),
    .odd_i(uop.op.odd),
    .x_i(value),
    .y_o(activation)
  );

  // 2^-x is what the families differ in, beside GELU.
  if (FamilyPwl) begin : gen_pwl
    exp2_pwl #(
      .Lanes(Lanes),
      .Offset(intformer_pkg::ExpPwlOffset),
      .Slope(intformer_pkg::ExpPwlSlope)
    ) u_exp2 (
      .clk_i,
      .valid_i(g_valid),
      .g_i(g),
      .fraction_o(fraction)
    );
  end else begin : gen_ibert
    exp2_ibert #(
      .Lanes(Lanes),
      .Center(intformer_pkg::ExpIbertCenter),
      .Factor(intformer_pkg::ExpIbertFactor),
      .Shift(intformer_pkg::ExpIbertShift),
      .Offset(intformer_pkg::ExpIbertOffset)
    ) u_exp2 (
      .clk_i,
      .valid_i(g_valid),
      .g_i(g),
      .fraction_o(fraction)
    );
  end

  lanes_finish #(
    .Dim(Dim),
    .Lanes(Lanes)
  ) u_finish (
    .clk_i,
    .const_write_i(load_q),
    .const_affine_i(affine_q),
    .const_byte_i(byte_q),
    .const_index_i(load_index_q),
    .const_data_i(load_data_q[Lanes*8-1:0]),
    .valid_i(valid),
    .uop_i(uop),
    .product_i(product),
    .value_i(value),
    .operand_i(operand),
    .activation_i(activation),
    .weight_i(weight),
    .uop_o,
    .out8_o,
    .out16_o
  );
endmodule

`default_nettype wire
