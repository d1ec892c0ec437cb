// SPDX-License-Identifier: Apache-2.0
// Lets rows into the lanes, cuts them into beats of Lanes channels and follows the beats through
// the stages of the lane pipeline.
//
// Contract: a command that is offered is taken (take_o) when the last row of the one before has
//   entered; its fields are not needed afterwards. A row enters (row_load_o) when one waits, the
//   last beat of the row before is in stage 1 and fewer than OutRows rows are unfinished, so that
//   its results have room. Beat b is in stage 1 b + 1 cycles later. valid_o[k]: stage k holds a
//   beat; <kind>_o[k]: one of a command of that kind; other outputs are suffixed with their stage.
//   Column c of a row is valid if low <= c < high: the interval [valid_low, valid_high), moved by
//   the row position if the command says so, cut to the panel. position: of column 0, modulo 256.
//   Rows whose maximum or sums are on their way from an earlier command are [older_end - older,
//   older_end): a row that gathers does not enter while its slot is among them.
// Timing: never stalls a beat that has entered; no cycle between two commands.
`default_nettype none

module row_issue #(
  parameter  int unsigned Dim        = 16,
  parameter  int unsigned Lanes      = 16,
  parameter  int unsigned OutRows    = 16,
  parameter  int unsigned SlotWidth  = 9,
  localparam int unsigned Beats      = Dim / Lanes,
  localparam int unsigned BeatWidth  = Beats > 1 ? $clog2(Beats) : 1,
  localparam int unsigned IndexWidth = $clog2(2 * Beats),
  localparam int unsigned EdgeWidth  = $clog2(Dim + 1),
  localparam int unsigned OlderWidth = 5,  // fewer than 32 rows between lanes and memory
  localparam int unsigned Stages     = 11
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  offer_i,
  output logic                  take_o,
  output logic                  active_o,  // a command's rows have not all entered
  output logic                  end_o,  // its last row enters
  input  logic [15:0]           rows_i,
  input  logic [15:0]           panels_i,
  input  logic [SlotWidth-1:0]  stat_row_i,
  input  logic [15:0]           row_position_i,
  input  logic [15:0]           column_position_i,
  input  logic                  low_moves_i,
  input  logic                  high_moves_i,
  input  logic signed [15:0]    valid_low_i,
  input  logic signed [15:0]    valid_high_i,
  input  logic                  fresh_i,  // panel 0 starts the statistics
  input  logic                  requantize_i,
  input  logic                  residual_i,
  input  logic                  activation_i,
  input  logic                  row_max_i,
  input  logic                  exp_i,
  input  logic                  row_normalize_i,
  input  logic                  layer_norm_i,
  input  logic                  moments_i,
  input  logic                  constants_i,  // panels have constants
  input  logic                  out8_used_i,
  input  logic                  out16_used_i,
  input  logic                  in16_i,
  input  logic                  dither_i,
  input  logic [15:0]           multiplier_i,
  input  logic [5:0]            shift_i,
  input  logic                  row_valid_i,
  output logic                  row_load_o,
  output logic [SlotWidth-1:0]  row_slot_o,
  output logic                  row_in16_o,
  input  logic                  row_written_i,  // a row with results has finished
  input  logic                  row_passed_i,  // a row without has
  input  logic                  slot_written_i,  // the statistics of a row are in their memory
  output logic [OlderWidth-1:0] older_o,
  output logic [SlotWidth:0]    older_end_o,
  output logic [Stages:1]       valid_o,
  output logic [Stages:1]       requantize_o,
  output logic [Stages:1]       residual_o,
  output logic [Stages:1]       activation_o,
  output logic [Stages:1]       row_max_o,
  output logic [Stages:1]       exp_o,
  output logic [Stages:1]       row_normalize_o,
  output logic [Stages:1]       layer_norm_o,
  output logic [IndexWidth-1:0] index_1_o,
  output logic [15:0]           multiplier_1_o,
  output logic [5:0]            shift_1_o,
  output logic [BeatWidth-1:0]  beat_4_o,
  output logic [EdgeWidth-1:0]  low_4_o,
  output logic [EdgeWidth-1:0]  high_4_o,
  output logic [7:0]            position_4_o,
  output logic                  dither_4_o,
  output logic [IndexWidth-1:0] index_8_o,
  output logic [5:0]            shift_9_o,
  output logic [BeatWidth-1:0]  beat_11_o,
  output logic                  first_11_o,
  output logic                  last_11_o,
  output logic                  final_11_o,  // the last beat of the command
  output logic                  moments_11_o,
  output logic                  out8_used_11_o,
  output logic                  out16_used_11_o,
  output logic [EdgeWidth-1:0]  low_11_o,
  output logic [EdgeWidth-1:0]  high_11_o,
  output logic                  fresh_11_o,
  output logic [SlotWidth-1:0]  slot_11_o
);
  localparam int unsigned CountWidth = $clog2(OutRows + 1);
  localparam int unsigned SignedEdgeWidth = 26;  // any column relative to any panel, signed
  // Fields of a beat's description
  localparam int unsigned SlotLsb = 0;
  localparam int unsigned FreshLsb = SlotLsb + SlotWidth;
  localparam int unsigned BeatLsb = FreshLsb + 1;
  localparam int unsigned HighLsb = BeatLsb + BeatWidth;
  localparam int unsigned LowLsb = HighLsb + EdgeWidth;
  localparam int unsigned BankLsb = LowLsb + EdgeWidth;
  localparam int unsigned PositionLsb = BankLsb + 1;
  localparam int unsigned FinalLsb = PositionLsb + 8;
  localparam int unsigned MomentsLsb = FinalLsb + 1;
  localparam int unsigned Out8Lsb = MomentsLsb + 1;
  localparam int unsigned Out16Lsb = Out8Lsb + 1;
  localparam int unsigned DitherLsb = Out16Lsb + 1;
  localparam int unsigned ShiftLsb = DitherLsb + 1;
  localparam int unsigned MetaWidth = ShiftLsb + 6;
  localparam logic [BeatWidth-1:0] LastBeat = BeatWidth'(Beats - 1);

  logic [15:0] rows_q, rows_left_q, panels_left_q, multiplier_q;
  logic [SlotWidth-1:0] slot_q, stat_row_q;
  logic active_q, requantize_q, residual_q, activation_q, row_max_q, exp_q;
  logic row_normalize_q, layer_norm_q, moments_q, constants_q, out8_used_q;
  logic out16_used_q, in16_q, dither_q, low_moves_q, high_moves_q, gathers;
  logic [5:0] shift_q;
  logic bank_q, fresh_q, last_row, last_beat, final_row, again, slot_older;
  logic [7:0] position_q, panel_position_q;
  logic signed [SignedEdgeWidth-1:0]
      low_q, high_q, panel_low_q, panel_high_q, first_low, first_high;
  logic [CountWidth-1:0] unfinished_q;
  logic [OlderWidth-1:0] gathering_q, older_q;  // of all, of earlier commands
  logic [SlotWidth:0]           older_end_q;
  logic [Stages:1]          valid_q;
  logic [BeatWidth-1:0]         beat_q;
  logic [MetaWidth-1:0]         row_meta_q;
  logic [MetaWidth-1:0]         meta_1;

  function automatic logic [EdgeWidth-1:0] cut(input logic signed [SignedEdgeWidth-1:0] edge_in);
    if (edge_in < 0) cut = '0;
    else if (edge_in > SignedEdgeWidth'(Dim)) cut = EdgeWidth'(Dim);
    else cut = edge_in[EdgeWidth-1:0];
  endfunction

  assign last_row   = rows_left_q == 16'd1;
  assign final_row  = last_row && panels_left_q == 16'd1;
  assign last_beat  = beat_q == LastBeat;
  assign gathers    = row_max_q || exp_q || moments_q;
  assign slot_older = older_q != '0 && {1'b0, slot_q} < older_end_q &&
                      {1'b0, slot_q} + (SlotWidth+1)'(older_q) >= older_end_q;
  // Only one command's rows are older: the last row waits until those before it are written.
  assign row_load_o = row_valid_i && active_q && unfinished_q != CountWidth'(OutRows) &&
                      (!valid_q[1] || last_beat) &&
                      !(gathers && (slot_older || (final_row && older_q != '0)));
  assign end_o      = row_load_o && final_row;
  assign take_o     = offer_i && (!active_q || end_o);
  assign active_o   = active_q;
  assign row_slot_o = slot_q;
  assign row_in16_o = in16_q;
  assign valid_o    = valid_q;
  assign again      = valid_q[1] && !last_beat;  // the row has another beat
  assign older_o     = older_q;
  assign older_end_o = older_end_q;

  assign first_low  = SignedEdgeWidth'(valid_low_i) -
                      SignedEdgeWidth'($signed({1'b0, column_position_i})) +
                      (low_moves_i ? SignedEdgeWidth'($signed({1'b0, row_position_i})) : '0);
  assign first_high = SignedEdgeWidth'(valid_high_i) -
                      SignedEdgeWidth'($signed({1'b0, column_position_i})) +
                      (high_moves_i ? SignedEdgeWidth'($signed({1'b0, row_position_i})) : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q     <= 1'b0;
      bank_q       <= 1'b0;
      unfinished_q <= '0;
      gathering_q  <= '0;
      older_q      <= '0;
      valid_q      <= '0;
    end else if (take_o || active_q || unfinished_q != '0 || gathering_q != '0) begin
      if (take_o) active_q <= 1'b1;
      else if (end_o) active_q <= 1'b0;
      if (row_load_o && last_row && constants_q) bank_q <= !bank_q;
      unfinished_q <= unfinished_q + CountWidth'(row_load_o) - CountWidth'(row_written_i) -
                      CountWidth'(row_passed_i);
      gathering_q  <= gathering_q + OlderWidth'(row_load_o && gathers) -
                      OlderWidth'(slot_written_i);
      if (end_o && gathers) older_q <= gathering_q + 1'b1 - OlderWidth'(slot_written_i);
      else if (slot_written_i && older_q != '0) older_q <= older_q - 1'b1;
      valid_q <= {valid_q[Stages-1:1], row_load_o || again};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {requantize_o, residual_o, activation_o, row_max_o} <= '0;
      {exp_o, row_normalize_o, layer_norm_o} <= '0;
    end else if (row_load_o || |valid_q) begin
      requantize_o    <= {requantize_o[Stages-1:1],
                          row_load_o ? requantize_q : again && requantize_o[1]};
      residual_o      <= {residual_o[Stages-1:1], row_load_o ? residual_q : again && residual_o[1]};
      activation_o    <= {activation_o[Stages-1:1],
                          row_load_o ? activation_q : again && activation_o[1]};
      row_max_o       <= {row_max_o[Stages-1:1], row_load_o ? row_max_q : again && row_max_o[1]};
      exp_o           <= {exp_o[Stages-1:1], row_load_o ? exp_q : again && exp_o[1]};
      row_normalize_o <= {row_normalize_o[Stages-1:1],
                          row_load_o ? row_normalize_q : again && row_normalize_o[1]};
      layer_norm_o    <= {layer_norm_o[Stages-1:1],
                          row_load_o ? layer_norm_q : again && layer_norm_o[1]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (end_o && gathers) older_end_q <= {1'b0, slot_q} + 1'b1;
    if (take_o) begin
      rows_q           <= rows_i;
      rows_left_q      <= rows_i;
      panels_left_q    <= panels_i;
      slot_q           <= stat_row_i;
      stat_row_q       <= stat_row_i;
      fresh_q          <= fresh_i;
      position_q       <= 8'(row_position_i + column_position_i);
      panel_position_q <= 8'(row_position_i + column_position_i);
      low_q            <= first_low;
      high_q           <= first_high;
      panel_low_q      <= first_low;
      panel_high_q     <= first_high;
      low_moves_q      <= low_moves_i;
      high_moves_q     <= high_moves_i;
      requantize_q     <= requantize_i;
      residual_q       <= residual_i;
      activation_q     <= activation_i;
      row_max_q        <= row_max_i;
      exp_q            <= exp_i;
      row_normalize_q  <= row_normalize_i;
      layer_norm_q     <= layer_norm_i;
      moments_q        <= moments_i;
      constants_q      <= constants_i;
      out8_used_q      <= out8_used_i;
      out16_used_q     <= out16_used_i;
      in16_q           <= in16_i;
      dither_q         <= dither_i;
      multiplier_q     <= multiplier_i;
      shift_q          <= shift_i;
    end else if (row_load_o) begin
      rows_left_q <= rows_left_q - 16'd1;
      slot_q      <= slot_q + 1'b1;
      position_q  <= position_q + 8'd1;
      low_q       <= low_q + SignedEdgeWidth'($signed({1'b0, low_moves_q}));
      high_q      <= high_q + SignedEdgeWidth'($signed({1'b0, high_moves_q}));
      if (last_row) begin
        rows_left_q      <= rows_q;
        panels_left_q    <= panels_left_q - 16'd1;
        slot_q           <= stat_row_q;
        fresh_q          <= 1'b0;
        position_q       <= panel_position_q + 8'(Dim);
        panel_position_q <= panel_position_q + 8'(Dim);
        low_q            <= panel_low_q - SignedEdgeWidth'(Dim);
        high_q           <= panel_high_q - SignedEdgeWidth'(Dim);
        panel_low_q      <= panel_low_q - SignedEdgeWidth'(Dim);
        panel_high_q     <= panel_high_q - SignedEdgeWidth'(Dim);
      end
    end
    if (row_load_o) begin
      row_meta_q     <= {shift_q, dither_q, out16_used_q, out8_used_q, moments_q, final_row,
                         position_q, bank_q, cut(low_q), cut(high_q), BeatWidth'(0), fresh_q,
                         slot_q};
      multiplier_1_o <= multiplier_q;
      beat_q         <= '0;
    end else if (valid_q[1]) begin
      beat_q <= beat_q + 1'b1;
    end
  end

  // The beat's description travels along; it sits in stage k while valid_q[k].
  always_comb begin
    meta_1 = row_meta_q;
    meta_1[BeatLsb +: BeatWidth] = beat_q;
  end

  // verilator lint_off BLKSEQ
  // Private array, written from the last stage to the first: blocking assignments make registers.
  logic [MetaWidth-1:0] meta [Stages];
  logic             final_row_11;
  always_ff @(posedge clk_i) begin
    if (|valid_q) begin
      slot_11_o       <= meta[10][SlotLsb +: SlotWidth];
      final_row_11    <= meta[10][FinalLsb];
      moments_11_o    <= meta[10][MomentsLsb];
      out8_used_11_o  <= meta[10][Out8Lsb];
      out16_used_11_o <= meta[10][Out16Lsb];
      shift_9_o       <= meta[8][ShiftLsb +: 6];
      fresh_11_o      <= meta[10][FreshLsb];
      beat_11_o       <= meta[10][BeatLsb +: BeatWidth];
      high_11_o       <= meta[10][HighLsb +: EdgeWidth];
      low_11_o        <= meta[10][LowLsb +: EdgeWidth];
      index_8_o       <= IndexWidth'(32'(meta[7][BankLsb]) * Beats +
                                     32'(meta[7][BeatLsb +: BeatWidth]));
      beat_4_o        <= meta[3][BeatLsb +: BeatWidth];
      high_4_o        <= meta[3][HighLsb +: EdgeWidth];
      low_4_o         <= meta[3][LowLsb +: EdgeWidth];
      position_4_o    <= meta[3][PositionLsb +: 8];
      dither_4_o      <= meta[3][DitherLsb];
      for (int unsigned k = Stages - 1; k > 2; k--) meta[k] = meta[k - 1];
      meta[2] = meta_1;
    end
  end
  // verilator lint_on BLKSEQ

  assign index_1_o   = IndexWidth'(32'(row_meta_q[BankLsb]) * Beats + 32'(beat_q));
  assign shift_1_o   = row_meta_q[ShiftLsb +: 6];
  assign final_11_o  = final_row_11 && last_11_o;
  assign first_11_o  = beat_11_o == '0;
  assign last_11_o   = beat_11_o == LastBeat;

  // What the contract demands.
  if (Lanes < 1 || Dim % Lanes != 0) $error("row_issue: Lanes must divide Dim");
  if (OutRows + 8 > 2 ** OlderWidth)
    $error("row_issue: OlderWidth must count all rows between lanes and memory");
  assert_always a_sizes (
    .clk_i,
    .rst_ni,
    .holds_i(!take_o || (rows_i != '0 && panels_i != '0))
  );
  assert_always a_finished (
    .clk_i,
    .rst_ni,
    .holds_i(!(row_written_i || row_passed_i) || unfinished_q != '0)
  );
  assert_always a_gathered (
    .clk_i,
    .rst_ni,
    .holds_i(!slot_written_i || gathering_q != '0)
  );
endmodule

`default_nettype wire
