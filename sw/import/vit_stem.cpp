#include "sw/import/vit_stem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sw/import/vit.hpp"

namespace intformer::importer::vit {

using onnx::Matcher;
using onnx::Node;
using onnx::Tensor;

namespace {

// Of ImageNet's pixels, red, green and blue: https://pytorch.org/vision/stable/models.html
constexpr std::array<double, kColours> kMean = {0.485, 0.456, 0.406};
constexpr std::array<double, kColours> kDeviation = {0.229, 0.224, 0.225};
constexpr double kCubic = -0.75;
constexpr uint64_t kMostPixels = 4096;  // of a side
constexpr uint32_t kMostPatches = 255;  // of a side: a batch has at most 65536 tokens

/// Weights of the four points around a place that lies `t` behind the second.
std::array<double, 4> cubicWeights(double t) {
  const auto inner = [](double x) { return ((kCubic + 2) * x - (kCubic + 3)) * x * x + 1; };
  const auto outer = [](double x) {
    return ((kCubic * x - 5 * kCubic) * x + 8 * kCubic) * x - 4 * kCubic;
  };
  return {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
}

void demandAttribute(const Matcher& matcher, const Node& node, const char* key,
                     const std::vector<int64_t>& wanted) {
  const std::vector<int64_t> found = matcher.integers(node, key, wanted);
  if (!std::ranges::equal(found, wanted))
    matcher.refuse(node, fmt::format("{} is not as for patches that lie side by side", key));
}

/// Weights of a patch's pixels, with the normalizing of pixels folded in.
void readPatches(Matcher& matcher, const std::string& value, uint32_t width, Stem& stem) {
  const Node& turned = matcher.demand(value, "Transpose", "patches as rows");
  if (matcher.integers(turned, "perm", {}) != std::vector<int64_t>{0, 2, 1})
    matcher.refuse(turned, "expected perm [0, 2, 1]");
  const Node& flat = matcher.demand(matcher.input(turned, 0), "Reshape", "patches one by one");
  if (const auto shape = matcher.list(matcher.input(flat, 1)); shape.empty() || shape.back() != -1)
    matcher.refuse(flat, "expected all patches in the last extent");
  const Node& conv = matcher.demand(matcher.input(flat, 0), "Conv", "the product with patches");
  const Tensor* const weights = matcher.constant(matcher.input(conv, 1));
  if (weights == nullptr || weights->shape.size() != 4 || weights->shape[0] != width ||
      weights->shape[1] != kColours || weights->shape[2] != weights->shape[3] ||
      weights->shape[2] < 1 || weights->shape[2] > kMostPixels)
    matcher.refuse(conv, fmt::format("expected weights of {} columns, {} colours and a square patch",
                                     width, kColours));
  const auto side = static_cast<int64_t>(weights->shape[2]);
  demandAttribute(matcher, conv, "kernel_shape", {side, side});
  if (!conv.attribute("strides")) matcher.refuse(conv, "strides are missing");
  demandAttribute(matcher, conv, "strides", {side, side});
  demandAttribute(matcher, conv, "pads", {0, 0, 0, 0});
  demandAttribute(matcher, conv, "dilations", {1, 1});
  if (matcher.integer(conv, "group", 1) != 1) matcher.refuse(conv, "expected group 1");
  stem.patch = static_cast<uint32_t>(side);

  const std::string image = matcher.source(matcher.input(conv, 0));
  const auto& inputs = matcher.file().inputs();
  const auto input = std::ranges::find(inputs, image, &onnx::Input::name);
  if (input == inputs.end()) matcher.refuse(conv, "expected to read the model's input");
  const Shape& shape = input->shape;
  if (shape.size() != 4 || shape[2] == 0 || shape[2] != shape[3] ||
      shape[2] % weights->shape[2] != 0 || shape[2] > kMostPixels)
    matcher.refuse(conv, fmt::format("input {} has shape {}, expected square pictures of a fixed "
                                     "size that patches of {} divide",
                                     image, shapeText(shape), side));
  stem.grid = static_cast<uint32_t>(shape[2] / weights->shape[2]);
  if (stem.grid > kMostPatches)
    matcher.refuse(conv, fmt::format("{} x {} patches, at most {} of a side", stem.grid, stem.grid,
                                     kMostPatches));

  const std::vector<float> kernel = matcher.floats(matcher.input(conv, 1), weights->shape);
  std::vector<float> bias(width, 0);
  if (conv.inputs.size() > 2) bias = matcher.vector(matcher.input(conv, 2), width);
  const uint32_t pixels = stem.patch * stem.patch;
  floating::AffineMap& map = stem.map;
  map.depth = kColours * pixels;
  map.cols = width;
  map.weights.resize(std::size_t{map.depth} * width);
  for (uint32_t c = 0; c < width; ++c) {
    double shift = bias[c];
    for (uint32_t k = 0; k < map.depth; ++k) {
      const double weight =
          kernel[std::size_t{c} * map.depth + k] / kDeviation[k / pixels];
      map.weights[std::size_t{k} * width + c] = static_cast<float>(weight);
      shift -= weight * kMean[k / pixels];
    }
    map.bias.push_back(static_cast<float>(shift));
  }
}

/// Positions of the patches that were trained for another size, as the file interpolates them.
std::vector<float> readResized(Matcher& matcher, const std::string& value, uint32_t width,
                               Stem& stem) {
  const Node& flat = matcher.demand(value, "Reshape", "positions one by one");
  const Node& back = matcher.demand(matcher.input(flat, 0), "Transpose", "positions as rows");
  if (matcher.integers(back, "perm", {}) != std::vector<int64_t>{0, 2, 3, 1})
    matcher.refuse(back, "expected perm [0, 2, 3, 1]");
  const Node& resize = matcher.demand(matcher.input(back, 0), "Resize", "positions for the patches");
  const auto text = [&](const char* key, const char* otherwise) {
    const onnx::Attribute* const attribute = resize.attribute(key);
    return attribute == nullptr ? std::string(otherwise) : attribute->text.value_or("");
  };
  const onnx::Attribute* const cubic = resize.attribute("cubic_coeff_a");
  if (text("mode", "nearest") != "cubic" ||
      text("coordinate_transformation_mode", "half_pixel") != "half_pixel" ||
      (cubic != nullptr && cubic->real != kCubic) ||
      matcher.integer(resize, "exclude_outside", 0) != 0 ||
      matcher.integer(resize, "antialias", 0) != 0 || resize.attribute("axes") != nullptr ||
      text("keep_aspect_ratio_policy", "stretch") != "stretch")
    matcher.refuse(resize, "expected cubic interpolation with -0.75 between half pixels");
  if (resize.inputs.size() != 4 || !resize.inputs[2].empty())
    matcher.refuse(resize, "expected sizes, not scales");
  const Node& turned = matcher.demand(matcher.input(resize, 0), "Transpose", "positions by columns");
  if (matcher.integers(turned, "perm", {}) != std::vector<int64_t>{0, 3, 1, 2})
    matcher.refuse(turned, "expected perm [0, 3, 1, 2]");
  const Node& square = matcher.demand(matcher.input(turned, 0), "Reshape", "positions as a square");
  const std::string& table = matcher.input(square, 0);
  const Tensor* const tensor = matcher.constant(table);
  if (tensor == nullptr || tensor->shape.size() != 3 || tensor->shape[0] != 1 ||
      tensor->shape[2] != width || tensor->shape[1] < 1 || tensor->shape[1] > 1 << 20)
    matcher.refuse(square, fmt::format("expected a constant of positions x {} columns", width));
  stem.trainedGrid = static_cast<uint32_t>(std::lround(std::sqrt(tensor->shape[1])));
  if (uint64_t{stem.trainedGrid} * stem.trainedGrid != tensor->shape[1])
    matcher.refuse(square, fmt::format("{} positions are no square", tensor->shape[1]));
  return resized(matcher.floats(table, tensor->shape), stem.trainedGrid, width, stem.grid);
}

void readPositions(Matcher& matcher, const std::string& value, uint32_t width, Stem& stem) {
  const uint64_t rows = uint64_t{stem.grid} * stem.grid;
  if (matcher.constant(value) != nullptr) {
    stem.positions = matcher.floats(value, {1, 1 + rows, width});
    stem.trainedGrid = stem.grid;
    return;
  }
  const Node& joined = matcher.demand(value, "Concat", "positions of class token and patches");
  if (joined.inputs.size() != 2 || matcher.integer(joined, "axis", 0) != 1)
    matcher.refuse(joined, "expected the class token's position before those of patches");
  stem.positions = matcher.floats(matcher.input(joined, 0), {1, 1, width});
  const std::vector<float> patches = readResized(matcher, matcher.input(joined, 1), width, stem);
  stem.positions.insert(stem.positions.end(), patches.begin(), patches.end());
}

}  // namespace

std::vector<float> resized(const std::vector<float>& points, uint32_t rows, uint32_t cols,
                           uint32_t wanted) {
  // Along one side: four points and their weights for each place.
  struct Place {
    std::array<uint32_t, 4> points;
    std::array<double, 4> weights;
  };
  std::vector<Place> places;
  for (uint32_t i = 0; i < wanted; ++i) {
    const double at = (i + 0.5) * rows / wanted - 0.5;
    const double floor = std::floor(at);
    Place place{{}, cubicWeights(at - floor)};
    for (int p = 0; p < 4; ++p)
      place.points[static_cast<std::size_t>(p)] = static_cast<uint32_t>(
          std::clamp(static_cast<int>(floor) + p - 1, 0, static_cast<int>(rows) - 1));
    places.push_back(place);
  }
  std::vector<float> result;
  result.reserve(std::size_t{wanted} * wanted * cols);
  for (const Place& y : places)
    for (const Place& x : places)
      for (uint32_t c = 0; c < cols; ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < 4; ++i)
          for (std::size_t j = 0; j < 4; ++j)
            sum += y.weights[i] * x.weights[j] *
                   points[(std::size_t{y.points[i]} * rows + x.points[j]) * cols + c];
        result.push_back(static_cast<float>(sum));
      }
  return result;
}

Stem readStem(Matcher& matcher, const std::string& value, uint32_t width) {
  const Node& sum = matcher.demand(value, "Add", "the sum of tokens and positions");
  const auto isTokens = [&](const std::string& of) {
    const Node* const joined = matcher.made(of, "Concat");
    return joined != nullptr && joined->inputs.size() == 2 &&
           matcher.made(joined->inputs[1], "Transpose") != nullptr;
  };
  const std::size_t at = isTokens(matcher.input(sum, 0)) ? 0 : 1;
  const Node& tokens =
      matcher.demand(matcher.input(sum, at), "Concat", "class token and patches");
  if (tokens.inputs.size() != 2 || matcher.integer(tokens, "axis", 0) != 1)
    matcher.refuse(tokens, "expected a class token before the patches");
  Stem stem;
  readPatches(matcher, matcher.input(tokens, 1), width, stem);
  const Node* const expanded = matcher.made(matcher.input(tokens, 0), "Expand");
  const std::string& token =
      expanded != nullptr ? matcher.input(*expanded, 0) : matcher.input(tokens, 0);
  stem.classToken = matcher.floats(token, {1, 1, width});
  readPositions(matcher, matcher.input(sum, 1 - at), width, stem);
  return stem;
}

}  // namespace intformer::importer::vit
