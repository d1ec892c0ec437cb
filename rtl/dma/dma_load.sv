// SPDX-License-Identifier: Apache-2.0
// Load unit: memory to scratchpad, two-dimensional; rows at a stride, or picked by a list (gather).
//
// Contract: command sizes are at least 1, memory address and stride multiples of Dim (the
//   dispatcher has checked). A gather also reads its list of row numbers (row_lookup); its stride
//   is a multiple of 64, and at most 64 rows are picked. Bursts of later commands are requested
//   while earlier data arrive, up to Outstanding. Words are written in order; a command is done
//   when its last word is accepted. Errors: a burst outside the readable windows, an AXI error
//   response, a scratchpad address beyond ScratchWords, a row number beyond the gather's limit;
//   each names its command, and nothing is written or requested for it any more. They come in the
//   order of the words: a burst or row that is refused is reported when all words before it have
//   been written. An error response is reported as it arrives. While halt_i is high nothing new is
//   requested, arriving data are dropped, idle_o rises when all came.
// Timing: one word or one bus beat per cycle, whichever is slower; ar and r are registered,
//   write_valid_o is not a function of write_ready_i.
`default_nettype none

module dma_load #(
  parameter int unsigned Dim          = 16,
  parameter int unsigned BusBytes     = 16,
  parameter int unsigned BurstBytes   = 1024,
  parameter int unsigned AddressBits  = 40,
  parameter int unsigned Outstanding  = 8,
  parameter int unsigned WindowCount  = 4,
  parameter int unsigned ScratchWords = 32768,
  parameter logic [7:0]  ErrorWindow  = 8'd4,
  parameter logic [7:0]  ErrorBus     = 8'd7,
  parameter logic [7:0]  ErrorRange   = 8'd10,
  parameter logic [7:0]  ErrorIndex   = 8'd14
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      halt_i,
  output logic                      busy_o,
  output logic                      idle_o,
  input  logic                      command_valid_i,
  output logic                      command_ready_o,
  input  logic [23:0]               scratch_addr_i,
  input  logic [63:0]               memory_addr_i,
  input  logic [23:0]               chunk_words_i,
  input  logic [15:0]               chunks_i,
  input  logic [23:0]               scratch_stride_i,
  input  logic [31:0]               memory_stride_i,
  input  logic [23:0]               word_stride_i,
  input  logic                      gather_i,
  input  logic [63:0]               list_addr_i,
  input  logic [31:0]               list_limit_i,
  input  logic [3:0]                signal_i,
  input  logic [31:0]               index_i,
  output logic                      done_valid_o,
  output intformer_pkg::done_t done_o,
  output logic                      error_valid_o,
  output intformer_pkg::error_t error_o,
  input  logic [WindowCount*64-1:0] window_base_i,
  input  logic [WindowCount*64-1:0] window_end_i,
  input  logic [WindowCount*2-1:0]  window_permissions_i,
  output logic                      ar_valid_o,
  input  logic                      ar_ready_i,
  output logic [AddressBits-1:0]    ar_addr_o,
  output logic [7:0]                ar_length_o,
  input  logic                      r_valid_i,
  output logic                      r_ready_o,
  input  logic [BusBytes*8-1:0]     r_data_i,
  input  logic [1:0]                r_resp_i,
  input  logic                      r_last_i,
  output logic                      write_valid_o,
  input  logic                      write_ready_i,
  output logic [23:0]               write_addr_o,
  output logic [Dim*8-1:0]          write_data_o
);
  localparam int unsigned DimWidth = $clog2(Dim);
  localparam int unsigned SizeWidth = 24 + DimWidth;
  localparam int unsigned Pieces = BusBytes > Dim ? BusBytes / Dim : 1;
  localparam int unsigned OffsetWidth = Pieces > 1 ? $clog2(Pieces) : 1;
  localparam logic [OffsetWidth-1:0] OffsetMask = OffsetWidth'(Pieces - 1);

  logic request_ready, plan_ready, plan_valid, walker_ready, request_busy;
  logic [31:0] word_index;
  logic        drop;

  assign command_ready_o = request_ready && plan_ready && !halt_i;

  // Address side.
  logic issue_valid, issue_last, refused, room;
  logic [63:0] issue_addr;
  logic [7:0]  issue_length;
  logic [31:0] issue_index;
  logic        issue_list;

  logic row_valid, row_ready, list_beat, bad_row;
  logic [63:0] row_addr, bad_row_addr;
  logic [SizeWidth-1:0]      row_bytes;
  logic [15:0]           row_chunks;
  logic [31:0] row_stride, bad_row_index;
  logic [32:0] row_tag;
  row_lookup #(
    .BusBytes(BusBytes),
    .SizeWidth(SizeWidth)
  ) u_lookup (
    .clk_i,
    .rst_ni,
    .stop_i(drop),
    .command_valid_i(command_valid_i && plan_ready),
    .command_ready_o(request_ready),
    .gather_i,
    .addr_i(memory_addr_i),
    .chunk_bytes_i({chunk_words_i, {DimWidth{1'b0}}}),
    .chunks_i,
    .stride_i(memory_stride_i),
    .list_addr_i,
    .limit_i(list_limit_i),
    .tag_i(index_i),
    .request_valid_o(row_valid),
    .request_ready_i(row_ready),
    .request_addr_o(row_addr),
    .request_chunk_bytes_o(row_bytes),
    .request_chunks_o(row_chunks),
    .request_stride_o(row_stride),
    .request_tag_o(row_tag),
    .beat_valid_i(list_beat),
    .beat_data_i(r_data_i),
    .error_valid_o(bad_row),
    .error_addr_o(bad_row_addr),
    .error_tag_o(bad_row_index)
  );

  burst_request #(
    .BusBytes(BusBytes),
    .BurstBytes(BurstBytes),
    .SizeWidth(SizeWidth),
    .TagWidth(33),
    .AddressBits(AddressBits),
    .WindowCount(WindowCount),
    .Permission(0)
  ) u_request (
    .clk_i,
    .rst_ni,
    .halt_i,
    .command_valid_i(row_valid),
    .command_ready_o(row_ready),
    .command_addr_i(row_addr),
    .command_chunk_bytes_i(row_bytes),
    .command_chunks_i(row_chunks),
    .command_stride_i(row_stride),
    .command_tag_i(row_tag),
    .window_base_i,
    .window_end_i,
    .window_permissions_i,
    .room_i(room),
    .issue_valid_o(issue_valid),
    .issue_addr_o(issue_addr),
    .issue_length_o(issue_length),
    .issue_last_o(issue_last),
    .issue_tag_o({issue_list, issue_index}),
    .refused_valid_o(refused),
    .ax_valid_o(ar_valid_o),
    .ax_ready_i(ar_ready_i),
    .ax_addr_o(ar_addr_o),
    .ax_length_o(ar_length_o),
    .busy_o(request_busy)
  );

  // Bursts requested whose last beat has not come: who asked, and for what address.
  localparam int unsigned BurstCountWidth = $clog2(Outstanding + 1);
  logic beat_accept, burst_known, burst_list;
  logic [31:0]            burst_index;
  logic [63:0]            burst_addr;
  logic [BurstCountWidth-1:0] burst_count;
  fifo #(
    .Width(97),
    .Depth(Outstanding)
  ) u_bursts (
    .clk_i,
    .rst_ni,
    .push_valid_i(issue_valid),
    .push_ready_o(room),
    .push_data_i({issue_list, issue_index, issue_addr}),
    .pop_valid_o(burst_known),
    .pop_ready_i(beat_accept && r_last_i),
    .pop_data_o({burst_list, burst_index, burst_addr}),
    .count_o(burst_count)
  );
  assign beat_accept = r_valid_i && r_ready_o;
  assign idle_o      = burst_count == '0 && !ar_valid_o;

  // Beats, decoupled from the bus.
  logic beat_valid, beat_ready, unpack_ready, beat_room;
  logic [BusBytes*8-1:0] beat_data;
  logic [1:0]            beat_count;
  assign r_ready_o  = beat_room;
  assign list_beat  = beat_accept && burst_list;
  assign beat_ready = unpack_ready || drop;
  fifo #(
    .Width(BusBytes * 8),
    .Depth(2)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .push_valid_i(r_valid_i && !burst_list),
    .push_ready_o(beat_room),
    .push_data_i(r_data_i),
    .pop_valid_o(beat_valid),
    .pop_ready_i(beat_ready),
    .pop_data_o(beat_data),
    .count_o(beat_count)
  );

  // Scratchpad side: the commands whose data are awaited, walked word by word.
  localparam int unsigned PlanWidth = 24 + 24 + 24 + 24 + 16 + 2 * OffsetWidth + 36;
  localparam int unsigned PlanCountWidth = $clog2(Outstanding + 1);
  logic [PlanWidth-1:0]      plan;
  logic [PlanCountWidth-1:0] plan_count;
  logic [OffsetWidth-1:0] offset, offset_stride, word_offset;
  logic word_valid, word_chunk_last, word_last, word_taken, data_valid, in_range;
  logic [24:0]           word_addr;
  logic [3:0]            word_signal;

  assign offset        = OffsetWidth'(memory_addr_i >> DimWidth) & OffsetMask;
  assign offset_stride = OffsetWidth'(memory_stride_i >> DimWidth) & OffsetMask;

  fifo #(
    .Width(PlanWidth),
    .Depth(Outstanding)
  ) u_plans (
    .clk_i,
    .rst_ni,
    .push_valid_i(command_valid_i && request_ready && !halt_i),
    .push_ready_o(plan_ready),
    .push_data_i({scratch_addr_i, scratch_stride_i, word_stride_i, chunk_words_i, chunks_i, offset,
                  offset_stride, index_i, signal_i}),
    .pop_valid_o(plan_valid),
    .pop_ready_i(walker_ready),
    .pop_data_o(plan),
    .count_o(plan_count)
  );

  word_walker #(
    .OffsetWidth(OffsetWidth),
    .TagWidth(36)
  ) u_walker (
    .clk_i,
    .rst_ni,
    .command_valid_i(plan_valid),
    .command_ready_o(walker_ready),
    .command_addr_i(plan[PlanWidth-1 -: 24]),
    .command_stride_i(plan[PlanWidth-25 -: 24]),
    .command_word_stride_i(plan[PlanWidth-49 -: 24]),
    .command_chunk_words_i(plan[PlanWidth-73 -: 24]),
    .command_chunks_i(plan[PlanWidth-97 -: 16]),
    .command_offset_i(plan[36+OffsetWidth +: OffsetWidth]),
    .command_offset_stride_i(plan[36 +: OffsetWidth]),
    .command_tag_i(plan[35:0]),
    .word_valid_o(word_valid),
    .word_ready_i(word_taken),
    .word_addr_o(word_addr),
    .word_offset_o(word_offset),
    .word_chunk_last_o(word_chunk_last),
    .word_last_o(word_last),
    .word_tag_o({word_index, word_signal})
  );

  beat_unpacker #(
    .WordBytes(Dim),
    .BusBytes(BusBytes)
  ) u_unpacker (
    .clk_i,
    .rst_ni,
    .beat_valid_i(beat_valid && !drop),
    .beat_ready_o(unpack_ready),
    .beat_data_i(beat_data),
    .word_valid_o(data_valid),
    .word_ready_i(word_taken),
    .word_offset_i(word_offset),
    .word_chunk_last_i(word_chunk_last),
    .word_data_o(write_data_o)
  );

  assign in_range      = word_addr < 25'(ScratchWords);
  assign write_valid_o = word_valid && data_valid && in_range;
  assign write_addr_o  = word_addr[23:0];
  assign word_taken    = write_valid_o && write_ready_i;

  assign done_valid_o  = word_taken && word_last;
  assign done_o.index  = word_index;
  assign done_o.signal = word_signal;
  assign busy_o        = word_valid || plan_valid;

  // Errors. The first one drops all data until reset: what follows it is of no use. What is refused
  // stays in front of its unit until then.
  logic bus_error, range_error, refusal, refused_q, failed_q;
  assign bus_error     = beat_accept && r_resp_i[1] && !failed_q;
  assign range_error   = word_valid && data_valid && !in_range && !failed_q;
  assign refusal       = (refused_q || (bad_row && !request_busy)) && burst_count == '0 &&
                         !beat_valid && !failed_q;
  assign drop          = halt_i || failed_q;
  assign error_valid_o = bus_error || range_error || refusal;

  always_comb begin
    error_o.code  = ErrorWindow;
    error_o.index = issue_index;
    error_o.addr  = issue_addr;
    if (bus_error) begin
      error_o.code  = ErrorBus;
      error_o.index = burst_index;
      error_o.addr  = burst_addr;
    end else if (range_error) begin
      error_o.code  = ErrorRange;
      error_o.index = word_index;
      error_o.addr  = 64'(word_addr);
    end else if (!refused_q) begin
      error_o.code  = ErrorIndex;
      error_o.index = bad_row_index;
      error_o.addr  = bad_row_addr;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      refused_q <= 1'b0;
      failed_q  <= 1'b0;
    end else begin
      if (refused) refused_q <= 1'b1;
      if (error_valid_o) failed_q <= 1'b1;
    end
  end

  logic unused;
  assign unused = ^{issue_last, issue_length, burst_known, beat_count, plan_count, r_resp_i[0]};

  // What the contract demands.
  assert_always a_asked (
    .clk_i,
    .rst_ni,
    .holds_i(!r_valid_i || burst_known)
  );
endmodule

`default_nettype wire
