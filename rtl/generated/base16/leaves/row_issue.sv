// Lets rows into the lanes, cuts them into beats of Lanes channels and follows the beats through
// the stages of the lane pipeline.
//
// Contract: start_i takes a command, whose fields stay until its last row has finished. A row
//   enters (row_load_o) when one waits, the last beat of the row before is in stage 1 and fewer
//   than OutRows rows are unfinished, so that its results have room. Beat b is in stage 1 b + 1
//   cycles later. valid_o[k]: stage k holds a beat; other outputs are suffixed with their stage.
//   Column c of a row is valid if low <= c < high: the interval [valid_low, valid_high), moved by
//   the row position if the command says so, cut to the panel. position: of column 0, modulo 256.
// Timing: never stalls a beat that has entered.
module row_issue #(
  parameter  int unsigned Dim     = 16,
  parameter  int unsigned Lanes   = 16,
  parameter  int unsigned OutRows = 16,
  parameter  int unsigned SlotW   = 9,
  localparam int unsigned Beats   = Dim / Lanes,
  localparam int unsigned BeatW   = Beats > 1 ? $clog2(Beats) : 1,
  localparam int unsigned IndexW  = $clog2(2 * Beats),
  localparam int unsigned EdgeW   = $clog2(Dim + 1),
  localparam int unsigned Stages  = 11
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               start_i,
  input  logic [15:0]        rows_i,
  input  logic [SlotW-1:0]   stat_row_i,
  input  logic [15:0]        row_position_i,
  input  logic [15:0]        column_position_i,
  input  logic               low_moves_i,
  input  logic               high_moves_i,
  input  logic signed [15:0] valid_low_i,
  input  logic signed [15:0] valid_high_i,
  input  logic               fresh_i,         // panel 0 starts the statistics
  input  logic               row_valid_i,
  output logic               row_load_o,
  output logic [SlotW-1:0]   row_slot_o,
  input  logic               row_finished_i,
  output logic [Stages:1]    valid_o,
  output logic [IndexW-1:0]  index_1_o,
  output logic [BeatW-1:0]   beat_4_o,
  output logic [EdgeW-1:0]   low_4_o,
  output logic [EdgeW-1:0]   high_4_o,
  output logic [7:0]         position_4_o,
  output logic [IndexW-1:0]  index_8_o,
  output logic [BeatW-1:0]   beat_11_o,
  output logic               first_11_o,
  output logic               last_11_o,
  output logic [EdgeW-1:0]   low_11_o,
  output logic [EdgeW-1:0]   high_11_o,
  output logic               fresh_11_o,
  output logic [SlotW-1:0]   slot_11_o
);
  localparam int unsigned CountW = $clog2(OutRows + 1);
  localparam int unsigned EdgeSW = 26;  // any column position relative to any panel, signed
  // Fields of a beat's description
  localparam int unsigned SlotLsb     = 0;
  localparam int unsigned FreshLsb    = SlotLsb + SlotW;
  localparam int unsigned BeatLsb     = FreshLsb + 1;
  localparam int unsigned HighLsb     = BeatLsb + BeatW;
  localparam int unsigned LowLsb      = HighLsb + EdgeW;
  localparam int unsigned BankLsb     = LowLsb + EdgeW;
  localparam int unsigned PositionLsb = BankLsb + 1;
  localparam int unsigned MetaW       = PositionLsb + 8;
  localparam logic [BeatW-1:0] LastBeat = BeatW'(Beats - 1);

  logic [15:0]              rows_left_q;
  logic [SlotW-1:0]         slot_q;
  logic                     bank_q, fresh_q, last_row, last_beat;
  logic [7:0]               position_q, panel_position_q;
  logic signed [EdgeSW-1:0] low_q, high_q, panel_low_q, panel_high_q, first_low, first_high;
  logic [CountW-1:0]        unfinished_q;
  logic [Stages:1]          valid_q;
  logic [BeatW-1:0]         beat_q;
  logic [MetaW-1:0]         row_meta_q;
  logic [MetaW-1:0]         meta_1;

  function automatic logic [EdgeW-1:0] cut(input logic signed [EdgeSW-1:0] edge_in);
    if (edge_in < 0) cut = '0;
    else if (edge_in > EdgeSW'(Dim)) cut = EdgeW'(Dim);
    else cut = edge_in[EdgeW-1:0];
  endfunction

  assign last_row   = rows_left_q == 16'd1;
  assign last_beat  = beat_q == LastBeat;
  assign row_load_o = row_valid_i && unfinished_q != CountW'(OutRows) && (!valid_q[1] || last_beat);
  assign row_slot_o = slot_q;
  assign valid_o    = valid_q;

  assign first_low  = EdgeSW'(valid_low_i) - EdgeSW'($signed({1'b0, column_position_i}))
                      + (low_moves_i ? EdgeSW'($signed({1'b0, row_position_i})) : '0);
  assign first_high = EdgeSW'(valid_high_i) - EdgeSW'($signed({1'b0, column_position_i}))
                      + (high_moves_i ? EdgeSW'($signed({1'b0, row_position_i})) : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      unfinished_q <= '0;
      valid_q      <= '0;
    end else begin
      unfinished_q <= unfinished_q + CountW'(row_load_o) - CountW'(row_finished_i);
      valid_q      <= {valid_q[Stages-1:1], row_load_o || (valid_q[1] && !last_beat)};
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      rows_left_q      <= rows_i;
      slot_q           <= stat_row_i;
      bank_q           <= 1'b0;
      fresh_q          <= fresh_i;
      position_q       <= 8'(row_position_i + column_position_i);
      panel_position_q <= 8'(row_position_i + column_position_i);
      low_q            <= first_low;
      high_q           <= first_high;
      panel_low_q      <= first_low;
      panel_high_q     <= first_high;
    end else if (row_load_o) begin
      rows_left_q <= rows_left_q - 16'd1;
      slot_q      <= slot_q + 1'b1;
      position_q  <= position_q + 8'd1;
      low_q       <= low_q + EdgeSW'($signed({1'b0, low_moves_i}));
      high_q      <= high_q + EdgeSW'($signed({1'b0, high_moves_i}));
      if (last_row) begin
        rows_left_q      <= rows_i;
        slot_q           <= stat_row_i;
        bank_q           <= !bank_q;
        fresh_q          <= 1'b0;
        position_q       <= panel_position_q + 8'(Dim);
        panel_position_q <= panel_position_q + 8'(Dim);
        low_q            <= panel_low_q - EdgeSW'(Dim);
        high_q           <= panel_high_q - EdgeSW'(Dim);
        panel_low_q      <= panel_low_q - EdgeSW'(Dim);
        panel_high_q     <= panel_high_q - EdgeSW'(Dim);
      end
    end
    if (row_load_o) begin
      row_meta_q <= {position_q, bank_q, cut(low_q), cut(high_q), BeatW'(0), fresh_q, slot_q};
      beat_q     <= '0;
    end else if (valid_q[1]) begin
      beat_q <= beat_q + 1'b1;
    end
  end

  // The beat's description travels along; it sits in stage k while valid_q[k].
  always_comb begin
    meta_1 = row_meta_q;
    meta_1[BeatLsb +: BeatW] = beat_q;
  end

  // verilator lint_off BLKSEQ
  // Private array, written from the last stage to the first: blocking assignments make registers.
  logic [MetaW-1:0] meta [Stages];
  always_ff @(posedge clk_i) begin
    if (|valid_q) begin
      slot_11_o    <= meta[10][SlotLsb +: SlotW];
      fresh_11_o   <= meta[10][FreshLsb];
      beat_11_o    <= meta[10][BeatLsb +: BeatW];
      high_11_o    <= meta[10][HighLsb +: EdgeW];
      low_11_o     <= meta[10][LowLsb +: EdgeW];
      index_8_o    <= IndexW'(32'(meta[7][BankLsb]) * Beats + 32'(meta[7][BeatLsb +: BeatW]));
      beat_4_o     <= meta[3][BeatLsb +: BeatW];
      high_4_o     <= meta[3][HighLsb +: EdgeW];
      low_4_o      <= meta[3][LowLsb +: EdgeW];
      position_4_o <= meta[3][PositionLsb +: 8];
      for (int unsigned k = Stages - 1; k > 2; k--) meta[k] = meta[k - 1];
      meta[2] = meta_1;
    end
  end
  // verilator lint_on BLKSEQ

  assign index_1_o   = IndexW'(32'(row_meta_q[BankLsb]) * Beats + 32'(beat_q));
  assign first_11_o  = beat_11_o == '0;
  assign last_11_o   = beat_11_o == LastBeat;
endmodule
