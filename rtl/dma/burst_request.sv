// SPDX-License-Identifier: Apache-2.0
// Address side of one DMA direction: commands in, checked AXI address requests out.
//
// Contract: commands as in burst_splitter. A burst is committed (issue_valid_o, one pulse) when
//   room_i says that its bookkeeping and data have a place, its bytes lie in a permitted window,
//   and the address register is free; what is committed is requested, whatever halt_i does. A burst
//   outside the windows gives one refused_valid_o pulse (issue_addr_o and issue_tag_o name it) and
//   ends all further work until reset. Requests are bus-aligned, full-size, INCR.
// Timing: one burst per cycle; three cycles from command to request.
`default_nettype none

module burst_request #(
  parameter int unsigned BurstBytes = 1024,
  parameter int unsigned SizeWidth  = 30,
  parameter int unsigned TagWidth   = 36,
  parameter int unsigned Permission = 0
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        halt_i,
  input  intformer_pkg::windows_t     windows_i,
  input  logic                        command_valid_i,
  output logic                        command_ready_o,
  input  logic [63:0]                 command_addr_i,
  input  logic [SizeWidth-1:0]        command_chunk_bytes_i,
  input  logic [15:0]                 command_chunks_i,
  input  logic [31:0]                 command_stride_i,
  input  logic [TagWidth-1:0]         command_tag_i,
  input  logic                        room_i,
  output logic                        issue_valid_o,
  output logic [63:0]                 issue_addr_o,
  output logic [7:0]                  issue_length_o,
  output logic                        issue_last_o,
  output logic [TagWidth-1:0]         issue_tag_o,
  output logic                        refused_valid_o,
  output logic                        ax_valid_o,
  input  logic                        ax_ready_i,
  output intformer_pkg::axi_request_t ax_o,
  output logic                        busy_o
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;
  localparam int unsigned BusBytes = intformer_pkg::BusBytes;
  localparam int unsigned BeatWidth = $clog2(BusBytes);

  logic burst_valid, allowed, stopped_q, splitter_busy;
  logic [63:0] burst_end;

  burst_splitter #(
    .BusBytes(BusBytes),
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
    .burst_valid_o(burst_valid),
    .burst_ready_i(issue_valid_o),
    .burst_addr_o(issue_addr_o),
    .burst_end_o(burst_end),
    .burst_length_o(issue_length_o),
    .burst_last_o(issue_last_o),
    .burst_tag_o(issue_tag_o),
    .busy_o(splitter_busy)
  );

  window_check #(
    .Permission(Permission)
  ) u_check (
    .valid_i(burst_valid),
    .first_i(issue_addr_o),
    .end_i(burst_end),
    .windows_i,
    .allowed_o(allowed)
  );

  assign issue_valid_o   = allowed && room_i && !halt_i && !stopped_q &&
                           (!ax_valid_o || ax_ready_i);
  assign refused_valid_o = burst_valid && !allowed && !halt_i && !stopped_q;
  assign busy_o          = splitter_busy || ax_valid_o;

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
    .holds_i(!burst_valid || issue_addr_o[63:12] == 52'((burst_end - 64'd1) >> 12))
  );
endmodule

`default_nettype wire
