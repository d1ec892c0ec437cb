// SPDX-License-Identifier: Apache-2.0
// Turns bus beats into words: assembles a word from several beats, or takes several words from a
// beat.
//
// Contract: for every word the taker gives its offset in its beat (in words; 0 when a word is not
//   smaller than a beat) and whether it is the last of its chunk; after the last, the rest of the
//   beat is dropped. The offset must step by one from word to word within a chunk.
// Timing: combinational from beat to word except for the parts already held; one word or one beat
//   per cycle, whichever is slower. beat_ready_o depends on word_ready_i.
`default_nettype none

module beat_unpacker #(
  parameter  int unsigned WordBytes   = 16,
  parameter  int unsigned BusBytes    = 16,
  localparam int unsigned OffsetWidth = BusBytes > WordBytes ? $clog2(BusBytes / WordBytes) : 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   beat_valid_i,
  output logic                   beat_ready_o,
  input  logic [BusBytes*8-1:0]  beat_data_i,
  output logic                   word_valid_o,
  input  logic                   word_ready_i,
  input  logic [OffsetWidth-1:0] word_offset_i,
  input  logic                   word_chunk_last_i,
  output logic [WordBytes*8-1:0] word_data_o
);
  localparam int unsigned WordWidth = WordBytes * 8;
  localparam int unsigned BeatWidth = BusBytes * 8;

  if (BusBytes == WordBytes) begin : gen_equal
    assign word_valid_o = beat_valid_i;
    assign beat_ready_o = word_ready_i;
    assign word_data_o  = beat_data_i;
    logic unused;
    assign unused = ^{clk_i, rst_ni, word_offset_i, word_chunk_last_i};
  end else if (BusBytes > WordBytes) begin : gen_wide
    localparam int unsigned Pieces = BusBytes / WordBytes;
    logic [WordWidth-1:0] piece[Pieces];
    always_comb begin
      for (int unsigned i = 0; i < Pieces; i++) piece[i] = beat_data_i[i*WordWidth +: WordWidth];
    end
    assign word_valid_o = beat_valid_i;
    assign word_data_o  = piece[word_offset_i];
    assign beat_ready_o = word_ready_i && (word_chunk_last_i || word_offset_i == '1);

    // What the contract demands.
    logic                   inside_q;  // of a chunk
    logic [OffsetWidth-1:0] offset_q;  // of the word before
    always_ff @(posedge clk_i) begin
      if (!rst_ni) inside_q <= 1'b0;
      else if (word_valid_o && word_ready_i) inside_q <= !word_chunk_last_i;
      if (word_valid_o && word_ready_i) offset_q <= word_offset_i;
    end
    assert_always a_offset (
      .clk_i,
      .rst_ni,
      .holds_i(!(word_valid_o && word_ready_i && inside_q) || word_offset_i == offset_q + 1'b1)
    );
  end else begin : gen_narrow
    localparam int unsigned Parts = WordBytes / BusBytes;
    localparam int unsigned CountWidth = $clog2(Parts);
    logic [BeatWidth-1:0]  part_q [Parts-1];
    logic [CountWidth-1:0] count_q;
    logic              last;

    assign last         = count_q == '1;
    assign word_valid_o = beat_valid_i && last;
    assign beat_ready_o = !last || word_ready_i;
    always_comb begin
      for (int unsigned i = 0; i < Parts - 1; i++)
      word_data_o[i*BeatWidth +: BeatWidth] = part_q[i];
      word_data_o[(Parts-1)*BeatWidth +: BeatWidth] = beat_data_i;
    end
    always_ff @(posedge clk_i) begin
      if (!rst_ni) count_q <= '0;
      else if (beat_valid_i && beat_ready_o) count_q <= count_q + 1'b1;
    end
    always_ff @(posedge clk_i) begin
      if (beat_valid_i && !last) part_q[count_q] <= beat_data_i;
    end
    logic unused;
    assign unused = ^{word_offset_i, word_chunk_last_i};
  end
endmodule

`default_nettype wire
