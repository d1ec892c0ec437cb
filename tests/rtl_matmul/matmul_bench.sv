// SPDX-License-Identifier: Apache-2.0
// Matmul control, scratchpad and accumulator wired as in the device, for tests.
//
// The scratchpad's other clients and the accumulator's read port are pins. a_block_i and b_block_i
// hold back the grants of A and B, which the scratchpad alone would never do to A.
`default_nettype none

module matmul_bench #(
  localparam int unsigned Dim = intformer_pkg::Dim
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              command_valid_i,
  output logic              command_ready_o,
  input  intformer_pkg::matmul_command_t command_i,
  input  logic [31:0]       command_index_i,
  output logic              done_valid_o,
  output intformer_pkg::done_t done_o,
  output logic              error_valid_o,
  output intformer_pkg::error_t error_o,
  input  logic              halt_i,
  output logic              busy_o,
  output logic              row_event_o,
  output logic              wait_event_o,
  output logic              hold_event_o,

  input  logic              a_block_i,
  input  logic              b_block_i,
  input  logic              vector_req_valid_i,
  output logic              vector_req_ready_o,
  input  logic [23:0]       vector_req_addr_i,
  output logic              vector_rsp_valid_o,
  output logic [Dim*8-1:0]  vector_rsp_data_o,
  input  logic              store_req_valid_i,
  output logic              store_req_ready_o,
  input  logic [23:0]       store_req_addr_i,
  output logic              store_rsp_valid_o,
  output logic [Dim*8-1:0]  store_rsp_data_o,
  input  logic              vector_write_valid_i,
  output logic              vector_write_ready_o,
  input  logic [23:0]       vector_write_addr_i,
  input  logic [Dim*8-1:0]  vector_write_data_i,
  input  logic              load_write_valid_i,
  output logic              load_write_ready_o,
  input  logic [23:0]       load_write_addr_i,
  input  logic [Dim*8-1:0]  load_write_data_i,

  input  logic              acc_req_valid_i,
  output logic              acc_req_ready_o,
  input  logic [23:0]       acc_req_addr_i,
  output logic              acc_rsp_valid_o,
  output logic [Dim*32-1:0] acc_rsp_data_o
);
  logic              a_req_valid, a_req_ready, a_rsp_valid, b_req_valid, b_req_ready, b_rsp_valid;
  logic [23:0]       a_req_addr, b_req_addr, acc_addr;
  logic [Dim*8-1:0]  a_rsp_data, b_rsp_data;
  logic              acc_valid, acc_accumulate;
  logic [Dim*32-1:0] acc_data;

  matmul_unit u_matmul (
    .clk_i,
    .rst_ni,
    .command_valid_i,
    .command_ready_o,
    .command_i,
    .command_index_i,
    .done_valid_o,
    .done_o,
    .error_valid_o,
    .error_o,
    .halt_i,
    .busy_o,
    .a_req_valid_o   (a_req_valid),
    .a_req_ready_i   (a_req_ready && !a_block_i),
    .a_req_addr_o    (a_req_addr),
    .a_rsp_valid_i   (a_rsp_valid),
    .a_rsp_data_i    (a_rsp_data),
    .b_req_valid_o   (b_req_valid),
    .b_req_ready_i   (b_req_ready && !b_block_i),
    .b_req_addr_o    (b_req_addr),
    .b_rsp_valid_i   (b_rsp_valid),
    .b_rsp_data_i    (b_rsp_data),
    .acc_valid_o     (acc_valid),
    .acc_addr_o      (acc_addr),
    .acc_accumulate_o(acc_accumulate),
    .acc_data_o      (acc_data),
    .row_event_o,
    .wait_event_o,
    .hold_event_o
  );

  scratchpad u_scratchpad (
    .clk_i,
    .rst_ni,
    .a_req_valid_i(a_req_valid && !a_block_i),
    .a_req_ready_o(a_req_ready),
    .a_req_addr_i (a_req_addr),
    .a_rsp_valid_o(a_rsp_valid),
    .a_rsp_data_o (a_rsp_data),
    .b_req_valid_i(b_req_valid && !b_block_i),
    .b_req_ready_o(b_req_ready),
    .b_req_addr_i (b_req_addr),
    .b_rsp_valid_o(b_rsp_valid),
    .b_rsp_data_o (b_rsp_data),
    .vector_req_valid_i,
    .vector_req_ready_o,
    .vector_req_addr_i,
    .vector_rsp_valid_o,
    .vector_rsp_data_o,
    .store_req_valid_i,
    .store_req_ready_o,
    .store_req_addr_i,
    .store_rsp_valid_o,
    .store_rsp_data_o,
    .vector_write_valid_i,
    .vector_write_ready_o,
    .vector_write_addr_i,
    .vector_write_data_i,
    .load_write_valid_i,
    .load_write_ready_o,
    .load_write_addr_i,
    .load_write_data_i
  );

  accumulator u_accumulator (
    .clk_i,
    .rst_ni,
    .acc_valid_i     (acc_valid),
    .acc_addr_i      (acc_addr),
    .acc_accumulate_i(acc_accumulate),
    .acc_data_i      (acc_data),
    .read_req_valid_i(acc_req_valid_i),
    .read_req_ready_o(acc_req_ready_o),
    .read_req_addr_i (acc_req_addr_i),
    .read_rsp_valid_o(acc_rsp_valid_o),
    .read_rsp_data_o (acc_rsp_data_o)
  );
endmodule

`default_nettype wire
