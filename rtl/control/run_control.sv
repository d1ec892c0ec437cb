// SPDX-License-Identifier: Apache-2.0
// The device's life: idle, running, draining after an error, stopped, being reset.
//
// Contract: start_request_i is taken only in idle; start_o is one pulse. A finished program is done
//   when the bus is quiet; after an error halt_o stops all units, and error_o rises when the bus is
//   quiet. A soft reset is taken in every state: it halts, waits for the quiet bus, then pulls
//   core_rst_no low for two cycles, still halted; it is the only way on after an error. settled_o
//   pulses as done_o or error_o rises. finish_i comes only in a run, failed_i stays until clear_o,
//   and a bus that is quiet in a halt stays so.
// Timing: quiet_i is looked at four cycles after a change at the earliest, so that it may be
// registered.
`default_nettype none

module run_control (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic start_request_i,
  input  logic reset_request_i,
  input  logic finish_i,
  input  logic failed_i,
  input  logic quiet_i,
  output logic core_rst_no,
  output logic start_o,
  output logic halt_o,
  output logic clear_o,  // forget the last run, one cycle before start_o
  output logic busy_o,
  output logic done_o,
  output logic error_o,
  output logic settled_o
);
  typedef enum logic [2:0] {
    Idle,
    Run,
    Finish,
    Drain,
    Stopped,
    ResetDrain,
    Reset
  } state_e;
  state_e state_q, state_d;
  logic [1:0] wait_q;
  logic       settled;

  assign settled = quiet_i && wait_q == '1;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      Idle:       if (start_request_i) state_d = Run;
      Run:        if (failed_i) state_d = Drain; else if (finish_i) state_d = Finish;
      Finish:     if (failed_i) state_d = Drain; else if (settled) state_d = Idle;
      Drain:      if (settled) state_d = Stopped;
      Stopped:    state_d = Stopped;
      ResetDrain: if (settled) state_d = Reset;
      Reset:      if (wait_q[0]) state_d = Idle;
      default:    state_d = Idle;
    endcase
    if (reset_request_i && state_q != ResetDrain && state_q != Reset) state_d = ResetDrain;
  end

  assign busy_o  = state_q != Idle && state_q != Stopped;
  assign halt_o  = state_q == Drain || state_q == Stopped || state_q == ResetDrain ||
                   state_q == Reset;
  assign error_o = state_q == Stopped;
  assign clear_o = (state_q == Idle && state_d == Run) || state_q == Reset;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= Idle;
      wait_q      <= '0;
      start_o     <= 1'b0;
      done_o      <= 1'b0;
      settled_o   <= 1'b0;
      core_rst_no <= 1'b0;
    end else begin
      state_q     <= state_d;
      wait_q      <= state_d != state_q ? '0 : (wait_q == '1 ? wait_q : wait_q + 1'b1);
      start_o     <= state_q == Idle && state_d == Run;
      settled_o   <= (state_q == Finish && state_d == Idle) ||
                     (state_q == Drain && state_d == Stopped);
      core_rst_no <= state_d != Reset;
      if (state_q == Finish && state_d == Idle) done_o <= 1'b1;
      else if (state_d == Run || state_d == Reset) done_o <= 1'b0;
    end
  end

  // What the contract demands.
  assert_always a_finish (
    .clk_i,
    .rst_ni,
    .holds_i(!finish_i || state_q == Run)
  );
  assert_held a_failed_held (
    .clk_i,
    .rst_ni,
    .valid_i(failed_i),
    .ready_i(clear_o),
    .payload_i(1'b0)
  );
  assert_always a_quiet (
    .clk_i,
    .rst_ni,
    .holds_i(state_q != Reset || quiet_i)
  );
  assert_apart #(
    .Cycles(2)
  ) a_start_apart (
    .clk_i,
    .rst_ni,
    .event_i(start_o)
  );
endmodule

`default_nettype wire
