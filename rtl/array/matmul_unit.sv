// SPDX-License-Identifier: Apache-2.0
// Executes matmul commands: C = A * B or C += A * B over all column tiles (outer) and depth
// tiles.
//
// Contract: a command is handed to the weight loader, which runs ahead by a tile, also into the
//   next command, and to the row streamer. Each result row leaves with its accumulator row and is
//   never held up; acc_data_o comes a cycle after the rest of it. done_valid_o comes when the
//   accumulator has written the last row.
//   halt_i: no new command is taken; those taken are finished.
// Timing: a row of A per cycle; a tile takes max(rows, Dim) cycles; no bubble between tiles or
//   commands while the scratchpad grants a weight word per cycle on average. From the grant of a
//   row to its result: Dim + 4 cycles.
// Errors: an address beyond the end of scratchpad or accumulator, the first in the order of the
//   work: tile by tile the words of B, then row by row A and C. It is reported when all rows before
//   it have left, so that every command before is done; the unit stands still from there.
`default_nettype none

module matmul_unit #(
  parameter int unsigned Dim          = intformer_pkg::Dim,
  parameter int unsigned ScratchWords = intformer_pkg::ScratchWords,
  parameter int unsigned AccRows      = intformer_pkg::AccRows
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              command_valid_i,
  output logic              command_ready_o,
  input  intformer_pkg::matmul_command_t command_i,
  input  logic [31:0]       command_index_i,
  output logic              done_valid_o,
  output intformer_pkg::done_t done_o,
  output logic              error_valid_o,
  output intformer_pkg::error_t error_o,
  input  logic              halt_i,
  output logic              busy_o,

  output logic              a_req_valid_o,
  input  logic              a_req_ready_i,
  output logic [23:0]       a_req_addr_o,
  input  logic              a_rsp_valid_i,
  input  logic [Dim*8-1:0]  a_rsp_data_i,

  output logic              b_req_valid_o,
  input  logic              b_req_ready_i,
  output logic [23:0]       b_req_addr_o,
  input  logic              b_rsp_valid_i,
  input  logic [Dim*8-1:0]  b_rsp_data_i,

  output logic              acc_valid_o,
  output logic [23:0]       acc_addr_o,
  output logic              acc_accumulate_o,
  output logic [Dim*32-1:0] acc_data_o,

  output logic              row_event_o,
  output logic              wait_event_o,
  output logic              hold_event_o
);
  localparam int unsigned AddrWidth = intformer_pkg::AAddrWidth;
  localparam int unsigned SizeWidth = intformer_pkg::DepthWidth;
  localparam int unsigned IndexWidth = $clog2(Dim);

  // Both queues below keep what their reader needs of a command.
  localparam int unsigned WeightCommandWidth = 2 * AddrWidth + 2 * SizeWidth + 1;
  localparam int unsigned RowCommandWidth = 4 * AddrWidth + 3 * SizeWidth + 2;

  logic take, weight_push_ready, row_push_ready, pending_push_ready;
  logic weight_pop_valid, weight_pop_ready, row_pop_valid, row_pop_ready;
  logic [WeightCommandWidth-1:0] weight_command;
  logic [RowCommandWidth-1:0]    row_command;
  logic                      pending_valid;

  assign command_ready_o = !halt_i && weight_push_ready && row_push_ready && pending_push_ready;
  assign take            = command_valid_i && command_ready_o;
  assign busy_o          = pending_valid;

  logic [1:0] unused_weight_count, unused_row_count;
  fifo #(
    .Width(WeightCommandWidth),
    .Depth(2)
  ) u_weight_commands (
    .clk_i,
    .rst_ni,
    .push_valid_i(take),
    .push_ready_o(weight_push_ready),
    .push_data_i({
      command_i.b_addr, command_i.b_stride, command_i.depth, command_i.cols, command_i.b_transposed
    }),
    .pop_valid_o(weight_pop_valid),
    .pop_ready_i(weight_pop_ready),
    .pop_data_o(weight_command),
    .count_o(unused_weight_count)
  );
  fifo #(
    .Width(RowCommandWidth),
    .Depth(2)
  ) u_row_commands (
    .clk_i,
    .rst_ni,
    .push_valid_i(take),
    .push_ready_o(row_push_ready),
    .push_data_i({
      command_i.a_addr, command_i.a_stride, command_i.c_addr, command_i.c_stride,
      command_i.matmul_rows, command_i.depth, command_i.cols, command_i.a_unsigned,
      command_i.accumulate
    }),
    .pop_valid_o(row_pop_valid),
    .pop_ready_i(row_pop_ready),
    .pop_data_o(row_command),
    .count_o(unused_row_count)
  );

  // Taken and not yet done: two waiting, one streaming, at most three in the array.
  logic done_q;
  logic [3:0] unused_pending_count;
  fifo #(
    .Width(36),
    .Depth(8)
  ) u_pending (
    .clk_i,
    .rst_ni,
    .push_valid_i(take),
    .push_ready_o(pending_push_ready),
    .push_data_i({command_i.signal, command_index_i}),
    .pop_valid_o(pending_valid),
    .pop_ready_i(done_q),
    .pop_data_o(done_o),
    .count_o(unused_pending_count)
  );
  assign done_valid_o = done_q;

  logic [AddrWidth-1:0] loader_addr, loader_stride;
  logic [SizeWidth-1:0] loader_depth, loader_cols;
  logic loader_transposed;
  assign {loader_addr, loader_stride, loader_depth, loader_cols, loader_transposed} =
      weight_command;

  logic swap, weights_ready;
  logic weight_valid, weight_transposed;
  logic [IndexWidth-1:0] weight_index;
  logic [Dim*8-1:0]  weight_data;
  logic loader_fault, streamer_fault, target_fault;
  logic [AddrWidth:0] loader_fault_addr, streamer_fault_addr;
  weight_loader #(
    .Dim(Dim),
    .AddrWidth(AddrWidth),
    .SizeWidth(SizeWidth),
    .ScratchWords(ScratchWords)
  ) u_loader (
    .clk_i,
    .rst_ni,
    .command_valid_i(weight_pop_valid),
    .command_ready_o(weight_pop_ready),
    .command_addr_i(loader_addr),
    .command_stride_i(loader_stride),
    .command_depth_i(loader_depth),
    .command_cols_i(loader_cols),
    .command_transposed_i(loader_transposed),
    .req_valid_o(b_req_valid_o),
    .req_ready_i(b_req_ready_i),
    .req_addr_o(b_req_addr_o),
    .rsp_data_i(b_rsp_data_i),
    .swap_i(swap),
    .ready_o(weights_ready),
    .weight_valid_o(weight_valid),
    .weight_transposed_o(weight_transposed),
    .weight_index_o(weight_index),
    .weight_data_o(weight_data),
    .fault_valid_o(loader_fault),
    .fault_addr_o(loader_fault_addr)
  );

  logic [AddrWidth-1:0] streamer_addr, streamer_stride, streamer_target, streamer_target_stride;
  logic [SizeWidth-1:0] streamer_rows, streamer_depth, streamer_cols;
  logic streamer_unsigned, streamer_accumulate;
  assign {streamer_addr, streamer_stride, streamer_target, streamer_target_stride, streamer_rows,
          streamer_depth, streamer_cols, streamer_unsigned, streamer_accumulate} = row_command;

  logic row_valid, row_unsigned;
  logic place_valid, place_add, place_last;
  logic [AddrWidth-1:0] place_addr;
  row_streamer #(
    .Dim(Dim),
    .AddrWidth(AddrWidth),
    .SizeWidth(SizeWidth),
    .ScratchWords(ScratchWords),
    .AccRows(AccRows),
    .AddDistance(intformer_pkg::AddDistance)
  ) u_streamer (
    .clk_i,
    .rst_ni,
    .command_valid_i(row_pop_valid),
    .command_ready_o(row_pop_ready),
    .command_addr_i(streamer_addr),
    .command_stride_i(streamer_stride),
    .command_target_addr_i(streamer_target),
    .command_target_stride_i(streamer_target_stride),
    .command_rows_i(streamer_rows),
    .command_depth_i(streamer_depth),
    .command_cols_i(streamer_cols),
    .command_unsigned_i(streamer_unsigned),
    .command_accumulate_i(streamer_accumulate),
    .weights_ready_i(weights_ready),
    .req_valid_o(a_req_valid_o),
    .req_ready_i(a_req_ready_i),
    .req_addr_o(a_req_addr_o),
    .row_valid_o(row_valid),
    .row_swap_o(swap),
    .row_unsigned_o(row_unsigned),
    .place_valid_o(place_valid),
    .place_addr_o(place_addr),
    .place_add_o(place_add),
    .place_last_o(place_last),
    .fault_valid_o(streamer_fault),
    .fault_target_o(target_fault),
    .fault_addr_o(streamer_fault_addr),
    .wait_event_o,
    .hold_event_o
  );
  assign row_event_o = place_valid;

  logic sum_soon;
  systolic_array #(
    .Dim(Dim)
  ) u_array (
    .clk_i,
    .rst_ni,
    .row_valid_i(row_valid),
    .row_swap_i(swap),
    .row_unsigned_i(row_unsigned),
    .row_data_i(a_rsp_data_i),
    .weight_valid_i(weight_valid),
    .weight_transposed_i(weight_transposed),
    .weight_index_i(weight_index),
    .weight_data_i(weight_data),
    .sum_soon_o(sum_soon),
    .sum_data_o(acc_data_o)
  );

  // Where the rows in the array belong: a row is in it for Dim + 4 cycles, so the FIFO never fills.
  localparam int unsigned PlaceDepth = Dim + 8;
  logic place_ready, place_out_valid, place_out_last, place_out_add;
  logic [AddrWidth-1:0] place_out_addr;
  logic [$clog2(PlaceDepth+1)-1:0] unused_place_count;
  fifo #(
    .Width(AddrWidth + 2),
    .Depth(PlaceDepth)
  ) u_places (
    .clk_i,
    .rst_ni,
    .push_valid_i(place_valid),
    .push_ready_o(place_ready),
    .push_data_i({place_last, place_add, place_addr}),
    .pop_valid_o(place_out_valid),
    .pop_ready_i(sum_soon),
    .pop_data_o({place_out_last, place_out_add, place_out_addr}),
    .count_o(unused_place_count)
  );

  // The accumulator learns a row's place a cycle before its data, and writes it AccumulateLatency
  // cycles after those.
  always_ff @(posedge clk_i) begin
    acc_addr_o       <= place_out_addr;
    acc_accumulate_o <= place_out_add;
  end
  localparam int unsigned Accumulate = intformer_pkg::AccumulateLatency;
  logic [Accumulate:0] last_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      acc_valid_o <= 1'b0;
      last_q      <= '0;
      done_q      <= 1'b0;
    end else begin
      acc_valid_o <= sum_soon;
      last_q      <= {last_q[Accumulate-1:0], sum_soon && place_out_last};
      done_q      <= last_q[Accumulate];
    end
  end

  // With no row on its way the oldest command not done is the one being streamed.
  logic fault, failed_q;
  assign fault         = streamer_fault || (loader_fault && wait_event_o);
  assign error_valid_o = fault && !failed_q && !place_out_valid && last_q == '0 && !done_q;
  assign error_o.code  = streamer_fault && target_fault ? intformer_pkg::ErrAccumulatorRange
                                                        : intformer_pkg::ErrScratchRange;
  assign error_o.index = done_o.index;
  assign error_o.addr  = streamer_fault ? 64'(streamer_fault_addr) : 64'(loader_fault_addr);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) failed_q <= 1'b0;
    else if (error_valid_o) failed_q <= 1'b1;
  end

  logic unused_command;
  assign unused_command = ^command_i;
  logic unused_response;
  assign unused_response = ^{a_rsp_valid_i, b_rsp_valid_i, place_ready, place_out_valid};

  // What the contract demands.
  assert_always a_place_room (
    .clk_i,
    .rst_ni,
    .holds_i(!place_valid || place_ready)
  );
  assert_always a_place (
    .clk_i,
    .rst_ni,
    .holds_i(!sum_soon || place_out_valid)
  );
  assert_always a_data_in_time (
    .clk_i,
    .rst_ni,
    .holds_i(a_rsp_valid_i == row_valid)
  );
endmodule

`default_nettype wire
