// SPDX-License-Identifier: Apache-2.0
// Sends an answer of the link (link_bridge.sv): its header, and the buffer's first count_i bytes.
//
// Contract: start_i begins an answer, whose fields stay until done_o, one cycle in which its last
//   byte is taken. read_data_i is the buffer's word at read_addr_o of the cycle before.
// Timing: a byte every third cycle at most, out of a register.
`default_nettype none

module link_sender #(
  parameter  int unsigned PayloadBytes = 1024,  // power of two
  localparam int unsigned AddrWidth    = $clog2(PayloadBytes / 4),
  localparam int unsigned CountWidth   = $clog2(PayloadBytes) + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_i,
  output logic                  done_o,
  input  logic [3:0]            op_i,
  input  logic [3:0]            status_i,
  input  logic [7:0]            seq_i,
  input  logic [CountWidth-1:0] count_i,
  output logic [AddrWidth-1:0]  read_addr_o,
  input  logic [31:0]           read_data_i,
  output logic                  byte_valid_o,
  input  logic                  byte_ready_i,
  output logic [7:0]            byte_o
);
  localparam logic [7:0] StartByte = 8'h5A;
  localparam int unsigned HeaderBytes = 7, CrcBytes = 4;

  typedef enum logic [2:0] {
    Idle,
    Header,
    HeaderCrc,
    Payload,
    PayloadCrc
  } state_e;
  state_e state_q;

  logic [CountWidth-1:0] index_q, size;  // of the byte that is offered, in its part of the frame
  logic followed_q, settled_q;  // buffer and CRC, and byte_o, have followed
  logic [7:0] next;
  logic [55:0] header;
  logic [31:0] crc;
  logic accept, last;

  assign header = {32'(count_i), seq_i, status_i, op_i, StartByte};

  always_comb begin
    unique case (state_q)
      Header: begin
        size = CountWidth'(HeaderBytes);
        next = header[8*index_q[2:0] +: 8];
      end
      Payload: begin
        size = count_i;
        next = read_data_i[8*index_q[1:0] +: 8];
      end
      default: begin
        size = CountWidth'(CrcBytes);
        next = crc[8*index_q[1:0] +: 8];
      end
    endcase
  end

  assign byte_valid_o = state_q != Idle && settled_q;
  assign accept       = byte_valid_o && byte_ready_i;
  assign last         = index_q == size - 1'b1;
  assign done_o       = accept && last &&
                        (state_q == PayloadCrc || (state_q == HeaderCrc && count_i == '0));
  assign read_addr_o  = index_q[AddrWidth+1:2];

  crc32 #(
    .Bytes(1)
  ) u_crc (
    .clk_i,
    .clear_i(state_q == Idle || (accept && last && state_q == HeaderCrc)),
    .valid_i(accept && (state_q == Header || state_q == Payload)),
    .data_i(byte_o),
    .crc_o(crc)
  );

  always_ff @(posedge clk_i) begin
    byte_o     <= next;
    followed_q <= state_q != Idle && !accept;
    settled_q  <= followed_q && !accept;
    if (state_q == Idle || (accept && last)) index_q <= '0;
    else if (accept) index_q <= index_q + 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= Idle;
    else if (done_o) state_q <= Idle;
    else if (state_q == Idle) begin
      if (start_i) state_q <= Header;
    end else if (accept && last) begin
      unique case (state_q)
        Header: state_q <= HeaderCrc;
        HeaderCrc: state_q <= Payload;
        default: state_q <= PayloadCrc;
      endcase
    end
  end
endmodule

`default_nettype wire
