// SPDX-License-Identifier: Apache-2.0
// Cuts a range of memory into AXI bursts and counts which of them are not answered yet.
//
// Contract: start_i begins a range of beats_i beats; bursts end at multiples of BurstBeats beats,
//   so they cross no 4 KiB line. ended_i tells of each that it is answered; two are under way at
//   most. stop_i: no further burst begins. busy_o falls when all that began are answered.
// Timing: address and length are registers; one burst every cycle at most.
`default_nettype none

module link_bursts #(
  parameter  int unsigned BeatBits   = 30,  // of the number of a beat in memory
  parameter  int unsigned BurstBeats = 32,  // power of two, 256 at most
  localparam int unsigned BlockBits  = $clog2(BurstBeats)
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                start_i,
  input  logic [BeatBits-1:0] first_i,
  input  logic [BeatBits-1:0] beats_i,
  input  logic                stop_i,
  output logic                burst_valid_o,
  input  logic                burst_ready_i,
  output logic [BeatBits-1:0] burst_first_o,
  output logic [7:0]          burst_length_o,  // beats minus 1
  input  logic                ended_i,
  output logic                busy_o
);
  localparam logic [1:0] Allowed = 2'd2;

  logic [BeatBits-1:0] next_q, left_q;
  logic [BlockBits:0] room, beats, length;
  logic [1:0] under_way_q;
  logic issue;

  assign room   = (BlockBits + 1)'(BurstBeats) - {1'b0, next_q[BlockBits-1:0]};
  assign beats  = left_q < BeatBits'(room) ? left_q[BlockBits:0] : room;
  assign length = beats - 1'b1;
  assign issue  = left_q != '0 && under_way_q != Allowed && (!burst_valid_o || burst_ready_i);
  assign busy_o = left_q != '0 || under_way_q != '0;

  always_ff @(posedge clk_i) begin
    if (start_i) next_q <= first_i;
    else if (issue) next_q <= next_q + BeatBits'(beats);
    if (issue) begin
      burst_first_o  <= next_q;
      burst_length_o <= 8'(length);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q        <= '0;
      under_way_q   <= '0;
      burst_valid_o <= 1'b0;
    end else begin
      if (start_i) left_q <= beats_i;
      else if (stop_i) left_q <= '0;
      else if (issue) left_q <= left_q - BeatBits'(beats);
      if (issue != ended_i) under_way_q <= issue ? under_way_q + 1'b1 : under_way_q - 1'b1;
      if (issue) burst_valid_o <= 1'b1;
      else if (burst_ready_i) burst_valid_o <= 1'b0;
    end
  end

  // What the contract demands.
  assert_always a_answer (
    .clk_i,
    .rst_ni,
    .holds_i(!ended_i || under_way_q != '0)
  );
endmodule

`default_nettype wire
