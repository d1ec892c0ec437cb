// SPDX-License-Identifier: Apache-2.0
// Takes the words of a range of memory out of the beats of AXI reads, in order.
//
// Contract: start_i says where in its first beat a range begins (first_i) and how many words it
//   has; then its beats come, as link_bursts asks for them, and each word is out for one cycle.
//   error_o says that a beat was an error since then. busy_o falls when all words are out. drop_i:
//   of beats that still come, no words are made.
// Timing: a word per cycle, without a gap between beats; r_ready_o depends on registers only.
`default_nettype none

module link_reader #(
  parameter  int unsigned DataBits  = 64,  // 32, 64 or 128
  parameter  int unsigned WordBits  = 30,  // of the number of a word in memory
  localparam int unsigned Words     = DataBits / 32,
  localparam int unsigned LaneWidth = Words > 1 ? $clog2(Words) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic [LaneWidth-1:0] first_i,
  input  logic [WordBits-1:0]  words_i,
  input  logic                 drop_i,
  output logic                 word_valid_o,
  output logic [31:0]          word_o,
  output logic                 busy_o,
  output logic                 error_o,
  input  logic [DataBits-1:0]  r_data_i,
  input  logic                 r_error_i,
  input  logic                 r_valid_i,
  output logic                 r_ready_o
);
  logic [DataBits-1:0] beat_q;
  logic [LaneWidth-1:0] lane_q;
  logic [WordBits-1:0] left_q;
  logic beat_last, accept;

  assign word_o    = beat_q[32*lane_q +: 32];
  assign beat_last = lane_q == LaneWidth'(Words - 1) || left_q == WordBits'(1);
  assign r_ready_o = !word_valid_o || beat_last;
  assign accept    = r_valid_i && r_ready_o;
  assign busy_o    = left_q != '0;

  always_ff @(posedge clk_i) begin
    if (accept) beat_q <= r_data_i;
    if (start_i) lane_q <= first_i;
    else if (word_valid_o) lane_q <= beat_last ? '0 : lane_q + 1'b1;
    if (start_i) error_o <= 1'b0;
    else if (accept && r_error_i) error_o <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || drop_i) begin
      word_valid_o <= 1'b0;
      left_q       <= '0;
    end else begin
      if (r_ready_o) word_valid_o <= r_valid_i;
      if (start_i) left_q <= words_i;
      else if (word_valid_o) left_q <= left_q - 1'b1;
    end
  end

  // What the contract demands: no beat but those of the range.
  assert_always a_asked (
    .clk_i,
    .rst_ni,
    .holds_i(!word_valid_o || busy_o)
  );
endmodule

`default_nettype wire
