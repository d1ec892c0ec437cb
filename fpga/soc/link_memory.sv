// SPDX-License-Identifier: Apache-2.0
// AXI4 master: reads a range of memory as a stream of words, or writes one out of the buffer.
//
// Contract: start_i begins a range of words, at least one, as write_i says; the next begins when
//   busy_o is low. error_o says that an answer of the last range was SLVERR or DECERR: its words
//   come or were offered all the same. A write leaves the other bytes of its first and last beat
//   alone. give_up_i ends a range that is not answered: no more of its words come or are written,
//   and busy_o stays high until what the bus was asked for is answered.
// Timing: words are read one per cycle where the memory gives as much; bursts end at multiples of
//   128 bytes, and two are under way at most. Every AXI output but m_axi_rready_o, which depends on
//   registers only, is a register or constant.
`default_nettype none

module link_memory #(
  parameter  int unsigned DataBits    = 64,  // 32, 64 or 128
  parameter  int unsigned AddressBits = 32,  // 32 or more
  parameter  int unsigned AddrWidth   = 8,   // of the buffer
  localparam int unsigned WordBits    = 30
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   start_i,
  input  logic                   write_i,
  input  logic [WordBits-1:0]    first_i,
  input  logic [WordBits-1:0]    words_i,
  input  logic                   give_up_i,
  output logic                   busy_o,
  output logic                   error_o,
  output logic                   word_valid_o,
  output logic [31:0]            word_o,
  output logic [AddrWidth-1:0]   read_addr_o,
  input  logic [31:0]            read_data_i,

  output logic [AddressBits-1:0] m_axi_araddr_o,
  output logic [7:0]             m_axi_arlen_o,
  output logic [2:0]             m_axi_arsize_o,
  output logic [1:0]             m_axi_arburst_o,
  output logic                   m_axi_arvalid_o,
  input  logic                   m_axi_arready_i,
  input  logic [DataBits-1:0]    m_axi_rdata_i,
  input  logic [1:0]             m_axi_rresp_i,
  input  logic                   m_axi_rlast_i,
  input  logic                   m_axi_rvalid_i,
  output logic                   m_axi_rready_o,
  output logic [AddressBits-1:0] m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [DataBits-1:0]    m_axi_wdata_o,
  output logic [DataBits/8-1:0]  m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o
);
  localparam int unsigned BurstBytes = 128;
  localparam int unsigned BurstBeats = BurstBytes * 8 / DataBits;
  localparam int unsigned BlockBits = $clog2(BurstBeats);
  localparam int unsigned LaneBits = $clog2(DataBits / 32);
  localparam int unsigned LaneWidth = LaneBits > 0 ? LaneBits : 1;
  localparam int unsigned BeatBits = WordBits - LaneBits;
  localparam logic [1:0] BurstIncrement = 2'b01;
  localparam logic [2:0] BeatSize = 3'($clog2(DataBits / 8));

  // The range in beats.
  logic [WordBits-1:0] end_word;
  logic [LaneWidth-1:0] first_lane;
  logic [BeatBits-1:0] first_beat, beats;

  assign first_lane = LaneBits > 0 ? first_i[LaneWidth-1:0] : '0;
  assign first_beat = first_i[WordBits-1:LaneBits];
  assign end_word   = WordBits'(first_lane) + words_i + WordBits'(DataBits / 32 - 1);
  assign beats      = end_word[WordBits-1:LaneBits];

  logic write_q, burst_valid, burst_ready, burst_ended, bursts_busy;
  logic [BeatBits-1:0] burst_first;
  logic [7:0] burst_length;

  logic given_up_q, drop;

  assign drop = given_up_q && busy_o;

  always_ff @(posedge clk_i) if (start_i) write_q <= write_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !busy_o) given_up_q <= 1'b0;
    else if (give_up_i) given_up_q <= 1'b1;
  end

  assign burst_ready = write_q ? m_axi_awready_i : m_axi_arready_i;
  assign burst_ended = m_axi_bvalid_i || (m_axi_rvalid_i && m_axi_rready_o && m_axi_rlast_i);

  link_bursts #(
    .BeatBits(BeatBits),
    .BurstBeats(BurstBeats)
  ) u_bursts (
    .clk_i,
    .rst_ni,
    .start_i,
    .first_i(first_beat),
    .beats_i(beats),
    .stop_i(drop && !write_q),
    .burst_valid_o(burst_valid),
    .burst_ready_i(burst_ready),
    .burst_first_o(burst_first),
    .burst_length_o(burst_length),
    .ended_i(burst_ended),
    .busy_o(bursts_busy)
  );

  assign m_axi_arvalid_o = burst_valid && !write_q;
  assign m_axi_araddr_o  = AddressBits'(burst_first) << $clog2(DataBits / 8);
  assign m_axi_arlen_o   = burst_length;
  assign m_axi_arsize_o  = BeatSize;
  assign m_axi_arburst_o = BurstIncrement;
  assign m_axi_awvalid_o = burst_valid && write_q;
  assign m_axi_awaddr_o  = m_axi_araddr_o;
  assign m_axi_awlen_o   = burst_length;
  assign m_axi_awsize_o  = BeatSize;
  assign m_axi_awburst_o = BurstIncrement;
  assign m_axi_bready_o  = 1'b1;

  logic reader_busy, reader_error, writer_busy, writer_error;

  link_reader #(
    .DataBits(DataBits),
    .WordBits(WordBits)
  ) u_reader (
    .clk_i,
    .rst_ni,
    .start_i(start_i && !write_i),
    .first_i(first_lane),
    .words_i,
    .drop_i(drop && !write_q),
    .word_valid_o,
    .word_o,
    .busy_o(reader_busy),
    .error_o(reader_error),
    .r_data_i(m_axi_rdata_i),
    .r_error_i(m_axi_rresp_i[1]),
    .r_valid_i(m_axi_rvalid_i),
    .r_ready_o(m_axi_rready_o)
  );

  link_writer #(
    .DataBits(DataBits),
    .BurstBeats(BurstBeats),
    .AddrWidth(AddrWidth)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .start_i(start_i && write_i),
    .first_beat_i(first_beat[BlockBits-1:0]),
    .first_lane_i(first_lane),
    .words_i(words_i[AddrWidth:0]),
    .drop_i(drop),
    .busy_o(writer_busy),
    .error_o(writer_error),
    .read_addr_o,
    .read_data_i,
    .w_data_o(m_axi_wdata_o),
    .w_strobe_o(m_axi_wstrb_o),
    .w_last_o(m_axi_wlast_o),
    .w_valid_o(m_axi_wvalid_o),
    .w_ready_i(m_axi_wready_i),
    .b_error_i(m_axi_bresp_i[1]),
    .b_valid_i(m_axi_bvalid_i)
  );

  assign busy_o  = bursts_busy || reader_busy || writer_busy;
  assign error_o = write_q ? writer_error : reader_error;

  logic unused;
  assign unused = m_axi_rresp_i[0] ^ m_axi_bresp_i[0];  // EXOKAY is not asked for
  if (LaneBits > 0) begin : gen_unused
    logic unused_end;
    assign unused_end = ^end_word[LaneBits-1:0];
  end

  // What the contract demands.
  assert_always a_start (
    .clk_i,
    .rst_ni,
    .holds_i(!start_i || (!busy_o && words_i != '0))
  );
  if (DataBits != 32 && DataBits != 64 && DataBits != 128) begin : gen_width
    $error("link_memory: DataBits must be 32, 64 or 128");
  end
  if (AddressBits < 32) $error("link_memory: AddressBits must be at least 32");
endmodule

`default_nettype wire
