#pragma once

#include <string>
#include <vector>

#include "sw/import/onnx_match.hpp"

namespace intformer::importer::vit {

/// What becomes of a picture before the first layer.
struct Stem {
  uint32_t patch = 0;  ///< pixels of a side
  uint32_t grid = 0;   ///< patches of a side
  floating::AffineMap map;        ///< of a patch's pixels, which are numbers from 0 to 1
  std::vector<float> classToken;  ///< one row
  std::vector<float> positions;   ///< 1 + grid x grid rows
  uint32_t trainedGrid = 0;       ///< patches of a side that the positions were trained for
};

/// Matches it behind the value that the layers read, of `width` columns. Throws ImportError.
Stem readStem(onnx::Matcher& matcher, const std::string& value, uint32_t width);

/// `rows` x `rows` points of `cols` numbers as `wanted` x `wanted`, by cubic interpolation with the
/// coefficient -0.75 between the points beside each other's middles; at the borders the outermost
/// points are repeated. As ONNX's Resize and PyTorch's interpolate(mode="bicubic").
std::vector<float> resized(const std::vector<float>& points, uint32_t rows, uint32_t cols,
                           uint32_t wanted);

}  // namespace intformer::importer::vit
