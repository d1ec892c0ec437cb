#pragma once

#include <cstdint>

#include "sw/float/float_matrix.hpp"
#include "sw/signals/sound.hpp"

namespace intformer::signals {

/// Weights of a spectrum's frequencies in a band, a row per band: triangles that overlap by half and
/// have the same area, evenly spread on Slaney's mel scale from 0 Hz to half the sample rate.
floating::FloatMatrix melFilters(uint32_t bands);

/// Log-mel spectrogram as Whisper's (Radford et al., 2022, 2.2): windows of 25 ms every 10 ms, `rows` of
/// them, of a sound that is cut or filled up with silence; powers by bands, their logarithms down to 8
/// below the largest, scaled so that they lie around 0. A row per window.
floating::FloatMatrix logMel(const Sound& sound, uint32_t bands, uint32_t rows);

}  // namespace intformer::signals
