// SPDX-License-Identifier: Apache-2.0
// Turns gathers into row requests: reads a list of row numbers, then asks for row after row.
//
// Contract: sits between commands and burst_request. A load passes straight through. A gather
//   (gather_i) first requests its list of chunks_i uint32 at list_addr_i (a multiple of 4; at most
//   MaxRows), marked by the top bit of the tag; the beats of that request come back on beat_*. Then
//   row r of the list is requested as chunk_bytes_i bytes at addr_i + list[r] * stride_i. A number
//   that is not below limit_i raises error_valid_o (error_addr_o: its place in memory) until reset,
//   and nothing more is requested. The next command is taken after the last row's request.
// Timing: loads add no cycle. A row takes 4 cycles and one per bit of its number, beside the data
//   of the rows before.
`default_nettype none

module row_lookup #(
  parameter int unsigned BusBytes  = 16,
  parameter int unsigned SizeWidth = 28,
  parameter int unsigned MaxRows   = 64
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  stop_i,
  input  logic                  command_valid_i,
  output logic                  command_ready_o,
  input  logic                  gather_i,
  input  logic [63:0]           addr_i,
  input  logic [SizeWidth-1:0]  chunk_bytes_i,
  input  logic [15:0]           chunks_i,
  input  logic [31:0]           stride_i,
  input  logic [63:0]           list_addr_i,
  input  logic [31:0]           limit_i,
  input  logic [31:0]           tag_i,
  output logic                  request_valid_o,
  input  logic                  request_ready_i,
  output logic [63:0]           request_addr_o,
  output logic [SizeWidth-1:0]  request_chunk_bytes_o,
  output logic [15:0]           request_chunks_o,
  output logic [31:0]           request_stride_o,
  output logic [32:0]           request_tag_o,
  input  logic                  beat_valid_i,
  input  logic [BusBytes*8-1:0] beat_data_i,
  output logic                  error_valid_o,
  output logic [63:0]           error_addr_o,
  output logic [31:0]           error_tag_o
);
  localparam int unsigned AddressBits = intformer_pkg::AddressBits;
  localparam int unsigned LaneWidth = $clog2(BusBytes / 4);
  localparam int unsigned RowWidth = $clog2(MaxRows);
  localparam int unsigned Beats = MaxRows * 4 / BusBytes + 1;
  localparam int unsigned Slots = Beats * (BusBytes / 4);
  localparam int unsigned SlotWidth = $clog2(Slots);
  localparam int unsigned BeatWidth = $clog2(Beats + 1);

  typedef enum logic [2:0] {
    Pass,
    List,
    Pick,
    Check,
    Multiply,
    Request,
    Dead
  } state_e;
  state_e state_q;

  logic [BusBytes*8-1:0] list_q[Beats];  // beats as they came
  logic [BusBytes*8-1:0] picked;
  logic [63:0] base_q, addr_q, step_q;
  logic [AddressBits-1:0] list_addr_q, number_addr;  // numbers that came lie where the bus reaches
  logic [SizeWidth-1:0] chunk_bytes_q;
  logic [31:0] stride_q, limit_q, id_q;
  logic [RowWidth-1:0] row_q, last_row_q;
  logic [BeatWidth-1:0] beat_q, last_beat_q;
  logic [SlotWidth-1:0] offset_q, offset, slot;
  logic accept;

  assign slot            = offset_q + SlotWidth'(row_q);
  assign picked          = list_q[BeatWidth'(slot >> LaneWidth)];
  assign offset          = SlotWidth'(list_addr_i[7:2]) & SlotWidth'(BusBytes / 4 - 1);
  assign command_ready_o = state_q == Pass && request_ready_i && !stop_i;
  assign accept          = command_valid_i && command_ready_o;
  assign error_valid_o   = state_q == Dead;
  assign number_addr     = list_addr_q + AddressBits'({row_q, 2'b00});
  assign error_addr_o    = 64'(number_addr);

  always_comb begin
    request_valid_o       = state_q == Pass ? command_valid_i && !stop_i
                                            : state_q == Request && !stop_i;
    request_addr_o        = addr_i;
    request_chunk_bytes_o = chunk_bytes_i;
    request_chunks_o      = chunks_i;
    request_stride_o      = stride_i;
    request_tag_o         = {1'b0, tag_i};
    if (state_q != Pass) begin
      request_addr_o        = addr_q;
      request_chunk_bytes_o = chunk_bytes_q;
      request_chunks_o      = 16'd1;
      request_tag_o         = {1'b0, error_tag_o};
    end else if (gather_i) begin
      request_addr_o        = list_addr_i;
      request_chunk_bytes_o = SizeWidth'({chunks_i, 2'b00});
      request_chunks_o      = 16'd1;
      request_tag_o         = {1'b1, tag_i};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Pass;
    end else begin
      unique case (state_q)
        Pass:     if (accept && gather_i) state_q <= List;
        List:     if (beat_valid_i && beat_q == last_beat_q) state_q <= Pick;
        Pick:     state_q <= Check;
        Check:    state_q <= id_q >= limit_q ? Dead : Multiply;
        Multiply: if (id_q == '0) state_q <= Request;
        Request:  if (request_ready_i && !stop_i) state_q <= row_q == last_row_q ? Pass : Pick;
        default:  state_q <= Dead;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      Pass:
      if (accept && gather_i) begin
        base_q        <= addr_i;
        list_addr_q   <= list_addr_i[AddressBits-1:0];
        chunk_bytes_q <= chunk_bytes_i;
        stride_q      <= stride_i;
        limit_q       <= limit_i;
        error_tag_o   <= tag_i;
        offset_q      <= offset;
        row_q         <= '0;
        beat_q        <= '0;
        last_row_q    <= RowWidth'(chunks_i - 16'd1);
        last_beat_q   <= BeatWidth'((16'(offset) + chunks_i - 16'd1) >> LaneWidth);
      end
      List:
      if (beat_valid_i) beat_q <= beat_q + 1'b1;
      Pick: begin
        id_q   <= picked[32'(slot) % (BusBytes/4)*32 +: 32];
        addr_q <= base_q;
        step_q <= 64'(stride_q);
      end
      Multiply: begin  // addr_q = base_q + id * stride_q, a bit of id per cycle
        if (id_q[0]) addr_q <= addr_q + step_q;
        step_q <= step_q << 1;
        id_q   <= id_q >> 1;
      end
      Request: if (request_ready_i && !stop_i) row_q <= row_q + 1'b1;
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (state_q == List && beat_valid_i) list_q[beat_q] <= beat_data_i;
  end

  // What the contract demands.
  assert_always a_list (
    .clk_i,
    .rst_ni,
    .holds_i(!(accept && gather_i) ||
             (chunks_i != '0 && 32'(chunks_i) <= MaxRows && list_addr_i[1:0] == '0))
  );
endmodule

`default_nettype wire
