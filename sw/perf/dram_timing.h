#ifndef INTFORMER_PERF_DRAM_TIMING_H
#define INTFORMER_PERF_DRAM_TIMING_H

/* Part of the C interface of a verilated device (tb/device_abi.h), and of the performance model. */

#include <stdint.h>

/* Times of DRAM chips and of their controller, in cycles of the device's clock. Sizes are powers of
 * two. What the controller does with them: sw/perf/dram.hpp. */
typedef struct {
  uint32_t banks;        /* 1 to 32; 0: no DRAM */
  uint32_t row_bytes;    /* of the row that a bank has open, over all chips */
  uint32_t access_bytes; /* that a read or write command moves at least */
  uint32_t data_bytes;   /* that the chips move in data_cycles; any number */
  uint32_t data_cycles;
  uint32_t rcd;          /* activate to read or write */
  uint32_t rp;           /* precharge to activate or refresh */
  uint32_t ras;          /* activate to precharge */
  uint32_t rc;           /* activate to activate of one bank */
  uint32_t rrd;          /* activate to activate of two banks */
  uint32_t cl;           /* read to its data */
  uint32_t cwl;          /* write to its data */
  uint32_t rtp;          /* last read to precharge; >= 1 */
  uint32_t wr;           /* end of written data to precharge */
  uint32_t wtr;          /* end of written data to read */
  uint32_t rtw;          /* end of read data to written data */
  uint32_t rfc;          /* refresh to activate */
  uint32_t refi;         /* refresh to refresh, on average; 0: none */
  uint32_t turn_bursts;  /* in one direction while the other one waits; >= 1 */
  uint32_t latency;      /* of controller and port, on top of the chips' */
} intformer_dram_timing;

#endif
