// SPDX-License-Identifier: Apache-2.0
// One direction's requests of axi_arbiter.sv: takes turns between two masters, and keeps whose
// request is to be answered.
//
// Contract: where both ask, the one that was not taken last goes first. owner_ says whose the
//   oldest request without an answer is, until owner_done_i. Outstanding of them may wait.
// Timing: latency 1, one request per cycle; the outputs come from register files. A ready output
//   depends on the other master's valid, and on no other input.
`default_nettype none

module axi_arbiter_requests #(
  parameter int unsigned AddressBits = 32,
  parameter int unsigned Outstanding = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   device_id_i,
  input  logic [AddressBits-1:0] device_addr_i,
  input  logic [7:0]             device_length_i,
  input  logic                   device_valid_i,
  output logic                   device_ready_o,
  input  logic [AddressBits-1:0] link_addr_i,
  input  logic [7:0]             link_length_i,
  input  logic                   link_valid_i,
  output logic                   link_ready_o,
  output logic [AddressBits-1:0] addr_o,
  output logic [7:0]             length_o,
  output logic                   valid_o,
  input  logic                   ready_i,
  output logic                   owner_valid_o,
  output logic                   owner_link_o,
  output logic                   owner_id_o,
  input  logic                   owner_done_i
);
  logic link_last_q;  // the link was taken last
  logic [1:0] requests;
  logic [$clog2(Outstanding + 1)-1:0] owners;
  logic request_space, owner_space, space, push, push_link;

  assign space          = request_space && owner_space;
  assign device_ready_o = space && (link_last_q || !link_valid_i);
  assign link_ready_o   = space && (!link_last_q || !device_valid_i);
  assign push_link      = link_valid_i && link_ready_o;
  assign push           = push_link || (device_valid_i && device_ready_o);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) link_last_q <= 1'b1;
    else if (push) link_last_q <= push_link;
  end

  fifo #(
    .Width(AddressBits + 8),
    .Depth(2)
  ) u_requests (
    .clk_i,
    .rst_ni,
    .push_valid_i(push),
    .push_ready_o(request_space),
    .push_data_i(push_link ? {link_length_i, link_addr_i} : {device_length_i, device_addr_i}),
    .pop_valid_o(valid_o),
    .pop_ready_i(ready_i),
    .pop_data_o({length_o, addr_o}),
    .count_o(requests)
  );

  fifo #(
    .Width(2),
    .Depth(Outstanding)
  ) u_owners (
    .clk_i,
    .rst_ni,
    .push_valid_i(push),
    .push_ready_o(owner_space),
    .push_data_i({push_link, device_id_i}),
    .pop_valid_o(owner_valid_o),
    .pop_ready_i(owner_done_i),
    .pop_data_o({owner_link_o, owner_id_o}),
    .count_o(owners)
  );

  logic unused;
  assign unused = ^{requests, owners};
endmodule

`default_nettype wire
