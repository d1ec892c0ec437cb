// SPDX-License-Identifier: Apache-2.0
// Attention weights from logits, around the family's 2^-x of one octave, for all lanes at once:
//   d = row maximum - sat16(value); e16 = d >> 12 > 0 ? 0 : fraction(d & 255) >> (d >> 8)
//   weight = valid ? (e16 + (dither ? bitrev8(position) : 128)) >> 8 : 0
// A column c is valid if low <= c < high; its position is row position plus column position.
//
// Contract: value_i, low_i, high_i, position_i (of column 0), beat_i belong to stage 4, row_max_i
//   to stage 1, fraction_i to stage 8; valid_i[k] says that stage k holds a beat.
// Formats: logit and maximum int16, d 16 bits unsigned, LSB 2^-8 octave; fraction 16 bits with
//   65280 = 1; weight uint8.
// Timing: g_o belongs to stage 6, weight_o to stage 10. Never stalls.
`default_nettype none

module exp_weights #(
  parameter  int unsigned Dim       = 16,
  parameter  int unsigned Lanes     = 16,
  localparam int unsigned BeatWidth = Dim > Lanes ? $clog2(Dim / Lanes) : 1,
  localparam int unsigned EdgeWidth = $clog2(Dim + 1)
) (
  input  logic                 clk_i,
  input  logic [9:1]           valid_i,
  input  logic signed [15:0]   row_max_i,
  input  logic [Lanes*36-1:0]  value_i,
  input  logic [EdgeWidth-1:0] low_i,
  input  logic [EdgeWidth-1:0] high_i,
  input  logic [7:0]           position_i,
  input  logic [BeatWidth-1:0] beat_i,
  input  logic                 dither_i,
  output logic [Lanes*8-1:0]   g_o,
  input  logic [Lanes*16-1:0]  fraction_i,
  output logic [Lanes*8-1:0]   weight_o
);
  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic [15:0] max_2, max_3, max_4, max_5;
  logic        [15:0] logit_5   [Lanes];
  logic               keep_5    [Lanes];
  logic        [7:0]  add_5     [Lanes];
  logic        [3:0]  octave_6  [Lanes];
  logic               keep_6    [Lanes];
  logic               near_6    [Lanes];
  logic        [7:0]  add_6     [Lanes];
  logic        [3:0]  octave_7  [Lanes];
  logic               keep_7    [Lanes];
  logic               near_7    [Lanes];
  logic        [7:0]  add_7     [Lanes];
  logic        [3:0]  octave_8  [Lanes];
  logic               keep_8    [Lanes];
  logic               near_8    [Lanes];
  logic        [7:0]  add_8     [Lanes];
  logic        [15:0] exp_9     [Lanes];
  logic               keep_9    [Lanes];
  logic        [7:0]  add_9     [Lanes];
  logic signed [35:0] value;
  logic        [15:0] distance;
  logic        [7:0]  position;
  logic [EdgeWidth-1:0]   column;

  always_ff @(posedge clk_i) begin
    if (valid_i[9]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        weight_o[l*8 +: 8] <= keep_9[l] ? 8'((exp_9[l] + 16'(add_9[l])) >> 8) : 8'd0;
      end
    end
    if (valid_i[8]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        exp_9[l]  = near_8[l] ? fraction_i[l*16 +: 16] >> octave_8[l] : 16'd0;
        keep_9[l] = keep_8[l];
        add_9[l]  = add_8[l];
      end
    end
    if (valid_i[7]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        octave_8[l] = octave_7[l];
        keep_8[l]   = keep_7[l];
        near_8[l]   = near_7[l];
        add_8[l]    = add_7[l];
      end
    end
    if (valid_i[6]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        octave_7[l] = octave_6[l];
        keep_7[l]   = keep_6[l];
        near_7[l]   = near_6[l];
        add_7[l]    = add_6[l];
      end
    end
    if (valid_i[5]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        distance = max_5 - logit_5[l];
        g_o[l*8 +: 8] <= distance[7:0];
        octave_6[l]   = distance[11:8];
        near_6[l]     = distance[15:12] == '0;
        keep_6[l]     = keep_5[l];
        add_6[l]      = add_5[l];
      end
    end
    if (valid_i[4]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        value      = value_i[l*36 +: 36];
        logit_5[l] = value[35:15] == {21{value[35]}} ? value[15:0] : {value[35], {15{~value[35]}}};
        column     = EdgeWidth'(32'(beat_i) * Lanes + l);
        keep_5[l]  = column >= low_i && column < high_i;
        position   = position_i + 8'(column);
        add_5[l]   = dither_i ? {position[0], position[1], position[2], position[3],
                                 position[4], position[5], position[6], position[7]} : 8'd128;
      end
      max_5 = max_4;
    end
    if (valid_i[3]) max_4 = max_3;
    if (valid_i[2]) max_3 = max_2;
    if (valid_i[1]) max_2 = row_max_i;
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
