#ifndef INTFORMER_EXAMPLE_EMBED_H
#define INTFORMER_EXAMPLE_EMBED_H

/* Token ids in, sentence embeddings out, on a board: the program to start from. It runs the model
 * whose model.h `intformer compile MODEL --seq N --out DIR` wrote; compile it with that folder on
 * the include path and sw/runtime/intformer.c beside it. tests/system runs this very code. */

#include "sw/runtime/intformer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Once: finds the device, copies DIR/image.bin to its memory, opens the windows and names the
 * program. INTFORMER_NO_DEVICE also when the device is not of the config compiled for. */
intformer_result embed_load(intformer_device* device, const intformer_access* access,
                            const void* image);

/* For every batch of sentences: MODEL_TOKENS ids, the sentences' one behind the other as
 * model_lengths says, in; MODEL_SENTENCES rows of MODEL_WIDTH numbers out. After
 * INTFORMER_DEVICE_ERROR, intformer_read_error says why; the next call starts afresh. */
intformer_result embed_run(intformer_device* device, const uint32_t* ids, float* embeddings);

/* The last hidden state of a token of the last run, in integers: MODEL_WIDTH of them. */
intformer_result embed_read_state(intformer_device* device, uint32_t token, int16_t* state);

#ifdef __cplusplus
}
#endif

#endif
