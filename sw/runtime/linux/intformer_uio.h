#ifndef INTFORMER_UIO_H
#define INTFORMER_UIO_H

/* An intformer device under Linux, without a kernel module of its own: registers and interrupt by
 * UIO, memory by u-dma-buf, by a second map of the same UIO device, or by /dev/mem. Compile the two
 * .c files here with sw/runtime/intformer.c beside them; they need POSIX and nothing else.
 *
 *   char problem[INTFORMER_UIO_PROBLEM];
 *   const intformer_uio_options options = {.name = "base16", .udmabuf = "udmabuf0"};
 *   intformer_uio* uio = intformer_uio_open(&options, problem);
 *   if (uio == NULL) return fputs(problem, stderr), 1;
 *   intformer_access access;
 *   intformer_uio_access(uio, &access);        for intformer_open, embed_load, ...
 *
 * Order: a full barrier stands before every write of a register and behind every read, so that what
 * was written to memory lies there before the device starts, and results are read after its status.
 *
 * Caches: every mapping is made to bypass them, and nothing has to be cleaned or invalidated. UIO
 * maps memory uncached; /dev/mem and u-dma-buf do for files opened with O_SYNC, as they are here.
 * With sync_mode 0 or 4 u-dma-buf ignores O_SYNC: that is refused, unless its dma_coherent is 1,
 * where the device must sit behind a coherent port with AXCACHE 4'b1111 (docs/8-boards.md, Caches
 * and order). Who maps such a buffer cached elsewhere cleans it by u-dma-buf's sync_for_device
 * before a start, and invalidates it by sync_for_cpu before reading. Uncached memory is read
 * slowly: copy it once.
 *
 * Addresses are physical, without translation: compile with --base inside of the buffer. One thread
 * at a time; two processes on one device disturb each other. */

#include "sw/runtime/intformer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct intformer_uio intformer_uio;

enum { INTFORMER_UIO_PROBLEM = 1024 }; /* bytes of a problem's text, its end included */

/* Which device and which memory; exactly one memory. What is 0 takes its default. */
typedef struct {
  const char* sys; /* where sysfs is: "/sys" */
  const char* dev; /* where device files are: "/dev" */
  /* The UIO device: its name in /sys/class/uio/uioN/name, or the NAME of the compatible string
   * "intformer,NAME" that `generate` wrote to NAME.dtsi. Default: the only one of intformer's. */
  const char* name;
  const char* udmabuf;     /* memory: u-dma-buf's buffer of this name */
  uint32_t memory_map;     /* memory: this map of the UIO device, 1 or more (a second `reg`) */
  uint64_t memory_address; /* memory: /dev/mem from here on, as reserved by NAME.dtsi ... */
  uint64_t memory_bytes;   /* ... so many bytes */
  uint32_t clock_mhz;      /* of the device, for time limits: 100; less waits longer */
  /* File to wait for interrupts on: the UIO device itself. Another one is for tests. */
  const char* interrupts;
} intformer_uio_options;

/* NULL when it did not work; `problem` (INTFORMER_UIO_PROBLEM bytes) then says where, why, and the
 * way out. */
intformer_uio* intformer_uio_open(const intformer_uio_options* options, char* problem);

/* The five functions, as long as it is open. */
void intformer_uio_access(intformer_uio* uio, intformer_access* access);

/* Why the last access failed (INTFORMER_ACCESS_FAILED); "" before any did. */
const char* intformer_uio_problem(const intformer_uio* uio);

/* Where the device sees the memory. */
uint64_t intformer_uio_memory_address(const intformer_uio* uio);
uint64_t intformer_uio_memory_bytes(const intformer_uio* uio);

/* Unmaps everything; NULL is fine. A run under way goes on: reset the device first. */
void intformer_uio_close(intformer_uio* uio);

#ifdef __cplusplus
}
#endif

#endif
