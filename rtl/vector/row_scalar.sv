// SPDX-License-Identifier: Apache-2.0
// Row-scalar unit: turns the sums of a row into what the lanes need to normalize it.
//
//   softmax:    L = bitlen(sum); R = floor(2^(15+L) / sum); factor = (R * multiplier) >> 15;
//               shift = min(command shift + L, 63); sum = 0: factor 0, shift 63
//   layer norm: V = d*S2 - S1*S1 + E; k = (bitlen(V) - 31) >> 1; w = V * 2^-2k; sd = isqrt(w);
//               factor = floor((d << (31-CL)) / sd); mean = rshr(S1*DINV, 19+CL), times 16;
//               shift = 26 + k - CL
//   RMSNorm:    a layer norm with root_mean_square_i: S1 counts as 0
// Contract: start_i while not busy takes the command, whose fields are not needed afterwards. Sums
//   are requested with read_valid_o and come one cycle after read_ready_i. Results go to a memory
//   of StatRows slots that the lanes read with lane_read_i, one cycle latency. The slots
//   [pending_first_o, pending_end_o) have no result yet: a slot leaves them Lead + 1 cycles before
//   it can be read, the 1 for the register in which its reader compares them.
// Formats: sum 29 bits signed, squares 45, mean 21 signed, factor 17, shift 6. V is 57 bits; sums that
//   are none of a row's wrap in 64.
// Timing: a row enters every Interval cycles; its result can be read ScalarSoftmax + 1 cycles
//   after its sums were granted, ScalarLayerNorm + 1 for LayerNorm, whatever the data.
`default_nettype none

module row_scalar #(
  parameter  int unsigned StatRows  = 64,
  parameter  int unsigned Interval  = 16,
  localparam int unsigned SlotWidth = $clog2(StatRows)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic                 layer_norm_i,
  input  logic                 root_mean_square_i,
  input  logic [15:0]          rows_i,
  input  logic [SlotWidth-1:0] stat_row_i,
  input  logic [15:0]          multiplier_i,
  input  logic [5:0]           shift_i,
  input  logic [23:0]          mean_factor_i,
  input  logic [47:0]          epsilon_i,
  input  logic [15:0]          width_i,
  input  logic [3:0]           width_log_i,
  output logic                 busy_o,
  output logic [SlotWidth:0]   pending_first_o,
  output logic [SlotWidth:0]   pending_end_o,
  output logic                 read_valid_o,
  input  logic                 read_ready_i,
  output logic [SlotWidth-1:0] read_slot_o,
  input  logic signed [28:0]   sum_i,
  input  logic [44:0]          squares_i,
  input  logic                 lane_read_i,
  input  logic [SlotWidth-1:0] lane_slot_i,
  output logic signed [20:0]   lane_mean_o,
  output logic [16:0]          lane_factor_o,
  output logic [5:0]           lane_shift_o
);
  // A row's age: bit k of row_q, k cycles since its sums were granted.
  localparam int unsigned Variance = intformer_pkg::ScalarVariance;  // it has its variance, or sum
  localparam int unsigned RootBits = intformer_pkg::ScalarRootBits;
  localparam int unsigned QuotientWidth = intformer_pkg::ScalarQuotientBits;
  localparam int unsigned NormDivide = Variance + RootBits + 1;  // it enters the divider
  localparam int unsigned Quotient = QuotientWidth + 1;  // from there, its quotient is there
  localparam int unsigned Soft = intformer_pkg::ScalarSoftmax;  // its factor is written
  localparam int unsigned Last = intformer_pkg::ScalarLayerNorm;
  localparam int unsigned Lead = intformer_pkg::ScalarLead;
  localparam int unsigned GapWidth = $clog2(Interval + 1);

  logic layer_norm_q, no_mean_q, reading_q, busy_q;
  logic [SlotWidth:0] read_slot_q, pending_q, end_q;  // up to one past the last slot
  logic [15:0] multiplier_q, width_q;
  logic [SlotWidth-1:0] early_slot_q, late_slot_q;
  logic [GapWidth-1:0]    gap_q;  // cycles until the next row may enter
  logic [Last:1]      row_q;
  logic [5:0]         shift_q;
  logic [23:0]        mean_factor_q;
  logic [47:0]        epsilon_q;
  logic [3:0]         width_log_q;
  // Suffixed with the age at which they are there. Products are taken of halves of 17 bits.
  logic signed [28:0] sum_2_q;
  logic        [44:0] squares_2_q;
  logic [32:0] weighted_low_3_q, weighted_middle_3_q;
  logic [26:0] weighted_high_3_q;
  logic        [33:0] square_low_3_q;
  logic signed [28:0] square_cross_3_q;
  logic        [23:0] square_high_3_q;
  logic        [33:0] mean_low_3_q;
  logic signed [28:0] mean_cross_3_q;
  logic        [23:0] mean_other_3_q;
  logic signed [19:0] mean_high_3_q;
  logic [63:0] weighted_sum_4_q, weighted_rest_4_q;
  logic [57:0] square_ends_4_q, square_cross_4_q;
  logic signed [53:0] mean_ends_4_q, mean_cross_4_q;
  logic [27:0] sum_3_q, sum_4_q, sum_5_q;
  logic [63:0] weighted_5_q;
  logic [57:0] square_5_q;
  logic signed [53:0] mean_5_q;
  logic [63:0] variance_6_q, variance_7_q, variance_8_q, coarse_9_q;
  logic signed [21:0] mean_6_q;
  logic signed [20:0] mean_7_q, mean_8_q, mean_9_q, mean_10_q, mean_q;
  logic [6:0] length_7_q, length_8_q, length_9_q, length_10_q;
  logic [4:0]  pairs_8_q;  // by which the variance is shifted to the left
  logic        pair_9_q;
  logic [27:0] sum_9_q, sum_10_q;
  logic [31:0] normal_10_q;
  logic signed [35:0] mean_tail;
  logic [16:0] factor_q;
  logic [5:0]  result_shift_q;
  logic [6:0]  softmax_shift;
  logic [5:0]  norm_shift;
  logic unused_bits;

  logic granted, divide, quotient_there, release_slot, write_factor;
  logic [15:0] root;
  logic [16:0] quotient;
  logic [27:0] numerator, denominator;

  // The highest byte that is not 0 and the highest bit in each byte are found side by side.
  function automatic logic [6:0] bit_length(input logic [63:0] value);
    logic [7:0] any;
    logic [3:0] length;
    for (int unsigned k = 0; k < 8; k++) any[k] = value[8*k +: 8] != '0;
    bit_length = '0;
    for (int unsigned k = 0; k < 8; k++) begin
      length = '0;
      for (int unsigned b = 0; b < 8; b++) begin
        if (value[8*k+b]) length = 4'(b + 1);
      end
      if (any[k] && any >> (k + 1) == '0) bit_length |= 7'(8 * k) + 7'(length);
    end
  endfunction

  assign mean_tail     = mean_5_q[53:18];
  assign softmax_shift = 7'(shift_q) + length_10_q;
  assign norm_shift    = 6'(7'd10 + ((length_10_q + 7'd1) >> 1) - 7'(width_log_q));  // 26 + k - CL
  assign unused_bits   = ^{mean_5_q[17:0], coarse_9_q[29:0]};

  // Both numerators are at most the denominator: 2^(L-1) <= sum and d * 2^(15-CL) <= 2^15 <= sd.
  // A sum of zero is divided as 0 / 1.
  assign divide      = layer_norm_q ? row_q[NormDivide] : row_q[Variance];
  assign numerator   = layer_norm_q ? 28'(width_q) << (4'd15 - width_log_q)
                                    : 28'd1 << (length_10_q - 7'd1);
  assign denominator = layer_norm_q ? 28'(root) : sum_10_q | 28'(length_10_q == '0);

  assign quotient_there = layer_norm_q ? row_q[Last-1] : row_q[Soft-1];
  assign write_factor   = layer_norm_q ? row_q[Last] : row_q[Soft];
  assign release_slot   = layer_norm_q ? row_q[Last-Lead-1] : row_q[Soft-Lead-1];

  isqrt #(
    .RootWidth(RootBits),
    .Interval(Interval)
  ) u_isqrt (
    .clk_i,
    .rst_ni,
    .load_i(row_q[Variance] && layer_norm_q),
    .value_i(normal_10_q),
    .root_o(root)
  );

  divider #(
    .Width(28),
    .QuotientWidth(QuotientWidth),
    .Interval(Interval)
  ) u_divider (
    .clk_i,
    .rst_ni,
    .load_i(divide),
    .numerator_i(numerator),
    .denominator_i(denominator),
    .quotient_o(quotient)
  );

  ram_1r1w #(
    .Width(27),
    .Depth(StatRows)
  ) u_means (
    .clk_i,
    .write_enable_i(row_q[Variance+1]),
    .write_addr_i(early_slot_q),
    .write_data_i({mean_q, result_shift_q}),
    .read_enable_i(lane_read_i),
    .read_addr_i(lane_slot_i),
    .read_data_o({lane_mean_o, lane_shift_o})
  );
  ram_1r1w #(
    .Width(17),
    .Depth(StatRows)
  ) u_factors (
    .clk_i,
    .write_enable_i(write_factor),
    .write_addr_i(late_slot_q),
    .write_data_i(factor_q),
    .read_enable_i(lane_read_i),
    .read_addr_i(lane_slot_i),
    .read_data_o(lane_factor_o)
  );

  assign busy_o          = busy_q;
  assign pending_first_o = pending_q;
  assign pending_end_o   = end_q;
  assign read_valid_o    = reading_q && gap_q == '0;
  assign read_slot_o     = read_slot_q[SlotWidth-1:0];
  assign granted         = read_valid_o && read_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      busy_q    <= 1'b0;
    end else if (start_i || busy_q) begin
      busy_q <= start_i || reading_q || row_q[Soft-1:1] != '0 ||
                (layer_norm_q && row_q[Last-1:Soft] != '0);
      if (start_i) reading_q <= 1'b1;
      else if (granted && read_slot_q + 1'b1 == end_q) reading_q <= 1'b0;
    end
  end

  // No row is on its way when a command starts: these do not wait for its check.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      row_q <= '0;
      gap_q <= '0;
    end else if (busy_q || gap_q != '0) begin
      row_q <= {row_q[Last-1:1], granted};
      if (!layer_norm_q) row_q[Last:Soft+1] <= '0;
      if (granted) gap_q <= GapWidth'(Interval - 1);
      else if (gap_q != '0) gap_q <= gap_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pending_q <= '0;
      end_q     <= '0;
    end else if (start_i) begin
      pending_q <= {1'b0, stat_row_i};
      end_q     <= {1'b0, stat_row_i} + (SlotWidth + 1)'(rows_i);
    end else if (release_slot) begin
      pending_q <= pending_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      layer_norm_q  <= layer_norm_i;
      no_mean_q     <= layer_norm_i && root_mean_square_i;
      read_slot_q   <= {1'b0, stat_row_i};
      early_slot_q  <= stat_row_i;
      late_slot_q   <= stat_row_i;
      multiplier_q  <= multiplier_i;
      shift_q       <= shift_i;
      mean_factor_q <= mean_factor_i;
      epsilon_q     <= epsilon_i;
      width_q       <= width_i;
      width_log_q   <= width_log_i;
    end else if (busy_q) begin
      if (granted) read_slot_q <= read_slot_q + 1'b1;
      if (row_q[Variance+1]) early_slot_q <= early_slot_q + 1'b1;
      if (write_factor) late_slot_q <= late_slot_q + 1'b1;
    end
    if (row_q[1]) begin
      sum_2_q     <= no_mean_q ? '0 : sum_i;
      squares_2_q <= squares_i;
    end
    if (row_q[2]) begin
      weighted_low_3_q    <= 33'(width_q) * 33'(squares_2_q[16:0]);
      weighted_middle_3_q <= 33'(width_q) * 33'(squares_2_q[33:17]);
      weighted_high_3_q   <= 27'(width_q) * 27'(squares_2_q[44:34]);
      square_low_3_q      <= 34'(sum_2_q[16:0]) * 34'(sum_2_q[16:0]);
      square_cross_3_q    <= 29'($signed({1'b0, sum_2_q[16:0]})) * 29'($signed(sum_2_q[28:17]));
      square_high_3_q     <= 24'($signed(sum_2_q[28:17])) * 24'($signed(sum_2_q[28:17]));
      mean_low_3_q        <= 34'(sum_2_q[16:0]) * 34'(mean_factor_q[16:0]);
      mean_cross_3_q      <= 29'($signed(sum_2_q[28:17])) *
                             29'($signed({1'b0, mean_factor_q[16:0]}));
      mean_other_3_q      <= 24'(sum_2_q[16:0]) * 24'(mean_factor_q[23:17]);
      mean_high_3_q       <= 20'($signed(sum_2_q[28:17])) *
                             20'($signed({1'b0, mean_factor_q[23:17]}));
      sum_3_q             <= sum_2_q[27:0];
    end
    if (row_q[3]) begin
      weighted_sum_4_q  <= 64'(weighted_low_3_q) + {14'b0, weighted_middle_3_q, 17'b0};
      weighted_rest_4_q <= {3'b0, weighted_high_3_q, 34'b0} + 64'(epsilon_q);
      square_ends_4_q   <= {square_high_3_q, square_low_3_q};
      square_cross_4_q  <= {{11{square_cross_3_q[28]}}, square_cross_3_q, 18'b0};
      mean_ends_4_q     <= {mean_high_3_q, mean_low_3_q};
      mean_cross_4_q    <= 54'(mean_cross_3_q) + 54'(mean_other_3_q);
      sum_4_q           <= sum_3_q;
    end
    if (row_q[4]) begin
      weighted_5_q <= weighted_sum_4_q + weighted_rest_4_q;
      square_5_q   <= square_ends_4_q + square_cross_4_q;
      mean_5_q     <= mean_ends_4_q + (mean_cross_4_q <<< 17);
      sum_5_q      <= sum_4_q;
    end
    if (row_q[5]) begin
      variance_6_q <= layer_norm_q ? weighted_5_q - 64'(square_5_q) : 64'(sum_5_q);
      mean_6_q     <= 22'(mean_tail >>> width_log_q);  // one bit more, which rounding adds
    end
    if (row_q[6]) begin
      length_7_q   <= bit_length(variance_6_q);
      variance_7_q <= variance_6_q;
      mean_7_q     <= mean_6_q[21:1] + 21'(mean_6_q[0]);
    end
    // V is shifted to the left by pairs of bits until one of its upper two is set: w is on top.
    if (row_q[7]) begin
      length_8_q   <= length_7_q;
      pairs_8_q    <= 5'(6'd32 - 6'((length_7_q + 7'd1) >> 1));
      variance_8_q <= variance_7_q;
      mean_8_q     <= mean_7_q;
    end
    if (row_q[8]) begin
      length_9_q <= length_8_q;
      coarse_9_q <= variance_8_q << {pairs_8_q[4:1], 2'b0};
      pair_9_q   <= pairs_8_q[0];
      sum_9_q    <= variance_8_q[27:0];
      mean_9_q   <= mean_8_q;
    end
    if (row_q[9]) begin
      length_10_q <= length_9_q;
      normal_10_q <= pair_9_q ? coarse_9_q[61:30] : coarse_9_q[63:32];
      sum_10_q    <= sum_9_q;
      mean_10_q   <= mean_9_q;
    end
    if (row_q[Variance]) begin
      mean_q <= mean_10_q;
      if (layer_norm_q) result_shift_q <= norm_shift;
      else if (length_10_q == '0 || softmax_shift > 7'd63) result_shift_q <= 6'd63;
      else result_shift_q <= softmax_shift[5:0];
    end
    if (quotient_there)
      factor_q <= layer_norm_q ? quotient : 17'((33'(quotient) * 33'(multiplier_q)) >> 15);
  end

  // What the contract demands.
  if (Interval < 1 || Interval > QuotientWidth) $error("row_scalar: Interval must be 1 to 17");
  if (Variance != 10 || Soft != Variance + Quotient + 1 || Last != NormDivide + Quotient + 1)
    $error("row_scalar: its latencies are not those of the package");
  assert_always a_start (
    .clk_i,
    .rst_ni,
    .holds_i(!start_i || (!busy_o && rows_i != '0 && 32'(stat_row_i) + 32'(rows_i) <= StatRows))
  );
  assert_always a_busy (
    .clk_i,
    .rst_ni,
    .holds_i(busy_o == (reading_q || row_q != '0) && (busy_o || pending_first_o == pending_end_o))
  );
endmodule

`default_nettype wire
