// SPDX-License-Identifier: Apache-2.0
// First half of the lanes: operands of a row, first product, first rounding, for all lanes at once.
//
//   product = clamp(rshr(a * m, s))    a: accumulator, plus bias, or 16 * x, minus a mean
//                                      (m, s): of the channel, of the command, or of the row
//   value   = sat16(product)
// The clamp, to 2^32 on both sides, changes no result: what is added later has 32 bits at most.
// Contract: row_load_i brings a row and row_in16_i; its beats (Lanes channels each, channel 0 first)
//   pass stage 1 in the next Dim / Lanes cycles, marked by valid_i, with uop_i and row_*_i. Constants
//   come as in lane_constants.
// Formats: accumulator, bias int32; m 16 bits (17 of a row) unsigned; s 6 bits; x int8 or int16.
// Stages: 1 operand, 2 with bias, 3 products of halves of it, 4 their sum, 5 and 6 shifted by eights
//   and by ones (two selections of 8 take the fewest LUTs), 7 rounded, 8 saturated. The shift keeps
//   one bit more, the one that rounding adds.
// Timing: product_o, value_o and operand_o (x) come LanesMultiply cycles after valid_i, with valid_o
//   and uop_o. Never stalls.
`default_nettype none

module lanes_multiply #(
  parameter  int unsigned Dim        = intformer_pkg::Dim,
  parameter  int unsigned Lanes      = intformer_pkg::Lanes,
  localparam int unsigned Beats      = Dim / Lanes,
  localparam int unsigned IndexWidth = $clog2(2 * Beats)
) (
  input  logic                  clk_i,
  input  logic                  const_write_i,
  input  logic [3:0]            const_byte_i,
  input  logic [IndexWidth-1:0] const_index_i,
  input  logic [Lanes*8-1:0]    const_data_i,
  input  logic                  row_load_i,
  input  logic                  row_in16_i,
  input  logic [Dim*32-1:0]     row_acc_i,
  input  logic [Dim*8-1:0]      row_low_i,
  input  logic [Dim*8-1:0]      row_high_i,
  input  logic                  valid_i,
  input  intformer_pkg::lane_uop_t uop_i,
  input  logic signed [20:0]    row_mean_i,
  input  logic [16:0]           row_factor_i,
  input  logic [5:0]            row_shift_i,
  output logic                  valid_o,
  output intformer_pkg::lane_uop_t uop_o,
  output logic [Lanes*34-1:0]   product_o,
  output logic [Lanes*16-1:0]   value_o,
  output logic [Lanes*16-1:0]   operand_o
);
  localparam int unsigned Stages = intformer_pkg::LanesMultiply;

  // ----------------------------------------------------------------- constants
  logic [IndexWidth-1:0] index, index_1_q, index_2_q;
  logic [4*Lanes*8-1:0] bias_1;
  logic [2*Lanes*8-1:0] multiplier_1;
  logic [Lanes*8-1:0]   shift_byte_3;
  logic [Stages:1] valid_q;
  logic unused_shift;

  assign index        = IndexWidth'(32'(uop_i.bank) * Beats + 32'(uop_i.beat));
  assign unused_shift = ^shift_byte_3;

  always_ff @(posedge clk_i) begin
    index_1_q <= index;
    index_2_q <= index_1_q;
  end

  lane_constants #(
    .Lanes(Lanes),
    .Depth(2 * Beats),
    .Bytes(4)
  ) u_bias (
    .clk_i,
    .write_i(const_write_i),
    .write_byte_i(const_byte_i),
    .write_index_i(const_index_i),
    .write_data_i(const_data_i),
    .first_i(4'd0),
    .read_i(valid_i),
    .read_index_i(index),
    .data_o(bias_1)
  );
  lane_constants #(
    .Lanes(Lanes),
    .Depth(2 * Beats),
    .Bytes(2)
  ) u_multiplier (
    .clk_i,
    .write_i(const_write_i),
    .write_byte_i(const_byte_i),
    .write_index_i(const_index_i),
    .write_data_i(const_data_i),
    .first_i(4'd4),
    .read_i(valid_i),
    .read_index_i(index),
    .data_o(multiplier_1)
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
    .first_i(4'd6),
    .read_i(valid_q[2]),
    .read_index_i(index_2_q),
    .data_o(shift_byte_3)
  );

  // -------------------------------------------------------------------- stages
  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic        [31:0] acc       [Dim];
  logic        [15:0] operand   [Dim];
  logic signed [31:0] base_1    [Lanes];
  logic signed [32:0] factor_2  [Lanes];
  logic        [16:0] m_2       [Lanes];
  logic        [33:0] low_3     [Lanes];
  logic signed [33:0] high_3    [Lanes];
  logic signed [50:0] product_4 [Lanes];
  logic        [5:0]  shift_4   [Lanes];
  logic signed [51:0] coarse_5  [Lanes];
  logic        [2:0]  shift_5   [Lanes];
  logic signed [41:0] fine_6    [Lanes];
  logic               over_6    [Lanes];
  logic signed [33:0] rounded_7 [Lanes];
  logic        [15:0] operand_q [(Stages-1)*Lanes];
  logic signed [51:0] longer;
  logic signed [48:0] shorter;
  logic        [31:0] bias;
  logic        [16:0] m_1;
  logic signed [20:0] mean_1;
  logic [5:0] shift_1, shift_2, shift_3;
  logic of_row, of_channel, of_channel_1, of_channel_2, of_channel_3;
  logic [intformer_pkg::LaneUopBits-1:0] uop_q[Stages-1];

  int unsigned first;  // the beat's first column
  assign first      = 32'(uop_i.beat) * Lanes;
  assign of_channel = uop_i.op.requantize || uop_i.op.residual || uop_i.op.activation;
  assign of_row     = uop_i.op.row_normalize || uop_i.op.layer_norm;
  assign valid_o    = valid_q[Stages];

  always_ff @(posedge clk_i) valid_q <= {valid_q[Stages-1:1], valid_i};

  always_ff @(posedge clk_i) begin
    if (valid_q[7]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_o[l*34 +: 34] <= rounded_7[l];
        value_o[l*16 +: 16]   <= rounded_7[l][33:15] == {19{rounded_7[l][33]}} ? rounded_7[l][15:0]
                                 : {rounded_7[l][33], {15{~rounded_7[l][33]}}};
        operand_o[l*16 +: 16] <= operand_q[(Stages-2)*Lanes + l];
      end
      uop_o <= uop_q[Stages-2];
    end

    if (valid_q[6]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (over_6[l] || fine_6[l][41:33] != {9{fine_6[l][41]}})
          rounded_7[l] = {{2{fine_6[l][41]}}, {32{~fine_6[l][41]}}};
        else rounded_7[l] = 34'(fine_6[l][34:1]) + 34'(fine_6[l][0]);
      end
    end

    if (valid_q[5]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        over_6[l] = coarse_5[l][51:41] != {11{coarse_5[l][51]}};
        shorter   = {coarse_5[l][51], coarse_5[l][47:0]};
        fine_6[l] = {coarse_5[l][51], 41'(shorter >>> shift_5[l])};
      end
    end

    if (valid_q[4]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        longer      = {product_4[l], 1'b0};
        coarse_5[l] = longer >>> {shift_4[l][5:3], 3'b0};
        shift_5[l]  = shift_4[l][2:0];
      end
    end

    if (valid_q[3]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_4[l] = {high_3[l] + $signed({17'b0, low_3[l][33:17]}), low_3[l][16:0]};
        shift_4[l]   = of_channel_3 ? shift_byte_3[l*8 +: 6] : shift_3;
      end
    end

    if (valid_q[2]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        low_3[l]  = 34'(factor_2[l][16:0]) * 34'(m_2[l]);
        high_3[l] = 34'($signed(factor_2[l][32:17])) * 34'($signed({1'b0, m_2[l]}));
      end
      shift_3      = shift_2;
      of_channel_3 = of_channel_2;
    end

    if (valid_q[1]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        for (int unsigned b = 0; b < 4; b++) bias[b*8 +: 8] = bias_1[(b*Lanes+l)*8 +: 8];
        factor_2[l] = 33'(base_1[l]) + (of_channel_1 ? 33'($signed(bias)) : 33'(mean_1));
        m_2[l] = m_1;
        if (of_channel_1) m_2[l] = {1'b0, multiplier_1[(Lanes+l)*8 +: 8], multiplier_1[l*8 +: 8]};
      end
      shift_2      = shift_1;
      of_channel_2 = of_channel_1;
    end

    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++)
      base_1[l] = uop_i.op.from_words ? 32'($signed({operand[first+l], 4'b0})) : acc[first+l];
      mean_1       = uop_i.op.layer_norm ? -row_mean_i : '0;
      m_1          = of_row ? row_factor_i : 17'(uop_i.multiplier);
      shift_1      = of_row ? row_shift_i : uop_i.shift;
      of_channel_1 = of_channel;
    end

    if (valid_i || valid_q[Stages-1:1] != '0) begin
      for (int unsigned k = (Stages - 1) * Lanes - 1; k >= Lanes; k--)
      operand_q[k] = operand_q[k-Lanes];
      for (int unsigned l = 0; l < Lanes; l++) operand_q[l] = operand[first+l];
      for (int unsigned k = Stages - 2; k > 0; k--) uop_q[k] = uop_q[k-1];
      uop_q[0] = uop_i;
    end

    if (row_load_i) begin
      for (int unsigned c = 0; c < Dim; c++) begin
        acc[c] = row_acc_i[c*32 +: 32];
        if (!row_in16_i) operand[c] = 16'($signed(row_low_i[c*8 +: 8]));
        else if (c < Dim / 2) operand[c] = row_low_i[(c % (Dim / 2)) * 16 +: 16];
        else operand[c] = row_high_i[(c % (Dim / 2)) * 16 +: 16];
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
