// SPDX-License-Identifier: Apache-2.0
// Words that were read on their way back: gathered to beats, and kept until they are taken.
//
// Contract: word_i asks for a word of the chip, which is at read_i Latency clocks later; the first
//   word of a beat is asked for only while room_o is high, which reserves a place for the beat. A
//   void word has no data, but comes in its turn: its beat says that it was refused.
// Timing: a beat can be taken a clock after its last word came; one per clock streams through when
//   Beats is at least Latency + 2.
`default_nettype none

module sdram_returns #(
  parameter int unsigned DataBits = 64,
  parameter int unsigned WordBits = 32,
  parameter int unsigned Latency  = 5,
  parameter int unsigned Beats    = 32
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  output logic                room_o,
  input  logic                word_i,
  input  logic                void_i,
  input  logic                beat_first_i,
  input  logic                beat_last_i,
  input  logic                last_i,  // of its burst
  input  logic [WordBits-1:0] read_i,

  output logic                valid_o,
  input  logic                ready_i,
  output logic [DataBits-1:0] data_o,
  output logic                refused_o,
  output logic                last_o
);
  localparam int unsigned RoomWidth = $clog2(Beats + 1);

  // Places of beats.
  logic [RoomWidth-1:0] reserved_q, unused_count;
  logic reserve, released;
  assign reserve  = word_i && beat_first_i;
  assign released = valid_o && ready_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reserved_q <= '0;
      room_o     <= 1'b1;
    end else if (reserve != released) begin
      reserved_q <= released ? reserved_q - 1'b1 : reserved_q + 1'b1;
      room_o     <= released || reserved_q != RoomWidth'(Beats - 1);
    end
  end

  // Words that the chip owes.
  logic [Latency-1:0] owed_q;
  logic [2:0] kind_q[Latency];
  logic arrives, arrives_void, arrives_beat, arrives_last;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) owed_q <= '0;
    else owed_q <= {owed_q[Latency-2:0], word_i};
  end
  always_ff @(posedge clk_i) begin
    kind_q[0] <= {void_i, beat_last_i, last_i};
    for (int unsigned i = 1; i < Latency; i++) kind_q[i] <= kind_q[i-1];
  end
  assign arrives = owed_q[Latency-1];
  assign {arrives_void, arrives_beat, arrives_last} = kind_q[Latency-1];

  logic [DataBits-1:0] beat;
  if (DataBits > WordBits) begin : g_gather
    logic [DataBits-WordBits-1:0] words_q;  // of this beat
    always_ff @(posedge clk_i) begin
      if (arrives) words_q <= beat[DataBits-1:WordBits];
    end
    assign beat = {read_i, words_q};
  end else begin : g_direct
    assign beat = read_i;
  end

  logic unused_ready;
  fifo #(
    .Width(DataBits + 2),
    .Depth(Beats)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .push_valid_i(arrives && arrives_beat),
    .push_ready_o(unused_ready),  // room_o has reserved it
    .push_data_i({beat, arrives_void, arrives_last}),
    .pop_valid_o(valid_o),
    .pop_ready_i(ready_i),
    .pop_data_o({data_o, refused_o, last_o}),
    .count_o(unused_count)
  );
endmodule

`default_nettype wire
