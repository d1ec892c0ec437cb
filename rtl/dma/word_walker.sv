// SPDX-License-Identifier: Apache-2.0
// Walks a transfer word by word on the scratchpad side.
//
// Contract: a command is chunks_i runs of chunk_words_i words, stride_i words from start to start
//   and word_stride_i from word to word, both sizes at least 1. Beside the address of each word
//   comes its offset inside a memory bus beat: that of the chunk's first word, then one more per
//   word, modulo 2^OffsetWidth.
// Numbers: word_addr_o has a 25th bit that is set, and stays set, once an address passes 2^24.
//   word_inside_o says that it lies before Words.
// Timing: latency 1, one word per cycle across chunks and commands.
`default_nettype none

module word_walker #(
  parameter int unsigned Words       = 32768,
  parameter int unsigned OffsetWidth = 1,
  parameter int unsigned TagWidth    = 36
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   command_valid_i,
  output logic                   command_ready_o,
  input  logic [23:0]            command_addr_i,
  input  logic [23:0]            command_stride_i,
  input  logic [23:0]            command_word_stride_i,
  input  logic [23:0]            command_chunk_words_i,
  input  logic [15:0]            command_chunks_i,
  input  logic [OffsetWidth-1:0] command_offset_i,
  input  logic [OffsetWidth-1:0] command_offset_stride_i,
  input  logic [TagWidth-1:0]    command_tag_i,
  output logic                   word_valid_o,
  input  logic                   word_ready_i,
  output logic [24:0]            word_addr_o,
  output logic                   word_inside_o,
  output logic [OffsetWidth-1:0] word_offset_o,
  output logic                   word_chunk_last_o,
  output logic                   word_last_o,
  output logic [TagWidth-1:0]    word_tag_o
);
  logic [24:0] chunk_addr_q, chunk_addr_next, word_addr_next;
  logic [23:0] stride_q, word_stride_q, left_q, chunk_words_q;
  logic [15:0] chunks_q;
  logic [OffsetWidth-1:0] chunk_offset_q, offset_stride_q;
  logic advance, accept;

  assign word_chunk_last_o = left_q == 24'd1;
  assign word_last_o       = word_chunk_last_o && chunks_q == 16'd1;
  assign advance           = word_valid_o && word_ready_i;
  assign command_ready_o   = !word_valid_o || (advance && word_last_o);
  assign accept            = command_valid_i && command_ready_o;

  // The carry out of 24 bits is kept: an address that has left the scratchpad never comes back.
  function automatic logic [24:0] add_sticky(input logic [24:0] base, input logic [23:0] step);
    logic [24:0] sum;
    sum = {1'b0, base[23:0]} + {1'b0, step};
    add_sticky = {base[24] | sum[24], sum[23:0]};
  endfunction

  function automatic logic is_inside(input logic [24:0] addr);
    is_inside = addr < 25'(Words);
  endfunction

  assign chunk_addr_next = add_sticky(chunk_addr_q, stride_q);
  assign word_addr_next  = add_sticky(word_addr_o, word_stride_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) word_valid_o <= 1'b0;
    else if (accept) word_valid_o <= 1'b1;
    else if (advance && word_last_o) word_valid_o <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      if (word_chunk_last_o) begin
        word_addr_o    <= chunk_addr_next;
        word_inside_o  <= is_inside(chunk_addr_next);
        chunk_addr_q   <= chunk_addr_next;
        left_q         <= chunk_words_q;
        chunks_q       <= chunks_q - 16'd1;
        word_offset_o  <= chunk_offset_q + offset_stride_q;
        chunk_offset_q <= chunk_offset_q + offset_stride_q;
      end else begin
        word_addr_o   <= word_addr_next;
        word_inside_o <= is_inside(word_addr_next);
        left_q        <= left_q - 24'd1;
        word_offset_o <= word_offset_o + 1'b1;
      end
    end
    if (accept) begin
      word_addr_o     <= {1'b0, command_addr_i};
      word_inside_o   <= is_inside({1'b0, command_addr_i});
      chunk_addr_q    <= {1'b0, command_addr_i};
      stride_q        <= command_stride_i;
      word_stride_q   <= command_word_stride_i;
      left_q          <= command_chunk_words_i;
      chunk_words_q   <= command_chunk_words_i;
      chunks_q        <= command_chunks_i;
      word_offset_o   <= command_offset_i;
      chunk_offset_q  <= command_offset_i;
      offset_stride_q <= command_offset_stride_i;
      word_tag_o      <= command_tag_i;
    end
  end

  // What the contract demands.
  assert_always a_sizes (
    .clk_i,
    .rst_ni,
    .holds_i(!accept || (command_chunk_words_i != '0 && command_chunks_i != '0))
  );
endmodule

`default_nettype wire
