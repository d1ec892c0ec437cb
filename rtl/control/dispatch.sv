// SPDX-License-Identifier: Apache-2.0
// Dispatch: checks commands, queues them by unit, holds the tokens, issues, and executes `end`.
//
// Contract: commands come in stream order. A queue issues its head when all tokens of its wait mask
//   are there and the unit is ready; then it takes them. A unit's done pulse gives the tokens of
//   its signal mask. `end` finishes the program (finish_o, a pulse) when every queue is empty and
//   every unit idle. Per-queue ports are in the order load, matmul, vector, store. Errors (one per
//   program): unknown opcode; a field that breaks a rule of the command set, a queue that waits for
//   or signals itself, more than MaxQueueTokens in one counter; last command not `end`; all queues
//   waiting while nothing is under way that could signal.
// Timing: a command is checked in the cycle in which it is first offered, taken in the next at the
//   earliest, and may issue 3 cycles after that; one command in two cycles in, one per cycle and
//   queue out.
`default_nettype none

module dispatch (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         halt_i,
  input  logic         start_i,
  output logic         finish_o,
  input  logic [31:0]  program_commands_i,

  input  logic         command_valid_i,
  output logic         command_ready_o,
  input  logic [511:0] command_i,
  input  logic [31:0]  command_index_i,

  output logic [3:0]   issue_valid_o,
  input  logic [3:0]   issue_ready_i,
  output logic [127:0] issue_index_o,
  output intformer_pkg::load_command_t   load_command_o,
  output intformer_pkg::matmul_command_t matmul_command_o,
  output intformer_pkg::vector_command_t vector_command_o,
  output intformer_pkg::store_command_t  store_command_o,
  input  logic [3:0]   done_valid_i,
  input  logic [15:0]  done_signal_i,
  input  logic [127:0] done_index_i,
  input  logic         scalar_busy_i,

  output logic [3:0]   wait_event_o,  // the queue's head waits for a token
  output logic [7:0]   wait_from_o,  // the first queue whose token it lacks, 2 bits per queue
  output logic [3:0]   cause_o,  // what dispatch itself does, for the counters
  output logic         error_valid_o,
  output intformer_pkg::error_t error_o
);
  // What the next command is: found in the cycle before it is looked at.
  logic [1:0] queue_q, found_queue;
  logic known_q, is_end_q, bad_field_q, self_token_q, bad_memory_q, is_last_q;
  logic found_known, found_end, found_bad_field, found_bad_memory, self_token;
  logic [3:0] stray_bits_q, found_stray_bits;
  logic bad_field;
  logic checked_q;  // what was found is of the command that is offered

  command_check u_check (
    .valid_i(command_valid_i),
    .command_i,
    .queue_o(found_queue),
    .known_o(found_known),
    .is_end_o(found_end),
    .bad_field_o(found_bad_field),
    .stray_bits_o(found_stray_bits),
    .bad_memory_o(found_bad_memory)
  );

  logic [3:0] own_tokens;
  assign own_tokens = command_i[intformer_pkg::WaitLsb +: intformer_pkg::WaitWidth] |
                      command_i[intformer_pkg::SignalLsb +: intformer_pkg::SignalWidth];
  assign self_token = !found_end && own_tokens[found_queue];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) checked_q <= 1'b0;
    else checked_q <= command_valid_i && !command_ready_o;
  end
  always_ff @(posedge clk_i) begin
    if (command_valid_i) begin
      queue_q      <= found_queue;
      known_q      <= found_known;
      is_end_q     <= found_end;
      bad_field_q  <= found_bad_field;
      stray_bits_q <= found_stray_bits;
      self_token_q <= self_token;
      bad_memory_q <= found_bad_memory;
      is_last_q    <= command_index_i + 32'd1 == program_commands_i;
    end
  end

  // Queues.
  logic [3:0] queue_room, head_valid, issue, tokens_there;
  logic [15:0] head_wait;
  logic open_q, look, legal, accept, idle;

  assign look   = command_valid_i && checked_q && open_q && !halt_i;
  assign bad_field = bad_field_q || self_token_q || stray_bits_q != '0;
  assign legal  = known_q && !bad_field && (is_end_q || !is_last_q);
  assign accept = look && legal && !is_end_q && queue_room[queue_q];
  assign command_ready_o = accept || finish_o;

  localparam int unsigned LoadBits = $bits(load_command_o);
  command_queue #(
    .Width(LoadBits + 32),
    .Depth(intformer_pkg::QueueDepth)
  ) u_load_queue (
    .clk_i,
    .rst_ni,
    .clear_i(start_i),
    .push_valid_i(accept && queue_q == 2'd0),
    .push_ready_o(queue_room[0]),
    .push_data_i({command_index_i, command_i[LoadBits-1:0]}),
    .pop_valid_o(head_valid[0]),
    .pop_ready_i(issue[0]),
    .pop_data_o({issue_index_o[0*32 +: 32], load_command_o})
  );
  assign head_wait[0*4 +: 4] = load_command_o.wait_field;

  localparam int unsigned MatmulBits = $bits(matmul_command_o);
  command_queue #(
    .Width(MatmulBits + 32),
    .Depth(intformer_pkg::QueueDepth)
  ) u_matmul_queue (
    .clk_i,
    .rst_ni,
    .clear_i(start_i),
    .push_valid_i(accept && queue_q == 2'd1),
    .push_ready_o(queue_room[1]),
    .push_data_i({command_index_i, command_i[MatmulBits-1:0]}),
    .pop_valid_o(head_valid[1]),
    .pop_ready_i(issue[1]),
    .pop_data_o({issue_index_o[1*32 +: 32], matmul_command_o})
  );
  assign head_wait[1*4 +: 4] = matmul_command_o.wait_field;

  localparam int unsigned VectorBits = $bits(vector_command_o);
  command_queue #(
    .Width(VectorBits + 32),
    .Depth(intformer_pkg::QueueDepth)
  ) u_vector_queue (
    .clk_i,
    .rst_ni,
    .clear_i(start_i),
    .push_valid_i(accept && queue_q == 2'd2),
    .push_ready_o(queue_room[2]),
    .push_data_i({command_index_i, command_i[VectorBits-1:0]}),
    .pop_valid_o(head_valid[2]),
    .pop_ready_i(issue[2]),
    .pop_data_o({issue_index_o[2*32 +: 32], vector_command_o})
  );
  assign head_wait[2*4 +: 4] = vector_command_o.wait_field;

  localparam int unsigned StoreBits = $bits(store_command_o);
  command_queue #(
    .Width(StoreBits + 32),
    .Depth(intformer_pkg::QueueDepth)
  ) u_store_queue (
    .clk_i,
    .rst_ni,
    .clear_i(start_i),
    .push_valid_i(accept && queue_q == 2'd3),
    .push_ready_o(queue_room[3]),
    .push_data_i({command_index_i, command_i[StoreBits-1:0]}),
    .pop_valid_o(head_valid[3]),
    .pop_ready_i(issue[3]),
    .pop_data_o({issue_index_o[3*32 +: 32], store_command_o})
  );
  assign head_wait[3*4 +: 4] = store_command_o.wait_field;

  // Tokens: bit to * 4 + from, the order of the wait masks.
  logic [15:0] have, take, give, missing;
  logic [3:0] overflow;
  assign missing = head_wait & ~have;
  always_comb begin
    for (int unsigned to = 0; to < 4; to++) tokens_there[to] = missing[to*4 +: 4] == '0;
    take = '0;
    if (issue != '0) begin
      for (int unsigned to = 0; to < 4; to++) begin
        if (issue[to]) take[to*4 +: 4] = head_wait[to*4 +: 4];
      end
    end
    give = '0;
    if (done_valid_i != '0) begin
      for (int unsigned from = 0; from < 4; from ++) begin
        for (int unsigned to = 0; to < 4; to++) begin
          give[to*4+from] = done_valid_i[from] && done_signal_i[from*4+to];
        end
      end
    end
  end
  token_counters u_tokens (
    .clk_i,
    .rst_ni,
    .clear_i(start_i),
    .give_i(give),
    .take_i(take),
    .have_o(have),
    .overflow_o(overflow)
  );

  assign issue_valid_o = head_valid & tokens_there & {4{!halt_i}};
  assign issue         = issue_valid_o & issue_ready_i;
  assign wait_event_o  = head_valid & ~tokens_there;

  // What the counters of time need to know.
  always_comb begin
    wait_from_o = '0;
    for (int unsigned to = 0; to < 4; to++) begin
      if (wait_event_o[to]) begin
        for (int unsigned from = 4; from > 0; from --) begin
          if (missing[to*4+from-1]) wait_from_o[to*2 +: 2] = 2'(from - 1);
        end
      end
    end
  end
  always_comb begin
    if (accept) cause_o = 4'(intformer_pkg::IsDispatchWork);
    else if (!command_valid_i || !checked_q) cause_o = 4'(intformer_pkg::IsDispatchFetch);
    else if (!look || !legal || is_end_q) cause_o = 4'(intformer_pkg::IsDispatchEnd);
    else cause_o = 4'(intformer_pkg::IsDispatchFullLoad) + 4'(queue_q);
  end

  // Commands accepted but not done (pending), issued but not done (under way): a unit holds fewer
  // than UnitMost.
  localparam int unsigned MostBursts = intformer_pkg::OutstandingReads >
      intformer_pkg::OutstandingWrites ? intformer_pkg::OutstandingReads :
      intformer_pkg::OutstandingWrites;
  localparam int unsigned UnitMost = 2 * MostBursts + 16;
  localparam int unsigned CountWidth = $clog2(intformer_pkg::QueueDepth + 1 + UnitMost + 1);
  logic [CountWidth-1:0] pending_q[4], under_way_q[4];
  logic [3:0] accepted, pending, under_way;
  always_comb begin
    accepted = '0;
    if (accept) accepted[queue_q] = 1'b1;
    for (int unsigned q = 0; q < 4; q++) begin
      pending[q]   = pending_q[q] != '0;
      under_way[q] = under_way_q[q] != '0;
    end
  end
  always_ff @(posedge clk_i) begin
    for (int unsigned q = 0; q < 4; q++) begin
      if (!rst_ni || start_i) begin
        pending_q[q]   <= '0;
        under_way_q[q] <= '0;
      end else begin
        if (accepted[q] != done_valid_i[q]) begin
          pending_q[q] <= pending_q[q] + CountWidth'($signed({done_valid_i[q], 1'b1}));
        end
        if (issue[q] != done_valid_i[q]) begin
          under_way_q[q] <= under_way_q[q] + CountWidth'($signed({done_valid_i[q], 1'b1}));
        end
      end
    end
  end

  assign idle     = pending == '0 && !scalar_busy_i;
  assign finish_o = look && known_q && is_end_q && idle;

  // Nothing under way, no head may issue, and no more commands can come in: no token will ever
  // come. Several cycles in a row, because a queue's head appears two cycles after its command
  // came.
  logic [3:0] stuck_q;
  logic       stuck;
  logic [31:0] looked_at, earliest_q;
  assign stuck = look && !accept && under_way == '0 && pending != '0 && issue_valid_o == '0;

  logic illegal, no_program, deadlock;
  assign illegal    = look && !legal;
  assign no_program = start_i && program_commands_i == '0;
  assign deadlock   = stuck_q == '1 && open_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      open_q  <= 1'b0;
      stuck_q <= '0;
    end else begin
      if (start_i) open_q <= !no_program;
      else if (finish_o || illegal || deadlock) open_q <= 1'b0;
      if (!stuck || start_i) stuck_q <= '0;
      else if (stuck_q != '1) stuck_q <= stuck_q + 1'b1;
    end
  end

  // The earliest waiting command is the cause of a deadlock: all that it could wait for have come
  // before it. It is found one queue per cycle, while all stand still.
  assign looked_at = issue_index_o[32'(stuck_q[1:0])*32 +: 32];
  always_ff @(posedge clk_i) begin
    if (stuck_q == '0) earliest_q <= '1;
    else if (wait_event_o[stuck_q[1:0]] && looked_at < earliest_q) earliest_q <= looked_at;
  end

  // Of a command that gave a token too many, a cycle later.
  logic [127:0] done_index_q;
  always_ff @(posedge clk_i) done_index_q <= done_index_i;

  assign error_valid_o = illegal || no_program || deadlock || overflow != '0;
  always_comb begin
    error_o.code  = intformer_pkg::ErrProgramEnd;
    error_o.index = '0;
    error_o.addr  = '0;
    if (illegal) begin
      error_o.index = command_index_i;
      if (!known_q) error_o.code = intformer_pkg::ErrIllegalOpcode;
      else if (bad_field) error_o.code = intformer_pkg::ErrIllegalField;
      if (bad_memory_q) begin
        error_o.addr = command_i[intformer_pkg::MemoryAddrLsb +: intformer_pkg::MemoryAddrWidth];
      end
    end else if (overflow != '0) begin
      error_o.code = intformer_pkg::ErrIllegalField;
      for (int unsigned q = 0; q < 4; q++) begin
        if (overflow[q]) error_o.index = done_index_q[q*32 +: 32];
      end
    end else if (deadlock) begin
      error_o.code  = intformer_pkg::ErrTokenDeadlock;
      error_o.index = earliest_q;
    end
  end

  logic unused;
  assign unused = ^command_i;

  // What the counts rely on.
  for (genvar q = 0; q < 4; q++) begin : gen_count
    assert_always a_under_way (
      .clk_i,
      .rst_ni,
      .holds_i(32'(under_way_q[q]) < UnitMost)
    );
    assert_always a_pending (
      .clk_i,
      .rst_ni,
      .holds_i(32'(pending_q[q]) <= intformer_pkg::QueueDepth + 1 + UnitMost)
    );
  end
endmodule

`default_nettype wire
