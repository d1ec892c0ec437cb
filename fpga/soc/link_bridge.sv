// SPDX-License-Identifier: Apache-2.0
// Carries a host's requests from a UART to the device's registers (AXI4-Lite) and to memory (AXI4).
//
// The link: 8 data bits, no parity, one stop bit; numbers have their lowest byte first.
//   request  A5, op, seq, address[4], count[4], CRC[4]; a write goes on: payload[count], CRC[4]
//   answer   5A, op | status << 4, seq, count[4], CRC[4]; if count > 0: payload[count], CRC[4]
// A CRC is zlib's CRC-32, of all bytes of the header before it or of the payload.
//   op 0 identify         address 0, count 0; answers 32 bytes: "INTFLINK", then u32 each: version
//                         1, ClockHz, MemoryBytes, DataBits, Baud, 0
//      1 read_register    offset of the register, 4; answers its 4 bytes
//      2 write_register   offset, 4
//      3 read_memory      byte address and count, multiples of 4; 4 to 1024; answers these bytes
//      4 write_memory     the same
//      5 checksum_memory  the same, up to all of the memory; answers the CRC-32 of these bytes
//   status 0 done; 1 payload's CRC wrong, nothing was done; 2 refused: op, address or count outside
//      of what there is; 3 the bus answered SLVERR (a write may be done in part); 4 device or
//      memory did not answer for TimeoutClocks (a write may be done in part, or later). Where the
//      status is not 0, count is.
// Contract: one request at a time: what comes before its answer is lost. A request with a wrong
//   header CRC, or in which nothing comes for PauseClocks, is dropped: the host sends it again
//   after a while, with the same seq. All but write_register may be done twice. This is not: when
//   the request answered before (other than by status 1) was a write_register that was done, or
//   failed by status 3 or 4, and has the same seq, the answer is given again. seq 0 is always done.
//   A session begins with identify, so that no seq of another session counts. A write with a count
//   that cannot be is refused behind its header, without waiting for payload; another comes with
//   its payload and is refused behind it. What status 4 gave up stays on its bus as AXI wants it,
//   writes none of the words that it had not offered, and once it is answered the next request for
//   that bus is carried out; until then status 4 is the answer at once, on that bus alone.
// Timing: a checksum takes four bytes a cycle where memory gives as much. AXI as link_memory.sv and
//   link_registers.sv say.
`default_nettype none

module link_bridge #(
  parameter int unsigned ClockHz     = 50_000_000,
  parameter int unsigned Baud        = 3_000_000,     // ClockHz / 2 at most
  parameter int unsigned MemoryBytes = 32'h0200_0000,
  parameter int unsigned DataBits    = 64,            // 32, 64 or 128
  parameter int unsigned AddressBits = 32,            // 32 or more
  parameter int unsigned PauseClocks = 1 << 18,       // longer than a host's pauses in a frame
  parameter int unsigned TimeoutClocks = 1 << 18      // longer than any answer of a bus takes
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   uart_rx_i,
  output logic                   uart_tx_o,

  output logic [11:0]            m_axil_awaddr_o,
  output logic                   m_axil_awvalid_o,
  input  logic                   m_axil_awready_i,
  output logic [31:0]            m_axil_wdata_o,
  output logic [3:0]             m_axil_wstrb_o,
  output logic                   m_axil_wvalid_o,
  input  logic                   m_axil_wready_i,
  input  logic [1:0]             m_axil_bresp_i,
  input  logic                   m_axil_bvalid_i,
  output logic                   m_axil_bready_o,
  output logic [11:0]            m_axil_araddr_o,
  output logic                   m_axil_arvalid_o,
  input  logic                   m_axil_arready_i,
  input  logic [31:0]            m_axil_rdata_i,
  input  logic [1:0]             m_axil_rresp_i,
  input  logic                   m_axil_rvalid_i,
  output logic                   m_axil_rready_o,

  output logic [AddressBits-1:0] m_axi_araddr_o,
  output logic [7:0]             m_axi_arlen_o,
  output logic [2:0]             m_axi_arsize_o,
  output logic [1:0]             m_axi_arburst_o,
  output logic                   m_axi_arvalid_o,
  input  logic                   m_axi_arready_i,
  input  logic [DataBits-1:0]    m_axi_rdata_i,
  input  logic [1:0]             m_axi_rresp_i,
  input  logic                   m_axi_rlast_i,
  input  logic                   m_axi_rvalid_i,
  output logic                   m_axi_rready_o,
  output logic [AddressBits-1:0] m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [DataBits-1:0]    m_axi_wdata_o,
  output logic [DataBits/8-1:0]  m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o
);
  localparam int unsigned PayloadBytes = 1024;
  localparam int unsigned AddrWidth = $clog2(PayloadBytes / 4);
  localparam int unsigned CountWidth = $clog2(PayloadBytes) + 1;

  // The line.
  logic received_valid, send_valid, send_ready;
  logic [7:0] received, send;

  uart_receiver #(
    .ClockHz(ClockHz),
    .Baud(Baud)
  ) u_uart_receiver (
    .clk_i,
    .rst_ni,
    .rx_i(uart_rx_i),
    .valid_o(received_valid),
    .data_o(received)
  );

  uart_transmitter #(
    .ClockHz(ClockHz),
    .Baud(Baud)
  ) u_uart_transmitter (
    .clk_i,
    .rst_ni,
    .valid_i(send_valid),
    .ready_o(send_ready),
    .data_i(send),
    .tx_o(uart_tx_o)
  );

  // Requests.
  logic request_valid, request_done, has_payload, payload_wrong, payload_write;
  logic [7:0] op, seq;
  logic [31:0] address, count, payload_word;
  logic [AddrWidth-1:0] payload_addr;
  logic is_identify, is_register, is_memory, is_write, is_checksum, refused;

  link_receiver #(
    .PayloadBytes(PayloadBytes),
    .PauseClocks(PauseClocks)
  ) u_receiver (
    .clk_i,
    .rst_ni,
    .byte_valid_i(received_valid),
    .byte_i(received),
    .request_valid_o(request_valid),
    .request_done_i(request_done),
    .op_o(op),
    .seq_o(seq),
    .address_o(address),
    .count_o(count),
    .payload_i(has_payload),
    .payload_wrong_o(payload_wrong),
    .write_valid_o(payload_write),
    .write_addr_o(payload_addr),
    .write_data_o(payload_word)
  );

  link_decode #(
    .MemoryBytes(MemoryBytes),
    .PayloadBytes(PayloadBytes)
  ) u_decode (
    .clk_i,
    .op_i(op),
    .address_i(address),
    .count_i(count),
    .identify_o(is_identify),
    .register_o(is_register),
    .memory_o(is_memory),
    .write_o(is_write),
    .checksum_o(is_checksum),
    .payload_o(has_payload),
    .refused_o(refused)
  );

  logic register_start, register_busy, register_done, register_error;
  logic memory_start, memory_active, memory_give_up, memory_busy, memory_error;
  logic word_valid, answer_write;
  logic [31:0] register_data, word, answer_word;
  logic [AddrWidth-1:0] answer_addr;
  logic answer_start, answer_done;
  logic [3:0] status;
  logic [CountWidth-1:0] answer_count;

  link_executor #(
    .ClockHz(ClockHz),
    .Baud(Baud),
    .MemoryBytes(MemoryBytes),
    .DataBits(DataBits),
    .PayloadBytes(PayloadBytes),
    .TimeoutClocks(TimeoutClocks)
  ) u_executor (
    .clk_i,
    .rst_ni,
    .request_valid_i(request_valid),
    .request_done_o(request_done),
    .seq_i(seq),
    .count_i(count[CountWidth-1:0]),
    .identify_i(is_identify),
    .register_i(is_register),
    .memory_i(is_memory),
    .write_i(is_write),
    .checksum_i(is_checksum),
    .refused_i(refused),
    .payload_wrong_i(payload_wrong),
    .register_start_o(register_start),
    .register_busy_i(register_busy),
    .register_done_i(register_done),
    .register_error_i(register_error),
    .register_data_i(register_data),
    .memory_start_o(memory_start),
    .memory_active_o(memory_active),
    .memory_give_up_o(memory_give_up),
    .memory_busy_i(memory_busy),
    .memory_error_i(memory_error),
    .word_valid_i(word_valid),
    .word_i(word),
    .write_valid_o(answer_write),
    .write_addr_o(answer_addr),
    .write_data_o(answer_word),
    .answer_start_o(answer_start),
    .answer_done_i(answer_done),
    .status_o(status),
    .count_o(answer_count)
  );

  // The buffer: a request's payload, then its answer's. The first word is read while a request
  // comes and begins: it is what a register is written with.
  logic [AddrWidth-1:0] memory_read_addr, answer_read_addr;
  logic [31:0] buffer_word;

  ram_1r1w #(
    .Width(32),
    .Depth(PayloadBytes / 4)
  ) u_buffer (
    .clk_i,
    .write_enable_i(payload_write || answer_write),
    .write_addr_i(payload_write ? payload_addr : answer_addr),
    .write_data_i(payload_write ? payload_word : answer_word),
    .read_enable_i(1'b1),
    .read_addr_i(memory_active ? memory_read_addr : answer_read_addr),
    .read_data_o(buffer_word)
  );

  link_registers u_registers (
    .clk_i,
    .rst_ni,
    .start_i(register_start),
    .write_i(is_write),
    .addr_i(address[11:0]),
    .data_i(buffer_word),
    .busy_o(register_busy),
    .done_o(register_done),
    .error_o(register_error),
    .data_o(register_data),
    .m_axil_awaddr_o,
    .m_axil_awvalid_o,
    .m_axil_awready_i,
    .m_axil_wdata_o,
    .m_axil_wstrb_o,
    .m_axil_wvalid_o,
    .m_axil_wready_i,
    .m_axil_bresp_i,
    .m_axil_bvalid_i,
    .m_axil_bready_o,
    .m_axil_araddr_o,
    .m_axil_arvalid_o,
    .m_axil_arready_i,
    .m_axil_rdata_i,
    .m_axil_rresp_i,
    .m_axil_rvalid_i,
    .m_axil_rready_o
  );

  link_memory #(
    .DataBits(DataBits),
    .AddressBits(AddressBits),
    .AddrWidth(AddrWidth)
  ) u_memory (
    .clk_i,
    .rst_ni,
    .start_i(memory_start),
    .write_i(is_write),
    .first_i(address[31:2]),
    .words_i(count[31:2]),
    .give_up_i(memory_give_up),
    .busy_o(memory_busy),
    .error_o(memory_error),
    .word_valid_o(word_valid),
    .word_o(word),
    .read_addr_o(memory_read_addr),
    .read_data_i(buffer_word),
    .m_axi_araddr_o,
    .m_axi_arlen_o,
    .m_axi_arsize_o,
    .m_axi_arburst_o,
    .m_axi_arvalid_o,
    .m_axi_arready_i,
    .m_axi_rdata_i,
    .m_axi_rresp_i,
    .m_axi_rlast_i,
    .m_axi_rvalid_i,
    .m_axi_rready_o,
    .m_axi_awaddr_o,
    .m_axi_awlen_o,
    .m_axi_awsize_o,
    .m_axi_awburst_o,
    .m_axi_awvalid_o,
    .m_axi_awready_i,
    .m_axi_wdata_o,
    .m_axi_wstrb_o,
    .m_axi_wlast_o,
    .m_axi_wvalid_o,
    .m_axi_wready_i,
    .m_axi_bresp_i,
    .m_axi_bvalid_i,
    .m_axi_bready_o
  );

  link_sender #(
    .PayloadBytes(PayloadBytes)
  ) u_sender (
    .clk_i,
    .rst_ni,
    .start_i(answer_start),
    .done_o(answer_done),
    .op_i(op[3:0]),
    .status_i(status),
    .seq_i(seq),
    .count_i(answer_count),
    .read_addr_o(answer_read_addr),
    .read_data_i(buffer_word),
    .byte_valid_o(send_valid),
    .byte_ready_i(send_ready),
    .byte_o(send)
  );
endmodule

`default_nettype wire
