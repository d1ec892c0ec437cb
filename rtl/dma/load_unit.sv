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

module load_unit #(
  localparam int unsigned Dim          = intformer_pkg::Dim,
  localparam int unsigned BusBytes     = intformer_pkg::BusBytes,
  localparam int unsigned Outstanding  = intformer_pkg::OutstandingReads,
  localparam int unsigned ScratchWords = intformer_pkg::ScratchWords
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         halt_i,
  output logic                         busy_o,
  output logic                         idle_o,
  input  intformer_pkg::window_limits_t limits_i,

  input  logic                         command_valid_i,
  output logic                         command_ready_o,
  input  intformer_pkg::load_command_t command_i,
  input  logic [31:0]                  command_index_i,
  output logic                         done_valid_o,
  output intformer_pkg::done_t         done_o,
  output logic                         error_valid_o,
  output intformer_pkg::error_t        error_o,

  output logic                         ar_valid_o,
  input  logic                         ar_ready_i,
  output intformer_pkg::axi_request_t  ar_o,
  input  logic                         r_valid_i,
  output logic                         r_ready_o,
  input  intformer_pkg::axi_read_t     r_i,

  output logic                         write_valid_o,
  input  logic                         write_ready_i,
  output logic [23:0]                  write_addr_o,
  output logic [Dim*8-1:0]             write_data_o
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;
  localparam int unsigned DimWidth = $clog2(Dim);
  localparam int unsigned SizeWidth = 24 + DimWidth;
  localparam int unsigned Pieces = BusBytes > Dim ? BusBytes / Dim : 1;
  localparam int unsigned OffsetWidth = Pieces > 1 ? $clog2(Pieces) : 1;
  localparam logic [OffsetWidth-1:0] OffsetMask = OffsetWidth'(Pieces - 1);

  // A burst that was requested: who asked, and for what.
  typedef struct packed {
    logic        of_list;  // of a gather
    logic [31:0] index;    // of the command
    logic [AddressBits-1:0] addr;
  } burst_t;
  // What the scratchpad side needs of a command.
  typedef struct packed {
    logic [31:0] index;
    logic [3:0]  signal;
  } word_tag_t;
  typedef struct packed {
    logic [23:0]            addr;
    logic [23:0]            stride;
    logic [23:0]            word_stride;
    logic [23:0]            chunk_words;
    logic [15:0]            chunks;
    logic [OffsetWidth-1:0] offset;
    logic [OffsetWidth-1:0] offset_stride;
    word_tag_t              tag;
  } plan_t;

  logic gather;
  assign gather = command_i.opcode == intformer_pkg::OpGather;

  logic request_ready, plan_ready, plan_valid, walker_ready, request_busy;
  logic drop;

  assign command_ready_o = request_ready && plan_ready && !halt_i;

  // Address side.
  logic issue_valid, issue_last, refused, room;
  logic [7:0] issue_length;
  burst_t      issue;
  logic [63:0] refused_addr;

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
    .gather_i(gather),
    .addr_i(command_i.memory_addr),
    .chunk_bytes_i({command_i.chunk_words, {DimWidth{1'b0}}}),
    .chunks_i(command_i.chunks),
    .stride_i(command_i.memory_stride),
    .list_addr_i(command_i.index_addr),
    .limit_i(command_i.index_limit),
    .tag_i(command_index_i),
    .request_valid_o(row_valid),
    .request_ready_i(row_ready),
    .request_addr_o(row_addr),
    .request_chunk_bytes_o(row_bytes),
    .request_chunks_o(row_chunks),
    .request_stride_o(row_stride),
    .request_tag_o(row_tag),
    .beat_valid_i(list_beat),
    .beat_data_i(r_i.data),
    .error_valid_o(bad_row),
    .error_addr_o(bad_row_addr),
    .error_tag_o(bad_row_index)
  );

  burst_request #(
    .BurstBytes(intformer_pkg::MaxBurstBeats * BusBytes),
    .SizeWidth(SizeWidth),
    .TagWidth(33),
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
    .limits_i,
    .room_i(room),
    .issue_valid_o(issue_valid),
    .issue_addr_o(issue.addr),
    .issue_length_o(issue_length),
    .issue_last_o(issue_last),
    .issue_tag_o({issue.of_list, issue.index}),
    .refused_valid_o(refused),
    .refused_addr_o(refused_addr),
    .ax_valid_o(ar_valid_o),
    .ax_ready_i(ar_ready_i),
    .ax_o(ar_o),
    .busy_o(request_busy)
  );

  // Bursts requested whose last beat has not come.
  localparam int unsigned CountWidth = $clog2(Outstanding + 1);
  logic beat_accept, burst_known;
  burst_t                burst;
  logic [CountWidth-1:0] burst_count;
  fifo #(
    .Width($bits(burst)),
    .Depth(Outstanding)
  ) u_bursts (
    .clk_i,
    .rst_ni,
    .push_valid_i(issue_valid),
    .push_ready_o(room),
    .push_data_i(issue),
    .pop_valid_o(burst_known),
    .pop_ready_i(beat_accept && r_i.last),
    .pop_data_o(burst),
    .count_o(burst_count)
  );
  assign beat_accept = r_valid_i && r_ready_o;
  assign idle_o      = burst_count == '0 && !ar_valid_o;

  // Beats, decoupled from the bus.
  logic beat_valid, beat_ready, unpack_ready, beat_room;
  logic [BusBytes*8-1:0] beat_data;
  logic [1:0]            beat_count;
  assign r_ready_o  = beat_room;
  assign list_beat  = beat_accept && burst.of_list;
  assign beat_ready = unpack_ready || drop;
  fifo #(
    .Width(BusBytes * 8),
    .Depth(2)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .push_valid_i(r_valid_i && !burst.of_list),
    .push_ready_o(beat_room),
    .push_data_i(r_i.data),
    .pop_valid_o(beat_valid),
    .pop_ready_i(beat_ready),
    .pop_data_o(beat_data),
    .count_o(beat_count)
  );

  // Scratchpad side: the commands whose data are awaited, walked word by word.
  plan_t plan_next, plan;
  logic [CountWidth-1:0]  plan_count;
  logic [OffsetWidth-1:0] word_offset;
  logic word_valid, word_chunk_last, word_last, word_taken, data_valid, in_range;
  logic [24:0] word_addr;
  word_tag_t   word_tag;

  assign plan_next.addr          = command_i.scratch_addr;
  assign plan_next.stride        = command_i.scratch_stride;
  assign plan_next.word_stride   = gather ? command_i.word_stride : 24'd1;
  assign plan_next.chunk_words   = command_i.chunk_words;
  assign plan_next.chunks        = command_i.chunks;
  assign plan_next.offset        = OffsetWidth'(command_i.memory_addr >> DimWidth) & OffsetMask;
  assign plan_next.offset_stride = OffsetWidth'(command_i.memory_stride >> DimWidth) & OffsetMask;
  assign plan_next.tag.index     = command_index_i;
  assign plan_next.tag.signal    = command_i.signal;

  fifo #(
    .Width($bits(plan)),
    .Depth(Outstanding)
  ) u_plans (
    .clk_i,
    .rst_ni,
    .push_valid_i(command_valid_i && request_ready && !halt_i),
    .push_ready_o(plan_ready),
    .push_data_i(plan_next),
    .pop_valid_o(plan_valid),
    .pop_ready_i(walker_ready),
    .pop_data_o(plan),
    .count_o(plan_count)
  );

  word_walker #(
    .Words(ScratchWords),
    .OffsetWidth(OffsetWidth),
    .TagWidth($bits(word_tag))
  ) u_walker (
    .clk_i,
    .rst_ni,
    .command_valid_i(plan_valid),
    .command_ready_o(walker_ready),
    .command_addr_i(plan.addr),
    .command_stride_i(plan.stride),
    .command_word_stride_i(plan.word_stride),
    .command_chunk_words_i(plan.chunk_words),
    .command_chunks_i(plan.chunks),
    .command_offset_i(plan.offset),
    .command_offset_stride_i(plan.offset_stride),
    .command_tag_i(plan.tag),
    .word_valid_o(word_valid),
    .word_ready_i(word_taken),
    .word_addr_o(word_addr),
    .word_inside_o(in_range),
    .word_offset_o(word_offset),
    .word_chunk_last_o(word_chunk_last),
    .word_last_o(word_last),
    .word_tag_o(word_tag)
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

  assign write_valid_o = word_valid && data_valid && in_range;
  assign write_addr_o  = word_addr[23:0];
  assign word_taken    = write_valid_o && write_ready_i;

  assign done_valid_o  = word_taken && word_last;
  assign done_o.index  = word_tag.index;
  assign done_o.signal = word_tag.signal;
  assign busy_o        = word_valid || plan_valid;

  // Errors. The first one drops all data until reset: what follows it is of no use. What is refused
  // stays in front of its unit until then.
  logic bus_error, range_error, refusal, refused_q, failed_q;
  assign bus_error     = beat_accept && r_i.resp[1] && !failed_q;
  assign range_error   = word_valid && data_valid && !in_range && !failed_q;
  assign refusal       = (refused_q || (bad_row && !request_busy)) && burst_count == '0 &&
                         !beat_valid && !failed_q;
  assign drop          = halt_i || failed_q;
  assign error_valid_o = bus_error || range_error || refusal;

  always_comb begin
    error_o.code  = intformer_pkg::ErrReadWindow;
    error_o.index = issue.index;
    error_o.addr  = refused_addr;
    if (bus_error) begin
      error_o.code  = intformer_pkg::ErrReadBus;
      error_o.index = burst.index;
      error_o.addr  = 64'(burst.addr);
    end else if (range_error) begin
      error_o.code  = intformer_pkg::ErrScratchRange;
      error_o.index = word_tag.index;
      error_o.addr  = 64'(word_addr);
    end else if (!refused_q) begin
      error_o.code  = intformer_pkg::ErrIndexRange;
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
  assign unused = ^{command_i, issue_last, issue_length, burst_known, beat_count, plan_count,
                    r_i.resp[0]};

  // What the contract demands.
  assert_always a_asked (
    .clk_i,
    .rst_ni,
    .holds_i(!r_valid_i || burst_known)
  );
endmodule

`default_nettype wire
