#include "sw/signals/frames.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sw/files/import_error.hpp"
#include "sw/import/vit.hpp"
#include "sw/import/whisper.hpp"
#include "sw/signals/log_mel.hpp"
#include "sw/signals/picture.hpp"
#include "sw/signals/sound.hpp"

namespace intformer::signals {

using floating::ModelShape;
using importer::InputKind;

namespace {

namespace vit = importer::vit;
namespace whisper = importer::whisper;

/// The class token without pixels, then the patches row by row.
Frames framesOf(const Picture& picture, const ModelShape& shape) {
  const uint32_t grid = vit::gridOf(shape), patch = vit::patchOf(shape);
  Frames frames{{{vit::kClassToken}}, std::vector<float>(shape.frame, 0)};
  for (uint32_t row = 0; row < grid; ++row)
    for (uint32_t column = 0; column < grid; ++column) {
      frames.sequences[0].push_back(vit::kPatchToken);
      for (uint32_t colour = 0; colour < vit::kColours; ++colour)
        for (uint32_t y = 0; y < patch; ++y)
          for (uint32_t x = 0; x < patch; ++x)
            frames.values.push_back(
                static_cast<float>(picture.at(column * patch + x, row * patch + y)[colour]) / 255);
    }
  return frames;
}

Frames framesOf(const Sound& sound, const ModelShape& shape) {
  const uint32_t bands = whisper::bandsOf(shape);
  const uint32_t rows = 2 * shape.positions;
  const floating::FloatMatrix spectrogram = logMel(sound, bands, rows);
  Frames frames{{std::vector<uint32_t>(shape.positions, 0)}, {}};
  frames.values.reserve(std::size_t{shape.positions} * shape.frame);
  for (uint32_t i = 0; i < shape.positions; ++i) {
    for (uint32_t row = 0; row < whisper::kRows; ++row) {
      const int64_t at = int64_t{2} * i + row - whisper::kRows / 2;
      if (at < 0 || at >= rows)
        frames.values.insert(frames.values.end(), bands, 0.0F);
      else
        frames.values.insert(frames.values.end(), spectrogram.row(static_cast<uint32_t>(at)),
                             spectrogram.row(static_cast<uint32_t>(at)) + bands);
    }
    frames.values.insert(frames.values.end(), whisper::kEdge, i == 0 ? 1.0F : 0.0F);
  }
  return frames;
}

uint32_t sideOf(const ModelShape& shape) { return vit::gridOf(shape) * vit::patchOf(shape); }

double secondsOf(const ModelShape& shape) { return shape.positions / 50.0; }

}  // namespace

TokenBatch Frames::batch() const {
  TokenBatch batch(sequences);
  batch.frames = values;
  return batch;
}

void Frames::add(const Frames& other) {
  sequences.insert(sequences.end(), other.sequences.begin(), other.sequences.end());
  values.insert(values.end(), other.values.begin(), other.values.end());
}

Frames readFrames(InputKind kind, const ModelShape& shape, const std::string& path) {
  if (kind == InputKind::Sound) return framesOf(readWav(path), shape);
  const Picture picture = readPpm(path);
  if (const uint32_t side = sideOf(shape); picture.width != side || picture.height != side)
    throw files::ImportError(fmt::format("{}: {} x {} pixels, the model takes {} x {}; scale it first",
                                         path, picture.width, picture.height, side, side));
  return framesOf(picture, shape);
}

Frames drawFrames(InputKind kind, const ModelShape& shape, uint64_t seed) {
  return kind == InputKind::Sound ? framesOf(drawSound(seed, secondsOf(shape)), shape)
                                  : framesOf(drawPicture(seed, sideOf(shape)), shape);
}

Frames firstOf(Frames frames, uint32_t tokens) {
  const std::size_t cols = frames.values.size() / frames.sequences[0].size();
  frames.sequences[0].resize(tokens);
  frames.values.resize(tokens * cols);
  return frames;
}

const char* endingOf(InputKind kind) { return kind == InputKind::Sound ? ".wav" : ".ppm"; }

}  // namespace intformer::signals
