// SPDX-License-Identifier: Apache-2.0
// Makes the beats of AXI writes of the words of the buffer, in order.
//
// Contract: start_i says where in its block of BurstBeats beats (first_beat_i), and where in this
//   beat (first_lane_i), a range begins and how many words it has. read_data_i is the buffer's word
//   at read_addr_o of the cycle before. A word that is not of the range is not written: its strobes
//   are low. w_last_o ends the bursts of link_bursts. error_o says that an answer was an error
//   since then. busy_o falls when the last beat is taken. drop_i: beats go on, and write no more
//   words.
// Timing: two cycles per word, one per beat; every w_ output is a register.
`default_nettype none

module link_writer #(
  parameter  int unsigned DataBits   = 64,  // 32, 64 or 128
  parameter  int unsigned BurstBeats = 32,  // power of two
  parameter  int unsigned AddrWidth  = 8,   // of the buffer
  localparam int unsigned Words      = DataBits / 32,
  localparam int unsigned LaneWidth  = Words > 1 ? $clog2(Words) : 1,
  localparam int unsigned BlockBits  = $clog2(BurstBeats)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_i,
  input  logic [BlockBits-1:0]  first_beat_i,
  input  logic [LaneWidth-1:0]  first_lane_i,
  input  logic [AddrWidth:0]    words_i,
  input  logic                  drop_i,
  output logic                  busy_o,
  output logic                  error_o,
  output logic [AddrWidth-1:0]  read_addr_o,
  input  logic [31:0]           read_data_i,
  output logic [DataBits-1:0]   w_data_o,
  output logic [DataBits/8-1:0] w_strobe_o,
  output logic                  w_last_o,
  output logic                  w_valid_o,
  input  logic                  w_ready_i,
  input  logic                  b_error_i,
  input  logic                  b_valid_i
);
  logic [BlockBits-1:0] beat_q;
  logic [LaneWidth-1:0] lane_q;
  logic [AddrWidth:0] left_q;
  logic fetched_q;  // read_data_i is the word at read_addr_o
  logic take, last_word;

  assign take      = fetched_q && left_q != '0 && !w_valid_o;
  assign last_word = left_q == (AddrWidth + 1)'(1);
  assign busy_o    = left_q != '0 || w_valid_o;

  always_ff @(posedge clk_i) begin
    fetched_q <= !start_i && !take;
    if (start_i) begin
      read_addr_o <= '0;
      lane_q      <= first_lane_i;
      beat_q      <= first_beat_i;
    end else if (take) begin
      read_addr_o <= read_addr_o + 1'b1;
      lane_q      <= lane_q == LaneWidth'(Words - 1) ? '0 : lane_q + 1'b1;
    end else if (w_valid_o && w_ready_i) begin
      beat_q <= beat_q + 1'b1;
    end
    if (take) w_last_o <= last_word || &beat_q;
    if (start_i) error_o <= 1'b0;
    else if (b_valid_i && b_error_i) error_o <= 1'b1;
  end

  for (genvar lane = 0; lane < Words; lane++) begin : gen_lane
    always_ff @(posedge clk_i) begin
      if (take && lane_q == LaneWidth'(lane)) begin
        w_data_o[32*lane +: 32] <= read_data_i;
        w_strobe_o[4*lane +: 4] <= {4{!drop_i}};
      end else if (start_i || (w_valid_o && w_ready_i)) begin
        w_strobe_o[4*lane +: 4] <= '0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q    <= '0;
      w_valid_o <= 1'b0;
    end else begin
      if (start_i) left_q <= words_i;
      else if (take) left_q <= left_q - 1'b1;
      if (take) w_valid_o <= last_word || lane_q == LaneWidth'(Words - 1);
      else if (w_ready_i) w_valid_o <= 1'b0;
    end
  end
endmodule

`default_nettype wire
