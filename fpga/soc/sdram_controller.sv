// SPDX-License-Identifier: Apache-2.0
// AXI4 slave whose memory is an SDR SDRAM chip behind sdram_phy.
//
// Contract: INCR bursts of full-width beats that stay inside 4 KiB, answered in order in each
//   direction; a burst outside of the memory is answered SLVERR, and a write there changes nothing.
//   A write whose response has come is seen by every later read. A write burst begins when all its
//   data are here, or the buffer of WriteBeats is full: a master that has begun its data goes on
//   without waiting for a read. Memory is row, bank, column: a byte address counts through a row
//   and goes on in the next bank. DataBits is a multiple of the word of Gear * DqBits bits; times
//   are in system clocks, CasLatency and CaptureClocks (sdram_phy) in chip clocks.
// Timing: a word per system clock, less what is listed in sdram_commands. A read of an open row
//   that meets an idle controller has its first beat ReadLatency + 5 clocks after its address, and
//   a clock for every further word of the beat.
`default_nettype none

module sdram_controller #(
  parameter  int unsigned DataBits      = 64,
  parameter  int unsigned AddrBits      = 32,
  parameter  int unsigned Gear          = 2,
  parameter  int unsigned DqBits        = 16,
  parameter  int unsigned RowBits       = 13,
  parameter  int unsigned ColumnBits    = 9,
  parameter  int unsigned BankBits      = 2,
  parameter  int unsigned CasLatency    = 2,
  parameter  int unsigned CaptureClocks = 0,
  parameter  int unsigned TRcd          = 1,
  parameter  int unsigned TRp           = 1,
  parameter  int unsigned TRas          = 3,
  parameter  int unsigned TRc           = 3,
  parameter  int unsigned TRfc          = 4,
  parameter  int unsigned TWr           = 1,
  parameter  int unsigned TMrd          = 1,
  parameter  int unsigned TRefi         = 390,
  parameter  int unsigned InitClocks    = 10000,
  parameter  int unsigned ReadBeats     = 32,     // buffered
  parameter  int unsigned WriteBeats    = 32,
  localparam int unsigned WordBits      = Gear * DqBits,
  localparam int unsigned PinBits       = RowBits > 12 ? RowBits : ColumnBits > 10 ? 12 :
      RowBits > 11 ? RowBits : 11
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic [AddrBits-1:0]   s_axi_araddr_i,
  input  logic [7:0]            s_axi_arlen_i,
  input  logic                  s_axi_arvalid_i,
  output logic                  s_axi_arready_o,
  output logic [DataBits-1:0]   s_axi_rdata_o,
  output logic [1:0]            s_axi_rresp_o,
  output logic                  s_axi_rlast_o,
  output logic                  s_axi_rvalid_o,
  input  logic                  s_axi_rready_i,
  input  logic [AddrBits-1:0]   s_axi_awaddr_i,
  input  logic [7:0]            s_axi_awlen_i,
  input  logic                  s_axi_awvalid_i,
  output logic                  s_axi_awready_o,
  input  logic [DataBits-1:0]   s_axi_wdata_i,
  input  logic [DataBits/8-1:0] s_axi_wstrb_i,
  input  logic                  s_axi_wlast_i,
  input  logic                  s_axi_wvalid_i,
  output logic                  s_axi_wready_o,
  output logic [1:0]            s_axi_bresp_o,
  output logic                  s_axi_bvalid_o,
  input  logic                  s_axi_bready_i,

  output logic [2:0]            phy_command_o,  // ras_n, cas_n, we_n
  output logic [BankBits-1:0]   phy_bank_o,
  output logic [PinBits-1:0]    phy_address_o,
  output logic                  phy_drive_o,
  output logic [WordBits-1:0]   phy_write_o,
  output logic [WordBits/8-1:0] phy_mask_o,
  input  logic [WordBits-1:0]   phy_read_i
);
  localparam int unsigned WordBytes = WordBits / 8;
  localparam int unsigned Parts = DataBits / WordBits;  // words of a beat
  localparam int unsigned PartBits = $clog2(Parts);
  localparam int unsigned ByteBits = $clog2(WordBytes);
  localparam int unsigned WordColumnBits = ColumnBits - (Gear - 1);
  localparam int unsigned WordAddressBits = RowBits + BankBits + WordColumnBits;
  localparam int unsigned CountBits = 9 + PartBits;
  localparam int unsigned Bursts = 4;  // addresses waiting, and responses
  localparam int unsigned BurstWidth = 1 + WordAddressBits + 8;
  // From a command's decision to its word at phy_read_i: its register, and the PHY's latency.
  localparam int unsigned ReadLatency = (CasLatency + CaptureClocks + 2) / Gear +
      (Gear == 2 ? 3 : 1);
  localparam logic [1:0] Okay = 2'b00, SlaveError = 2'b10;

  // Addresses: outside of the memory or not, first word, length.
  logic [BurstWidth-1:0] read_offer, write_offer, read_burst, write_burst;
  logic read_known, read_taken, write_known, write_taken;
  logic read_void, write_void, segment_void;
  logic [WordAddressBits-1:0] read_address, write_address;
  logic [7:0] read_length, write_length;
  logic [CountBits-1:0] read_words, write_words;

  function automatic logic [BurstWidth-1:0] burst(input logic [AddrBits-1:0] address,
                                                  input logic [7:0] length);
    logic [AddrBits-1:0] word;
    word  = address >> (ByteBits + PartBits) << PartBits;
    burst = {(word >> WordAddressBits) != '0, WordAddressBits'(word), length};
  endfunction

  assign read_offer  = burst(s_axi_araddr_i, s_axi_arlen_i);
  assign write_offer = burst(s_axi_awaddr_i, s_axi_awlen_i);
  assign {read_void, read_address, read_length}    = read_burst;
  assign {write_void, write_address, write_length} = write_burst;
  assign read_words  = (CountBits'(read_length) + 1'b1) << PartBits;
  assign write_words = (CountBits'(write_length) + 1'b1) << PartBits;

  logic [$clog2(Bursts+1)-1:0] unused_read_count, unused_write_count;
  fifo #(
    .Width(BurstWidth),
    .Depth(Bursts)
  ) u_read_bursts (
    .clk_i,
    .rst_ni,
    .push_valid_i(s_axi_arvalid_i),
    .push_ready_o(s_axi_arready_o),
    .push_data_i(read_offer),
    .pop_valid_o(read_known),
    .pop_ready_i(read_taken),
    .pop_data_o(read_burst),
    .count_o(unused_read_count)
  );
  fifo #(
    .Width(BurstWidth),
    .Depth(Bursts)
  ) u_write_bursts (
    .clk_i,
    .rst_ni,
    .push_valid_i(s_axi_awvalid_i),
    .push_ready_o(s_axi_awready_o),
    .push_data_i(write_offer),
    .pop_valid_o(write_known),
    .pop_ready_i(write_taken),
    .pop_data_o(write_burst),
    .count_o(unused_write_count)
  );

  // Write data, and the responses.
  localparam int unsigned WholeWidth = $clog2(WriteBeats + 2 * Bursts) + 1;
  logic data_known, data_popped, data_last, response_room, write_eligible;
  logic [DataBits-1:0]   data;
  logic [DataBits/8-1:0] strobe;
  logic [$clog2(WriteBeats+1)-1:0] unused_data_count;
  fifo #(
    .Width(DataBits + DataBits / 8 + 1),
    .Depth(WriteBeats)
  ) u_write_data (
    .clk_i,
    .rst_ni,
    .push_valid_i(s_axi_wvalid_i),
    .push_ready_o(s_axi_wready_o),
    .push_data_i({s_axi_wdata_i, s_axi_wstrb_i, s_axi_wlast_i}),
    .pop_valid_o(data_known),
    .pop_ready_i(data_popped),
    .pop_data_o({data, strobe, data_last}),
    .count_o(unused_data_count)
  );

  logic word, word_write, word_void, word_last, beat_first, beat_last, response, response_taken;
  logic [WordColumnBits-1:0] word_column;
  assign response       = word && word_write && word_last;
  assign response_taken = s_axi_bvalid_o && s_axi_bready_i;

  // Bursts whose data are here, less those that were begun: negative after one that began early.
  logic [WholeWidth-1:0] whole_q;
  logic [$clog2(Bursts+1)-1:0] owed_q, unused_response_count;  // responses to bursts begun
  logic complete, data_whole;
  assign complete       = s_axi_wvalid_i && s_axi_wready_o && s_axi_wlast_i;
  assign response_room  = owed_q != ($clog2(Bursts + 1))'(Bursts);
  assign data_whole     = whole_q != '0 && !whole_q[WholeWidth-1];
  assign write_eligible = write_known && response_room && (data_whole || !s_axi_wready_o);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) whole_q <= '0;
    else if (complete != write_taken) whole_q <= write_taken ? whole_q - 1'b1 : whole_q + 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) owed_q <= '0;
    else if (write_taken != response_taken) owed_q <= write_taken ? owed_q + 1'b1 : owed_q - 1'b1;
  end

  logic unused_response_ready, refused;
  fifo #(
    .Width(1),
    .Depth(Bursts)
  ) u_responses (
    .clk_i,
    .rst_ni,
    .push_valid_i(response),
    .push_ready_o(unused_response_ready),  // response_room has reserved it
    .push_data_i(word_void),
    .pop_valid_o(s_axi_bvalid_o),
    .pop_ready_i(s_axi_bready_i),
    .pop_data_o(refused),
    .count_o(unused_response_count)
  );
  assign s_axi_bresp_o = refused ? SlaveError : Okay;

  // Commands.
  logic segment_valid, segment_ready, segment_write, segment_last, ready, read_room;
  logic [RowBits-1:0] segment_row;
  logic [BankBits-1:0] segment_bank;
  logic [WordColumnBits-1:0] segment_column;
  logic [WordColumnBits:0] segment_words;
  sdram_segments #(
    .RowBits(RowBits),
    .BankBits(BankBits),
    .ColumnBits(WordColumnBits),
    .CountBits(CountBits)
  ) u_segments (
    .clk_i,
    .rst_ni,
    .read_valid_i(read_known),
    .read_ready_o(read_taken),
    .read_void_i(read_void),
    .read_address_i(read_address),
    .read_words_i(read_words),
    .write_valid_i(write_eligible),
    .write_ready_o(write_taken),
    .write_void_i(write_void),
    .write_address_i(write_address),
    .write_words_i(write_words),
    .valid_o(segment_valid),
    .ready_i(segment_ready),
    .write_o(segment_write),
    .void_o(segment_void),
    .row_o(segment_row),
    .bank_o(segment_bank),
    .column_o(segment_column),
    .words_o(segment_words),
    .last_o(segment_last)
  );
  sdram_commands #(
    .Gear(Gear),
    .RowBits(RowBits),
    .BankBits(BankBits),
    .ColumnBits(WordColumnBits),
    .PinBits(PinBits),
    .CasLatency(CasLatency),
    .TRcd(TRcd),
    .TRp(TRp),
    .TRas(TRas),
    .TRc(TRc),
    .TRfc(TRfc),
    .TWr(TWr),
    .TMrd(TMrd),
    .TRefi(TRefi),
    .InitClocks(InitClocks)
  ) u_commands (
    .clk_i,
    .rst_ni,
    .ready_o(ready),
    .segment_valid_i(segment_valid),
    .segment_ready_o(segment_ready),
    .segment_write_i(segment_write),
    .segment_void_i(segment_void),
    .segment_row_i(segment_row),
    .segment_bank_i(segment_bank),
    .segment_column_i(segment_column),
    .segment_words_i(segment_words),
    .segment_last_i(segment_last),
    .write_ready_i(data_known),
    .read_ready_i(read_room || !beat_first),
    .word_o(word),
    .word_write_o(word_write),
    .word_void_o(word_void),
    .word_column_o(word_column),
    .word_last_o(word_last),
    .command_o(phy_command_o),
    .bank_o(phy_bank_o),
    .address_o(phy_address_o)
  );

  // The word that is written goes along with its command.
  logic [Parts-1:0] part;  // that moves, a bit each
  logic [WordBits-1:0] word_data;
  logic [WordBytes-1:0] word_strobe;
  if (Parts > 1) begin : g_part
    assign part = Parts'(1) << word_column[PartBits-1:0];
  end else begin : g_whole
    assign part = 1'b1;
  end
  assign beat_first = part[0];
  assign beat_last  = part[Parts-1];
  logic unused_column;
  assign unused_column = ^word_column;
  assign data_popped = word && word_write && beat_last;
  always_comb begin
    word_data   = '0;
    word_strobe = '0;
    for (int unsigned p = 0; p < Parts; p++) begin
      word_data |= data[p * WordBits +: WordBits] & {WordBits{part[p]}};
      word_strobe |= strobe[p * WordBytes +: WordBytes] & {WordBytes{part[p]}};
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) phy_drive_o <= 1'b0;
    else phy_drive_o <= word && word_write && !word_void;
  end
  always_ff @(posedge clk_i) begin
    phy_write_o <= word_data;
    if (!ready) phy_mask_o <= '1;  // as chips want it until they are initialized
    else phy_mask_o <= word && word_write ? ~word_strobe : '0;
  end

  logic read_refused;
  sdram_returns #(
    .DataBits(DataBits),
    .WordBits(WordBits),
    .Latency(ReadLatency),
    .Beats(ReadBeats)
  ) u_returns (
    .clk_i,
    .rst_ni,
    .room_o(read_room),
    .word_i(word && !word_write),
    .void_i(word_void),
    .beat_first_i(beat_first),
    .beat_last_i(beat_last),
    .last_i(word_last),
    .read_i(phy_read_i),
    .valid_o(s_axi_rvalid_o),
    .ready_i(s_axi_rready_i),
    .data_o(s_axi_rdata_o),
    .refused_o(read_refused),
    .last_o(s_axi_rlast_o)
  );
  assign s_axi_rresp_o = read_refused ? SlaveError : Okay;

  assert_always a_last (
    .clk_i,
    .rst_ni,
    .holds_i(!data_popped || data_last == word_last)
  );

  // What the contract demands.
  if (DataBits % WordBits != 0) $error("sdram_controller: DataBits must be a multiple of the word");
endmodule

`default_nettype wire
