// SPDX-License-Identifier: Apache-2.0
// Memory with two read ports and one write port on one clock: two copies that are written alike.
//
// Contract: each read port is that of ram_1r1w.
`default_nettype none

module ram_2r1w #(
  parameter  int unsigned Width     = 32,
  parameter  int unsigned Depth     = 512,
  localparam int unsigned AddrWidth = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic                 clk_i,
  input  logic                 write_enable_i,
  input  logic [AddrWidth-1:0] write_addr_i,
  input  logic [Width-1:0]     write_data_i,
  input  logic                 read_enable_a_i,
  input  logic [AddrWidth-1:0] read_addr_a_i,
  output logic [Width-1:0]     read_data_a_o,
  input  logic                 read_enable_b_i,
  input  logic [AddrWidth-1:0] read_addr_b_i,
  output logic [Width-1:0]     read_data_b_o
);
  ram_1r1w #(
    .Width(Width),
    .Depth(Depth)
  ) u_a (
    .clk_i,
    .write_enable_i,
    .write_addr_i,
    .write_data_i,
    .read_enable_i(read_enable_a_i),
    .read_addr_i(read_addr_a_i),
    .read_data_o(read_data_a_o)
  );
  ram_1r1w #(
    .Width(Width),
    .Depth(Depth)
  ) u_b (
    .clk_i,
    .write_enable_i,
    .write_addr_i,
    .write_data_i,
    .read_enable_i(read_enable_b_i),
    .read_addr_i(read_addr_b_i),
    .read_data_o(read_data_b_o)
  );
endmodule

`default_nettype wire
