// SPDX-License-Identifier: Apache-2.0
// CRC-32 as of zlib and Ethernet (reflected polynomial 0xEDB88320, start and end inverted), some
// bytes per cycle.
//
// Contract: crc_o is the CRC of all data_i since clear_i, the byte in bits 7:0 first; clear_i goes
//   first.
// Timing: one cycle. A new register bit is the parity of about half of the old ones: the Bytes * 8
//   steps of one bit are multiplied out when the module is elaborated.
`default_nettype none

module crc32 #(
  parameter int unsigned Bytes = 1  // 1 to 4
) (
  input  logic               clk_i,
  input  logic               clear_i,
  input  logic               valid_i,
  input  logic [8*Bytes-1:0] data_i,
  output logic [31:0]        crc_o
);
  localparam logic [31:0] Polynomial = 32'hEDB8_8320;

  function automatic logic [31:0] step(input logic [31:0] state);
    step = {1'b0, state[31:1]} ^ (state[0] ? Polynomial : 32'd0);
  endfunction

  // Column j, bits 32 * j and up: what becomes of a register that holds bit j alone. Bit 31 is
  // bit j after 31 - j steps.
  function automatic logic [1023:0] columns(input int unsigned steps);
    logic [31:0] state;
    state = 32'h8000_0000;
    for (int unsigned s = 0; s < steps; s++) state = step(state);
    for (int unsigned j = 0; j < 32; j++) begin
      columns[32*(31-j) +: 32] = state;
      state = step(state);
    end
  endfunction
  localparam logic [1023:0] Columns = columns(8 * Bytes);

  logic [31:0] state_q, mixed, next;

  assign mixed = state_q ^ 32'(data_i);
  assign crc_o = ~state_q;

  for (genvar i = 0; i < 32; i++) begin : gen_bit
    logic [31:0] taps;
    for (genvar j = 0; j < 32; j++) begin : gen_tap
      assign taps[j] = Columns[32*j+i];
    end
    assign next[i] = ^(mixed & taps);
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) state_q <= '1;
    else if (valid_i) state_q <= next;
  end

  if (Bytes < 1 || Bytes > 4) $error("crc32: Bytes must be 1 to 4");
endmodule

`default_nettype wire
