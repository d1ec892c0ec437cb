// SPDX-License-Identifier: Apache-2.0
// Says that commands are done, in the order in which they came.
//
// Contract: push_i (not while full_o) brings a command and what it waits for: the end of its writes
//   or of its rows in the lanes, or nothing. written_i and passed_i say that the oldest command
//   that waits for this and has not had it has come to its end.
// Timing: a command is done in the cycle after its push or end at the earliest, one per cycle.
`default_nettype none

module done_order #(
  localparam int unsigned Depth      = intformer_pkg::VectorCommands,
  localparam int unsigned PointWidth = $clog2(Depth),
  localparam int unsigned CountWidth = $clog2(Depth + 1)
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        push_i,
  input  logic [31:0] index_i,
  input  logic [3:0]  signal_i,
  input  logic        wait_written_i,
  input  logic        wait_passed_i,
  input  logic        written_i,
  input  logic        passed_i,
  output logic        full_o,
  output logic        empty_o,
  output logic        done_valid_o,
  output intformer_pkg::done_t done_o
);
  logic [37:0] mem[Depth];
  logic [PointWidth-1:0] push_q, pop_q;
  logic [CountWidth-1:0] count_q, written_q, passed_q;  // commands here; ends that none has had
  logic wait_written, wait_passed;

  // One adder, up or down.
  function automatic logic [CountWidth-1:0] moved(input logic [CountWidth-1:0] count,
                                                  input logic up, input logic down);
    moved = up == down ? count : count + CountWidth'($signed({down, 1'b1}));
  endfunction

  assign {wait_written, wait_passed, done_o} = mem[pop_q];
  assign full_o       = count_q == CountWidth'(Depth);
  assign empty_o      = count_q == '0;
  assign done_valid_o = !empty_o && (!wait_written || written_q != '0) &&
                        (!wait_passed || passed_q != '0);

  always_ff @(posedge clk_i) begin
    if (push_i) mem[push_q] <= {wait_written_i, wait_passed_i, signal_i, index_i};
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      push_q    <= '0;
      pop_q     <= '0;
      count_q   <= '0;
      written_q <= '0;
      passed_q  <= '0;
    end else if (push_i || !empty_o) begin
      if (push_i) push_q <= push_q + 1'b1;
      if (done_valid_o) pop_q <= pop_q + 1'b1;
      count_q   <= moved(count_q, push_i, done_valid_o);
      written_q <= moved(written_q, written_i, done_valid_o && wait_written);
      passed_q  <= moved(passed_q, passed_i, done_valid_o && wait_passed);
    end
  end

  // What the contract demands.
  assert_always a_room (
    .clk_i,
    .rst_ni,
    .holds_i(!push_i || !full_o)
  );
  assert_always a_written (
    .clk_i,
    .rst_ni,
    .holds_i(!written_i || written_q != CountWidth'(Depth))
  );
  assert_always a_passed (
    .clk_i,
    .rst_ni,
    .holds_i(!passed_i || passed_q != CountWidth'(Depth))
  );
endmodule

`default_nettype wire
