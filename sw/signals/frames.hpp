#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sw/graph/token_batch.hpp"
#include "sw/import/families.hpp"

/// What a host makes of pictures and sounds for the models that read them.
namespace intformer::signals {

/// Pictures or sounds as tokens with frames, one sequence each.
struct Frames {
  std::vector<std::vector<uint32_t>> sequences;
  std::vector<float> values;

  /// Owns nothing.
  [[nodiscard]] TokenBatch batch() const;
  void add(const Frames& other);
};

/// Of a picture or sound in a file, by the model's kind. Throws ImportError for one that is none, and for
/// pictures of another size than the model's.
Frames readFrames(importer::InputKind kind, const floating::ModelShape& shape,
                  const std::string& path);
/// Of one that is drawn (picture.hpp, sound.hpp).
Frames drawFrames(importer::InputKind kind, const floating::ModelShape& shape, uint64_t seed);

/// The first tokens alone, of frames that hold one sequence of as many or more.
Frames firstOf(Frames frames, uint32_t tokens);

/// "*.ppm", "*.wav": the ending of files that readFrames() reads.
const char* endingOf(importer::InputKind kind);

}  // namespace intformer::signals
