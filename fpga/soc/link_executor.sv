// SPDX-License-Identifier: Apache-2.0
// Carries out requests of the link (link_bridge.sv), one at a time.
//
// Contract: a request with what link_decode says of it is offered until request_done_o. Its payload
//   is in the buffer then, and what its answer carries is put there, from word 0, before
//   answer_start_o, one cycle, from which on status_o and count_o stay until answer_done_i. A
//   write_register of the same number as the request before, which was a write_register that has
//   been done, is answered again as that was; number 0 is always done. Registers or memory from
//   which nothing comes for TimeoutClocks are given up, and while they are busy with what was given
//   up, requests for them are answered at once in the same way. memory_active_o: the buffer is the
//   memory's.
// Timing: a word is put into the buffer per cycle; a checksum takes a word per cycle.
`default_nettype none

module link_executor #(
  parameter  int unsigned ClockHz      = 50_000_000,
  parameter  int unsigned Baud         = 3_000_000,
  parameter  int unsigned MemoryBytes  = 32'h0200_0000,
  parameter  int unsigned DataBits     = 64,
  parameter  int unsigned PayloadBytes = 1024,  // power of two
  parameter  int unsigned TimeoutClocks = 1 << 18,
  localparam int unsigned AddrWidth    = $clog2(PayloadBytes / 4),
  localparam int unsigned CountWidth   = $clog2(PayloadBytes) + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  request_valid_i,
  output logic                  request_done_o,
  input  logic [7:0]            seq_i,
  input  logic [CountWidth-1:0] count_i,
  input  logic                  identify_i,
  input  logic                  register_i,
  input  logic                  memory_i,
  input  logic                  write_i,
  input  logic                  checksum_i,
  input  logic                  refused_i,
  input  logic                  payload_wrong_i,

  output logic                  register_start_o,
  input  logic                  register_busy_i,
  input  logic                  register_done_i,
  input  logic                  register_error_i,
  input  logic [31:0]           register_data_i,
  output logic                  memory_start_o,
  output logic                  memory_active_o,
  output logic                  memory_give_up_o,
  input  logic                  memory_busy_i,
  input  logic                  memory_error_i,
  input  logic                  word_valid_i,
  input  logic [31:0]           word_i,

  output logic                  write_valid_o,
  output logic [AddrWidth-1:0]  write_addr_o,
  output logic [31:0]           write_data_o,
  output logic                  answer_start_o,
  input  logic                  answer_done_i,
  output logic [3:0]            status_o,
  output logic [CountWidth-1:0] count_o
);
  localparam logic [3:0] Done = 4'd0, PayloadWrong = 4'd1, Refused = 4'd2, BusError = 4'd3,
                         NoAnswer = 4'd4;
  localparam int unsigned IdentityWords = 8;
  localparam int unsigned Version = 1;
  localparam int unsigned TimeoutWidth = $clog2(TimeoutClocks + 1);

  typedef enum logic [2:0] {
    Idle,
    Identify,
    Register,
    Memory,
    Start,
    Answer
  } state_e;
  state_e state_q;

  // The request before, if that was a write_register that has been done.
  logic last_valid_q, repeated;
  logic [7:0] last_seq_q;
  logic [3:0] last_status_q;

  logic [AddrWidth-1:0] index_q;  // of the buffer's word that is written next
  logic [31:0] crc, identity;
  logic [TimeoutWidth-1:0] timeout_q;
  logic begins, blocked, execute, memory_done, late, answered;

  assign begins   = state_q == Idle && request_valid_i;
  assign repeated = register_i && write_i && last_valid_q && seq_i == last_seq_q && seq_i != '0;
  assign blocked  = (register_i && register_busy_i) || (memory_i && memory_busy_i);
  assign execute  = begins && !payload_wrong_i && !refused_i && !repeated && !blocked;
  assign register_start_o = execute && register_i;
  assign memory_start_o   = execute && memory_i;
  assign memory_active_o  = state_q == Memory;
  assign memory_done      = memory_active_o && !memory_busy_i;
  assign late             = timeout_q == '0 && ((state_q == Register && !register_done_i) ||
                                                (memory_active_o && memory_busy_i));
  assign memory_give_up_o = memory_active_o && late;
  assign answer_start_o   = state_q == Start;
  assign answered         = answer_start_o && !payload_wrong_i;
  assign request_done_o   = state_q == Answer && answer_done_i;

  crc32 #(
    .Bytes(4)
  ) u_crc (
    .clk_i,
    .clear_i(state_q == Idle),
    .valid_i(word_valid_i),
    .data_i(word_i),
    .crc_o(crc)
  );

  always_comb begin
    unique case (index_q[2:0])
      3'd0: identity = 32'h4654_4E49;  // "INTF", its first letter lowest
      3'd1: identity = 32'h4B4E_494C;  // "LINK"
      3'd2: identity = Version;
      3'd3: identity = ClockHz;
      3'd4: identity = MemoryBytes;
      3'd5: identity = DataBits;
      3'd6: identity = Baud;
      default: identity = '0;
    endcase
  end

  assign write_addr_o = index_q;
  always_comb begin
    unique case (state_q)
      Identify: begin
        write_valid_o = 1'b1;
        write_data_o  = identity;
      end
      Register: begin
        write_valid_o = register_done_i && !write_i;
        write_data_o  = register_data_i;
      end
      default: begin
        write_valid_o = checksum_i ? memory_done : word_valid_i;
        write_data_o  = checksum_i ? crc : word_i;
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= Idle;
    else begin
      unique case (state_q)
        Idle: begin
          if (begins) begin
            state_q <= !execute ? Start : identify_i ? Identify : register_i ? Register : Memory;
          end
        end
        Identify: if (index_q == AddrWidth'(IdentityWords - 1)) state_q <= Start;
        Register: if (register_done_i || late) state_q <= Start;
        Memory: if (memory_done || late) state_q <= Start;
        Start: state_q <= Answer;
        Answer: if (answer_done_i) state_q <= Idle;
        default: state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == Idle) index_q <= '0;
    else if (write_valid_o) index_q <= index_q + 1'b1;
    if (state_q == Idle || word_valid_i) timeout_q <= TimeoutWidth'(TimeoutClocks);
    else if (timeout_q != '0) timeout_q <= timeout_q - 1'b1;
    if (begins) begin
      status_o <= payload_wrong_i ? PayloadWrong : refused_i ? Refused :
                  repeated ? last_status_q : blocked ? NoAnswer : Done;
      count_o  <= !execute || write_i ? '0 :
                  identify_i ? CountWidth'(4 * IdentityWords) :
                  checksum_i ? CountWidth'(4) : count_i;
    end else if ((state_q == Register && register_done_i && register_error_i) ||
                 (memory_done && memory_error_i)) begin
      status_o <= BusError;
      count_o  <= '0;
    end else if (late) begin
      status_o <= NoAnswer;
      count_o  <= '0;
    end
    if (answered) begin
      last_seq_q    <= seq_i;
      last_status_q <= status_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) last_valid_q <= 1'b0;
    else if (answered) begin
      last_valid_q <= register_i && write_i && status_o != Refused;
    end
  end
endmodule

`default_nettype wire
