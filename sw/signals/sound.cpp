#include "sw/signals/sound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string_view>

#include "sw/files/files.hpp"
#include "sw/model/random.hpp"

namespace intformer::signals {

using files::ImportError;
using model::Random;

namespace {

constexpr uint64_t kLargest = 256 << 20;

template <typename Number>
Number numberAt(std::string_view bytes, std::size_t at) {
  Number value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void checkFormat(const std::string& path, std::string_view format) {
  const auto demand = [&](bool holds, const std::string& reason) {
    if (!holds) throw ImportError(fmt::format("{}: {}", path, reason));
  };
  demand(format.size() >= 16, "its format has fewer than 16 bytes");
  const auto kind = numberAt<uint16_t>(format, 0), channels = numberAt<uint16_t>(format, 2),
             bits = numberAt<uint16_t>(format, 14);
  const auto rate = numberAt<uint32_t>(format, 4);
  demand(kind == 1 && bits == 16,
         fmt::format("samples of format {} and {} bits, expected PCM (1) of 16", kind, bits));
  demand(channels == 1, fmt::format("{} channels, expected 1", channels));
  demand(rate == kSampleRate, fmt::format("{} samples a second, expected {}", rate, kSampleRate));
}

/// A resonance of a voice: frequency and width in Hz, and how loud.
struct Formant {
  double frequency, width, gain;
};

/// One syllable: voiced, with harmonics of its pitch through three formants that move, or a hiss.
void addSyllable(Random& random, double pitch, std::size_t begin, std::size_t size, Sound& sound) {
  const bool voiced = random.below(4) != 0;
  const double loud = 0.1 + 0.3 * random.uniform();
  const double bend = 0.8 + 0.4 * random.uniform();
  std::array<Formant, 3> from{}, to{};
  for (auto* ends : {&from, &to})
    *ends = {{{250 + 600 * random.uniform(), 90, 1},
              {800 + 1500 * random.uniform(), 120, 0.6},
              {2400 + 1000 * random.uniform(), 200, 0.3}}};
  const double hiss = 2000 + 4000 * random.uniform();
  double phase = 0, low = 0, band = 0;
  for (std::size_t i = 0; i < size && begin + i < sound.size(); ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(size);
    const double envelope = std::sin(std::numbers::pi * part) * loud;
    double value = 0;
    if (voiced) {
      const double hertz = pitch * (1 + (bend - 1) * part);
      phase += 2 * std::numbers::pi * hertz / kSampleRate;
      for (int harmonic = 1; harmonic * hertz < 4000; ++harmonic) {
        double gain = 0;
        for (std::size_t f = 0; f < from.size(); ++f) {
          const double centre =
              from[f].frequency + part * (to[f].frequency - from[f].frequency);
          const double away = (harmonic * hertz - centre) / from[f].width;
          gain += from[f].gain / (1 + away * away);
        }
        value += gain * std::sin(harmonic * phase);
      }
    } else {  // noise through a resonance
      const double turn = 2 * std::sin(std::numbers::pi * hiss / kSampleRate / 2);
      low += turn * band;
      band += turn * (random.normal() - low - 0.7 * band);
      value = 0.5 * band;
    }
    sound[begin + i] += static_cast<float>(envelope * value);
  }
}

}  // namespace

Sound readWav(const std::string& path) {
  const files::FileBytes file = files::readWhole(path, kLargest);
  std::string_view rest = file.text();
  const auto refuse = [&](const std::string& reason) -> void {
    throw ImportError(fmt::format("{}: {}", path, reason));
  };
  if (rest.size() < 12 || !rest.starts_with("RIFF") || rest.substr(8, 4) != "WAVE")
    refuse("is no WAV file");
  rest.remove_prefix(12);
  bool known = false;
  while (rest.size() >= 8) {
    const std::string_view name = rest.substr(0, 4);
    const auto size = numberAt<uint32_t>(rest, 4);
    rest.remove_prefix(8);
    if (size > rest.size())
      refuse(fmt::format("a part has {} bytes, {} are left", size, rest.size()));
    const std::string_view part = rest.substr(0, size);
    if (name == "fmt ") {
      checkFormat(path, part);
      known = true;
    } else if (name == "data") {
      if (!known) refuse("its samples come before their format");
      if (size % 2 != 0 || size == 0) refuse(fmt::format("{} bytes are no samples of 16 bits", size));
      Sound sound(size / 2);
      for (std::size_t i = 0; i < sound.size(); ++i)
        sound[i] = static_cast<float>(numberAt<int16_t>(part, 2 * i)) / 32768;
      return sound;
    }
    rest.remove_prefix(std::min<std::size_t>(rest.size(), size + size % 2));
  }
  refuse("holds no samples");
  return {};
}

std::string wavBytes(const Sound& sound) {
  std::string bytes;
  const auto add = [&](auto value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  };
  const auto size = static_cast<uint32_t>(2 * sound.size());
  bytes += "RIFF";
  add(36 + size);
  bytes += "WAVEfmt ";
  add(uint32_t{16});
  for (const uint16_t half : std::array<uint16_t, 2>{1, 1}) add(half);  // PCM, one channel
  add(kSampleRate);
  add(2 * kSampleRate);
  for (const uint16_t half : std::array<uint16_t, 2>{2, 16}) add(half);  // bytes and bits of a sample
  bytes += "data";
  add(size);
  for (const float sample : sound)
    add(static_cast<int16_t>(std::clamp(std::lround(32768 * sample), -32768L, 32767L)));
  return bytes;
}

Sound drawSound(uint64_t seed, double seconds) {
  Random random(seed ^ 0x736f756e64);
  Sound sound(static_cast<std::size_t>(seconds * kSampleRate), 0);
  const double noise = 0.0003 + 0.003 * random.uniform();
  const double pitch = 80 + 170 * random.uniform();
  std::size_t at = random.below(kSampleRate);
  // Speakers stop before the end of what is recorded as often as not.
  const auto last = static_cast<std::size_t>(static_cast<double>(sound.size()) *
                                             std::min(1.0, 0.3 + random.uniform()));
  while (at < last) {
    const auto size = static_cast<std::size_t>((0.08 + 0.2 * random.uniform()) * kSampleRate);
    addSyllable(random, pitch * (0.85 + 0.3 * random.uniform()), at, size, sound);
    const double pause = random.below(7) == 0 ? 0.5 * random.uniform() : 0.04 * random.uniform();
    at += size + static_cast<std::size_t>(pause * kSampleRate);
  }
  for (float& sample : sound)
    sample = std::clamp(sample + static_cast<float>(noise * random.normal()), -1.0F, 1.0F);
  return sound;
}

}  // namespace intformer::signals
