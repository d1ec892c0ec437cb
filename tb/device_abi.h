#ifndef INTFORMER_TB_DEVICE_ABI_H
#define INTFORMER_TB_DEVICE_ABI_H

/* What the shared library of a verilated device offers. One exported function returns the table;
 * everything else stays hidden, so that several devices live in one process. */

#include <stdint.h>

#include "sw/perf/dram_timing.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { INTFORMER_SIM_ABI = 6 };

/* Why the simulation handed control back. */
typedef enum {
  SIM_INTERRUPT,  /* the interrupt pin is high */
  SIM_BUDGET,     /* the asked number of cycles has passed */
  SIM_WATCHDOG,   /* nothing moved on any pin for too long */
  SIM_PROTOCOL    /* the device broke an AXI rule; see message */
} sim_stop;

/* When the memory takes addresses and data of writes: AXI4 leaves it to the slave. */
typedef enum {
  SIM_ADDRESS_FIRST, /* data behind their address */
  SIM_DATA_OFFERED,  /* an address when its data are offered, the data behind it */
  SIM_DATA_FIRST,    /* an address behind all its data */
  SIM_ANY_ORDER      /* both when they come */
} sim_write_order;

/* Behaviour of the memory behind the AXI4 port. Equal settings give equal runs. */
typedef struct {
  uint32_t read_latency;    /* cycles from an accepted read address to its first beat; >= 1 */
  uint32_t write_latency;   /* cycles from the last write beat to the response; >= 1 */
  double bandwidth;         /* beats per cycle and direction, (0, 1] */
  double stall;             /* probability that a channel refuses in a cycle, [0, 1) */
  uint64_t seed;            /* of the random stalls */
  uint32_t outstanding;     /* bursts that it takes in each direction, 1..64 */
  sim_write_order write_order;
  intformer_dram_timing dram; /* banks != 0: instead of the two latencies */
} sim_memory_timing;

/* A start or an end of a command, from the device's event pins. */
typedef struct {
  uint64_t cycle;
  uint32_t command;
  uint8_t queue;
  uint8_t done; /* 0: started, 1: complete */
} sim_event;

/* Called for every accepted write beat: `strobe` bit i marks bytes[i], bound for address + i. */
typedef void (*sim_write_observer)(void* context, uint64_t cycle, uint64_t address,
                                   const uint8_t* bytes, uint64_t strobe);

typedef struct {
  uint64_t read_beats;
  uint64_t write_beats;
  uint64_t read_bursts;
  uint64_t write_bursts;
} sim_bus_counts;

typedef struct sim_device sim_device;

typedef struct {
  uint32_t abi; /* INTFORMER_SIM_ABI */
  uint32_t bus_bytes;
  uint32_t traced;   /* 1: built with waveforms */
  uint32_t counting; /* 1: built with counts of lines */

  /* 0: every register and memory is 0 at power-up; else the seed of random values, in a library
   * that was built for them. */
  sim_device* (*create)(uint64_t power_up);
  void (*destroy)(sim_device*);

  /* The memory [base, base + size) is the caller's; anything else answers DECERR. */
  void (*bind_memory)(sim_device*, uint64_t base, uint8_t* bytes, uint64_t size);
  void (*set_timing)(sim_device*, const sim_memory_timing*);
  /* Read beats in [base, end), and write bursts that touch it, answer SLVERR. */
  void (*inject_error)(sim_device*, uint64_t base, uint64_t end, int on_reads, int on_writes);
  void (*observe_writes)(sim_device*, sim_write_observer, void* context);
  /* Cycles without a movement on the pins after which `run` gives up. */
  void (*set_watchdog)(sim_device*, uint64_t cycles);

  /* Holds rst_ni low for `cycles`. */
  void (*reset)(sim_device*, uint32_t cycles);
  /* Runs until the interrupt is high or something ends it. */
  sim_stop (*run)(sim_device*, uint64_t cycles);
  /* One AXI4-Lite access; returns the response (0 OKAY, 2 SLVERR) or -1 when nothing answered. */
  int (*read_register)(sim_device*, uint32_t offset, uint32_t* value);
  int (*write_register)(sim_device*, uint32_t offset, uint32_t value);

  uint64_t (*cycle)(const sim_device*);
  int (*interrupt)(const sim_device*);
  void (*bus_counts)(const sim_device*, sim_bus_counts*);
  /* Events since the last clear_events. */
  const sim_event* (*events)(const sim_device*, uint64_t* count);
  void (*clear_events)(sim_device*);
  /* Reason of SIM_PROTOCOL, or what was pending when the watchdog gave up; "" otherwise. */
  const char* (*message)(const sim_device*);
  /* Writes an FST waveform of the cycles [from, to); 0 when it worked. Needs a traced build. */
  int (*trace)(sim_device*, const char* path, uint64_t from, uint64_t to);
  /* Writes how often each line of the design was reached so far, as verilator_coverage reads it; 0
   * when it worked. Needs a build for it, which counts. */
  int (*coverage)(sim_device*, const char* path);
} sim_api;

typedef const sim_api* (*sim_api_function)(void);
#define INTFORMER_SIM_API_SYMBOL "intformer_sim_api"

#ifdef __cplusplus
}
#endif

#endif
