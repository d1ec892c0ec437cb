// SPDX-License-Identifier: Apache-2.0
// Finds requests of the link (link_bridge.sv) in the bytes of the line.
//
// Contract: a request whose header is whole, and its payload with it where payload_i says of op_o
//   and count_o, a cycle later or more, that there is one, is offered until request_done_i; bytes
//   that come meanwhile are lost. Its payload is in the buffer by then; payload_wrong_o says that
//   it is not what its CRC was made of. A header with a wrong CRC, and a frame in which nothing
//   comes for PauseClocks, are dropped without a word, and the next start byte begins a frame.
// Timing: bytes come 16 cycles apart or more: each is at rest before the next.
`default_nettype none

module link_receiver #(
  parameter  int unsigned PayloadBytes = 1024,  // power of two; no payload has more
  parameter  int unsigned PauseClocks  = 1 << 18,
  localparam int unsigned AddrWidth    = $clog2(PayloadBytes / 4)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 byte_valid_i,
  input  logic [7:0]           byte_i,
  output logic                 request_valid_o,
  input  logic                 request_done_i,
  output logic [7:0]           op_o,
  output logic [7:0]           seq_o,
  output logic [31:0]          address_o,
  output logic [31:0]          count_o,
  input  logic                 payload_i,
  output logic                 payload_wrong_o,
  output logic                 write_valid_o,
  output logic [AddrWidth-1:0] write_addr_o,
  output logic [31:0]          write_data_o
);
  localparam logic [7:0] StartByte = 8'hA5;
  localparam logic [31:0] Residue = 32'h2144_DF1C;  // CRC of any bytes and their CRC
  localparam int unsigned FieldBytes = 10, CrcBytes = 4;  // of a header behind its start byte
  localparam int unsigned IndexWidth = $clog2(PayloadBytes) + 2;
  localparam int unsigned PauseWidth = $clog2(PauseClocks + 1);

  typedef enum logic [2:0] {
    Hunt,
    Header,
    HeaderCheck,
    Payload,
    PayloadCheck,
    Request
  } state_e;
  state_e state_q;

  logic [IndexWidth-1:0] index_q, last_index;  // of the byte that comes next
  logic [PauseWidth-1:0] pause_q;
  logic [79:0] fields_q;
  logic [23:0] word_q;
  logic [31:0] crc;
  logic in_frame, starts, take, late, match;

  assign {count_o, address_o, seq_o, op_o} = fields_q;

  assign match      = crc == Residue;
  assign in_frame   = state_q == Header || state_q == Payload;
  assign starts     = state_q == Hunt && byte_valid_i && byte_i == StartByte;
  assign take       = in_frame && byte_valid_i;
  assign late       = in_frame && !byte_valid_i && pause_q == '0;
  assign last_index = state_q == Header ? IndexWidth'(FieldBytes + CrcBytes - 1)
                                        : count_o[IndexWidth-1:0] + IndexWidth'(CrcBytes - 1);

  crc32 #(
    .Bytes(1)
  ) u_crc (
    .clk_i,
    .clear_i(late || !(in_frame || starts)),
    .valid_i(take || starts),
    .data_i(byte_i),
    .crc_o(crc)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= Hunt;
    else begin
      unique case (state_q)
        Hunt: if (starts) state_q <= Header;
        Header: begin
          if (take && index_q == last_index) state_q <= HeaderCheck;
          else if (late) state_q <= Hunt;
        end
        HeaderCheck: state_q <= !match ? Hunt : payload_i ? Payload : Request;
        Payload: begin
          if (take && index_q == last_index) state_q <= PayloadCheck;
          else if (late) state_q <= Hunt;
        end
        PayloadCheck: state_q <= Request;
        Request: if (request_done_i) state_q <= Hunt;
        default: state_q <= Hunt;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!in_frame) index_q <= '0;
    else if (take) index_q <= index_q + 1'b1;
    if (take || !in_frame) pause_q <= PauseWidth'(PauseClocks);
    else pause_q <= pause_q - 1'b1;
    if (state_q == Header && take && index_q < IndexWidth'(FieldBytes)) begin
      fields_q <= {byte_i, fields_q[79:8]};
    end
    if (state_q == HeaderCheck) payload_wrong_o <= 1'b0;
    else if (state_q == PayloadCheck) payload_wrong_o <= !match;
    if (take) word_q <= {byte_i, word_q[23:8]};
  end

  assign request_valid_o = state_q == Request;
  assign write_valid_o   = state_q == Payload && take && index_q[1:0] == 2'd3 &&
                           index_q < count_o[IndexWidth-1:0];
  assign write_addr_o    = index_q[AddrWidth+1:2];
  assign write_data_o    = {byte_i, word_q};
endmodule

`default_nettype wire
