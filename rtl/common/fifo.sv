// SPDX-License-Identifier: Apache-2.0
// First-in first-out buffer with a registered count and a combinational read.
//
// Contract: data leave in the order they came. push_ready_o says "not full" and does not depend on
//   pop_ready_i; a push into an empty FIFO can be popped one cycle later.
// Timing: latency 1, throughput 1 per cycle (Depth >= 2).
`default_nettype none

module fifo #(
  parameter  int unsigned Width      = 8,
  parameter  int unsigned Depth      = 4,
  localparam int unsigned CountWidth = $clog2(Depth + 1)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  push_valid_i,
  output logic                  push_ready_o,
  input  logic [Width-1:0]      push_data_i,
  output logic                  pop_valid_o,
  input  logic                  pop_ready_i,
  output logic [Width-1:0]      pop_data_o,
  output logic [CountWidth-1:0] count_o
);
  localparam int unsigned PointerWidth = Depth > 1 ? $clog2(Depth) : 1;
  localparam logic [PointerWidth-1:0] Last = PointerWidth'(Depth - 1);

  logic [Width-1:0] mem[Depth];
  logic [PointerWidth-1:0] read_q, write_q;
  logic [CountWidth-1:0] count_q;
  logic push, pop;

  assign push_ready_o = count_q != CountWidth'(Depth);
  assign pop_valid_o  = count_q != '0;
  assign pop_data_o   = mem[read_q];
  assign count_o      = count_q;
  assign push         = push_valid_i && push_ready_o;
  assign pop          = pop_valid_o && pop_ready_i;

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q] <= push_data_i;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q  <= '0;
      write_q <= '0;
      count_q <= '0;
    end else begin
      if (push) write_q <= write_q == Last ? '0 : write_q + 1'b1;
      if (pop) read_q <= read_q == Last ? '0 : read_q + 1'b1;
      if (push != pop) count_q <= count_q + CountWidth'($signed({pop, 1'b1}));  // one adder
    end
  end

  // What the contract demands.
  if (Width < 1 || Depth < 1) $error("fifo: Width and Depth must be at least 1");
endmodule

`default_nettype wire
