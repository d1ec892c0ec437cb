// SPDX-License-Identifier: Apache-2.0
// Fetches the stationary operand tile by tile and feeds it to the array ahead of its use.
//
// Contract: for every column tile, for every depth tile of a command, Dim words are read and enter
//   the array as the words 0 .. Dim-1 of a tile; words beyond `depth` (transposed: beyond `cols`)
//   are zeros and are not read. Words of the next tile, also of the next command, enter from the
//   cycle of swap_i on; up to LookAhead more wait here. ready_o: a first row whose request is
//   granted in this cycle, and so enters the array ReadLatency cycles later, will find its weights
//   complete.
// Addresses: row mode base + n*stride + k*Dim + i, transposed base + k*stride + n*Dim + i. What
//   passes 2^AddrWidth does not wrap. At a word beyond the end of the scratchpad the unit stops for
//   good; fault_valid_o rises when the array waits for just that word.
// Timing: one word per cycle; a request is granted by req_ready_i, its data come ReadLatency cycles
//   later.
`default_nettype none

module weight_loader #(
  parameter  int unsigned Dim          = 16,
  parameter  int unsigned AddrWidth    = 24,
  parameter  int unsigned SizeWidth    = 16,
  parameter  int unsigned LookAhead    = 8,
  parameter  int unsigned ScratchWords = 32768,
  localparam int unsigned IndexWidth   = $clog2(Dim)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  command_valid_i,
  output logic                  command_ready_o,
  input  logic [AddrWidth-1:0]  command_addr_i,
  input  logic [AddrWidth-1:0]  command_stride_i,
  input  logic [SizeWidth-1:0]  command_depth_i,
  input  logic [SizeWidth-1:0]  command_cols_i,
  input  logic                  command_transposed_i,

  output logic                  req_valid_o,
  input  logic                  req_ready_i,
  output logic [AddrWidth-1:0]  req_addr_o,
  input  logic [Dim*8-1:0]      rsp_data_i,

  input  logic                  swap_i,
  output logic                  ready_o,
  output logic                  weight_valid_o,
  output logic                  weight_transposed_o,
  output logic [IndexWidth-1:0] weight_index_o,
  output logic [Dim*8-1:0]      weight_data_o,

  output logic                  fault_valid_o,
  output logic [AddrWidth:0]    fault_addr_o
);
  localparam int unsigned ReadLatency = intformer_pkg::ReadLatency;
  localparam int unsigned CountWidth = $clog2(LookAhead + 1);
  localparam int unsigned TodoWidth = IndexWidth + 1;
  localparam int unsigned WordWidth = $clog2(ScratchWords);  // of an address before the end
  localparam logic [SizeWidth-1:0] DimSize = SizeWidth'(Dim);
  localparam logic [AddrWidth:0] DimAddr = (AddrWidth + 1)'(Dim);

  logic active_q, transposed_q;
  logic [AddrWidth-1:0] stride_q;
  logic [AddrWidth:0] column_base_q, tile_base_q, addr_q;  // a carry above the address
  logic [AddrWidth:0] column_base_next, tile_base_next;
  logic [SizeWidth-1:0] depth_q, depth_left_q, cols_left_q, left;
  logic [IndexWidth-1:0] index_q;
  logic [CountWidth-1:0] credit_q, waiting;
  logic in_range_q, beyond_q, step, pop, last_word, last_depth, last_column, finish;

  // At most Dim, of a size that is not 0: bits in place of a comparison.
  function automatic logic is_one_tile(input logic [SizeWidth-1:0] size);
    is_one_tile = size[SizeWidth-1:IndexWidth] == '0 || size == DimSize;
  endfunction

  function automatic logic past(input logic [AddrWidth:0] address);
    past = address >= (AddrWidth + 1)'(ScratchWords);
  endfunction

  assign step        = active_q && credit_q != '0 && (!in_range_q || (req_ready_i && !beyond_q));
  assign last_word   = index_q == IndexWidth'(Dim - 1);
  assign last_depth  = is_one_tile(depth_left_q);
  assign last_column = is_one_tile(cols_left_q);
  assign left        = transposed_q ? cols_left_q : depth_left_q;
  assign finish      = step && last_word && last_depth && last_column;

  assign req_valid_o      = active_q && credit_q != '0 && in_range_q && !beyond_q;
  assign req_addr_o       = addr_q[AddrWidth-1:0];
  assign command_ready_o  = !active_q || finish;
  assign tile_base_next   = tile_base_q + (transposed_q ? {1'b0, stride_q} : DimAddr);
  assign column_base_next = column_base_q + (transposed_q ? DimAddr : {1'b0, stride_q});

  always_ff @(posedge clk_i) begin
    if (command_valid_i && command_ready_o) begin
      transposed_q  <= command_transposed_i;
      stride_q      <= command_stride_i;
      column_base_q <= {1'b0, command_addr_i};
      tile_base_q   <= {1'b0, command_addr_i};
      addr_q        <= {1'b0, command_addr_i};
      depth_q       <= command_depth_i;
      depth_left_q  <= command_depth_i;
      cols_left_q   <= command_cols_i;
      index_q       <= '0;
      in_range_q    <= 1'b1;  // a tile has a word at least
      beyond_q      <= past({1'b0, command_addr_i});
    end else if (step) begin
      index_q <= index_q + 1'b1;
      addr_q  <= addr_q + 1'b1;

      in_range_q <= last_word || left[SizeWidth-1:IndexWidth] != '0 ||
                    index_q + 1'b1 < left[IndexWidth-1:0];
      beyond_q   <= addr_q[WordWidth-1:0] == WordWidth'(ScratchWords - 1);
      if (last_word && !last_depth) begin
        depth_left_q <= depth_left_q - DimSize;
        tile_base_q  <= tile_base_next;
        addr_q       <= tile_base_next;
        beyond_q     <= past(tile_base_next);
      end else if (last_word) begin
        depth_left_q  <= depth_q;
        cols_left_q   <= cols_left_q - DimSize;
        column_base_q <= column_base_next;
        tile_base_q   <= column_base_next;
        addr_q        <= column_base_next;
        beyond_q      <= past(column_base_next);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      credit_q <= CountWidth'(LookAhead);
    end else begin
      if (command_valid_i && command_ready_o) active_q <= 1'b1;
      else if (finish) active_q <= 1'b0;
      if (step != pop) credit_q <= credit_q + CountWidth'($signed({step, 1'b1}));
    end
  end

  // What each word on its way is: bit 0 one cycle after the step, the last with its data.
  localparam int unsigned Data = ReadLatency - 1;
  logic [Data:0] flight_q, flight_zero_q, flight_transposed_q;
  logic [Dim*8:0] word;
  logic word_valid, word_ready;
  logic [TodoWidth-1:0] todo_q, todo;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) flight_q <= '0;
    else flight_q <= {flight_q[Data-1:0], step};
  end
  always_ff @(posedge clk_i) begin
    flight_zero_q       <= {flight_zero_q[Data-1:0], !in_range_q};
    flight_transposed_q <= {flight_transposed_q[Data-1:0], transposed_q};
  end

  fifo #(
    .Width(Dim * 8 + 1),
    .Depth(LookAhead)
  ) u_words (
    .clk_i,
    .rst_ni,
    .push_valid_i(flight_q[Data]),
    .push_ready_o(word_ready),
    .push_data_i({flight_transposed_q[Data], flight_zero_q[Data] ? '0 : rsp_data_i}),
    .pop_valid_o(word_valid),
    .pop_ready_i(todo != '0),
    .pop_data_o(word),
    .count_o(waiting)
  );

  // Words that the array still needs before its next swap. Tiles start at least 4 cycles apart, so
  // ready_o is never asked between a grant and its swap.
  assign todo                = swap_i ? TodoWidth'(Dim) : todo_q;
  assign pop                 = word_valid && todo != '0;
  assign ready_o             = todo_q <= TodoWidth'(ReadLatency) && 32'(waiting) >= 32'(todo_q);
  assign weight_valid_o      = pop;
  assign weight_transposed_o = word[Dim*8];
  assign weight_index_o      = IndexWidth'(TodoWidth'(Dim) - todo);
  assign weight_data_o       = word[Dim*8-1:0];

  // Nothing on its way and the tile not complete: the word that the array waits for is this one.
  assign fault_valid_o = active_q && in_range_q && beyond_q && flight_q == '0 && !word_valid &&
                         todo_q != '0;
  assign fault_addr_o  = addr_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) todo_q <= TodoWidth'(Dim);
    else todo_q <= todo - TodoWidth'(pop);
  end

  // What the contract demands.
  if (Dim < 4 || (Dim & (Dim - 1)) != 0)
    $error("weight_loader: Dim must be a power of two from 4 on");
  assert_always a_room (
    .clk_i,
    .rst_ni,
    .holds_i(!flight_q[Data] || word_ready)
  );
  assert_always a_complete (
    .clk_i,
    .rst_ni,
    .holds_i(!swap_i || todo_q == '0)
  );
  assert_apart #(
    .Cycles(4)
  ) a_swaps (
    .clk_i,
    .rst_ni,
    .event_i(swap_i)
  );
  assert_always a_sizes (
    .clk_i,
    .rst_ni,
    .holds_i(!(command_valid_i && command_ready_o) ||
             (command_depth_i != '0 && command_cols_i != '0))
  );
endmodule

`default_nettype wire
