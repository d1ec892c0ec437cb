// Row-scalar unit: turns the sums of a row into what the lanes need to normalize it.
//
//   softmax:    L = bitlen(sum); R = floor(2^(15+L) / sum); factor = (R * multiplier) >> 15;
//               shift = min(command shift + L, 63); sum = 0: factor 0, shift 63
//   layer norm: V = d*S2 - S1*S1 + E; k = (bitlen(V) - 31) >> 1; w = V * 2^-2k; sd = isqrt(w);
//               factor = floor((d << (31-CL)) / sd); mean = rshr(S1*DINV, 19+CL), times 16;
//               shift = 26 + k - CL
// Contract: start_i while not busy takes the command, whose fields are not needed afterwards. Sums
//   are requested with read_valid_o and come one cycle after read_ready_i. Results go to a memory
//   of StatRows slots that the lanes read with lane_read_i, one cycle latency. The slots
//   [pending_first_o, pending_end_o) have no result yet while busy_o.
// Formats: sum 29 bits signed, squares 45, mean 21 signed, factor 17, shift 6. V is 57 bits.
// Timing: 24 cycles per softmax row, 42 per LayerNorm row.
module row_scalar #(
  parameter  int unsigned StatRows = 64,
  localparam int unsigned SlotW    = $clog2(StatRows)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               start_i,
  input  logic               layer_norm_i,
  input  logic [15:0]        rows_i,
  input  logic [15:0]        stat_row_i,
  input  logic [15:0]        multiplier_i,
  input  logic [5:0]         shift_i,
  input  logic [23:0]        mean_factor_i,
  input  logic [47:0]        epsilon_i,
  input  logic [15:0]        width_i,
  input  logic [3:0]         width_log_i,
  output logic               busy_o,
  output logic [15:0]        pending_first_o,
  output logic [15:0]        pending_end_o,
  output logic               read_valid_o,
  input  logic               read_ready_i,
  output logic [SlotW-1:0]   read_slot_o,
  input  logic signed [28:0] sum_i,
  input  logic [44:0]        squares_i,
  input  logic               lane_read_i,
  input  logic [SlotW-1:0]   lane_slot_i,
  output logic signed [20:0] lane_mean_o,
  output logic [16:0]        lane_factor_o,
  output logic [5:0]         lane_shift_o
);
  typedef enum logic [3:0] {
    Idle, Read, Sums, Products, Length, Normalize, Root, Divide, Quotient, Write
  } state_e;

  state_e             state_q;
  logic               layer_norm_q;
  logic [15:0]        slot_q, end_q, multiplier_q, width_q;
  logic [5:0]         shift_q;
  logic [23:0]        mean_factor_q;
  logic [47:0]        epsilon_q;
  logic [3:0]         width_log_q;
  logic signed [28:0] sum_q;
  logic [63:0]        weighted_q, square_q, variance_q;
  logic [31:0]        normal;
  logic [6:0]         length_q;
  logic signed [6:0]  half_q;  // k
  logic [5:0]         up, down;
  logic signed [53:0] mean_product_q;
  logic [5:0]         mean_shift;
  logic signed [20:0] mean_q;
  logic [16:0]        factor_q;
  logic [5:0]         result_shift_q;
  logic [6:0]         softmax_shift;
  logic [5:0]         norm_shift;

  logic        root_start, root_done, divide_start, divide_done;
  logic [15:0] root;
  logic [16:0] quotient;
  logic [27:0] numerator, denominator;

  function automatic logic [6:0] bit_length(input logic [63:0] value);
    bit_length = '0;
    for (int unsigned b = 0; b < 64; b++) begin
      if (value[b]) bit_length = 7'(b + 1);
    end
  endfunction

  // w in [2^30, 2^32) when V > 0: one of the two shifts is zero.
  assign up     = half_q < 0 ? 6'(-half_q) : 6'd0;
  assign down   = half_q < 0 ? 6'd0 : 6'(half_q);
  assign normal = 32'((variance_q << {up, 1'b0}) >> {down, 1'b0});

  assign mean_shift    = 6'd19 + 6'(width_log_q);
  assign softmax_shift = 7'(shift_q) + length_q;
  assign norm_shift    = 6'(7'd26 + half_q - 7'(width_log_q));

  assign root_start   = state_q == Normalize && layer_norm_q;
  assign divide_start = state_q == Divide;
  // Both numerators are at most the denominator: 2^(L-1) <= sum and d * 2^(15-CL) <= 2^15 <= sd.
  assign numerator    = layer_norm_q ? 28'(width_q) << (4'd15 - width_log_q)
                                     : 28'd1 << (length_q - 7'd1);
  assign denominator  = layer_norm_q ? 28'(root) : sum_q[27:0];

  isqrt #(.RootW(16)) u_isqrt (
    .clk_i, .rst_ni,
    .start_i(root_start), .value_i(normal[31:0]), .done_o(root_done), .root_o(root)
  );

  divider #(.Width(28), .QuotientW(17)) u_divider (
    .clk_i, .rst_ni,
    .start_i(divide_start), .numerator_i(numerator), .denominator_i(denominator),
    .done_o(divide_done), .quotient_o(quotient)
  );

  ram_1r1w #(.Width(44), .Depth(StatRows)) u_results (
    .clk_i,
    .write_enable_i(state_q == Write), .write_addr_i(slot_q[SlotW-1:0]),
    .write_data_i({mean_q, factor_q, result_shift_q}),
    .read_enable_i(lane_read_i), .read_addr_i(lane_slot_i),
    .read_data_o({lane_mean_o, lane_factor_o, lane_shift_o})
  );

  assign busy_o          = state_q != Idle;
  assign pending_first_o = slot_q;
  assign pending_end_o   = end_q;
  assign read_valid_o    = state_q == Read;
  assign read_slot_o     = slot_q[SlotW-1:0];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle:      if (start_i) state_q <= Read;
        Read:      if (read_ready_i) state_q <= Sums;
        Sums:      state_q <= Products;
        Products:  state_q <= Length;
        Length:    state_q <= Normalize;
        Normalize: state_q <= layer_norm_q ? Root : length_q == '0 ? Write : Divide;
        Root:      if (root_done) state_q <= Divide;
        Divide:    state_q <= Quotient;
        Quotient:  if (divide_done) state_q <= Write;
        Write:     state_q <= slot_q + 16'd1 == end_q ? Idle : Read;
        default:   state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      Idle: begin
        if (start_i) begin
          layer_norm_q  <= layer_norm_i;
          slot_q        <= stat_row_i;
          end_q         <= stat_row_i + rows_i;
          multiplier_q  <= multiplier_i;
          shift_q       <= shift_i;
          mean_factor_q <= mean_factor_i;
          epsilon_q     <= epsilon_i;
          width_q       <= width_i;
          width_log_q   <= width_log_i;
        end
      end
      Sums: begin
        sum_q      <= sum_i;
        weighted_q <= 64'(width_q) * 64'(squares_i);
      end
      Products: begin
        square_q       <= 64'(58'(sum_q) * 58'(sum_q));
        mean_product_q <= 54'(sum_q) * 54'($signed({1'b0, mean_factor_q}));
        weighted_q     <= weighted_q + 64'(epsilon_q);
      end
      Length: begin
        variance_q <= layer_norm_q ? weighted_q - square_q : 64'(sum_q[27:0]);
        length_q   <= bit_length(layer_norm_q ? weighted_q - square_q : 64'(sum_q[27:0]));
        half_q     <= 7'((8'(bit_length(weighted_q - square_q)) - 8'd31) >> 1);
      end
      Normalize: begin  // the results of a row whose weights are all zero
        mean_q         <= 21'(((mean_product_q >>> (mean_shift - 6'd1)) + 54'sd1) >>> 1);
        factor_q       <= '0;
        result_shift_q <= 6'd63;
      end
      Quotient: begin
        factor_q <= layer_norm_q ? quotient : 17'((33'(quotient) * 33'(multiplier_q)) >> 15);
        if (layer_norm_q) result_shift_q <= norm_shift;
        else result_shift_q <= softmax_shift > 7'd63 ? 6'd63 : softmax_shift[5:0];
      end
      Write: slot_q <= slot_q + 16'd1;
      default: ;
    endcase
  end
endmodule
