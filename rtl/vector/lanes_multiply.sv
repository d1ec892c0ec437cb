// SPDX-License-Identifier: Apache-2.0
// First half of the lanes: operands of a row, first product, first rounding, for all lanes at once.
//
//   product = clamp36(rshr(a * m, s))    a: accumulator, plus bias, or 16 * x - mean
//                                        (m, s): of the channel, of the command, or of the row
// The clamp changes no result: what is added later has less than 34 bits.
// Contract: row_load_i brings a row; its beats (Lanes channels each, channel 0 first) pass in the
//   next Dim / Lanes cycles, marked by valid_i[1]; valid_i[k] says that stage k holds a beat.
//   Constants come as byte planes into one of two banks; index_i = bank * beats + beat selects
//   them. in16_i belongs to row_load_i; what the product is of (bias_used_i ... shift_i) and
//   row_*_i belong to the beat at stage 1, channel_factor_i[k] to that at stage k.
// Formats: accumulator, bias int32; m 16 bits (17 of a row) unsigned; s 6 bits; x int8 or int16.
// Timing: product_o and operand_o (x) belong to stage 4, three cycles after stage 1. Never stalls.
`default_nettype none

module lanes_multiply #(
  parameter  int unsigned Dim        = 16,
  parameter  int unsigned Lanes      = 16,
  localparam int unsigned IndexWidth = $clog2(2 * Dim / Lanes)
) (
  input  logic                  clk_i,
  input  logic                  const_write_i,
  input  logic                  const_bank_i,
  input  logic [3:0]            const_byte_i,
  input  logic [Dim*8-1:0]      const_data_i,
  input  logic                  row_load_i,
  input  logic [Dim*32-1:0]     row_acc_i,
  input  logic [Dim*8-1:0]      row_low_i,
  input  logic [Dim*8-1:0]      row_high_i,
  input  logic [3:1]            valid_i,
  input  logic [IndexWidth-1:0] index_i,
  input  logic                  in16_i,
  input  logic                  bias_used_i,
  input  logic                  subtract_mean_i,
  input  logic [3:2]            channel_factor_i,
  input  logic                  row_factor_i,
  input  logic [15:0]           multiplier_i,
  input  logic [5:0]            shift_i,
  input  logic signed [20:0]    row_mean_i,
  input  logic [16:0]           row_factor_value_i,
  input  logic [5:0]            row_shift_i,
  output logic [Lanes*36-1:0]   product_o,
  output logic [Lanes*16-1:0]   operand_o
);
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
  logic [IndexWidth-1:0] index_2, index_3;
  logic [16:0] row_factor_2;
  logic [5:0] shift_2, shift_3;

  // Where a beat's constants begin. The lane is or-ed in: synthesis sees which ones it can need.
  function automatic logic [ChannelWidth-1:0] beat_base(input logic [IndexWidth-1:0] index);
    beat_base = ChannelWidth'(index) << $clog2(Lanes);
  endfunction

  // rshr, then a clamp to 36 bits
  function automatic logic signed [35:0] round_clamp(input logic signed [50:0] value,
                                                     input logic [5:0] shift);
    logic signed [50:0] rounded;
    rounded = shift == '0 ? value : ((value >>> (shift - 6'd1)) + 51'sd1) >>> 1;
    round_clamp = rounded[50:35] == {16{rounded[50]}} ? rounded[35:0]
                                                      : {rounded[50], {35{~rounded[50]}}};
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i[3]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_o[l*36 +: 36] <= round_clamp(
            product_3[l],
            channel_factor_i[3] ? shift_q[beat_base(index_3) | ChannelWidth'(l)] : shift_3);
        operand_o[l*16 +: 16] <= operand_3[l];
      end
    end

    if (valid_i[2]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_3[l] = 51'(factor_2[l]) * 51'($signed({1'b0, channel_factor_i[2]
            ? 17'(multiplier_q[beat_base(index_2) | ChannelWidth'(l)]) : row_factor_2}));
        operand_3[l] = operand_2[l];
      end
      shift_3 = shift_2;
      index_3 = index_2;
    end

    if (valid_i[1]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        operand_2[l] = operand_1[l];
        if (subtract_mean_i) factor_2[l] = 33'($signed({operand_1[l], 4'b0})) - 33'(row_mean_i);
        else factor_2[l] = 33'($signed(acc_1[l]));
        if (bias_used_i)
          factor_2[l] = factor_2[l] + 33'($signed(bias_q[beat_base(index_i) | ChannelWidth'(l)]));
      end
      row_factor_2 = row_factor_i ? row_factor_value_i : 17'(multiplier_i);
      shift_2      = row_factor_i ? row_shift_i : shift_i;
      index_2      = index_i;
    end

    if (row_load_i) begin
      for (int unsigned c = 0; c < Dim; c++) begin
        acc_1[c] = row_acc_i[c*32 +: 32];
        if (!in16_i) operand_1[c] = 16'($signed(row_low_i[c*8 +: 8]));
        else if (c < Dim / 2) operand_1[c] = row_low_i[(c % (Dim / 2)) * 16 +: 16];
        else operand_1[c] = row_high_i[(c % (Dim / 2)) * 16 +: 16];
      end
    end else if (valid_i[1]) begin
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
