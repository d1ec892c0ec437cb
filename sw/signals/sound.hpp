#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace intformer::signals {

inline constexpr uint32_t kSampleRate = 16000;

/// Samples from -1 to 1, kSampleRate of them a second.
using Sound = std::vector<float>;

/// Reads a WAV file (RIFF) of 16-bit PCM, one channel, kSampleRate. Throws ImportError with the file and
/// what is wrong of it.
Sound readWav(const std::string& path);
std::string wavBytes(const Sound& sound);

/// A sound like speech of no language, always the same for a seed: syllables of a voice whose pitch and
/// resonances move, hisses and pauses between them, over a little noise.
Sound drawSound(uint64_t seed, double seconds);

}  // namespace intformer::signals
