// SPDX-License-Identifier: Apache-2.0
// Fetch unit: reads the program ahead of the dispatcher.
//
// Contract: clear_i takes the program's address. start_i (a pulse while idle, in a later cycle) forgets
//   everything earlier, and fetches exactly program_commands_i commands from there, 64 bytes per command, in bursts of at most half of the
//   buffer, so that one half is under way while the other is dispatched; commands leave in order
//   with their index. At most FetchDepth commands are requested or held. stop_i (the program has ended)
//   and halt_i end requesting; data that still arrive are dropped and idle_o rises after the last.
//   Errors: program address not a multiple of 64, a burst outside the readable windows, an AXI
//   error response. Those of a burst or response are reported when all commands before have been
//   taken, so never for what lies behind an `end`; index and address are those of the first command
//   that could not be had.
// Timing: always takes a beat; one bus beat per cycle.
`default_nettype none

module fetch_unit (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        halt_i,
  input  logic                        clear_i,
  input  logic                        start_i,
  input  logic                        stop_i,
  output logic                        idle_o,
  input  logic [63:0]                 program_addr_i,
  input  logic [31:0]                 program_commands_i,
  input  intformer_pkg::window_limits_t limits_i,

  output logic                        command_valid_o,
  input  logic                        command_ready_i,
  output logic [511:0]                command_o,
  output logic [31:0]                 command_index_o,
  output logic                        error_valid_o,
  output intformer_pkg::error_t       error_o,

  output logic                        ar_valid_o,
  input  logic                        ar_ready_i,
  output intformer_pkg::axi_request_t ar_o,
  input  logic                        r_valid_i,
  output logic                        r_ready_o,
  input  intformer_pkg::axi_read_t    r_i
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;
  localparam int unsigned BusBytes = intformer_pkg::BusBytes;
  localparam int unsigned FetchDepth = intformer_pkg::FetchDepth;
  localparam int unsigned BusBurst = intformer_pkg::MaxBurstBeats * BusBytes;
  localparam int unsigned HalfLog = $clog2(FetchDepth + 1) - 2;  // of the half's commands
  localparam int unsigned HalfBytes = 64 << HalfLog;
  localparam int unsigned BurstBytes = BusBurst < HalfBytes ? BusBurst : HalfBytes;
  localparam int unsigned BeatWidth = BusBytes * 8;
  localparam int unsigned Parts = 64 / BusBytes;  // beats per command
  localparam int unsigned PartWidth = Parts > 1 ? $clog2(Parts) : 1;
  localparam int unsigned Capacity = FetchDepth * Parts;
  localparam int unsigned BurstBeats = BurstBytes / BusBytes;
  localparam int unsigned ReserveWidth = $clog2(Capacity + 1);

  logic begin_q, stopped_q, clear_n;
  logic [ReserveWidth-1:0] reserved_q;  // beats requested or held
  logic [ReserveWidth-1:0] expected_q;  // beats requested that have not come
  logic [63:0]         base_q;
  logic misaligned, request_ready, request_busy;

  assign clear_n    = rst_ni && !start_i;
  assign misaligned = base_q[5:0] != '0;

  logic issue_valid, issue_last, issue_tag, refused, room, command_taken;
  logic [AddressBits-1:0] issue_addr;
  logic [63:0]            refused_addr;
  logic [7:0]             issue_length;
  assign room = reserved_q <= ReserveWidth'(Capacity - BurstBeats);

  burst_request #(
    .BurstBytes(BurstBytes),
    .SizeWidth(38),
    .TagWidth(1),
    .Permission(0)
  ) u_request (
    .clk_i,
    .rst_ni(clear_n),
    .halt_i(halt_i || stopped_q),
    .command_valid_i(begin_q),
    .command_ready_o(request_ready),
    .command_addr_i(base_q),
    .command_chunk_bytes_i({program_commands_i, 6'd0}),
    .command_chunks_i(16'd1),
    .command_stride_i('0),
    .command_tag_i(1'b0),
    .limits_i,
    .room_i(room),
    .issue_valid_o(issue_valid),
    .issue_addr_o(issue_addr),
    .issue_length_o(issue_length),
    .issue_last_o(issue_last),
    .issue_tag_o(issue_tag),
    .refused_valid_o(refused),
    .refused_addr_o(refused_addr),
    .ax_valid_o(ar_valid_o),
    .ax_ready_i(ar_ready_i),
    .ax_o(ar_o),
    .busy_o(request_busy)
  );

  always_ff @(posedge clk_i) begin
    if (!clear_n) begin
      begin_q    <= rst_ni && program_commands_i != '0 && !misaligned;
      stopped_q  <= 1'b0;
      reserved_q <= '0;
      expected_q <= '0;
    end else begin
      begin_q <= 1'b0;
      if (stop_i) stopped_q <= 1'b1;
      if (issue_valid || command_taken) begin
        reserved_q <= reserved_q + (issue_valid ? ReserveWidth'(issue_length) + 1'b1 : '0) -
                      (command_taken ? ReserveWidth'(Parts) : '0);
      end
      if (issue_valid || r_valid_i) begin
        expected_q <= expected_q + (issue_valid ? ReserveWidth'(issue_length) + 1'b1 : '0) -
                      ReserveWidth'(r_valid_i);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) base_q <= program_addr_i;
  end

  // Beats to commands.
  logic [BeatWidth-1:0] part_q [Parts];
  logic [PartWidth-1:0] part_index_q;
  logic complete_q, push_ready, last_part, failed_q;
  logic [511:0]     complete_command;
  logic [31:0]      received_q;

  assign last_part = part_index_q == PartWidth'(Parts - 1);
  assign r_ready_o = 1'b1;

  always_comb begin
    for (int unsigned i = 0; i < Parts; i++) complete_command[i*BeatWidth +: BeatWidth] = part_q[i];
  end

  always_ff @(posedge clk_i) begin
    if (r_valid_i) part_q[part_index_q] <= r_i.data;
  end

  always_ff @(posedge clk_i) begin
    if (!clear_n) begin
      part_index_q <= '0;
      complete_q   <= 1'b0;
      received_q   <= '0;
    end else begin
      complete_q <= r_valid_i && last_part;
      if (r_valid_i) begin
        part_index_q <= last_part ? '0 : part_index_q + 1'b1;
        if (last_part) received_q <= received_q + 1'b1;
      end
    end
  end

  command_queue #(
    .Width(512),
    .Depth(FetchDepth)
  ) u_commands (
    .clk_i,
    .rst_ni,
    .clear_i(start_i || stop_i),
    .push_valid_i(complete_q && !stopped_q && !failed_q),
    .push_ready_o(push_ready),
    .push_data_i(complete_command),
    .pop_valid_o(command_valid_o),
    .pop_ready_i(command_ready_i),
    .pop_data_o(command_o)
  );
  assign command_taken = command_valid_o && command_ready_i;

  always_ff @(posedge clk_i) begin
    if (!clear_n) command_index_o <= '0;
    else if (command_taken) command_index_o <= command_index_o + 1'b1;
  end

  assign idle_o = expected_q == '0 && !ar_valid_o && !begin_q;

  // The first command that cannot be had. A refused burst comes after all that were requested: an
  // error response is of an earlier command.
  logic bus_error, field_error, refused_q, reported_q, reached_q;
  logic [31:0] missing_q;
  assign bus_error     = r_valid_i && r_i.resp[1] && !failed_q;
  assign field_error   = start_i && misaligned;
  assign error_valid_o = field_error || (reached_q && !reported_q && !stopped_q && !stop_i);

  always_comb begin
    error_o.code  = failed_q ? intformer_pkg::ErrFetchBus : intformer_pkg::ErrFetchWindow;
    error_o.index = missing_q;
    error_o.addr  = base_q + {26'd0, missing_q, 6'd0};
    if (field_error) error_o.code = intformer_pkg::ErrIllegalField;  // missing_q is 0 then
  end

  always_ff @(posedge clk_i) begin
    if (!clear_n) begin
      failed_q   <= 1'b0;
      refused_q  <= 1'b0;
      reported_q <= 1'b0;
      reached_q  <= 1'b0;
    end else begin
      if (bus_error) failed_q <= 1'b1;
      if (refused) refused_q <= 1'b1;
      if (error_valid_o) reported_q <= 1'b1;
      reached_q <= (failed_q || refused_q) && !bus_error && command_index_o == missing_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (clear_i) missing_q <= '0;
    else if (bus_error) missing_q <= received_q;
    else if (refused && !failed_q) missing_q <= 32'((refused_addr - base_q) >> 6);
  end

  logic unused;
  assign unused = ^{issue_last, issue_tag, request_ready, request_busy, push_ready, issue_length,
                    issue_addr, r_i.resp[0], r_i.last};

  // What the contract demands.
  if (FetchDepth < 2) $error("fetch_unit: FetchDepth must be at least 2");
  if (BusBytes > 64) $error("fetch_unit: BusBytes must be at most 64");
  assert_always a_start (
    .clk_i,
    .rst_ni,
    .holds_i(!start_i || idle_o)
  );
  assert_always a_room (
    .clk_i,
    .rst_ni,
    .holds_i(!(complete_q && !stopped_q && !failed_q) || push_ready)
  );
  assert_always a_asked (
    .clk_i,
    .rst_ni,
    .holds_i(!r_valid_i || expected_q != '0)
  );
endmodule

`default_nettype wire
