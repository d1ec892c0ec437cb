#include "sw/runtime/example/embed.h"

#include <math.h>
#include <stddef.h>

#include "model.h"

/* Budgets in cycles, generous: only a device that hangs runs out of them. */
enum { kResetCycles = 1000000 };
static const uint64_t kRunCycles = 100 * MODEL_CYCLES;

#define TRY(call)                                      \
  do {                                                 \
    const intformer_result try_result = (call);        \
    if (try_result != INTFORMER_OK) return try_result; \
  } while (0)

static intformer_result writeMemory(intformer_device* device, uint64_t address, const void* bytes,
                                    uint64_t count) {
  const intformer_access* access = &device->access;
  return access->write_memory(access->context, address, bytes, count) ? INTFORMER_ACCESS_FAILED
                                                                      : INTFORMER_OK;
}

static intformer_result readMemory(intformer_device* device, uint64_t address, void* bytes,
                                   uint64_t count) {
  const intformer_access* access = &device->access;
  return access->read_memory(access->context, address, bytes, count) ? INTFORMER_ACCESS_FAILED
                                                                     : INTFORMER_OK;
}

intformer_result embed_load(intformer_device* device, const intformer_access* access,
                            const void* image) {
  intformer_identity identity;
  uint32_t i;
  TRY(intformer_open(device, access, &identity));
  if (identity.dim != MODEL_DIM) return INTFORMER_NO_DEVICE;
  TRY(intformer_reset(device, kResetCycles));
  TRY(writeMemory(device, MODEL_IMAGE_ADDRESS, image, MODEL_IMAGE_BYTES));
  for (i = 0; i < MODEL_WINDOWS; ++i)
    TRY(intformer_set_window(device, i, model_windows[i].base, model_windows[i].end,
                             model_windows[i].permissions));
  return intformer_set_program(device, MODEL_PROGRAM_ADDRESS, MODEL_COMMANDS);
}

/* The image holds the positions of the tokens; ids are all that changes. */
static intformer_result writeIds(intformer_device* device, const uint32_t* ids) {
  uint32_t i;
  for (i = 0; i < MODEL_TOKENS; ++i) {
    uint8_t bytes[4];
    uint32_t b;
    if (ids[i] >= MODEL_VOCABULARY) return INTFORMER_BAD_ARGUMENT;
    for (b = 0; b < 4; ++b) bytes[b] = (uint8_t)(ids[i] >> (8 * b));
    TRY(writeMemory(device, MODEL_TOKENS_ADDRESS + 4 * i, bytes, sizeof bytes));
  }
  return INTFORMER_OK;
}

intformer_result embed_read_state(intformer_device* device, uint32_t token, int16_t* state) {
  uint8_t bytes[2 * MODEL_STATES_PANEL_COLS];
  uint32_t first;
  uint32_t i;
  if (token >= MODEL_TOKENS) return INTFORMER_BAD_ARGUMENT;
  for (first = 0; first < MODEL_WIDTH; first += MODEL_STATES_PANEL_COLS) {
    const uint64_t panel = first / MODEL_STATES_PANEL_COLS * MODEL_STATES_PANEL_BYTES;
    TRY(readMemory(device, MODEL_STATES_ADDRESS + panel + token * sizeof bytes, bytes,
                   sizeof bytes));
    for (i = 0; i < MODEL_STATES_PANEL_COLS && first + i < MODEL_WIDTH; ++i)
      state[first + i] = (int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
  }
  return INTFORMER_OK;
}

/* The sum of a sentence's states, scaled to their mean or to length 1. */
static intformer_result poolSentence(intformer_device* device, uint32_t token, uint32_t length,
                                     float* embedding) {
  const uint32_t used = MODEL_MEAN ? length : 1;
  double squares = 0;
  double scale;
  uint32_t c;
  uint32_t i;
  for (c = 0; c < MODEL_WIDTH; ++c) embedding[c] = 0;
  for (i = 0; i < used; ++i) {
    int16_t state[MODEL_WIDTH];
    TRY(embed_read_state(device, token + i, state));
    for (c = 0; c < MODEL_WIDTH; ++c) embedding[c] += (float)state[c] * model_lsb[c];
  }
  for (c = 0; c < MODEL_WIDTH; ++c) squares += (double)embedding[c] * embedding[c];
  if (MODEL_NORMALIZE)
    scale = squares > 0 ? 1 / sqrt(squares) : 0;
  else
    scale = 1.0 / used;
  for (c = 0; c < MODEL_WIDTH; ++c) embedding[c] = (float)(embedding[c] * scale);
  return INTFORMER_OK;
}

intformer_result embed_run(intformer_device* device, const uint32_t* ids, float* embeddings) {
  uint32_t token = 0;
  uint32_t i;
  TRY(intformer_reset(device, kResetCycles)); /* whatever the last run came to */
  TRY(writeIds(device, ids));
  TRY(intformer_start(device));
  TRY(intformer_wait(device, kRunCycles));
  for (i = 0; i < MODEL_SENTENCES; ++i) {
    TRY(poolSentence(device, token, model_lengths[i], embeddings + (size_t)i * MODEL_WIDTH));
    token += model_lengths[i];
  }
  return INTFORMER_OK;
}
