// SPDX-License-Identifier: Apache-2.0
// Reads the streamed operand row by row, in tiles of at least Dim cycles, and says where each row's
// result belongs.
//
// Contract: for every column tile n, for every depth tile k, rows 0 .. rows-1 are read from addr +
//   k*stride + r. A tile takes max(rows, Dim) cycles and starts when weights_ready_i. With each
//   grant place_* gives the accumulator row target_addr + n*target_stride + r, whether the array
//   adds to it (k > 0, or the command accumulates), and whether it is the command's last row. row_*
//   come with the data, 2 cycles after the grant, for the array.
// Addresses: what passes 2^AddrWidth does not wrap. At a row whose A or target address lies beyond
//   the end of its memory the unit stops for good: nothing is requested, fault_valid_o stays high.
// A tile that adds to one of the last rows issued waits until they are AddDistance cycles old: reads and
//   writes of one accumulator row never meet in the accumulator's pipeline.
// Timing: one row per cycle, also from tile to tile and command to command.
`default_nettype none

module row_streamer #(
  parameter int unsigned Dim          = 16,
  parameter int unsigned AddrWidth    = 24,
  parameter int unsigned SizeWidth    = 16,
  parameter int unsigned ScratchWords = 32768,
  parameter int unsigned AccRows      = 1024,
  parameter int unsigned AddDistance  = 4
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 command_valid_i,
  output logic                 command_ready_o,
  input  logic [AddrWidth-1:0] command_addr_i,
  input  logic [AddrWidth-1:0] command_stride_i,
  input  logic [AddrWidth-1:0] command_target_addr_i,
  input  logic [AddrWidth-1:0] command_target_stride_i,
  input  logic [SizeWidth-1:0] command_rows_i,
  input  logic [SizeWidth-1:0] command_depth_i,
  input  logic [SizeWidth-1:0] command_cols_i,
  input  logic                 command_unsigned_i,
  input  logic                 command_accumulate_i,

  input  logic                 weights_ready_i,
  output logic                 req_valid_o,
  input  logic                 req_ready_i,
  output logic [AddrWidth-1:0] req_addr_o,

  output logic                 row_valid_o,
  output logic                 row_swap_o,
  output logic                 row_unsigned_o,

  output logic                 place_valid_o,
  output logic [AddrWidth-1:0] place_addr_o,
  output logic                 place_add_o,
  output logic                 place_last_o,

  output logic                 fault_valid_o,
  output logic                 fault_target_o,  // the target's address, not A's
  output logic [AddrWidth:0]   fault_addr_o,
  output logic                 wait_event_o,  // a tile is held up by its weights
  output logic                 hold_event_o  // by its least length, or by a sum still on its way
);
  localparam int unsigned SlotWidth = $clog2(Dim);
  localparam int unsigned RowWidth = $clog2(AccRows);  // of a row before the end
  localparam int unsigned WordWidth = $clog2(ScratchWords);
  localparam logic [SizeWidth-1:0] DimSize = SizeWidth'(Dim);

  // What counters and addresses mean goes with them in registers, so that a request is a matter of
  // few gates: beyond_*_q an address past the end, any_q a row left, last_*_q the last row, depth
  // tile and column tile, slot_end_q that the tile has lasted Dim cycles.
  logic active_q, unsigned_q, accumulate_q, first_q, add_q;
  logic any_q, last_row_q, last_depth_q, last_column_q, slot_end_q;
  logic [AddrWidth-1:0] addr_q, stride_q, target_stride_q;
  logic [AddrWidth:0]
      panel_q, row_addr_q, target_tile_q, target_row_q;  // a carry above the address
  logic [SizeWidth-1:0] rows_q, depth_q, rows_left_q, depth_left_q, cols_left_q;
  logic [SizeWidth-1:0] depth_rest, cols_rest;  // after this tile
  logic [SlotWidth-1:0] slot_q;
  logic [AddDistance-2:0] recent_q;  // rows granted in the cycles before
  logic [AddrWidth:0] panel_next, target_tile_next;
  logic hazard, due, beyond_scratch_q, beyond_acc_q, grant, step, tile_end, finish;

  function automatic logic past_scratch(input logic [AddrWidth:0] address);
    past_scratch = address >= (AddrWidth + 1)'(ScratchWords);
  endfunction
  function automatic logic past_acc(input logic [AddrWidth:0] row);
    past_acc = row >= (AddrWidth + 1)'(AccRows);
  endfunction

  // At most Dim, of a size that is not 0: bits in place of a comparison.
  function automatic logic is_one_tile(input logic [SizeWidth-1:0] size);
    is_one_tile = size[SizeWidth-1:SlotWidth] == '0 || size == DimSize;
  endfunction
  assign depth_rest = depth_left_q - DimSize;
  assign cols_rest  = cols_left_q - DimSize;

  // Whether the row that a tile ends with is one of the last AddDistance - 1 from the row that the
  // next begins with: the same rows again, the next column's, another command's. A tile takes 4
  // cycles or more, after two of which these are known.
  logic near_q, near_depth_q, near_column_q;
  logic [RowWidth-1:0] tile_last_q;

  function automatic logic is_near(input logic [RowWidth-1:0] distance);
    is_near = 1'b0;
    for (int unsigned k = 0; k < AddDistance - 1; k++) begin
      if (distance == RowWidth'(k)) is_near = 1'b1;
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (active_q) begin
      tile_last_q   <= RowWidth'(target_tile_q) + RowWidth'(rows_q) - 1'b1;
      near_depth_q  <= is_near(RowWidth'(rows_q) - 1'b1);
      near_column_q <= is_near(RowWidth'(rows_q) - 1'b1 - RowWidth'(target_stride_q));
    end
    if (command_valid_i && command_ready_o)
      near_q <= is_near(tile_last_q - RowWidth'(command_target_addr_i));
    else if (tile_end) near_q <= last_depth_q ? near_column_q : near_depth_q;
  end

  assign hazard = add_q && near_q && recent_q != '0;
  assign due    = active_q && any_q && (!first_q || (weights_ready_i && !hazard));
  assign req_valid_o    = due && !beyond_scratch_q && !beyond_acc_q;
  assign req_addr_o     = row_addr_q[AddrWidth-1:0];
  assign fault_valid_o  = due && (beyond_scratch_q || beyond_acc_q);
  assign fault_target_o = !beyond_scratch_q;
  assign fault_addr_o   = beyond_scratch_q ? row_addr_q : target_row_q;
  assign grant    = req_valid_o && req_ready_i;
  assign step     = active_q && (grant || !any_q);
  assign tile_end = step && last_row_q && slot_end_q;
  assign finish   = tile_end && last_depth_q && last_column_q;

  assign command_ready_o  = !active_q || finish;
  assign panel_next       = panel_q + {1'b0, stride_q};
  assign target_tile_next = target_tile_q + {1'b0, target_stride_q};
  assign wait_event_o     = active_q && first_q && !weights_ready_i;
  assign hold_event_o     = active_q && !req_valid_o && !wait_event_o;

  assign place_valid_o = grant;
  assign place_addr_o  = target_row_q[AddrWidth-1:0];
  assign place_add_o   = add_q;
  assign place_last_o  = last_row_q && any_q && last_depth_q && last_column_q;

  always_ff @(posedge clk_i) begin
    if (command_valid_i && command_ready_o) begin
      unsigned_q      <= command_unsigned_i;
      accumulate_q    <= command_accumulate_i;
      add_q           <= command_accumulate_i;
      addr_q          <= command_addr_i;
      stride_q        <= command_stride_i;
      panel_q         <= {1'b0, command_addr_i};
      row_addr_q      <= {1'b0, command_addr_i};
      target_stride_q <= command_target_stride_i;
      target_tile_q   <= {1'b0, command_target_addr_i};
      target_row_q    <= {1'b0, command_target_addr_i};
      rows_q          <= command_rows_i;
      rows_left_q     <= command_rows_i;
      depth_q         <= command_depth_i;
      depth_left_q    <= command_depth_i;
      cols_left_q     <= command_cols_i;
      first_q         <= 1'b1;
      slot_q          <= '0;

      any_q            <= 1'b1;
      last_row_q       <= command_rows_i == SizeWidth'(1);
      last_depth_q     <= is_one_tile(command_depth_i);
      last_column_q    <= is_one_tile(command_cols_i);
      slot_end_q       <= 1'b0;
      beyond_scratch_q <= past_scratch({1'b0, command_addr_i});
      beyond_acc_q     <= past_acc({1'b0, command_target_addr_i});
    end else if (tile_end) begin
      rows_left_q <= rows_q;
      first_q     <= 1'b1;
      slot_q      <= '0;
      any_q       <= 1'b1;
      last_row_q  <= rows_q == SizeWidth'(1);
      slot_end_q  <= 1'b0;
      if (!last_depth_q) begin
        depth_left_q <= depth_rest;
        panel_q      <= panel_next;
        row_addr_q   <= panel_next;
        target_row_q <= target_tile_q;
        add_q        <= 1'b1;

        last_depth_q     <= is_one_tile(depth_rest);
        beyond_scratch_q <= past_scratch(panel_next);
        beyond_acc_q     <= past_acc(target_tile_q);
      end else begin
        depth_left_q  <= depth_q;
        cols_left_q   <= cols_rest;
        panel_q       <= {1'b0, addr_q};
        row_addr_q    <= {1'b0, addr_q};
        target_tile_q <= target_tile_next;
        target_row_q  <= target_tile_next;
        add_q         <= accumulate_q;

        last_depth_q     <= is_one_tile(depth_q);
        last_column_q    <= is_one_tile(cols_rest);
        beyond_scratch_q <= past_scratch({1'b0, addr_q});
        beyond_acc_q     <= past_acc(target_tile_next);
      end
    end else if (step) begin
      if (!slot_end_q) slot_q <= slot_q + 1'b1;
      slot_end_q <= slot_end_q || slot_q == SlotWidth'(Dim - 2);
      if (grant) begin
        rows_left_q  <= rows_left_q - 1'b1;
        row_addr_q   <= row_addr_q + 1'b1;
        target_row_q <= target_row_q + 1'b1;
        first_q      <= 1'b0;

        any_q            <= !last_row_q;
        last_row_q       <= last_row_q || rows_left_q == SizeWidth'(2);
        beyond_scratch_q <= row_addr_q[WordWidth-1:0] == WordWidth'(ScratchWords - 1);
        beyond_acc_q     <= target_row_q[RowWidth-1:0] == RowWidth'(AccRows - 1);
      end
    end
  end

  logic [1:0] flight_q, flight_swap_q, flight_unsigned_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q      <= 1'b0;
      recent_q      <= '0;
      flight_q      <= '0;
      flight_swap_q <= '0;
    end else begin
      if (command_valid_i && command_ready_o) active_q <= 1'b1;
      else if (finish) active_q <= 1'b0;
      recent_q      <= {recent_q[AddDistance-3:0], grant};
      flight_q      <= {flight_q[0], grant};
      flight_swap_q <= {flight_swap_q[0], grant && first_q};
    end
  end
  always_ff @(posedge clk_i) begin
    flight_unsigned_q <= {flight_unsigned_q[0], unsigned_q};
  end

  assign row_valid_o    = flight_q[1];
  assign row_swap_o     = flight_swap_q[1];
  assign row_unsigned_o = flight_unsigned_q[1];

  // What the contract demands.
  if (Dim < 4 || (Dim & (Dim - 1)) != 0)
    $error("row_streamer: Dim must be a power of two from 4 on");
  assert_always a_sizes (
    .clk_i,
    .rst_ni,
    .holds_i(!(command_valid_i && command_ready_o) ||
             (command_rows_i != '0 && command_depth_i != '0 && command_cols_i != '0))
  );
  assert_apart #(
    .Cycles(4)
  ) a_tiles (
    .clk_i,
    .rst_ni,
    .event_i(grant && first_q)
  );
endmodule

`default_nettype wire
