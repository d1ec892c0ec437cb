// SPDX-License-Identifier: Apache-2.0
// Vector unit: takes commands one behind the other, passes the rows of their panels through the
// lanes and writes the results; hands row-scalar commands to a unit that works beside the next
// commands.
//
// Contract: panels outer, rows inner. A command is taken when every row of the one before was
//   requested: rows of several commands may be on their way. Commands are done in order: when the
//   last word was accepted; without results when the last row has left the lanes; a row-scalar
//   command when its unit took it. halt_i: no further command is taken.
// Errors: a statistics slot beyond StatRows, before anything else of its command; an address beyond
//   the end of a memory, the first in the order of the work: constants of a panel, then row by row
//   the accumulator's, the words read, the words written. An error is reported when all before it
//   is done; the unit stands still from there.
// Timing: a row takes max(Dim / Lanes, words read, words written) cycles; a panel with constants as
//   many cycles more as these have words, plus 2; a command 2 more behind another, about 35 from
//   its start to its end.
`default_nettype none

module vector_unit #(
  parameter int unsigned Dim            = intformer_pkg::Dim,
  parameter int unsigned Lanes          = intformer_pkg::Lanes,
  parameter int unsigned StatRows       = intformer_pkg::StatRows,
  parameter int unsigned ScalarInterval = intformer_pkg::ScalarInterval,
  parameter int unsigned ScratchWords   = intformer_pkg::ScratchWords,
  parameter int unsigned AccRows        = intformer_pkg::AccRows,
  parameter bit          FamilyPwl      = intformer_pkg::FamilyPwl
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              command_valid_i,
  output logic              command_ready_o,
  input  intformer_pkg::vector_command_t command_i,
  input  logic [31:0]       command_index_i,
  output logic              done_valid_o,
  output intformer_pkg::done_t done_o,
  output logic              error_valid_o,
  output intformer_pkg::error_t error_o,
  input  logic              halt_i,
  output logic              busy_o,
  output logic              scalar_busy_o,
  output logic              beat_event_o,  // the lanes take channels of a row
  output logic              scalar_wait_event_o,  // the next row waits for the row-scalar unit
  output logic              acc_req_valid_o,
  input  logic              acc_req_ready_i,
  output logic [23:0]       acc_req_addr_o,
  input  logic              acc_rsp_valid_i,
  input  logic [Dim*32-1:0] acc_rsp_data_i,
  output logic              read_req_valid_o,
  input  logic              read_req_ready_i,
  output logic [23:0]       read_req_addr_o,
  input  logic              read_rsp_valid_i,
  input  logic [Dim*8-1:0]  read_rsp_data_i,
  output logic              write_valid_o,
  input  logic              write_ready_i,
  output logic [23:0]       write_addr_o,
  output logic [Dim*8-1:0]  write_data_o
);
  localparam int unsigned Stages = intformer_pkg::LaneStages;
  localparam int unsigned SlotWidth = $clog2(StatRows);

  // ------------------------------------------------------------------- decode
  intformer_pkg::vector_command_t command_q;
  intformer_pkg::scalar_command_t scalar_command;  // the same bits, of a row-scalar one
  logic [31:0] index_q;
  logic unused_command;
  assign scalar_command = {command_q};
  assign unused_command = ^{command_q, scalar_command};

  logic [15:0] rows, stat_row;
  logic scalar, results;
  intformer_pkg::vector_op_t offered, op_q;

  assign rows     = command_q.rows;
  assign stat_row = command_q.stat_row;
  assign results  = op_q.lanes.out8_used || op_q.lanes.out16_used;
  assign scalar   = op_q.row_scalar_softmax || op_q.row_scalar_layer_norm;

  vector_decode u_decode (
    .command_i,
    .op_o(offered)
  );

  // ----------------------------------------------------------------- sequence
  typedef enum logic [1:0] {
    Idle,
    Check,
    Run
  } state_e;
  state_e state_q;
  logic out_of_range_q, start, start_rows, start_scalar, fetch_idle, front_free, taken;
  logic offered_scalar, failed_q, read_fault, read_fault_acc, write_fault, slot_fault;
  logic [24:0] read_fault_addr, write_fault_addr;
  logic [31:0] write_index;
  logic issue_offer_q, issue_take, issue_active, issue_end, write_offer_q, write_take;
  logic order_full, order_empty, row_written, command_written, row_passed, command_passed;

  assign offered_scalar  = offered.row_scalar_softmax || offered.row_scalar_layer_norm;
  assign front_free      = state_q == Idle ||
                           (state_q == Run && fetch_idle && !issue_offer_q && !write_offer_q);
  assign command_ready_o = front_free && !halt_i && !order_full &&
                           !(offered_scalar && scalar_busy_o);
  assign taken           = command_valid_i && command_ready_o;

  assign start        = state_q == Check && !out_of_range_q;
  assign start_rows   = start && !scalar;
  assign start_scalar = start && scalar;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q       <= Idle;
      failed_q      <= 1'b0;
      issue_offer_q <= 1'b0;
      write_offer_q <= 1'b0;
    end else begin
      if (error_valid_o) failed_q <= 1'b1;
      if (state_q == Check) state_q <= out_of_range_q ? Check : (start_rows ? Run : Idle);
      else if (taken) state_q <= Check;
      else if (front_free) state_q <= Idle;
      if (start_rows) issue_offer_q <= 1'b1;
      else if (issue_take) issue_offer_q <= 1'b0;
      if (start_rows) write_offer_q <= results;
      else if (write_take) write_offer_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (taken) begin
      command_q      <= command_i;
      op_q           <= offered;
      index_q        <= command_index_i;
      out_of_range_q <= (offered.statistics_used || offered_scalar) &&
                        32'(command_i.stat_row) + 32'(command_i.rows) > StatRows;
    end
  end

  done_order u_order (
    .clk_i,
    .rst_ni,
    .push_i(start),
    .index_i(index_q),
    .signal_i(command_q.signal),
    .wait_written_i(!scalar && results),
    .wait_passed_i(!scalar && !results),
    .written_i(command_written),
    .passed_i(command_passed),
    .full_o(order_full),
    .empty_o(order_empty),
    .done_valid_o,
    .done_o
  );

  assign busy_o = state_q != Idle || !order_empty;

  // A fault stays until reset. One of a read waits for all writes before it, one of a slot for all
  // commands before it: so there is never more than one.
  assign slot_fault    = state_q == Check && out_of_range_q && order_empty;
  assign error_valid_o = (write_fault || read_fault || slot_fault) && !failed_q;
  always_comb begin
    error_o.code  = intformer_pkg::ErrScratchRange;
    error_o.index = index_q;
    error_o.addr  = 64'(read_fault_addr);
    if (write_fault) begin
      error_o.index = write_index;
      error_o.addr  = 64'(write_fault_addr);
    end else if (read_fault) begin
      if (read_fault_acc) error_o.code = intformer_pkg::ErrAccumulatorRange;
    end else begin
      error_o.code = intformer_pkg::ErrStatRange;
      error_o.addr = 32'(stat_row) < StatRows ? 64'(StatRows) : 64'(stat_row);
    end
  end

  // --------------------------------------------------------------------- rows
  logic const_write, const_bank, row_valid, row_load;
  logic [3:0] const_byte;
  logic [Dim*8-1:0] const_data, row_low, row_high;
  logic [Dim*32-1:0] row_acc;
  logic [SlotWidth:0] pending_first, pending_end;

  row_fetch #(
    .Dim(Dim),
    .Lanes(Lanes),
    .ScratchWords(ScratchWords),
    .AccRows(AccRows),
    .StatRows(StatRows)
  ) u_fetch (
    .clk_i,
    .rst_ni,
    .start_i(start_rows),
    .command_i(command_q),
    .op_i(op_q),
    .pending_first_i(pending_first),
    .pending_end_i(pending_end),
    .row_written_i(row_written),
    .row_passed_i(row_passed),
    .idle_o(fetch_idle),
    .scalar_wait_o(scalar_wait_event_o),
    .fault_valid_o(read_fault),
    .fault_acc_o(read_fault_acc),
    .fault_addr_o(read_fault_addr),
    .acc_req_valid_o,
    .acc_req_ready_i,
    .acc_req_addr_o,
    .acc_rsp_valid_i,
    .acc_rsp_data_i,
    .read_req_valid_o,
    .read_req_ready_i,
    .read_req_addr_o,
    .read_rsp_valid_i,
    .read_rsp_data_i,
    .const_write_o(const_write),
    .const_bank_o(const_bank),
    .const_byte_o(const_byte),
    .const_data_o(const_data),
    .row_valid_o(row_valid),
    .row_ready_i(row_load),
    .row_acc_o(row_acc),
    .row_low_o(row_low),
    .row_high_o(row_high)
  );

  // A row that enters the lanes; its beat in the first stage, and in the last.
  intformer_pkg::lane_uop_t row, uop_first, uop_last;
  logic [Stages:1] valid;
  logic slot_written, sums_older, unused_stages;
  logic [SlotWidth-1:0] sums_slot;

  row_issue #(
    .Dim(Dim),
    .Lanes(Lanes),
    .StatRows(StatRows)
  ) u_issue (
    .clk_i,
    .rst_ni,
    .offer_i(issue_offer_q),
    .take_o(issue_take),
    .active_o(issue_active),
    .end_o(issue_end),
    .command_i(command_q),
    .op_i(op_q),
    .row_valid_i(row_valid),
    .row_load_o(row_load),
    .row_o(row),
    .row_written_i(row_written),
    .row_passed_i(row_passed),
    .slot_written_i(slot_written),
    .sums_slot_i(sums_slot),
    .sums_older_o(sums_older),
    .valid_o(valid),
    .uop_o(uop_first)
  );

  assign row_passed     = valid[Stages] && uop_last.last && !uop_last.op.out8_used &&
                          !uop_last.op.out16_used;
  assign command_passed = row_passed && uop_last.final_row;
  assign unused_stages  = ^{valid, row, uop_last};

  // ------------------------------------------------------- lanes, statistics
  logic signed [15:0]  row_max;
  logic signed [20:0]  row_mean;
  logic [16:0]         row_factor;
  logic [5:0]          row_shift;
  logic [Lanes*8-1:0]  out8;
  logic [Lanes*16-1:0] out16;

  vector_lanes #(
    .Dim(Dim),
    .Lanes(Lanes),
    .FamilyPwl(FamilyPwl)
  ) u_lanes (
    .clk_i,
    .const_write_i(const_write),
    .const_affine_i(op_q.lanes.layer_norm),
    .const_bank_i(const_bank),
    .const_byte_i(const_byte),
    .const_data_i(const_data),
    .row_load_i(row_load),
    .row_in16_i(row.in16),
    .row_acc_i(row_acc),
    .row_low_i(row_low),
    .row_high_i(row_high),
    .valid_i(valid[1]),
    .uop_i(uop_first),
    .row_mean_i(row_mean),
    .row_factor_i(row_factor),
    .row_shift_i(row_shift),
    .row_max_i(row_max),
    .uop_o(uop_last),
    .out8_o(out8),
    .out16_o(out16)
  );

  // A row-scalar command that its unit took while rows of the command before had not entered the
  // lanes waits for these, then row by row for sums that are on their way.
  logic sums_read, sums_ready, sums_hold_q;
  logic signed [28:0] sum;
  logic [44:0]        squares;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) sums_hold_q <= 1'b0;
    else if (start_scalar) sums_hold_q <= issue_active && !issue_end;
    else if (issue_end) sums_hold_q <= 1'b0;
  end

  row_statistics #(
    .Dim(Dim),
    .Lanes(Lanes),
    .StatRows(StatRows)
  ) u_statistics (
    .clk_i,
    .rst_ni,
    .valid_i(valid[Stages]),
    .uop_i(uop_last),
    .x_i(out16),
    .weight_i(out8),
    .written_o(slot_written),
    .max_read_i(row_load),
    .max_slot_i(row.slot),
    .max_o(row_max),
    .sums_read_i(sums_read),
    .sums_ready_o(sums_ready),
    .sums_slot_i(sums_slot),
    .sum_o(sum),
    .squares_o(squares)
  );

  row_scalar #(
    .StatRows(StatRows),
    .Interval(ScalarInterval)
  ) u_row_scalar (
    .clk_i,
    .rst_ni,
    .start_i(start_scalar),
    .layer_norm_i(op_q.row_scalar_layer_norm),
    .root_mean_square_i(scalar_command.root_mean_square),
    .rows_i(rows),
    .stat_row_i(stat_row[SlotWidth-1:0]),
    .multiplier_i(command_q.multiplier),
    .shift_i(command_q.shift),
    .mean_factor_i(scalar_command.mean_factor),
    .epsilon_i(scalar_command.epsilon),
    .width_i(scalar_command.width),
    .width_log_i(scalar_command.width_log),
    .busy_o(scalar_busy_o),
    .pending_first_o(pending_first),
    .pending_end_o(pending_end),
    .read_valid_o(sums_read),
    .read_ready_i(sums_ready && !sums_hold_q && !sums_older),
    .read_slot_o(sums_slot),
    .sum_i(sum),
    .squares_i(squares),
    .lane_read_i(row_load),
    .lane_slot_i(row.slot),
    .lane_mean_o(row_mean),
    .lane_factor_o(row_factor),
    .lane_shift_o(row_shift)
  );

  row_writer #(
    .Dim(Dim),
    .Lanes(Lanes),
    .ScratchWords(ScratchWords)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .offer_i(write_offer_q),
    .take_o(write_take),
    .command_index_i(index_q),
    .index_o(write_index),
    .fault_valid_o(write_fault),
    .fault_addr_o(write_fault_addr),
    .command_i(command_q),
    .lanes_i(op_q.lanes),
    .valid_i(valid[Stages]),
    .uop_i(uop_last),
    .out8_i(out8),
    .out16_i(out16),
    .row_written_o(row_written),
    .command_written_o(command_written),
    .write_valid_o,
    .write_ready_i,
    .write_addr_o,
    .write_data_o
  );

  assign beat_event_o = valid[1];
endmodule

`default_nettype wire
