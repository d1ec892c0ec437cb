// SPDX-License-Identifier: Apache-2.0
// Bursts of reads and writes in one line, cut where a row of the memory ends.
//
// Contract: a burst has 1 or more words of the memory, of which `address` is the first; it is taken
//   whole. While both directions have a burst, one goes on for GroupBursts and then the other:
//   every change of direction costs the chip idle clocks. A word address is row, bank and column,
//   so that what follows a row lies in the next bank. A void burst is one that lies outside of the
//   memory.
// Timing: one segment per cycle, the first one cycle after its burst was taken.
`default_nettype none

module sdram_segments #(
  parameter  int unsigned RowBits     = 13,
  parameter  int unsigned BankBits    = 2,
  parameter  int unsigned ColumnBits  = 8,   // of a word
  parameter  int unsigned CountBits   = 10,  // of a burst's words
  parameter  int unsigned GroupBursts = 4,
  localparam int unsigned AddressBits = RowBits + BankBits + ColumnBits
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   read_valid_i,
  output logic                   read_ready_o,
  input  logic                   read_void_i,
  input  logic [AddressBits-1:0] read_address_i,
  input  logic [CountBits-1:0]   read_words_i,
  input  logic                   write_valid_i,
  output logic                   write_ready_o,
  input  logic                   write_void_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [CountBits-1:0]   write_words_i,

  output logic                   valid_o,
  input  logic                   ready_i,
  output logic                   write_o,
  output logic                   void_o,
  output logic [RowBits-1:0]     row_o,
  output logic [BankBits-1:0]    bank_o,
  output logic [ColumnBits-1:0]  column_o,
  output logic [ColumnBits:0]    words_o,
  output logic                   last_o  // of its burst
);
  localparam int unsigned GroupWidth = GroupBursts > 1 ? $clog2(GroupBursts) : 1;
  localparam int unsigned Width = (CountBits > ColumnBits ? CountBits : ColumnBits) + 1;

  // Which burst comes next.
  logic [GroupWidth-1:0] group_q;  // bursts that this direction still has before the other
  logic take, pick_write;
  assign pick_write = write_valid_i && (!read_valid_i || (write_o == (group_q != '0)));
  assign take = (!valid_o || (ready_i && last_o)) && (read_valid_i || write_valid_i);
  assign read_ready_o  = take && !pick_write;
  assign write_ready_o = take && pick_write;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) group_q <= '0;
    else if (take && pick_write != write_o) group_q <= GroupWidth'(GroupBursts - 1);
    else if (take && group_q != '0) group_q <= group_q - 1'b1;
  end

  // The burst, from the segment that is offered on.
  logic [CountBits-1:0]  left_q;
  logic [ColumnBits:0] room;  // words from here to the end of the row
  assign room    = {1'b1, {ColumnBits{1'b0}}} - {1'b0, column_o};
  assign last_o  = Width'(left_q) <= Width'(room);
  assign words_o = last_o ? (ColumnBits + 1)'(left_q) : room;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o <= 1'b0;
      write_o <= 1'b0;
    end else if (take) begin
      valid_o <= 1'b1;
      write_o <= pick_write;
    end else if (ready_i && last_o) begin
      valid_o <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (take) begin
      void_o                       <= pick_write ? write_void_i : read_void_i;
      {row_o, bank_o, column_o} <= pick_write ? write_address_i : read_address_i;
      left_q                       <= pick_write ? write_words_i : read_words_i;
    end else if (valid_o && ready_i) begin
      {row_o, bank_o} <= {row_o, bank_o} + 1'b1;
      column_o        <= '0;
      left_q          <= left_q - CountBits'(room);
    end
  end
endmodule

`default_nettype wire
