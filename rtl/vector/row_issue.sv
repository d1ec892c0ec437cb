// SPDX-License-Identifier: Apache-2.0
// Lets rows into the lanes, cuts them into beats of Lanes channels and follows the beats through
// the stages of the lane pipeline.
//
// Contract: a command that is offered is taken (take_o) when the last row of the one before has
//   entered; its fields are not needed afterwards. A row enters (row_load_o, row_o without its beat)
//   when one waits, the last beat of the row before is in stage 1 and fewer than OutRows rows are
//   unfinished, so that its results have room. Beat b is in stage 1 b + 1 cycles later: uop_o, which
//   travels on with the beat. valid_o[k]: stage k holds a beat.
//   Column c of a row is valid if low <= c < high: the interval [valid_low, valid_high), moved by
//   the row position if the command says so, cut to the panel. position: of column 0, modulo 256.
//   A row that gathers does not enter while what an earlier command gathers in its slot is on its
//   way; sums_older_o says that this is so for sums_slot_i.
// Timing: never stalls a beat that has entered; no cycle between two commands.
`default_nettype none

module row_issue #(
  parameter  int unsigned Dim        = intformer_pkg::Dim,
  parameter  int unsigned Lanes      = intformer_pkg::Lanes,
  parameter  int unsigned StatRows   = intformer_pkg::StatRows,
  parameter  int unsigned OutRows    = intformer_pkg::OutRows,
  parameter  int unsigned Stages     = intformer_pkg::LaneStages,
  localparam int unsigned SlotWidth  = $clog2(StatRows)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  offer_i,
  output logic                  take_o,
  output logic                  active_o,  // a command's rows have not all entered
  output logic                  end_o,  // its last row enters
  input  intformer_pkg::vector_command_t command_i,
  input  intformer_pkg::vector_op_t      op_i,
  input  logic                  row_valid_i,
  output logic                  row_load_o,
  output intformer_pkg::lane_uop_t row_o,
  input  logic                  row_written_i,  // a row with results has finished
  input  logic                  row_passed_i,  // a row without has
  input  logic                  slot_written_i,  // the statistics of a row are in their memory
  input  logic [SlotWidth-1:0]  sums_slot_i,
  output logic                  sums_older_o,
  output logic [Stages:1]       valid_o,
  output intformer_pkg::lane_uop_t uop_o
);
  localparam int unsigned Beats = Dim / Lanes;
  localparam int unsigned BeatWidth = Beats > 1 ? $clog2(Beats) : 1;
  localparam int unsigned EdgeWidth = $clog2(Dim + 1);
  localparam int unsigned CountWidth = $clog2(OutRows + 1);
  // Rows between the lanes' entry and the memory of their statistics.
  localparam int unsigned OlderWidth = $clog2(OutRows + intformer_pkg::StatisticsLatency + 6);
  // Any column relative to any panel, signed. An edge that lies left of all that a row's position can
  // bring back stays where it is.
  localparam int unsigned SignedEdgeWidth = 19;
  localparam logic [BeatWidth-1:0] LastBeat = BeatWidth'(Beats - 1);

  logic [15:0] rows_q, rows_left_q, panels_left_q;
  logic [SlotWidth-1:0] slot_q, stat_row_q;
  logic active_q, constants_q, low_moves_q, high_moves_q, gathers_q;
  logic bank_q, fresh_q, last_row_q, last_panel_q, last_beat, final_row, final_next, again;
  logic open_q;  // a row may enter: of what keeps it back nothing was there a cycle before
  logic open_next, full_next, unused_command;
  logic [SlotWidth-1:0] slot_next, first_slot;
  logic first_final;
  logic [7:0] position, position_q, panel_position_q;
  logic signed [SignedEdgeWidth-1:0]
      low_q, high_q, panel_low_q, panel_high_q, first_low, first_high, column, row;
  logic [CountWidth-1:0] unfinished_q;
  logic [OlderWidth-1:0] gathering_q, older_q;  // of all, of earlier commands
  logic [OlderWidth-1:0] older_left, older_new;
  logic [SlotWidth-1:0]  older_slot_q;  // the last slot of the earlier command
  logic [Stages:1]       valid_q;
  logic [BeatWidth-1:0]  beat_q;
  intformer_pkg::lane_uop_t command_q, uop_q;  // what the command says; the row in stage 1

  // To 0 .. Dim, which is a power of two: no comparison.
  function automatic logic [EdgeWidth-1:0] cut(input logic signed [SignedEdgeWidth-1:0] edge_in);
    if (edge_in[SignedEdgeWidth-1]) cut = '0;
    else if (edge_in[SignedEdgeWidth-2:EdgeWidth-1] != '0) cut = EdgeWidth'(Dim);
    else cut = edge_in[EdgeWidth-1:0];
  endfunction

  function automatic logic signed [SignedEdgeWidth-1:0] to_next_panel(
      input logic signed [SignedEdgeWidth-1:0] edge_in);
    to_next_panel = edge_in[SignedEdgeWidth-1 -: 2] == 2'b10 ? edge_in
                                                             : edge_in - SignedEdgeWidth'(Dim);
  endfunction

  // The slots on their way from an earlier command are the `older` up to its last.
  function automatic logic is_older(input logic [SlotWidth-1:0] slot,
                                    input logic [OlderWidth-1:0] older,
                                    input logic [SlotWidth-1:0] older_slot);
    logic [SlotWidth:0] back;  // negative behind the last
    back     = {1'b0, older_slot} - {1'b0, slot};
    is_older = !back[SlotWidth] && 32'(back) < 32'(older);
  endfunction

  // Of a row that gathers. Only one command's rows are older: the last row waits until those before
  // it are written.
  function automatic logic must_wait(input logic [SlotWidth-1:0] slot, input logic final_one,
                                     input logic [OlderWidth-1:0] older,
                                     input logic [SlotWidth-1:0] older_slot);
    must_wait = is_older(slot, older, older_slot) || (final_one && older != '0);
  endfunction

  assign slot_next  = last_row_q ? stat_row_q : slot_q + 1'b1;
  assign final_row  = last_row_q && last_panel_q;
  assign final_next = last_row_q ? rows_q == 16'd1 && panels_left_q == 16'd2
                                 : rows_left_q == 16'd2 && last_panel_q;
  assign last_beat  = beat_q == LastBeat;
  assign row_load_o = row_valid_i && open_q && (!valid_q[1] || last_beat);
  assign end_o      = row_load_o && final_row;
  assign take_o     = offer_i && (!active_q || end_o);
  assign active_o   = active_q;
  assign valid_o    = valid_q;
  assign full_next  = !row_written_i && !row_passed_i &&
                      (unfinished_q == CountWidth'(OutRows) ||
                       (row_load_o && unfinished_q == CountWidth'(OutRows - 1)));
  // The first row of a command that is taken as the last row of one that gathers enters finds that
  // command's rows on their way; else some of those that were are left.
  assign older_left  = older_q - OlderWidth'(slot_written_i && older_q != '0);
  assign older_new   = gathering_q + 1'b1 - OlderWidth'(slot_written_i);
  assign first_slot  = command_i.stat_row[SlotWidth-1:0];
  assign first_final = command_i.rows == 16'd1 && command_i.panels == 16'd1;
  always_comb begin
    if (take_o && end_o && gathers_q) begin
      open_next = !op_i.statistics_gathered ||
          !must_wait(first_slot, first_final, older_new, slot_q);
    end else if (take_o) begin
      open_next = !op_i.statistics_gathered ||
          !must_wait(first_slot, first_final, older_left, older_slot_q);
    end else if (row_load_o) begin
      open_next = !final_row &&
          !(gathers_q && must_wait(slot_next, final_next, older_left, older_slot_q));
    end else begin
      open_next = active_q &&
          !(gathers_q && must_wait(slot_q, final_row, older_left, older_slot_q));
    end
    if (full_next) open_next = 1'b0;
  end
  assign again      = valid_q[1] && !last_beat;  // the row has another beat
  assign sums_older_o = is_older(sums_slot_i, older_q, older_slot_q);

  assign row        = SignedEdgeWidth'($signed({1'b0, command_i.row_position}));
  assign column     = SignedEdgeWidth'($signed({1'b0, command_i.column_position}));
  assign first_low  = SignedEdgeWidth'($signed(command_i.valid_low)) - column +
                      (command_i.low_moves ? row : '0);
  assign first_high = SignedEdgeWidth'($signed(command_i.valid_high)) - column +
                      (command_i.high_moves ? row : '0);
  assign position   = 8'(command_i.row_position + command_i.column_position);
  assign unused_command = ^{command_i, op_i};

  always_comb begin
    row_o           = command_q;
    row_o.bank      = bank_q;
    row_o.fresh     = fresh_q;
    row_o.final_row = final_row;
    row_o.slot      = slot_q;
    row_o.position  = position_q;
    row_o.low       = cut(low_q);
    row_o.high      = cut(high_q);
  end
  always_comb begin
    uop_o       = uop_q;
    uop_o.beat  = beat_q;
    uop_o.first = beat_q == '0;
    uop_o.last  = last_beat;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q     <= 1'b0;
      open_q       <= 1'b0;
      bank_q       <= 1'b0;
      unfinished_q <= '0;
      gathering_q  <= '0;
      older_q      <= '0;
      valid_q      <= '0;
    end else if (take_o || active_q || unfinished_q != '0 || gathering_q != '0) begin
      if (take_o) active_q <= 1'b1;
      else if (end_o) active_q <= 1'b0;
      open_q <= open_next;
      if (row_load_o && last_row_q && constants_q) bank_q <= !bank_q;
      unfinished_q <= unfinished_q + CountWidth'(row_load_o) - CountWidth'(row_written_i) -
                      CountWidth'(row_passed_i);
      gathering_q  <= gathering_q + OlderWidth'(row_load_o && gathers_q) -
                      OlderWidth'(slot_written_i);
      older_q <= end_o && gathers_q ? older_new : older_left;
      valid_q <= {valid_q[Stages-1:1], row_load_o || again};
    end
  end

  always_ff @(posedge clk_i) begin
    if (end_o && gathers_q) older_slot_q <= slot_q;
    if (take_o) begin
      rows_q           <= command_i.rows;
      rows_left_q      <= command_i.rows;
      panels_left_q    <= command_i.panels;
      last_row_q       <= command_i.rows == 16'd1;
      last_panel_q     <= command_i.panels == 16'd1;
      slot_q           <= command_i.stat_row[SlotWidth-1:0];
      stat_row_q       <= command_i.stat_row[SlotWidth-1:0];
      fresh_q          <= command_i.stats_init;
      position_q       <= position;
      panel_position_q <= position;
      low_q            <= first_low;
      high_q           <= first_high;
      panel_low_q      <= first_low;
      panel_high_q     <= first_high;
      low_moves_q      <= command_i.low_moves;
      high_moves_q     <= command_i.high_moves;
      gathers_q        <= op_i.statistics_gathered;
      constants_q      <= op_i.const_words != '0;
      command_q            <= '0;
      command_q.op         <= op_i.lanes;
      command_q.in16       <= op_i.in_words == 2'd2;
      command_q.dither     <= command_i.dither;
      command_q.multiplier <= command_i.multiplier;
      command_q.shift      <= command_i.shift;
    end else if (row_load_o) begin
      rows_left_q <= rows_left_q - 16'd1;
      last_row_q  <= rows_left_q == 16'd2;
      slot_q      <= slot_next;
      position_q  <= position_q + 8'd1;
      low_q       <= low_q + SignedEdgeWidth'($signed({1'b0, low_moves_q}));
      high_q      <= high_q + SignedEdgeWidth'($signed({1'b0, high_moves_q}));
      if (last_row_q) begin
        rows_left_q      <= rows_q;
        last_row_q       <= rows_q == 16'd1;
        panels_left_q    <= panels_left_q - 16'd1;
        last_panel_q     <= panels_left_q == 16'd2;
        fresh_q          <= 1'b0;
        position_q       <= panel_position_q + 8'(Dim);
        panel_position_q <= panel_position_q + 8'(Dim);
        low_q            <= to_next_panel(panel_low_q);
        high_q           <= to_next_panel(panel_high_q);
        panel_low_q      <= to_next_panel(panel_low_q);
        panel_high_q     <= to_next_panel(panel_high_q);
      end
    end
    if (row_load_o) begin
      uop_q  <= row_o;
      beat_q <= '0;
    end else if (valid_q[1]) begin
      beat_q <= beat_q + 1'b1;
    end
  end

  // What the contract demands.
  if (Lanes < 1 || Dim % Lanes != 0) $error("row_issue: Lanes must divide Dim");
  if ((Dim & (Dim - 1)) != 0) $error("row_issue: Dim must be a power of two");
  assert_always a_sizes (
    .clk_i,
    .rst_ni,
    .holds_i(!take_o || (command_i.rows != '0 && command_i.panels != '0))
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
