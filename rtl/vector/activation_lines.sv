// SPDX-License-Identifier: Apache-2.0
// Straight lines over |x|, for all lanes at once: GELU in 32 segments of 128, or a function from a
// table, in 16 segments of 128 and 16 of 512.
//   h = offset[segment] + rshr(slope[segment] * step, 7 or 9)
// GELU and a table's function that is not odd are 0 behind the last segment; an odd one stays as that
// ends.
//
// Contract: valid_i says that h_o is wanted of size_i; table_i whose segments count, odd_i of which kind
//   the table's function is. Without Fixed there is no GELU, without Tables no table. write_i brings a
//   segment, which the cycles from the next on see; nothing that looks for it may be on its way.
// Formats: size 16 bits unsigned LSB 2^-10; h 16 bits signed LSB 2^-14, as the table's offsets (15
//   bits) and slopes (13 bits). GELU's: 32 entries of 12 bits, entry 0 lowest; offsets unsigned.
// Stages: 1 segment and step, 2 its line, 3 product, 4 h.
// Timing: h_o comes 4 cycles after size_i. Never stalls.
`default_nettype none

module activation_lines #(
  parameter int unsigned      Lanes       = 16,
  parameter bit               Tables      = 1'b1,
  parameter bit               Fixed       = 1'b1,
  parameter logic [32*12-1:0] FixedOffset = '0,
  parameter logic [32*12-1:0] FixedSlope  = '0
) (
  input  logic                clk_i,
  input  logic                write_i,
  input  logic [4:0]          write_index_i,
  input  logic [14:0]         write_offset_i,
  input  logic [12:0]         write_slope_i,
  input  logic                valid_i,
  input  logic                table_i,
  input  logic                odd_i,
  input  logic [Lanes*16-1:0] size_i,
  output logic [Lanes*16-1:0] h_o
);
  logic [3:1] valid_q;
  logic from_table, unused_table;
  assign unused_table = ^{write_i, write_index_i, write_offset_i, write_slope_i};
  always_ff @(posedge clk_i) valid_q <= {valid_q[2:1], valid_i};
  assign from_table = Tables && (!Fixed || table_i);

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [15:0] size;
    logic wide, beyond, none_q, last_q;
    logic [4:0] segment_q;
    logic [8:0] step_q;
    logic signed [14:0] offset, offset_q, offset_3_q;
    logic signed [12:0] slope, slope_q;
    logic signed [9:0]  step_2_q;
    logic signed [22:0] product_q;

    assign size   = size_i[l*16 +: 16];
    assign wide   = from_table && size[15:11] != '0;  // from 2.0 on
    assign beyond = from_table ? size[15:9] >= 7'd20 : size[15:12] != '0;
    always_ff @(posedge clk_i) begin
      if (valid_i) begin
        // 16 + (size - 2048) / 512 of a wide segment
        segment_q <= wide ? {1'b1, size[12:11] - 2'd1, size[10:9]} : size[11:7];
        step_q    <= wide ? size[8:0] : {size[6:0], 2'b0};
        none_q    <= beyond && !(from_table && odd_i);
        last_q    <= from_table && beyond;
      end
    end

    // The segments of both, and of these the one that counts.
    logic signed [14:0] table_offset;
    logic signed [12:0] table_slope;
    logic [4:0] segment;
    logic unused_segment;
    assign unused_segment = ^segment;
    assign segment = segment_q | {5{last_q}};
    if (Tables) begin : gen_table
      (* ram_style = "distributed" *)
      logic [27:0] mem[32];
      always_ff @(posedge clk_i) begin
        if (write_i) mem[write_index_i] <= {write_offset_i, write_slope_i};
      end
      assign {table_offset, table_slope} = mem[segment];
    end else begin : gen_none
      assign {table_offset, table_slope} = '0;
    end
    if (Fixed) begin : gen_fixed
      logic from_table_q;
      logic [11:0] fixed_offset [32];
      logic [11:0] fixed_slope  [32];
      initial begin
        for (int unsigned i = 0; i < 32; i++) begin
          fixed_offset[i] = FixedOffset[i*12 +: 12];
          fixed_slope[i]  = FixedSlope[i*12 +: 12];
        end
      end
      always_ff @(posedge clk_i) if (valid_i) from_table_q <= from_table;
      assign offset = from_table_q ? table_offset : 15'(fixed_offset[segment_q]);
      assign slope  = from_table_q ? table_slope : 13'($signed(fixed_slope[segment_q]));
    end else begin : gen_only
      assign offset = table_offset;
      assign slope  = table_slope;
    end

    always_ff @(posedge clk_i) begin
      if (valid_q[1]) begin
        offset_q <= none_q ? '0 : offset;
        slope_q  <= none_q ? '0 : slope;
        step_2_q <= $signed({1'b0, step_q | {9{last_q}}});
      end
      if (valid_q[2]) begin
        offset_3_q <= offset_q;
        product_q  <= 23'(slope_q) * 23'(step_2_q);
      end
      if (valid_q[3]) h_o[l*16 +: 16] <= 16'(offset_3_q) + 16'((product_q + 23'sd256) >>> 9);
    end
  end
endmodule

`default_nettype wire
