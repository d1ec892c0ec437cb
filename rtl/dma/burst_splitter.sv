// SPDX-License-Identifier: Apache-2.0
// Cuts a two-dimensional transfer into AXI bursts.
//
// Contract: a command is chunks_i runs of chunk_bytes_i bytes, stride_i bytes from start to start,
//   both sizes at least 1. Bursts come in address order within a chunk. A burst ends at the end of
//   its chunk or at a multiple of BurstBytes, whichever is first; so with BurstBytes <= 4096 it
//   never crosses a 4 KiB line. The tag travels with every burst of its command. A burst that
//   begins beyond the bus will be refused, and what follows it is of no use: bits of a command's
//   address above those of the bus are kept aside (high_o) beside bursts that are marked
//   (burst_beyond_o), and no further command is taken.
// Numbers: burst_addr_o is the first byte wanted, burst_end_o the first byte after; burst_length_o
//   is the count of bus beats that they touch, minus 1. An address carries a bit more than the bus,
//   which is set where it has passed the last byte.
// Timing: latency 2, one burst per cycle across chunks, one cycle more between commands:
//   command_ready_o is a register.
`default_nettype none

module burst_splitter #(
  parameter  int unsigned BurstBytes  = 1024,  // power of two, multiple of the bus's bytes
  parameter  int unsigned SizeWidth   = 30,
  parameter  int unsigned TagWidth    = 36,
  localparam int unsigned EndBits     = intformer_pkg::EndBits
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 command_valid_i,
  output logic                 command_ready_o,
  input  logic [63:0]          command_addr_i,
  input  logic [SizeWidth-1:0] command_chunk_bytes_i,
  input  logic [15:0]          command_chunks_i,
  input  logic [31:0]          command_stride_i,
  input  logic [TagWidth-1:0]  command_tag_i,
  output logic                 burst_valid_o,
  input  logic                 burst_ready_i,
  output logic [EndBits-1:0]   burst_addr_o,
  output logic [EndBits-1:0]   burst_end_o,
  output logic [7:0]           burst_length_o,
  output logic                 burst_last_o,
  output logic [TagWidth-1:0]  burst_tag_o,
  output logic                 burst_beyond_o,
  output logic [63:0]          high_o,
  output logic                 busy_o
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;
  localparam int unsigned BusBytes = intformer_pkg::BusBytes;
  localparam int unsigned BeatWidth = $clog2(BusBytes);
  localparam int unsigned RegionWidth = $clog2(BurstBytes);

  logic active_q, beyond_q;
  logic [EndBits-1:0] addr_q, chunk_addr_q, chunk_addr_next, region_next;
  logic [SizeWidth-1:0] left_q, chunk_bytes_q;
  logic [15:0]          chunks_q;
  logic [31:0]          stride_q;
  logic [TagWidth-1:0]  tag_q;

  logic [RegionWidth-1:0] first_byte, last_byte, end_byte;
  logic [RegionWidth:0] room;
  logic [11:0] first_beat, last_beat;
  logic in_region, chunk_end, command_end, advance, accept;

  assign first_byte  = addr_q[RegionWidth-1:0];
  assign room        = (RegionWidth + 1)'(BurstBytes) - {1'b0, first_byte};
  // What is left ends before the region does, or with it.
  assign in_region   = left_q[SizeWidth-1:RegionWidth] == '0 &&
                       {1'b0, left_q[RegionWidth-1:0]} < room;
  assign chunk_end   = in_region || left_q == SizeWidth'(room);
  assign end_byte    = first_byte + left_q[RegionWidth-1:0];
  assign command_end = chunk_end && chunks_q == 16'd1;
  assign last_byte   = in_region ? end_byte - 1'b1 : '1;
  assign first_beat  = 12'(first_byte) >> BeatWidth;
  assign last_beat   = 12'(last_byte) >> BeatWidth;
  assign advance     = active_q && (!burst_valid_o || burst_ready_i);
  assign accept      = command_valid_i && command_ready_o;

  assign chunk_addr_next = chunk_addr_q + EndBits'(stride_q);
  assign region_next     = {addr_q[EndBits-1:RegionWidth] + 1'b1, {RegionWidth{1'b0}}};

  assign command_ready_o = !active_q && !beyond_q;
  assign busy_o          = active_q || burst_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q      <= 1'b0;
      burst_valid_o <= 1'b0;
    end else begin
      if (accept) active_q <= 1'b1;
      else if (advance && command_end) active_q <= 1'b0;
      if (advance) burst_valid_o <= 1'b1;
      else if (burst_ready_i) burst_valid_o <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      burst_addr_o   <= addr_q;
      burst_end_o    <= in_region ? {addr_q[EndBits-1:RegionWidth], end_byte} : region_next;
      burst_length_o <= 8'(last_beat - first_beat);
      burst_last_o   <= command_end;
      burst_tag_o    <= tag_q;
      burst_beyond_o <= beyond_q;
      if (chunk_end) begin
        addr_q       <= chunk_addr_next;
        chunk_addr_q <= chunk_addr_next;
        left_q       <= chunk_bytes_q;
        chunks_q     <= chunks_q - 16'd1;
      end else begin
        addr_q <= region_next;
        left_q <= left_q - SizeWidth'(room);
      end
    end
    if (accept) begin
      addr_q        <= EndBits'(command_addr_i[AddressBits-1:0]);
      chunk_addr_q  <= EndBits'(command_addr_i[AddressBits-1:0]);
      left_q        <= command_chunk_bytes_i;
      chunk_bytes_q <= command_chunk_bytes_i;
      chunks_q      <= command_chunks_i;
      stride_q      <= command_stride_i;
      tag_q         <= command_tag_i;
    end
  end

  if (AddressBits < 64) begin : gen_narrow
    logic [63:AddressBits] high_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) beyond_q <= 1'b0;
      else if (accept) beyond_q <= command_addr_i[63:AddressBits] != '0;
      if (accept) high_q <= command_addr_i[63:AddressBits];
    end
    assign high_o = {high_q, {AddressBits{1'b0}}};
  end else begin : gen_full
    assign beyond_q = 1'b0;
    assign high_o   = '0;
  end

  // What the contract demands.
  if (BurstBytes > 4096 || BurstBytes % BusBytes != 0 || (BurstBytes & (BurstBytes - 1)) != 0)
    $error(
        "burst_splitter: BurstBytes must be a power of two, a multiple of BusBytes, at most 4096"
    );
  assert_always a_sizes (
    .clk_i,
    .rst_ni,
    .holds_i(!accept || (command_chunk_bytes_i != '0 && command_chunks_i != '0))
  );
endmodule

`default_nettype wire
