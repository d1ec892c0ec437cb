// SPDX-License-Identifier: Apache-2.0
// Memory with one read and one write port on one clock; maps to block RAM.
//
// Contract: read_data_o shows, one cycle after read_enable_i, the word at read_addr_i as it was
//   before; it holds its value while read_enable_i is low. A word that is read and written in one
//   cycle reads as anything: in simulation as its inverse, so that a use of it shows. Contents are
//   undefined until written.
`default_nettype none

module ram_1r1w #(
  parameter  int unsigned Width     = 32,
  parameter  int unsigned Depth     = 512,
  localparam int unsigned AddrWidth = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic                 clk_i,
  input  logic                 write_enable_i,
  input  logic [AddrWidth-1:0] write_addr_i,
  input  logic [Width-1:0]     write_data_i,
  input  logic                 read_enable_i,
  input  logic [AddrWidth-1:0] read_addr_i,
  output logic [Width-1:0]     read_data_o
);
  // The attribute spares the logic that would keep the old word.
  (* no_rw_check *)
  logic [Width-1:0] mem[Depth];

  always_ff @(posedge clk_i) begin
    if (write_enable_i) mem[write_addr_i] <= write_data_i;
    if (read_enable_i) read_data_o <= mem[read_addr_i];
`ifndef SYNTHESIS
    if (read_enable_i && write_enable_i && read_addr_i == write_addr_i) begin
      read_data_o <= ~mem[read_addr_i];
    end
`endif
  end
endmodule

`default_nettype wire
