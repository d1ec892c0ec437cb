// SPDX-License-Identifier: Apache-2.0
// First half of the lanes: operands of a row, first product, first rounding, for all lanes at once.
//
//   product = clamp36(rshr(a * m, s))    a: accumulator, plus bias, or 16 * x - mean
//                                        (m, s): of the channel, of the command, or of the row
// The clamp changes no result: what is added later has less than 34 bits.
// Contract: row_load_i brings a row and row_in16_i; its beats (Lanes channels each, channel 0 first)
//   pass stage 1 in the next Dim / Lanes cycles, marked by valid_i, with uop_i and row_*_i. Constants
//   come as byte planes into one of two banks.
// Formats: accumulator, bias int32; m 16 bits (17 of a row) unsigned; s 6 bits; x int8 or int16.
// Timing: product_o and operand_o (x) come LanesMultiply = 3 cycles after stage 1, with valid_o and
//   uop_o. Never stalls.
`default_nettype none

module lanes_multiply #(
  parameter int unsigned Dim   = intformer_pkg::Dim,
  parameter int unsigned Lanes = intformer_pkg::Lanes
) (
  input  logic                clk_i,
  input  logic                const_write_i,
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
  output logic                valid_o,
  output intformer_pkg::lane_uop_t uop_o,
  output logic [Lanes*36-1:0] product_o,
  output logic [Lanes*16-1:0] operand_o
);
  localparam int unsigned Beats = Dim / Lanes;
  localparam int unsigned IndexWidth = $clog2(2 * Beats);
  localparam int unsigned ColumnWidth = $clog2(Dim);
  localparam int unsigned ChannelWidth = ColumnWidth + 1;  // of both banks

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic        [31:0] bias_q       [2*Dim];
  logic        [15:0] multiplier_q [2*Dim];
  logic        [5:0]  shift_q      [2*Dim];
  logic        [31:0] acc_1        [Dim];
  logic        [15:0] operand_1    [Dim];
  logic signed [32:0] factor_2     [Lanes];
  logic        [15:0] operand_2    [Lanes];
  logic signed [50:0] product_3    [Lanes];
  logic        [15:0] operand_3    [Lanes];
  logic [IndexWidth-1:0] index, index_2, index_3;
  logic valid_2_q, valid_3_q, of_row, of_channel, of_channel_2, of_channel_3;
  intformer_pkg::lane_uop_t uop_2, uop_3;
  logic [16:0] row_factor_2;
  logic [5:0] shift_2, shift_3;

  // Where a beat's constants begin. The lane is or-ed in: synthesis sees which ones it can need.
  function automatic logic [ChannelWidth-1:0] beat_base(input logic [IndexWidth-1:0] of);
    beat_base = ChannelWidth'(of) << $clog2(Lanes);
  endfunction

  // rshr, then a clamp to 36 bits
  function automatic logic signed [35:0] round_clamp(input logic signed [50:0] value,
                                                     input logic [5:0] shift);
    logic signed [50:0] rounded;
    rounded = shift == '0 ? value : ((value >>> (shift - 6'd1)) + 51'sd1) >>> 1;
    round_clamp = rounded[50:35] == {16{rounded[50]}} ? rounded[35:0]
                                                      : {rounded[50], {35{~rounded[50]}}};
  endfunction

  assign index      = IndexWidth'(32'(uop_i.bank) * Beats + 32'(uop_i.beat));
  assign of_row     = uop_i.op.row_normalize || uop_i.op.layer_norm;
  assign of_channel = uop_i.op.requantize || uop_i.op.residual || uop_i.op.activation;

  always_ff @(posedge clk_i) begin
    valid_2_q <= valid_i;
    valid_3_q <= valid_2_q;
    valid_o   <= valid_3_q;
  end

  always_ff @(posedge clk_i) begin
    if (valid_3_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_o[l*36 +: 36] <= round_clamp(
            product_3[l],
            of_channel_3 ? shift_q[beat_base(index_3) | ChannelWidth'(l)] : shift_3);
        operand_o[l*16 +: 16] <= operand_3[l];
      end
      uop_o <= uop_3;
    end

    if (valid_2_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_3[l] = 51'(factor_2[l]) * 51'($signed({1'b0, of_channel_2
            ? 17'(multiplier_q[beat_base(index_2) | ChannelWidth'(l)]) : row_factor_2}));
        operand_3[l] = operand_2[l];
      end
      shift_3      = shift_2;
      index_3      = index_2;
      of_channel_3 = of_channel_2;
      uop_3        = uop_2;
    end

    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        operand_2[l] = operand_1[l];
        if (uop_i.op.layer_norm) factor_2[l] = 33'($signed({operand_1[l], 4'b0})) - 33'(row_mean_i);
        else factor_2[l] = 33'($signed(acc_1[l]));
        if (of_channel)
          factor_2[l] = factor_2[l] + 33'($signed(bias_q[beat_base(index) | ChannelWidth'(l)]));
      end
      row_factor_2 = of_row ? row_factor_i : 17'(uop_i.multiplier);
      shift_2      = of_row ? row_shift_i : uop_i.shift;
      index_2      = index;
      of_channel_2 = of_channel;
      uop_2        = uop_i;
    end

    if (row_load_i) begin
      for (int unsigned c = 0; c < Dim; c++) begin
        acc_1[c] = row_acc_i[c*32 +: 32];
        if (!row_in16_i) operand_1[c] = 16'($signed(row_low_i[c*8 +: 8]));
        else if (c < Dim / 2) operand_1[c] = row_low_i[(c % (Dim / 2)) * 16 +: 16];
        else operand_1[c] = row_high_i[(c % (Dim / 2)) * 16 +: 16];
      end
    end else if (valid_i) begin
      for (int unsigned c = 0; c + Lanes < Dim; c++) begin
        acc_1[c]     = acc_1[c + Lanes];
        operand_1[c] = operand_1[c + Lanes];
      end
    end

    if (const_write_i) begin  // bytes of a record come in ascending order and shift in from the top
      for (int unsigned c = 0; c < Dim; c++) begin
        if (const_byte_i <= 4'd3)
          bias_q[{
            const_bank_i, ColumnWidth'(c)
          }] = {
            const_data_i[c*8 +: 8], bias_q[{const_bank_i, ColumnWidth'(c)}][31:8]
          };
        if (const_byte_i == 4'd4 || const_byte_i == 4'd5)
          multiplier_q[{
            const_bank_i, ColumnWidth'(c)
          }] = {
            const_data_i[c*8 +: 8], multiplier_q[{const_bank_i, ColumnWidth'(c)}][15:8]
          };
        if (const_byte_i == 4'd6) shift_q[{const_bank_i, ColumnWidth'(c)}] = const_data_i[c*8 +: 6];
      end
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
