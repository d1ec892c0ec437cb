#ifndef INTFORMER_UIO_FILES_H
#define INTFORMER_UIO_FILES_H

/* Within the driver: what it finds in sysfs and maps of device files (uio_files.c). Functions
 * return 0 when they worked, and else leave the text of a problem. */

#include <stddef.h>

#include "sw/runtime/linux/intformer_uio.h"

enum { INTFORMER_UIO_PATH = 512 };

/* A mapped stretch of a file. */
typedef struct {
  void* page; /* as mmap gave it; NULL: none */
  size_t page_bytes;
  volatile uint8_t* bytes; /* what was asked for */
  uint64_t count;
  int file;
  char path[INTFORMER_UIO_PATH];
} intformer_uio_mapping;

struct intformer_uio {
  const char* sys;
  const char* dev;
  char device[64]; /* "uio0" */
  intformer_uio_mapping registers;
  intformer_uio_mapping memory;
  uint64_t memory_address;
  uint32_t clock_mhz;
  int resets; /* the last command was a reset, no start */
  int interrupts;
  char interrupts_path[INTFORMER_UIO_PATH];
  char problem[INTFORMER_UIO_PROBLEM];
};

/* Leaves the text; -1. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int intformer_uio_fail(intformer_uio* uio, const char* format, ...);

/* Finds the UIO device: uio->device. */
int intformer_uio_find(intformer_uio* uio, const char* wanted);
int intformer_uio_map_registers(intformer_uio* uio);
int intformer_uio_map_memory(intformer_uio* uio, const intformer_uio_options* options);
/* The file's descriptor, or -1. */
int intformer_uio_open_file(intformer_uio* uio, const char* path);

#endif
