#ifndef INTFORMER_RUNTIME_H
#define INTFORMER_RUNTIME_H

/* Driver of one intformer device: the same code drives the simulated device and a board. It knows
 * registers only; how they are reached is behind five functions that the host provides. */

#include <stdint.h>

#include "sw/runtime/intformer_registers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How to reach the device. Every function returns 0 when it worked. */
typedef struct {
  void* context; /* handed to every function */
  int (*read_register)(void* context, uint32_t offset, uint32_t* value);
  int (*write_register)(void* context, uint32_t offset, uint32_t value);
  /* Lets at most `cycles` device cycles pass and returns earlier when the interrupt pin rises.
   * A board that cannot count cycles sleeps for a while. It may return earlier for another reason
   * too (a signal, an interrupt of a timer): that costs a wait the cycles that the device counted
   * meanwhile, and all of `cycles` with a device without that counter. */
  int (*pause)(void* context, uint64_t cycles);
  /* Copies bytes into and out of the memory that the device reaches, at device addresses. */
  int (*write_memory)(void* context, uint64_t address, const void* bytes, uint64_t count);
  int (*read_memory)(void* context, uint64_t address, void* bytes, uint64_t count);
} intformer_access;

typedef struct {
  intformer_access access;
  uint32_t counters; /* which of them it has, as intformer_identity */
} intformer_device;

typedef enum {
  INTFORMER_OK = 0,
  INTFORMER_DEVICE_ERROR = 1,  /* the device stopped: see intformer_read_error */
  INTFORMER_TIMEOUT = 2,       /* still busy after the cycle budget */
  INTFORMER_ACCESS_FAILED = 3, /* one of the access functions failed */
  INTFORMER_NO_DEVICE = 4,     /* none answers, or another than the one compiled for */
  INTFORMER_BAD_ARGUMENT = 5,
  INTFORMER_NO_PROGRAM = 6, /* the model was not compiled for so many tokens */
  INTFORMER_WRONG_IMAGE = 7 /* the memory image is not this model's */
} intformer_result;

typedef struct {
  uint32_t version;
  uint32_t dim;       /* rows and columns of the array */
  uint32_t lanes;     /* vector lanes */
  uint32_t bus_bytes; /* AXI4 data width */
  uint32_t is_pwl;    /* nonlinear family: 1 pwl, 0 ibert */
  uint32_t counters;  /* that it has: 0 all of them, 1 the basic ones, 2 none */
  uint32_t scratch_words;
  uint32_t acc_rows;
  uint32_t stat_rows;
  uint64_t config_hash; /* of these and every other size of the config */
} intformer_identity;

typedef struct {
  uint32_t code;    /* 0: no error */
  uint32_t command; /* index of the command that went wrong */
  uint64_t address; /* address that it used */
} intformer_error;

/* Binds the access functions and checks that an intformer device answers. */
intformer_result intformer_open(intformer_device* device, const intformer_access* access,
                                intformer_identity* identity);

/* 1 when two identities agree in everything. */
int intformer_same_device(const intformer_identity* one, const intformer_identity* other);

/* Soft reset: ends a run at a quiet point of the bus, clears errors and counters. Programs, windows
 * and interrupt enable stay. Waits at most `budget` cycles. */
intformer_result intformer_reset(intformer_device* device, uint64_t budget);

/* Opens address window `index` for [base, end), or closes it with permissions 0; others are
 * INTFORMER_WINDOW_READABLE and INTFORMER_WINDOW_WRITABLE. */
intformer_result intformer_set_window(intformer_device* device, uint32_t index, uint64_t base,
                                      uint64_t end, uint32_t permissions);

/* Where the program lies (a multiple of 64) and how many commands it has, `end` included. */
intformer_result intformer_set_program(intformer_device* device, uint64_t address,
                                       uint32_t commands);

/* Rings the doorbell, with the interrupt enabled. */
intformer_result intformer_start(intformer_device* device);

/* Waits until the run ends, at most `budget` cycles, and clears the interrupt; on the way also one
 * that is older than the run. */
intformer_result intformer_wait(intformer_device* device, uint64_t budget);

/* The status register: INTFORMER_STATUS_BUSY and others. */
intformer_result intformer_read_status(intformer_device* device, uint32_t* status);

intformer_result intformer_read_error(intformer_device* device, intformer_error* error);

/* What a counter reads that the device does not have. */
#define INTFORMER_NOT_COUNTED (~(uint64_t)0)

/* 1 when the device has the counter: INTFORMER_COUNT_CYCLES and others. */
int intformer_has_counter(const intformer_device* device, uint32_t counter);

/* All counters, INTFORMER_COUNTER_COUNT of them; that of cycles is values[INTFORMER_COUNT_CYCLES].
 * INTFORMER_NOT_COUNTED for those that the device does not have. */
intformer_result intformer_read_counters(intformer_device* device, uint64_t* values);

/* "write_window: a store outside the writable windows"; never NULL. */
const char* intformer_error_text(uint32_t code);
/* "device error", "timeout", ...; never NULL. */
const char* intformer_result_text(intformer_result result);

#ifdef __cplusplus
}
#endif

#endif
