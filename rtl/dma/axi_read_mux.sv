// SPDX-License-Identifier: Apache-2.0
// Merges the read channels of fetch (id 0) and load (id 1) into one AXI4 read port.
//
// Contract: fetch goes first when both ask. Read data go to the side that their id names, when both
//   sides have room: so ready depends on no pin of the bus. Fetch has room for all that it asked for,
//   and load finds room without it: neither waits for the other.
// Timing: requests pass through one register; data pass straight through.
`default_nettype none

module axi_read_mux (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        fetch_ar_valid_i,
  output logic                        fetch_ar_ready_o,
  input  intformer_pkg::axi_request_t fetch_ar_i,
  input  logic                        load_ar_valid_i,
  output logic                        load_ar_ready_o,
  input  intformer_pkg::axi_request_t load_ar_i,
  output logic                        fetch_r_valid_o,
  input  logic                        fetch_r_ready_i,
  output logic                        load_r_valid_o,
  input  logic                        load_r_ready_i,
  output logic                        ar_valid_o,
  input  logic                        ar_ready_i,
  output logic                        ar_id_o,
  output intformer_pkg::axi_request_t ar_o,
  input  logic                        r_valid_i,
  output logic                        r_ready_o,
  input  logic                        r_id_i
);
  logic open;

  assign open             = !ar_valid_o || ar_ready_i;
  assign fetch_ar_ready_o = open;
  assign load_ar_ready_o  = open && !fetch_ar_valid_i;
  assign r_ready_o        = load_r_ready_i && fetch_r_ready_i;
  assign fetch_r_valid_o  = r_valid_i && r_ready_o && !r_id_i;
  assign load_r_valid_o   = r_valid_i && r_ready_o && r_id_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) ar_valid_o <= 1'b0;
    else if (open) ar_valid_o <= fetch_ar_valid_i || load_ar_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (open && (fetch_ar_valid_i || load_ar_valid_i)) begin
      ar_id_o <= !fetch_ar_valid_i;
      ar_o    <= fetch_ar_valid_i ? fetch_ar_i : load_ar_i;
    end
  end

  // What the contract demands.
  assert_held #(
    .Width($bits(ar_o) + 1)
  ) a_request_held (
    .clk_i,
    .rst_ni,
    .valid_i(ar_valid_o),
    .ready_i(ar_ready_i),
    .payload_i({ar_id_o, ar_o})
  );
endmodule

`default_nettype wire
