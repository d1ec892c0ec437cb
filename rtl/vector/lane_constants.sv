// SPDX-License-Identifier: Apache-2.0
// Constants of the channels, for all lanes at once: one small memory per byte of a record, a word of
// it holds that byte of all channels of a beat.
//
// Contract: write_i brings byte write_byte_i of the channels of beat write_index_i (bank * beats +
//   beat); bytes that are not kept here are passed over. data_o holds the bytes First, First + 1, ...
//   of the beat at read_index_i, byte by byte, lane 0 lowest.
// Timing: data_o comes one cycle after read_i and stays until the next.
`default_nettype none

module lane_constants #(
  parameter  int unsigned Lanes      = 16,
  parameter  int unsigned Depth      = 2,
  parameter  int unsigned Bytes      = 4,
  localparam int unsigned IndexWidth = $clog2(Depth)
) (
  input  logic                     clk_i,
  input  logic                     write_i,
  input  logic [3:0]               write_byte_i,
  input  logic [IndexWidth-1:0]    write_index_i,
  input  logic [Lanes*8-1:0]       write_data_i,
  input  logic [3:0]               first_i,  // the record's byte that is kept first
  input  logic                     read_i,
  input  logic [IndexWidth-1:0]    read_index_i,
  output logic [Bytes*Lanes*8-1:0] data_o
);
  for (genvar b = 0; b < Bytes; b++) begin : gen_byte
    (* ram_style = "distributed" *)
    logic [Lanes*8-1:0] mem[Depth];
    logic write;
    assign write = write_i && write_byte_i == first_i + 4'(b);
    always_ff @(posedge clk_i) begin
      if (write) mem[write_index_i] <= write_data_i;
    end
    always_ff @(posedge clk_i) begin
      if (read_i) data_o[b*Lanes*8 +: Lanes*8] <= mem[read_index_i];
    end
  end
endmodule

`default_nettype wire
