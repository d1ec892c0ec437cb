// SPDX-License-Identifier: Apache-2.0
// Queue whose head lies in a register, so that wide outputs change only when an element moves.
//
// Contract: data leave in the order they came; clear_i empties the queue. Holds Depth elements
//   besides the head.
// Timing: latency 2, one element per cycle; push_ready_o does not depend on pop_ready_i.
`default_nettype none

module command_queue #(
  parameter int unsigned Width = 512,
  parameter int unsigned Depth = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             clear_i,
  input  logic             push_valid_i,
  output logic             push_ready_o,
  input  logic [Width-1:0] push_data_i,
  output logic             pop_valid_o,
  input  logic             pop_ready_i,
  output logic [Width-1:0] pop_data_o
);
  localparam int unsigned PointerWidth = Depth > 1 ? $clog2(Depth) : 1;
  localparam int unsigned CountWidth = $clog2(Depth + 1);
  localparam logic [PointerWidth-1:0] Last = PointerWidth'(Depth - 1);

  logic [Width-1:0] mem[Depth];
  logic [PointerWidth-1:0] read_q, write_q;
  logic [CountWidth-1:0] count_q;
  logic push, refill;

  assign push_ready_o = count_q != CountWidth'(Depth);
  assign push         = push_valid_i && push_ready_o;
  assign refill       = count_q != '0 && (!pop_valid_o || pop_ready_i);

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q] <= push_data_i;
    if (refill) pop_data_o <= mem[read_q];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      read_q      <= '0;
      write_q     <= '0;
      count_q     <= '0;
      pop_valid_o <= 1'b0;
    end else begin
      if (push) write_q <= write_q == Last ? '0 : write_q + 1'b1;
      if (refill) read_q <= read_q == Last ? '0 : read_q + 1'b1;
      if (push != refill) count_q <= count_q + CountWidth'($signed({refill, 1'b1}));
      if (refill) pop_valid_o <= 1'b1;
      else if (pop_ready_i) pop_valid_o <= 1'b0;
    end
  end

  // What the contract demands.
  if (Depth < 1) $error("command_queue: Depth must be at least 1");
endmodule

`default_nettype wire
