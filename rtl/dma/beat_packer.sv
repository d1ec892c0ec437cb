// SPDX-License-Identifier: Apache-2.0
// Turns words into bus beats with byte strobes: the inverse of beat_unpacker.
//
// Contract: every word comes with its offset in its beat (in words; 0 when a word is not smaller
//   than a beat), whether it is the last of its chunk (a beat ends there even if it is not full),
//   and whether it is void: then its bytes are sent with their strobes low. One strobe bit per
//   unit, a unit being the smaller of word and beat. Data under low strobes are arbitrary.
// Timing: combinational from word to beat except for the pieces already held; one word or one beat
//   per cycle, whichever is slower. word_ready_o depends on beat_ready_i.
`default_nettype none

module beat_packer #(
  parameter  int unsigned WordBytes   = 16,
  parameter  int unsigned BusBytes    = 16,
  localparam int unsigned Pieces      = BusBytes > WordBytes ? BusBytes / WordBytes : 1,
  localparam int unsigned OffsetWidth = BusBytes > WordBytes ? $clog2(BusBytes / WordBytes) : 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   word_valid_i,
  output logic                   word_ready_o,
  input  logic [WordBytes*8-1:0] word_data_i,
  input  logic [OffsetWidth-1:0] word_offset_i,
  input  logic                   word_chunk_last_i,
  input  logic                   word_void_i,
  output logic                   beat_valid_o,
  input  logic                   beat_ready_i,
  output logic [BusBytes*8-1:0]  beat_data_o,
  output logic [Pieces-1:0]      beat_strobe_o
);
  localparam int unsigned WordWidth = WordBytes * 8;
  localparam int unsigned BeatWidth = BusBytes * 8;

  if (BusBytes == WordBytes) begin : gen_equal
    assign beat_valid_o  = word_valid_i;
    assign word_ready_o  = beat_ready_i;
    assign beat_data_o   = word_data_i;
    assign beat_strobe_o = !word_void_i;
    logic unused;
    assign unused = ^{clk_i, rst_ni, word_offset_i, word_chunk_last_i};
  end else if (BusBytes > WordBytes) begin : gen_wide
    logic [WordWidth-1:0] piece_q[Pieces];
    logic [Pieces-1:0] strobe_q, strobe;
    logic full;

    assign full         = word_chunk_last_i || word_offset_i == '1;
    assign beat_valid_o = word_valid_i && full;
    assign word_ready_o = !full || beat_ready_i;
    always_comb begin
      strobe = strobe_q;
      strobe[word_offset_i] = !word_void_i;
      for (int unsigned i = 0; i < Pieces; i++) beat_data_o[i*WordWidth +: WordWidth] = piece_q[i];
      for (int unsigned i = 0; i < Pieces; i++) begin
        if (word_offset_i == OffsetWidth'(i)) beat_data_o[i*WordWidth +: WordWidth] = word_data_i;
      end
    end
    assign beat_strobe_o = strobe;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) strobe_q <= '0;
      else if (word_valid_i && word_ready_o) strobe_q <= full ? '0 : strobe;
    end
    always_ff @(posedge clk_i) begin
      if (word_valid_i) piece_q[word_offset_i] <= word_data_i;
    end
  end else begin : gen_narrow
    localparam int unsigned Parts = WordBytes / BusBytes;
    localparam int unsigned CountWidth = $clog2(Parts);
    logic [BeatWidth-1:0]  part [Parts];
    logic [CountWidth-1:0] count_q;

    always_comb begin
      for (int unsigned i = 0; i < Parts; i++) part[i] = word_data_i[i*BeatWidth +: BeatWidth];
    end
    assign beat_valid_o  = word_valid_i;
    assign beat_data_o   = part[count_q];
    assign beat_strobe_o = !word_void_i;
    assign word_ready_o  = beat_ready_i && count_q == '1;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) count_q <= '0;
      else if (beat_valid_o && beat_ready_i) count_q <= count_q + 1'b1;
    end
    logic unused;
    assign unused = ^{word_offset_i, word_chunk_last_i};
  end
endmodule

`default_nettype wire
