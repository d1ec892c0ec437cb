// SPDX-License-Identifier: Apache-2.0
// Which row each bank of an SDRAM chip has open, and when it may be closed.
//
// Contract: a bank is settled RowClocks after it was activated and WriteClocks after the last word
//   that was written to it; only then it is shut, by itself or with all others. hit_o says that a
//   bank has the row that is asked for.
// Timing: what happens in a cycle shows in the next.
`default_nettype none

module sdram_banks #(
  parameter  int unsigned RowBits     = 13,
  parameter  int unsigned BankBits    = 2,
  parameter  int unsigned RowClocks   = 3,
  parameter  int unsigned WriteClocks = 2,
  localparam int unsigned Banks       = 2 ** BankBits
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                activate_i,
  input  logic                shut_i,
  input  logic [BankBits-1:0] bank_i,  // that is activated or shut
  input  logic [RowBits-1:0]  row_i,
  input  logic                close_all_i,
  input  logic                write_i,
  input  logic [BankBits-1:0] write_bank_i,
  input  logic [RowBits-1:0]  row_asked_i,
  output logic [Banks-1:0]    open_o,
  output logic [Banks-1:0]    hit_o,
  output logic [Banks-1:0]    settled_o
);
  localparam int unsigned Width = $clog2((RowClocks > WriteClocks ? RowClocks : WriteClocks) + 1);

  for (genvar b = 0; b < Banks; b++) begin : g_bank
    logic open_q;
    logic [RowBits-1:0] row_q;
    logic [Width-1:0] wait_q;
    logic chosen, written;
    assign chosen  = bank_i == BankBits'(b);
    assign written = write_i && write_bank_i == BankBits'(b);

    always_ff @(posedge clk_i) begin
      if (!rst_ni || close_all_i) open_q <= 1'b0;
      else if (activate_i && chosen) open_q <= 1'b1;
      else if (shut_i && chosen) open_q <= 1'b0;
    end
    always_ff @(posedge clk_i) begin
      if (activate_i && chosen) row_q <= row_i;
    end
    always_ff @(posedge clk_i) begin
      if (!rst_ni) wait_q <= '0;
      else if (activate_i && chosen) wait_q <= Width'(RowClocks - 1);
      else if (written && wait_q <= Width'(WriteClocks - 1)) wait_q <= Width'(WriteClocks - 1);
      else if (wait_q != '0) wait_q <= wait_q - 1'b1;
    end
    assign open_o[b]    = open_q;
    assign hit_o[b]     = open_q && row_q == row_asked_i;
    assign settled_o[b] = wait_q == '0;
  end
endmodule

`default_nettype wire
