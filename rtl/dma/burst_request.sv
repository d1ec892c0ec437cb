// SPDX-License-Identifier: Apache-2.0
// Address side of one DMA direction: commands in, checked AXI address requests out.
//
// Contract: commands as in burst_splitter. A burst is committed (issue_valid_o, one pulse) when
//   room_i says that its bookkeeping and data have a place, its bytes lie in a permitted window,
//   and the address register is free; what is committed is requested, whatever halt_i does. A burst
//   outside the windows gives one refused_valid_o pulse (refused_addr_o and issue_tag_o name it,
//   and stay) and ends all further work until reset. Requests are bus-aligned, full-size, INCR.
// Timing: one burst per cycle; four cycles from command to request: cut, checked, committed. One
//   cycle more between commands; command_ready_o is a register.
`default_nettype none

module burst_request #(
  parameter  int unsigned BurstBytes  = 1024,
  parameter  int unsigned SizeWidth   = 30,
  parameter  int unsigned TagWidth    = 36,
  parameter  int unsigned Permission  = 0,
  localparam int unsigned AddressBits = intformer_pkg::AddressBits
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          halt_i,
  input  intformer_pkg::window_limits_t limits_i,
  input  logic                          command_valid_i,
  output logic                          command_ready_o,
  input  logic [63:0]                   command_addr_i,
  input  logic [SizeWidth-1:0]          command_chunk_bytes_i,
  input  logic [15:0]                   command_chunks_i,
  input  logic [31:0]                   command_stride_i,
  input  logic [TagWidth-1:0]           command_tag_i,
  input  logic                          room_i,
  output logic                          issue_valid_o,
  output logic [AddressBits-1:0]        issue_addr_o,
  output logic [7:0]                    issue_length_o,
  output logic                          issue_last_o,
  output logic [TagWidth-1:0]           issue_tag_o,
  output logic                          refused_valid_o,
  output logic [63:0]                   refused_addr_o,
  output logic                          ax_valid_o,
  input  logic                          ax_ready_i,
  output intformer_pkg::axi_request_t   ax_o,
  output logic                          busy_o
);
  localparam int unsigned EndBits = intformer_pkg::EndBits;
  localparam int unsigned BeatWidth = $clog2(intformer_pkg::BusBytes);

  // A burst as the splitter cuts it, and one that has been checked.
  typedef struct packed {
    logic [EndBits-1:0]  addr;
    logic                beyond;  // of the bus's addresses, by its command
    logic [7:0]          length;
    logic                last;
    logic [TagWidth-1:0] tag;
  } burst_t;
  burst_t cut, checked_q;
  logic cut_valid, cut_taken, checked_valid_q, covered, allowed_q, stopped_q, splitter_busy;
  logic [EndBits-1:0] cut_end;
  logic [63:0]        high;

  burst_splitter #(
    .BurstBytes(BurstBytes),
    .SizeWidth(SizeWidth),
    .TagWidth(TagWidth)
  ) u_splitter (
    .clk_i,
    .rst_ni,
    .command_valid_i,
    .command_ready_o,
    .command_addr_i,
    .command_chunk_bytes_i,
    .command_chunks_i,
    .command_stride_i,
    .command_tag_i,
    .burst_valid_o(cut_valid),
    .burst_ready_i(cut_taken),
    .burst_addr_o(cut.addr),
    .burst_end_o(cut_end),
    .burst_length_o(cut.length),
    .burst_last_o(cut.last),
    .burst_tag_o(cut.tag),
    .burst_beyond_o(cut.beyond),
    .high_o(high),
    .busy_o(splitter_busy)
  );

  window_check #(
    .Permission(Permission)
  ) u_check (
    .limits_i,
    .first_i(cut.addr),
    .end_i(cut_end),
    .allowed_o(covered)
  );

  assign cut_taken = !checked_valid_q || issue_valid_o;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) checked_valid_q <= 1'b0;
    else if (cut_taken) checked_valid_q <= cut_valid;
  end
  always_ff @(posedge clk_i) begin
    if (cut_taken && cut_valid) begin
      checked_q <= cut;
      allowed_q <= covered && !cut.beyond;
    end
  end

  assign issue_addr_o    = checked_q.addr[AddressBits-1:0];
  assign issue_length_o  = checked_q.length;
  assign issue_last_o    = checked_q.last;
  assign issue_tag_o     = checked_q.tag;
  assign issue_valid_o   = checked_valid_q && allowed_q && room_i && !halt_i &&
                           (!ax_valid_o || ax_ready_i);
  assign refused_valid_o = checked_valid_q && !allowed_q && !halt_i && !stopped_q;
  assign refused_addr_o  = checked_q.beyond ? high | 64'(issue_addr_o) : 64'(checked_q.addr);
  assign busy_o          = splitter_busy || checked_valid_q || ax_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      stopped_q  <= 1'b0;
      ax_valid_o <= 1'b0;
    end else begin
      if (refused_valid_o) stopped_q <= 1'b1;
      if (issue_valid_o) ax_valid_o <= 1'b1;
      else if (ax_ready_i) ax_valid_o <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (issue_valid_o) begin
      ax_o.addr   <= {issue_addr_o[AddressBits-1:BeatWidth], {BeatWidth{1'b0}}};
      ax_o.length <= issue_length_o;
    end
  end

  // What the contract demands.
  assert_held #(
    .Width($bits(ax_o))
  ) a_request_held (
    .clk_i,
    .rst_ni,
    .valid_i(ax_valid_o),
    .ready_i(ax_ready_i),
    .payload_i(ax_o)
  );
  assert_always a_one_page (
    .clk_i,
    .rst_ni,
    .holds_i(!cut_valid || cut.addr[EndBits-1:12] == (EndBits - 12)'((cut_end - 1'b1) >> 12))
  );
endmodule

`default_nettype wire
