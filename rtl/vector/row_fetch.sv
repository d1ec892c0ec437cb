// SPDX-License-Identifier: Apache-2.0
// Fetches what vector commands read: constants per panel, and per row an accumulator row and 0, 1
// or 2 scratchpad words; panels outer, rows inner. Rows leave in order through a buffer.
//
// Contract: start_i while idle_o takes a command, whose fields stay until idle_o again: then every
//   row was requested, and the next command may start while its rows are in the lanes. rows, panels
//   >= 1. Read data come ReadLatency cycles after the grant. A request, once valid, stays until ready.
//   - Constants go to alternating banks; those of a panel are fetched while rows of the last panel
//     with constants, or later ones, may still be in the lanes, but none of any panel before.
//     A word of them follows another Dim / Lanes cycles later at the earliest, as the lanes take it.
//   - The first row of a command that reads scratchpad words waits until all rows of commands
//     before have finished, because they may have written these words.
//   - Panels of fewer than 4 rows that gather go one by one, their rows begin only when no earlier
//     row is in the lanes: the read-modify-write of a slot takes 3 cycles.
//   - Addresses: what passes 2^24 does not wrap. At a constant or a row beyond the end of its
//     memory the unit stops for good; fault_valid_o rises when all rows before have finished. Of a
//     row the accumulator's address comes first.
//   - Where statistics are used, a row waits while its slot is pending in the row-scalar unit.
// Timing: one row per cycle at best; without constants the first in the cycle after start_i.
`default_nettype none

module row_fetch #(
  parameter  int unsigned Dim          = intformer_pkg::Dim,
  parameter  int unsigned ScratchWords = intformer_pkg::ScratchWords,
  parameter  int unsigned AccRows      = intformer_pkg::AccRows,
  parameter  int unsigned Lanes        = intformer_pkg::Lanes,
  parameter  int unsigned StatRows     = intformer_pkg::StatRows,
  parameter  int unsigned BufferRows   = intformer_pkg::FetchRows,
  localparam int unsigned SlotWidth    = $clog2(StatRows),
  localparam int unsigned WordWidth    = Dim * 8
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  intformer_pkg::vector_command_t command_i,
  input  intformer_pkg::vector_op_t op_i,
  input  logic [SlotWidth:0]   pending_first_i,
  input  logic [SlotWidth:0]   pending_end_i,
  input  logic                 row_written_i,  // a row with results has finished
  input  logic                 row_passed_i,  // a row without has
  output logic                 idle_o,  // every row was requested
  output logic                 scalar_wait_o,  // the next row's slot is pending
  output logic                 fault_valid_o,
  output logic                 fault_acc_o,  // of the accumulator, not the scratchpad
  output logic [24:0]          fault_addr_o,
  output logic                 acc_req_valid_o,
  input  logic                 acc_req_ready_i,
  output logic [23:0]          acc_req_addr_o,
  input  logic                 acc_rsp_valid_i,
  input  logic [Dim*32-1:0]    acc_rsp_data_i,
  output logic                 read_req_valid_o,
  input  logic                 read_req_ready_i,
  output logic [23:0]          read_req_addr_o,
  input  logic                 read_rsp_valid_i,
  input  logic [WordWidth-1:0] read_rsp_data_i,
  output logic                 const_write_o,
  output logic                 const_bank_o,
  output logic [3:0]           const_byte_o,
  output logic [WordWidth-1:0] const_data_o,
  output logic                 row_valid_o,
  input  logic                 row_ready_i,
  output logic [Dim*32-1:0]    row_acc_o,
  output logic [WordWidth-1:0] row_low_o,
  output logic [WordWidth-1:0] row_high_o
);
  localparam int unsigned ReadLatency = intformer_pkg::ReadLatency;
  localparam int unsigned PointerWidth = $clog2(BufferRows);
  localparam int unsigned CountWidth = PointerWidth + 1;
  localparam int unsigned GapWidth = Dim > Lanes ? $clog2(Dim / Lanes) : 1;
  // Of addresses before the end, which are the only ones that are granted.
  localparam int unsigned WordAddrWidth = $clog2(ScratchWords);
  localparam int unsigned RowAddrWidth = $clog2(AccRows);
  localparam logic [WordAddrWidth-1:0] LastWord = WordAddrWidth'(ScratchWords - 1);
  localparam logic [RowAddrWidth-1:0] LastRow = RowAddrWidth'(AccRows - 1);
  localparam int unsigned FlightWidth = 7;  // buffer, lanes and writer hold fewer than 64 rows

  logic [15:0] rows, panels;
  logic unused_command;
  assign rows   = command_i.rows;
  assign panels = command_i.panels;
  assign unused_command = ^{command_i, op_i};

  typedef enum logic [1:0] {
    Idle,
    Panel,
    Constants,
    Rows
  } state_e;
  state_e state_q;

  // beyond_*_q go with the addresses, blocked_q with the row: a request is a matter of few gates.
  logic [15:0] panels_left_q, rows_left_q;
  logic [SlotWidth-1:0] slot_q, slot_next;
  // One bit more than an address, for the carry.
  logic [24:0] acc_base_q, acc_addr_q, in_base_q, in_addr_q, const_addr_q, read_addr;
  logic [24:0] acc_panel, in_panel;  // of the panel's first row
  logic [3:0]         const_left_q;
  logic [GapWidth-1:0] gap_q;  // cycles until the next word of constants may be requested
  logic               acc_sent_q;
  logic [1:0]         in_sent_q;
  logic [FlightWidth-1:0] flight_q;   // rows requested and not finished
  logic [FlightWidth-1:0] younger_q;  // rows requested since the latest constants; stops at 64
  logic [CountWidth-1:0] held_q;  // rows requested and not given to the lanes
  logic serialize, panel_clear, panel_first;
  logic beyond_acc_q, beyond_in_q, beyond_const_q, beyond_scratch, acc_wanted, in_wanted;
  logic row_open, row_sent, row_taken, acc_done, in_done, last_row_q, last_panel, read_grant;
  logic blocked_q, pending_q, older_q, full_next, pending_next, older_next;

  function automatic logic past_acc(input logic [24:0] row);
    past_acc = row >= 25'(AccRows);
  endfunction
  function automatic logic past_scratch(input logic [24:0] address);
    past_scratch = address >= 25'(ScratchWords);
  endfunction

  // ------------------------------------------------------------------ requests
  assign serialize   = op_i.statistics_gathered && rows < 16'd4;
  assign last_panel  = panels_left_q == 16'd1;
  assign panel_first = serialize || op_i.const_words != '0;
  assign panel_clear = serialize ? flight_q == '0 : flight_q <= younger_q;

  assign row_open         = state_q == Rows && !blocked_q;
  assign read_addr        = state_q == Constants ? const_addr_q : in_addr_q;
  assign beyond_scratch   = state_q == Constants ? beyond_const_q : beyond_in_q;
  assign acc_wanted       = row_open && op_i.acc_used && !acc_sent_q;
  assign in_wanted        = (state_q == Constants && gap_q == '0) ||
                            (row_open && in_sent_q != op_i.in_words);
  assign acc_req_valid_o  = acc_wanted && !beyond_acc_q;
  assign acc_req_addr_o   = acc_addr_q[23:0];
  assign read_req_valid_o = in_wanted && !beyond_scratch;
  assign read_req_addr_o  = read_addr[23:0];
  assign read_grant       = read_req_valid_o && read_req_ready_i;
  assign acc_done = !op_i.acc_used || acc_sent_q || (acc_req_ready_i && !beyond_acc_q);
  assign in_done  = in_sent_q == op_i.in_words ||
                    (in_sent_q + 2'd1 == op_i.in_words && read_req_ready_i && !beyond_scratch);
  assign fault_acc_o   = acc_wanted && beyond_acc_q;
  assign fault_valid_o = (fault_acc_o || (in_wanted && beyond_scratch)) && flight_q == '0;
  assign fault_addr_o  = fault_acc_o ? acc_addr_q : read_addr;
  assign row_sent = row_open && acc_done && in_done;
  assign idle_o   = state_q == Idle;
  assign acc_panel = acc_base_q + {1'b0, command_i.acc_stride};
  assign in_panel  = in_base_q + {1'b0, command_i.in_stride};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= Idle;
      acc_sent_q <= 1'b0;
      in_sent_q  <= '0;
    end else begin
      unique case (state_q)
        Idle:      if (start_i) state_q <= panel_first ? Panel : Rows;
        Panel:     if (panel_clear) state_q <= op_i.const_words == '0 ? Rows : Constants;
        Constants: if (read_grant && const_left_q == 4'd1) state_q <= Rows;
        Rows: begin
          if (row_sent && last_row_q) begin
            if (last_panel) state_q <= Idle;
            else if (panel_first) state_q <= Panel;
          end
        end
        default:   state_q <= Idle;
      endcase
      if (state_q == Rows) begin
        if (row_sent) begin
          acc_sent_q <= 1'b0;
          in_sent_q  <= '0;
        end else begin
          if (acc_req_valid_o && acc_req_ready_i) acc_sent_q <= 1'b1;
          if (read_grant) in_sent_q <= in_sent_q + 2'd1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) gap_q <= '0;
    else if (state_q == Constants && read_grant) gap_q <= GapWidth'(Dim / Lanes - 1);
    else if (gap_q != '0) gap_q <= gap_q - 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      panels_left_q  <= panels;
      rows_left_q    <= rows;
      last_row_q     <= rows == 16'd1;
      slot_q         <= slot_next;
      acc_base_q     <= {1'b0, command_i.acc_addr};
      acc_addr_q     <= {1'b0, command_i.acc_addr};
      in_base_q      <= {1'b0, command_i.in_addr};
      in_addr_q      <= {1'b0, command_i.in_addr};
      const_addr_q   <= {1'b0, command_i.const_addr};
      beyond_acc_q   <= past_acc({1'b0, command_i.acc_addr});
      beyond_in_q    <= past_scratch({1'b0, command_i.in_addr});
      beyond_const_q <= past_scratch({1'b0, command_i.const_addr});
    end else if (state_q != Idle) begin
      if (state_q == Panel) const_left_q <= op_i.const_words;
      if (state_q == Constants && read_grant) begin
        const_left_q   <= const_left_q - 4'd1;
        const_addr_q   <= const_addr_q + 25'd1;
        beyond_const_q <= const_addr_q[WordAddrWidth-1:0] == LastWord;
      end
      if (state_q == Rows && read_grant) begin
        in_addr_q   <= in_addr_q + 25'd1;
        beyond_in_q <= in_addr_q[WordAddrWidth-1:0] == LastWord;
      end
      if (row_sent) begin
        acc_addr_q   <= acc_addr_q + 25'd1;
        beyond_acc_q <= acc_addr_q[RowAddrWidth-1:0] == LastRow;
        slot_q       <= slot_next;
        rows_left_q  <= rows_left_q - 16'd1;
        last_row_q   <= rows_left_q == 16'd2;
        if (last_row_q) begin
          panels_left_q <= panels_left_q - 16'd1;
          rows_left_q   <= rows;
          last_row_q    <= rows == 16'd1;
          acc_base_q    <= acc_panel;
          acc_addr_q    <= acc_panel;
          beyond_acc_q  <= past_acc(acc_panel);
          in_base_q     <= in_panel;
          in_addr_q     <= in_panel;
          beyond_in_q   <= past_scratch(in_panel);
        end
      end
    end
  end

  // What keeps the next row from being requested, known a cycle before: the buffer is full, its
  // slot is pending, or rows of commands before may still write the words that it reads.
  // One adder, up or down.
  function automatic logic [CountWidth-1:0] moved(input logic [CountWidth-1:0] count,
                                                  input logic up, input logic down);
    moved = up == down ? count : count + CountWidth'($signed({down, 1'b1}));
  endfunction

  function automatic logic is_pending(input logic [SlotWidth-1:0] slot);
    is_pending = {1'b0, slot} >= pending_first_i && {1'b0, slot} < pending_end_i;
  endfunction

  assign slot_next     = start_i || last_row_q ? command_i.stat_row[SlotWidth-1:0] : slot_q + 1'b1;
  assign scalar_wait_o = state_q == Rows && pending_q;
  assign full_next     = !row_taken && (held_q == CountWidth'(BufferRows) ||
                                        (row_sent && held_q == CountWidth'(BufferRows - 1)));
  assign pending_next  = op_i.statistics_used &&
                         (start_i || row_sent ? is_pending(slot_next) : is_pending(slot_q));
  assign older_next = (start_i ? op_i.in_words != '0 : older_q) &&
                      flight_q != FlightWidth'(row_written_i) + FlightWidth'(row_passed_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      blocked_q <= 1'b0;
      pending_q <= 1'b0;
      older_q   <= 1'b0;
    end else if (start_i || state_q != Idle) begin
      blocked_q <= full_next || pending_next || older_next;
      pending_q <= pending_next;
      older_q   <= older_next;
    end
  end

  // ----------------------------------------------------------------- responses
  // What the word is that comes in ReadLatency - k cycles: a constant; a row's second word; its last.
  logic [ReadLatency:1] const_q, high_q, last_q;
  logic              bank_q;
  logic [3:0]        byte_q;
  logic [PointerWidth-1:0] acc_write_q, acc_read_q, in_write_q, in_read_q, sent_q, row_q;
  logic [CountWidth-1:0] acc_count_q, in_count_q;
  logic [BufferRows-1:0] acc_used_q, in_used_q;  // what a row in the buffer consists of
  logic [Dim*32-1:0] acc_mem  [BufferRows];
  logic [WordWidth-1:0]  low_mem  [BufferRows];
  logic [WordWidth-1:0]  high_mem [BufferRows];
  logic in_word, in_row, row_acc, row_in, last_byte;

  assign in_word   = read_rsp_valid_i && !const_q[ReadLatency];
  assign in_row    = in_word && last_q[ReadLatency];
  assign row_taken = row_valid_o && row_ready_i;
  assign row_acc   = acc_used_q[row_q];
  assign row_in    = in_used_q[row_q];
  assign last_byte = byte_q + 4'd1 == op_i.const_words;

  assign const_write_o = read_rsp_valid_i && const_q[ReadLatency];
  assign const_bank_o  = bank_q;
  assign const_byte_o  = byte_q;
  assign const_data_o  = read_rsp_data_i;

  assign row_valid_o = held_q != '0 && (!row_acc || acc_count_q != '0) &&
                       (!row_in || in_count_q != '0);
  assign row_acc_o   = acc_mem[acc_read_q];
  assign row_low_o   = low_mem[in_read_q];
  assign row_high_o  = high_mem[in_read_q];

  always_ff @(posedge clk_i) begin
    if (acc_rsp_valid_i) acc_mem[acc_write_q] <= acc_rsp_data_i;
  end
  always_ff @(posedge clk_i) begin
    if (in_word && !high_q[ReadLatency]) low_mem[in_write_q] <= read_rsp_data_i;
  end
  always_ff @(posedge clk_i) begin
    if (in_word && high_q[ReadLatency]) high_mem[in_write_q] <= read_rsp_data_i;
  end
  always_ff @(posedge clk_i) begin
    if (row_sent) begin
      acc_used_q[sent_q] <= op_i.acc_used;
      in_used_q[sent_q]  <= op_i.in_words != '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      const_q     <= '0;
      high_q      <= '0;
      last_q      <= '0;
      bank_q      <= 1'b0;
      byte_q      <= '0;
      acc_write_q <= '0;
      acc_read_q  <= '0;
      in_write_q  <= '0;
      in_read_q   <= '0;
      sent_q      <= '0;
      row_q       <= '0;
      acc_count_q <= '0;
      in_count_q  <= '0;
      held_q      <= '0;
      flight_q    <= '0;
      younger_q   <= '0;
    end else if (state_q != Idle || flight_q != '0 || const_q != '0) begin
      const_q <= {const_q[ReadLatency-1:1], state_q == Constants};
      high_q  <= {high_q[ReadLatency-1:1], in_sent_q == 2'd1};
      last_q  <= {last_q[ReadLatency-1:1], in_sent_q + 2'd1 == op_i.in_words};
      if (const_write_o) begin
        byte_q <= last_byte ? '0 : byte_q + 4'd1;
        bank_q <= bank_q ^ last_byte;
      end
      if (acc_rsp_valid_i) acc_write_q <= acc_write_q + 1'b1;
      if (in_row) in_write_q <= in_write_q + 1'b1;
      if (row_sent) sent_q <= sent_q + 1'b1;
      if (row_taken) begin
        row_q <= row_q + 1'b1;
        if (row_acc) acc_read_q <= acc_read_q + 1'b1;
        if (row_in) in_read_q <= in_read_q + 1'b1;
      end
      acc_count_q <= moved(acc_count_q, acc_rsp_valid_i, row_taken && row_acc);
      in_count_q  <= moved(in_count_q, in_row, row_taken && row_in);
      held_q      <= moved(held_q, row_sent, row_taken);
      flight_q    <= flight_q + FlightWidth'(row_sent) - FlightWidth'(row_written_i) -
                     FlightWidth'(row_passed_i);
      if (state_q == Panel) begin
        if (panel_clear && op_i.const_words != '0) younger_q <= '0;
      end else if (row_sent && !younger_q[FlightWidth-1]) begin
        younger_q <= younger_q + 1'b1;
      end
    end
  end

  // What the contract demands.
  assert_always a_start (
    .clk_i,
    .rst_ni,
    .holds_i(!start_i || (idle_o && rows != '0 && panels != '0))
  );
  assert_held #(
    .Width(24)
  ) a_acc_request (
    .clk_i,
    .rst_ni,
    .valid_i(acc_req_valid_o),
    .ready_i(acc_req_ready_i),
    .payload_i(acc_req_addr_o)
  );
  assert_held #(
    .Width(24)
  ) a_read_request (
    .clk_i,
    .rst_ni,
    .valid_i(read_req_valid_o),
    .ready_i(read_req_ready_i),
    .payload_i(read_req_addr_o)
  );
  assert_held #(
    .Width(16 + 16 + 1 + 2 + 4)
  ) a_command (
    .clk_i,
    .rst_ni,
    .valid_i(!idle_o),
    .ready_i(row_sent && last_row_q && last_panel),
    .payload_i({rows, panels, op_i.acc_used, op_i.in_words, op_i.const_words})
  );
  assert_always a_finished (
    .clk_i,
    .rst_ni,
    .holds_i(!(row_written_i || row_passed_i) || flight_q != '0)
  );
endmodule

`default_nettype wire
