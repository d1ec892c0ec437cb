// SPDX-License-Identifier: Apache-2.0
// Attention weights from logits, around the family's 2^-x of one octave, for all lanes at once:
//   d = row maximum - logit; e16 = d >> 12 > 0 ? 0 : fraction(d & 255) >> (d >> 8)
//   weight = valid ? (e16 + (dither ? bitrev8(position) : 128)) >> 8 : 0
// A column c is valid if low <= c < high; its position is row position plus column position.
//
// Contract: valid_i says that the weights are wanted of logit_i, of the beat that uop_i describes;
//   row_valid_i and row_max_i came LanesMultiply cycles before, fraction_i comes three cycles after
//   g_o (g_valid_o).
// Formats: logit and maximum int16, d 16 bits unsigned, LSB 2^-8 octave; fraction 16 bits with
//   65280 = 1; weight uint8.
// Timing: g_o comes one cycle after logit_i, weight_o LanesActivation = 6. Never stalls.
`default_nettype none

module exp_weights #(
  parameter  int unsigned Dim       = intformer_pkg::Dim,
  parameter  int unsigned Lanes     = intformer_pkg::Lanes,
  localparam int unsigned EdgeWidth = $clog2(Dim + 1),
  localparam int unsigned RowStages = intformer_pkg::LanesMultiply
) (
  input  logic                 clk_i,
  input  logic                 row_valid_i,
  input  logic signed [15:0]   row_max_i,
  input  logic                 valid_i,
  input  intformer_pkg::lane_uop_t uop_i,
  input  logic [Lanes*16-1:0]  logit_i,
  output logic                 g_valid_o,
  output logic [Lanes*8-1:0]   g_o,
  input  logic [Lanes*16-1:0]  fraction_i,
  output logic [Lanes*8-1:0]   weight_o
);
  localparam int unsigned Waits = 4;  // from g to its fraction

  // verilator lint_off BLKSEQ
  // Private arrays, written in reverse stage order: blocking assignments make pipeline registers.
  logic [15:0] max_q    [RowStages];  // of the row, on its way to the first product
  logic [3:0]  octave_q [Waits*Lanes];
  logic        near_q   [Waits*Lanes];
  logic        keep_q   [Waits*Lanes];
  logic [7:0]  add_q    [Waits*Lanes];
  logic [15:0] exp_5    [Lanes];
  logic        keep_5   [Lanes];
  logic [7:0]  add_5    [Lanes];
  logic [15:0] distance;
  logic [7:0]  position;
  logic [EdgeWidth-1:0] column;

  logic [5:1] valid_q;
  logic [RowStages-1:0] row_valid_q;  // a row's maximum is in max_q[k]
  logic unused_uop;
  always_ff @(posedge clk_i) valid_q <= {valid_q[4:1], valid_i};
  always_ff @(posedge clk_i) row_valid_q <= {row_valid_q[RowStages-2:0], row_valid_i};
  assign g_valid_o  = valid_q[1];
  assign unused_uop = ^uop_i;

  always_ff @(posedge clk_i) begin
    if (valid_q[5]) begin
      for (int unsigned l = 0; l < Lanes; l++)
      weight_o[l*8 +: 8] <= keep_5[l] ? 8'((exp_5[l] + 16'(add_5[l])) >> 8) : 8'd0;
    end
    if (valid_q[4]) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        exp_5[l]  = near_q[3*Lanes + l] ? fraction_i[l*16 +: 16] >> octave_q[3*Lanes + l] : 16'd0;
        keep_5[l] = keep_q[3*Lanes + l];
        add_5[l]  = add_q[3*Lanes + l];
      end
    end
    if (valid_i || valid_q[3:1] != '0) begin
      for (int unsigned k = Waits * Lanes - 1; k >= Lanes; k--) begin
        octave_q[k] = octave_q[k-Lanes];
        near_q[k]   = near_q[k-Lanes];
        keep_q[k]   = keep_q[k-Lanes];
        add_q[k]    = add_q[k-Lanes];
      end
      for (int unsigned l = 0; l < Lanes; l++) begin
        distance = max_q[RowStages-1] - logit_i[l*16 +: 16];
        g_o[l*8 +: 8] <= distance[7:0];
        octave_q[l] = distance[11:8];
        near_q[l]   = distance[15:12] == '0;
        column      = EdgeWidth'(32'(uop_i.beat) * Lanes + l);
        keep_q[l]   = column >= uop_i.low && column < uop_i.high;
        position    = uop_i.position + 8'(column);
        add_q[l]    = uop_i.dither ? {position[0], position[1], position[2], position[3],
                                      position[4], position[5], position[6], position[7]} : 8'd128;
      end
    end
    if (row_valid_i || row_valid_q != '0) begin
      for (int unsigned k = RowStages - 1; k > 0; k--) max_q[k] = max_q[k-1];
      max_q[0] = row_max_i;
    end
  end
  // verilator lint_on BLKSEQ
endmodule

`default_nettype wire
