// SPDX-License-Identifier: Apache-2.0
// What a request of the link asks for, and whether it can be: the operations of link_bridge.sv.
//
// Contract: refused_o says that op, address or count is outside of what there is; of the other
//   outputs that tell what to do one at most is high. payload_o: count_i bytes of payload follow
//   the header; it looks at op and count alone, so that a wrong address is refused behind its
//   payload.
// Timing: one cycle.
`default_nettype none

module link_decode #(
  parameter int unsigned MemoryBytes  = 32'h0200_0000,
  parameter int unsigned PayloadBytes = 1024
) (
  input  logic        clk_i,
  input  logic [7:0]  op_i,
  input  logic [31:0] address_i,
  input  logic [31:0] count_i,
  output logic        identify_o,
  output logic        register_o,
  output logic        memory_o,
  output logic        write_o,
  output logic        checksum_o,
  output logic        payload_o,
  output logic        refused_o
);
  localparam logic [7:0] Identify = 8'd0, ReadRegister = 8'd1, WriteRegister = 8'd2,
                         ReadMemory = 8'd3, WriteMemory = 8'd4, ChecksumMemory = 8'd5;
  localparam int unsigned RegisterBytes = 4096;

  logic whole_words, one_word, some_words, in_memory, in_registers, possible;

  logic is_identify, is_register, is_transfer, is_checksum;

  assign is_identify = op_i == Identify;
  assign is_register = op_i == ReadRegister || op_i == WriteRegister;
  assign is_transfer = op_i == ReadMemory || op_i == WriteMemory;
  assign is_checksum = op_i == ChecksumMemory;

  assign whole_words  = address_i[1:0] == '0 && count_i[1:0] == '0;
  assign one_word     = count_i == 32'd4;
  assign some_words   = count_i != '0 && count_i[1:0] == '0 && count_i <= PayloadBytes;
  assign in_memory    = {1'b0, address_i} + {1'b0, count_i} <= {1'b0, MemoryBytes};
  assign in_registers = address_i < RegisterBytes;

  always_comb begin
    unique case (1'b1)
      is_identify: possible = address_i == '0 && count_i == '0;
      is_register: possible = whole_words && one_word && in_registers;
      is_checksum: possible = whole_words && count_i != '0 && in_memory;
      is_transfer: possible = whole_words && some_words && in_memory;
      default: possible = 1'b0;
    endcase
  end

  always_ff @(posedge clk_i) begin
    identify_o <= is_identify;
    register_o <= is_register;
    memory_o   <= is_transfer || is_checksum;
    write_o    <= op_i == WriteRegister || op_i == WriteMemory;
    checksum_o <= is_checksum;
    payload_o  <= (op_i == WriteRegister && one_word) || (op_i == WriteMemory && some_words);
    refused_o  <= !possible;
  end

  if (MemoryBytes % 4 != 0) $error("link_decode: MemoryBytes must be whole words");
endmodule

`default_nettype wire
