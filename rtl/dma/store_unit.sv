// SPDX-License-Identifier: Apache-2.0
// Store unit: scratchpad to memory, two-dimensional.
//
// Contract: command sizes are at least 1, memory address and stride multiples of Dim (the
//   dispatcher has checked). Write data may lead their address on the bus. A command is done when
//   the response to its last burst has come. Errors: a burst outside the writable windows, an AXI
//   error response, a scratchpad address beyond ScratchWords (such a word is sent with its strobes
//   low). They come in the order of the words: a word beyond the end is reported when the burst
//   that it belongs to was requested, a burst that is refused when all before it have their
//   responses. An error response is reported as it arrives. While halt_i is high no new burst
//   begins; those begun get all their data; idle_o rises after the last response.
// Timing: one word or one bus beat per cycle, whichever is slower; aw and w are registered. The
//   scratchpad answers a read 2 or more cycles after its grant, in order.
`default_nettype none

module store_unit #(
  localparam int unsigned Dim          = intformer_pkg::Dim,
  localparam int unsigned BusBytes     = intformer_pkg::BusBytes,
  localparam int unsigned Outstanding  = intformer_pkg::OutstandingWrites,
  localparam int unsigned ScratchWords = intformer_pkg::ScratchWords
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          halt_i,
  output logic                          busy_o,
  output logic                          idle_o,
  output logic                          word_event_o,  // a word of a store leaves for the bus
  input  intformer_pkg::window_limits_t limits_i,

  input  logic                          command_valid_i,
  output logic                          command_ready_o,
  input  intformer_pkg::store_command_t command_i,
  input  logic [31:0]                   command_index_i,
  output logic                          done_valid_o,
  output intformer_pkg::done_t          done_o,
  output logic                          error_valid_o,
  output intformer_pkg::error_t         error_o,

  output logic                          aw_valid_o,
  input  logic                          aw_ready_i,
  output intformer_pkg::axi_request_t   aw_o,
  output logic                          w_valid_o,
  input  logic                          w_ready_i,
  output intformer_pkg::axi_write_t     w_o,
  input  logic                          b_valid_i,
  output logic                          b_ready_o,
  input  logic [1:0]                    b_resp_i,

  output logic                          read_req_valid_o,
  input  logic                          read_req_ready_i,
  output logic [23:0]                   read_req_addr_o,
  input  logic                          read_rsp_valid_i,
  input  logic [Dim*8-1:0]              read_rsp_data_i
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;
  localparam int unsigned DimWidth = $clog2(Dim);
  localparam int unsigned SizeWidth = 24 + DimWidth;
  localparam int unsigned Pieces = BusBytes > Dim ? BusBytes / Dim : 1;
  localparam int unsigned OffsetWidth = Pieces > 1 ? $clog2(Pieces) : 1;
  localparam int unsigned UnitBytes = BusBytes / Pieces;
  localparam int unsigned CountWidth = $clog2(Outstanding + 1);
  localparam int unsigned WordBuffer = 8;  // words between grant and bus: covers the read latency
  localparam logic [OffsetWidth-1:0] OffsetMask = OffsetWidth'(Pieces - 1);

  // A burst that was requested.
  typedef struct packed {
    logic        last;  // of its command
    logic [31:0] index;
    logic [3:0]  signal;
    logic [AddressBits-1:0] addr;
  } burst_t;
  // What the scratchpad side needs of a command.
  typedef struct packed {
    logic [23:0]            addr;
    logic [23:0]            stride;
    logic [23:0]            chunk_words;
    logic [15:0]            chunks;
    logic [OffsetWidth-1:0] offset;
    logic [OffsetWidth-1:0] offset_stride;
    logic [31:0]            index;
  } plan_t;
  // Where a word that was read lies in its beat.
  typedef struct packed {
    logic [OffsetWidth-1:0] offset;
    logic                   chunk_last;
    logic                   void_word;
  } side_t;
  typedef struct packed {
    logic [BusBytes*8-1:0] data;
    logic [Pieces-1:0]     strobe;  // a bit per unit
  } beat_t;

  logic request_ready, plan_ready, plan_valid, walker_ready, request_busy;

  assign command_ready_o = request_ready && plan_ready && !halt_i;

  // Address side.
  logic issue_valid, refused, room;
  logic [7:0] issue_length;
  burst_t      issue;
  logic [63:0] refused_addr;

  burst_request #(
    .BurstBytes(intformer_pkg::MaxBurstBeats * BusBytes),
    .SizeWidth(SizeWidth),
    .TagWidth(36),
    .Permission(1)
  ) u_request (
    .clk_i,
    .rst_ni,
    .halt_i,
    .command_valid_i(command_valid_i && plan_ready && !halt_i),
    .command_ready_o(request_ready),
    .command_addr_i(command_i.memory_addr),
    .command_chunk_bytes_i({command_i.chunk_words, {DimWidth{1'b0}}}),
    .command_chunks_i(command_i.chunks),
    .command_stride_i(command_i.memory_stride),
    .command_tag_i({command_index_i, command_i.signal}),
    .limits_i,
    .room_i(room),
    .issue_valid_o(issue_valid),
    .issue_addr_o(issue.addr),
    .issue_length_o(issue_length),
    .issue_last_o(issue.last),
    .issue_tag_o({issue.index, issue.signal}),
    .refused_valid_o(refused),
    .refused_addr_o(refused_addr),
    .ax_valid_o(aw_valid_o),
    .ax_ready_i(aw_ready_i),
    .ax_o(aw_o),
    .busy_o(request_busy)
  );

  // Bursts without a response yet.
  logic burst_known, b_accept;
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
    .pop_ready_i(b_valid_i),
    .pop_data_o(burst),
    .count_o(burst_count)
  );
  assign b_ready_o = burst_known;
  assign b_accept  = b_valid_i && b_ready_o;
  assign idle_o    = !burst_known && !aw_valid_o;

  // Scratchpad side: commands walked word by word.
  plan_t plan_next, plan;
  logic [CountWidth-1:0]  plan_count;
  logic [OffsetWidth-1:0] word_offset;
  logic word_valid, word_chunk_last, word_last, word_granted, in_range, failed_q;
  logic [24:0] word_addr;
  logic [31:0] word_index;

  assign plan_next.addr          = command_i.scratch_addr;
  assign plan_next.stride        = command_i.scratch_stride;
  assign plan_next.chunk_words   = command_i.chunk_words;
  assign plan_next.chunks        = command_i.chunks;
  assign plan_next.offset        = OffsetWidth'(command_i.memory_addr >> DimWidth) & OffsetMask;
  assign plan_next.offset_stride = OffsetWidth'(command_i.memory_stride >> DimWidth) & OffsetMask;
  assign plan_next.index         = command_index_i;

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
    .TagWidth(32)
  ) u_walker (
    .clk_i,
    .rst_ni,
    .command_valid_i(plan_valid),
    .command_ready_o(walker_ready),
    .command_addr_i(plan.addr),
    .command_stride_i(plan.stride),
    .command_word_stride_i(24'd1),
    .command_chunk_words_i(plan.chunk_words),
    .command_chunks_i(plan.chunks),
    .command_offset_i(plan.offset),
    .command_offset_stride_i(plan.offset_stride),
    .command_tag_i(plan.index),
    .word_valid_o(word_valid),
    .word_ready_i(word_granted),
    .word_addr_o(word_addr),
    .word_inside_o(in_range),
    .word_offset_o(word_offset),
    .word_chunk_last_o(word_chunk_last),
    .word_last_o(word_last),
    .word_tag_o(word_index)
  );

  // A request needs a place for its word. Out of range, it waits until the error is reported; then
  // word 0 is read in its stead and sent void.
  localparam int unsigned CreditWidth = $clog2(WordBuffer + 1);
  logic [CreditWidth-1:0] credit_q;
  logic               word_sent;
  assign read_req_valid_o = word_valid && credit_q != '0 && (in_range || failed_q || halt_i);
  assign read_req_addr_o  = in_range ? word_addr[23:0] : '0;
  assign word_granted     = read_req_valid_o && read_req_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) credit_q <= CreditWidth'(WordBuffer);
    else if (word_granted != word_sent) begin
      credit_q <= credit_q + CreditWidth'($signed({word_granted, 1'b1}));
    end
  end

  logic side_valid, side_ready, data_valid, data_ready;
  side_t side_next, side;
  logic [Dim*8-1:0] data;
  logic [CreditWidth-1:0] side_count, data_count;

  assign side_next.offset     = word_offset;
  assign side_next.chunk_last = word_chunk_last;
  assign side_next.void_word  = !in_range;
  fifo #(
    .Width($bits(side)),
    .Depth(WordBuffer)
  ) u_sides (
    .clk_i,
    .rst_ni,
    .push_valid_i(word_granted),
    .push_ready_o(side_ready),
    .push_data_i(side_next),
    .pop_valid_o(side_valid),
    .pop_ready_i(word_sent),
    .pop_data_o(side),
    .count_o(side_count)
  );
  fifo #(
    .Width(Dim * 8),
    .Depth(WordBuffer)
  ) u_words (
    .clk_i,
    .rst_ni,
    .push_valid_i(read_rsp_valid_i),
    .push_ready_o(data_ready),
    .push_data_i(read_rsp_data_i),
    .pop_valid_o(data_valid),
    .pop_ready_i(word_sent),
    .pop_data_o(data),
    .count_o(data_count)
  );

  // Words to beats, and beats to bursts.
  logic pack_ready, pack_valid, beat_room, beat_valid;
  beat_t packed_beat, beat;
  logic [1:0] beat_count;
  logic       length_valid;
  assign word_sent    = data_valid && pack_ready;
  assign word_event_o = word_sent;

  beat_packer #(
    .WordBytes(Dim),
    .BusBytes(BusBytes)
  ) u_packer (
    .clk_i,
    .rst_ni,
    .word_valid_i(data_valid),
    .word_ready_o(pack_ready),
    .word_data_i(data),
    .word_offset_i(side.offset),
    .word_chunk_last_i(side.chunk_last),
    .word_void_i(side.void_word),
    .beat_valid_o(pack_valid),
    .beat_ready_i(beat_room),
    .beat_data_o(packed_beat.data),
    .beat_strobe_o(packed_beat.strobe)
  );
  fifo #(
    .Width($bits(beat)),
    .Depth(2)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .push_valid_i(pack_valid),
    .push_ready_o(beat_room),
    .push_data_i(packed_beat),
    .pop_valid_o(beat_valid),
    .pop_ready_i(w_ready_i && length_valid),
    .pop_data_o(beat),
    .count_o(beat_count)
  );

  logic length_ready, w_accept;
  logic [7:0] length, sent_q;
  logic [CountWidth-1:0] length_count;
  fifo #(
    .Width(8),
    .Depth(Outstanding)
  ) u_lengths (
    .clk_i,
    .rst_ni,
    .push_valid_i(issue_valid),
    .push_ready_o(length_ready),
    .push_data_i(issue_length),
    .pop_valid_o(length_valid),
    .pop_ready_i(w_accept && w_o.last),
    .pop_data_o(length),
    .count_o(length_count)
  );

  assign w_valid_o = beat_valid && length_valid;
  assign w_o.last  = sent_q == length;
  assign w_o.data  = beat.data;
  assign w_accept  = w_valid_o && w_ready_i;
  always_comb begin
    for (int unsigned i = 0; i < Pieces; i++) begin
      w_o.strobe[i*UnitBytes +: UnitBytes] = {UnitBytes{beat.strobe[i]}};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) sent_q <= '0;
    else if (w_accept) sent_q <= w_o.last ? '0 : sent_q + 1'b1;
  end

  assign done_valid_o  = b_accept && burst.last && !b_resp_i[1];
  assign done_o.index  = burst.index;
  assign done_o.signal = burst.signal;
  assign busy_o        = word_valid || plan_valid || request_busy || burst_known;

  // With all words before it sent, a burst that lacks data is that of the word out of range.
  logic bus_error, range_error, refusal, refused_q;
  assign bus_error     = b_accept && b_resp_i[1] && !failed_q;
  assign range_error   = word_valid && !in_range && credit_q == CreditWidth'(WordBuffer) &&
                         !beat_valid && length_valid && !failed_q;
  assign refusal       = refused_q && !length_valid && idle_o && !failed_q;
  assign error_valid_o = bus_error || range_error || refusal;

  always_comb begin
    error_o.code  = intformer_pkg::ErrWriteWindow;
    error_o.index = issue.index;
    error_o.addr  = refused_addr;
    if (bus_error) begin
      error_o.code  = intformer_pkg::ErrWriteBus;
      error_o.index = burst.index;
      error_o.addr  = 64'(burst.addr);
    end else if (range_error) begin
      error_o.code  = intformer_pkg::ErrScratchRange;
      error_o.index = word_index;
      error_o.addr  = 64'(word_addr);
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
  assign unused = ^{command_i, burst_count, plan_count, word_last, side_valid, side_ready,
                    data_ready, side_count, data_count, beat_count, length_ready, length_count,
                    b_resp_i[0]};

  // What the contract demands.
  assert_always a_side_room (
    .clk_i,
    .rst_ni,
    .holds_i(!word_granted || side_ready)
  );
  assert_always a_data_room (
    .clk_i,
    .rst_ni,
    .holds_i(!read_rsp_valid_i || data_ready)
  );
  assert_always a_length_room (
    .clk_i,
    .rst_ni,
    .holds_i(!issue_valid || length_ready)
  );
  assert_held #(
    .Width($bits(w_o))
  ) a_beat_held (
    .clk_i,
    .rst_ni,
    .valid_i(w_valid_o),
    .ready_i(w_ready_i),
    .payload_i(w_o)
  );
endmodule

`default_nettype wire
