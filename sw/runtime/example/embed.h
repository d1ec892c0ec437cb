#ifndef INTFORMER_EXAMPLE_EMBED_H
#define INTFORMER_EXAMPLE_EMBED_H

/* Token ids in, sentence embeddings out, on a board: the program to start from. A model is a constant
 * of the type embed_model in the model.h that `intformer compile MODEL ... --out DIR` wrote; a host
 * may have several. Compile it with sw/runtime/intformer.c beside it; it allocates nothing.
 * tests/system runs this very code. */

#include "sw/runtime/intformer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EMBED_PANEL_COLS = 64 }; /* at most: columns of the states that lie side by side */

/* A stretch of memory that the device may use: [base, end). */
typedef struct {
  uint64_t base, end;
  uint32_t permissions;
} embed_window;

/* A program for a batch of sentences of given lengths, and where it reads and writes. All addresses
 * are the device's. */
typedef struct {
  uint64_t address;        /* of its first command */
  uint32_t commands;
  uint32_t sentences;
  const uint32_t* lengths; /* tokens of each sentence; they lie one behind the other */
  uint32_t tokens;         /* of all sentences */
  uint64_t cycles;         /* of a run, estimated */
  uint64_t ids;            /* uint32_t[tokens] */
  uint64_t places;         /* uint32_t[tokens] */
  uint64_t states;         /* int16_t, panel after panel */
  uint64_t panel_bytes;    /* from panel to panel */
} embed_program;

typedef struct {
  const char* name;
  const char* device_name;   /* for people: "base16 (array.dim=8)" */
  intformer_identity device; /* the only one that it runs on */
  uint64_t image_address;
  uint64_t image_bytes; /* of image.bin without its trailer */
  uint64_t image_id;
  uint32_t window_count;
  const embed_window* windows;
  uint32_t program_count;
  const embed_program* programs;
  uint32_t width;      /* columns of a state, and numbers of an embedding */
  uint32_t vocabulary; /* token ids lie below */
  uint32_t panel_cols; /* columns of the states that lie side by side */
  uint32_t mean;       /* 1: pooling is the mean of the tokens, 0: the first token */
  uint32_t normalize;  /* 1: an embedding has length 1 */
  const float* lsb;    /* what an LSB of each column of the states is worth */
} embed_model;

/* Once for each model: finds the device and copies the image to its memory. `image` and `bytes`: all
 * of DIR/image.bin. INTFORMER_NO_DEVICE when any part of the device's identity is not that of the
 * device compiled for; INTFORMER_WRONG_IMAGE when the image is not the one of this model.h. */
intformer_result embed_load(intformer_device* device, const intformer_access* access,
                            const embed_model* model, const void* image, uint64_t bytes);

/* The program for sentences of exactly these lengths; NULL when the model has none. */
const embed_program* embed_find(const embed_model* model, const uint32_t* lengths,
                                uint32_t sentences);

/* For every batch of sentences: the ids of the sentences, one behind the other, in; a row of
 * model->width numbers for each out. INTFORMER_NO_PROGRAM when the model was compiled for other
 * lengths. After INTFORMER_DEVICE_ERROR, intformer_read_error says why; the next call starts
 * afresh. */
intformer_result embed_run(intformer_device* device, const embed_model* model,
                           const uint32_t* lengths, uint32_t sentences, const uint32_t* ids,
                           float* embeddings);

/* The last hidden state of a token of a program's last run, in integers: model->width of them. */
intformer_result embed_read_state(intformer_device* device, const embed_model* model,
                                  const embed_program* program, uint32_t token, int16_t* state);

#ifdef __cplusplus
}
#endif

#endif
