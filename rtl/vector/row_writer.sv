// SPDX-License-Identifier: Apache-2.0
// Assembles the beats of a row into words, buffers the rows and writes them to the scratchpad: the
// 8-bit word first, then the two 16-bit words, channel 0 lowest.
//
// Contract: a command with results that is offered is taken (take_o) when the last word of the one
//   before was accepted; its fields are not needed afterwards. Rows of later commands may come
//   before (valid_i; uop_i says what of them is used). Row r of panel p goes to addr8 + p * stride8 + r
//   and addr16 + p * stride16 + 2 r. There must never be more than OutRows rows between the lanes'
//   entry and row_written_o (one pulse per row, when its last word was accepted): the buffer cannot
//   refuse. command_written_o comes with a command's last row. index_o: of the command taken last.
//   What passes 2^24 does not wrap. At a word beyond the end of the scratchpad the unit stops for
//   good, with fault_valid_o high and the word's address on fault_addr_o.
// Timing: one word per cycle.
`default_nettype none

module row_writer #(
  parameter  int unsigned Dim          = intformer_pkg::Dim,
  parameter  int unsigned Lanes        = intformer_pkg::Lanes,
  parameter  int unsigned OutRows      = intformer_pkg::OutRows,
  parameter  int unsigned ScratchWords = intformer_pkg::ScratchWords,
  localparam int unsigned WordWidth    = Dim * 8
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 offer_i,
  output logic                 take_o,
  input  logic [31:0]          command_index_i,
  output logic [31:0]          index_o,
  input  intformer_pkg::vector_command_t command_i,
  input  intformer_pkg::lane_op_t lanes_i,  // what it asks of the lanes
  input  logic                 valid_i,
  input  intformer_pkg::lane_uop_t uop_i,
  input  logic [Lanes*8-1:0]   out8_i,
  input  logic [Lanes*16-1:0]  out16_i,
  output logic                 row_written_o,
  output logic                 command_written_o,
  output logic                 fault_valid_o,
  output logic [24:0]          fault_addr_o,
  output logic                 write_valid_o,
  input  logic                 write_ready_i,
  output logic [23:0]          write_addr_o,
  output logic [WordWidth-1:0] write_data_o
);
  localparam int unsigned PointerWidth = $clog2(OutRows);
  localparam int unsigned CountWidth = $clog2(OutRows + 1);

  // ------------------------------------------------------------------ assembly
  logic [WordWidth-1:0]   row8;
  logic [2*WordWidth-1:0] row16;
  logic               push;

  logic unused_command;

  assign push = valid_i && uop_i.last && (uop_i.op.out8_used || uop_i.op.out16_used);
  assign unused_command = ^{command_i, lanes_i, uop_i};

  if (Lanes == Dim) begin : gen_whole_row
    assign row8  = out8_i;
    assign row16 = out16_i;
  end else begin : gen_beats
    logic [WordWidth-Lanes*8-1:0]    row8_q;  // the beats so far, the latest on top
    logic [2*WordWidth-Lanes*16-1:0] row16_q;
    assign row8  = {out8_i, row8_q};
    assign row16 = {out16_i, row16_q};
    always_ff @(posedge clk_i) begin
      if (valid_i) begin
        row8_q  <= row8[WordWidth-1:Lanes*8];
        row16_q <= row16[2*WordWidth-1:Lanes*16];
      end
    end
  end

  logic [WordWidth-1:0]    mem8 [OutRows];
  logic [2*WordWidth-1:0]  mem16 [OutRows];
  logic [PointerWidth-1:0] push_q, pop_q;
  logic [CountWidth-1:0] count_q;

  always_ff @(posedge clk_i) begin
    if (push && uop_i.op.out8_used) mem8[push_q] <= row8;
  end
  always_ff @(posedge clk_i) begin
    if (push && uop_i.op.out16_used) mem16[push_q] <= row16;
  end

  // -------------------------------------------------------------------- writes
  typedef enum logic [1:0] {
    Word8,
    Low16,
    High16
  } part_e;
  part_e part_q, first_part;
  logic valid_q, final_q, last_q, load, pop, final_part, last_row, last_panel;
  logic active_q, popped_q, out8_q, out16_q;  // popped: every row has left the buffer
  logic accepted, beyond_q;
  logic [23:0] stride8_q, stride16_q;
  logic [24:0] addr_q, next8_q, panel8_q, next16_q, panel16_q, next;  // a carry above the address
  logic [15:0] rows_q, rows_left_q, panels_left_q;
  logic [WordWidth-1:0] data_q;

  assign first_part = out8_q ? Word8 : Low16;
  assign load       = active_q && !popped_q && count_q != '0 && (!valid_q || accepted);
  assign accepted   = write_ready_i && !beyond_q;
  assign next       = part_q == Word8 ? next8_q : next16_q;
  assign final_part = part_q == High16 || !out16_q;
  assign pop        = load && final_part;
  assign last_row   = rows_left_q == 16'd1;
  assign last_panel = panels_left_q == 16'd1;
  assign take_o     = offer_i && !active_q;
  assign row_written_o     = valid_q && accepted && final_q;
  assign command_written_o = row_written_o && last_q;
  assign write_valid_o  = valid_q && !beyond_q;
  assign write_addr_o   = addr_q[23:0];
  assign fault_valid_o  = valid_q && beyond_q;
  assign fault_addr_o   = addr_q;
  assign write_data_o   = data_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      push_q   <= '0;
      pop_q    <= '0;
      count_q  <= '0;
      valid_q  <= 1'b0;
      active_q <= 1'b0;
      popped_q <= 1'b0;
    end else begin
      if (take_o) active_q <= 1'b1;
      else if (command_written_o) active_q <= 1'b0;
      if (take_o) popped_q <= 1'b0;
      else if (pop && last_row && last_panel) popped_q <= 1'b1;
      if (push) push_q <= push_q + 1'b1;
      if (pop) pop_q <= pop_q + 1'b1;
      if (push != pop) count_q <= count_q + CountWidth'($signed({pop, 1'b1}));
      if (load) valid_q <= 1'b1;
      else if (accepted) valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_o) begin
      part_q        <= lanes_i.out8_used ? Word8 : Low16;
      out8_q        <= lanes_i.out8_used;
      out16_q       <= lanes_i.out16_used;
      rows_q        <= command_i.rows;
      rows_left_q   <= command_i.rows;
      panels_left_q <= command_i.panels;
      next8_q       <= {1'b0, command_i.out_addr};
      panel8_q      <= {1'b0, command_i.out_addr};
      stride8_q     <= command_i.out_stride;
      next16_q      <= {1'b0, command_i.out16_addr};
      panel16_q     <= {1'b0, command_i.out16_addr};
      stride16_q    <= command_i.out16_stride;
      index_o       <= command_index_i;
    end else if (load) begin
      final_q  <= final_part;
      last_q   <= last_row && last_panel;
      addr_q   <= next;
      beyond_q <= next >= 25'(ScratchWords);
      unique case (part_q)
        Word8: begin
          data_q  <= mem8[pop_q];
          next8_q <= next8_q + 25'd1;
          part_q  <= out16_q ? Low16 : Word8;
        end
        Low16: begin
          data_q   <= mem16[pop_q][WordWidth-1:0];
          next16_q <= next16_q + 25'd1;
          part_q   <= High16;
        end
        default: begin
          data_q   <= mem16[pop_q][2*WordWidth-1:WordWidth];
          next16_q <= next16_q + 25'd1;
          part_q   <= first_part;
        end
      endcase
      if (pop) begin
        rows_left_q <= rows_left_q - 16'd1;
        if (last_row) begin
          rows_left_q   <= rows_q;
          panels_left_q <= panels_left_q - 16'd1;
          next8_q       <= panel8_q + {1'b0, stride8_q};
          panel8_q      <= panel8_q + {1'b0, stride8_q};
          next16_q      <= panel16_q + {1'b0, stride16_q};
          panel16_q     <= panel16_q + {1'b0, stride16_q};
        end
      end
    end
  end

  // What the contract demands.
  if (OutRows < 2 || (OutRows & (OutRows - 1)) != 0)
    $error("row_writer: OutRows must be a power of two from 2 on");
  if (Lanes < 1 || Dim % Lanes != 0) $error("row_writer: Lanes must divide Dim");
  assert_always a_room (
    .clk_i,
    .rst_ni,
    .holds_i(!push || count_q != CountWidth'(OutRows))
  );
  assert_always a_sizes (
    .clk_i,
    .rst_ni,
    .holds_i(!take_o || (command_i.rows != '0 && command_i.panels != '0 &&
                          (lanes_i.out8_used || lanes_i.out16_used)))
  );
endmodule

`default_nettype wire
