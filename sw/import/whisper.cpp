#include "sw/import/whisper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sw/float/float_builder.hpp"
#include "sw/import/ctranslate2.hpp"
#include "sw/import/joined.hpp"
#include "sw/import/named_parameters.hpp"

namespace intformer::importer::whisper {

using files::ImportError;
using floating::AffineMap;
using floating::FloatModel;
using floating::ModelShape;

namespace {

constexpr uint32_t kTaps = 3;  // of both convolutions
constexpr double kEpsilon = 1e-5;
constexpr uint32_t kMaxWidth = 4096, kMaxColumns = 65535, kMaxPositions = 1 << 16;
constexpr float kBelowGelu = 12;  // GELU of what lies as far below 0 is no number of float32's size
constexpr float kReach = 1.5F;    // that log-mel values keep, which lie around 0 (sw/signals)

/// Reads variables by name and gathers all faults before it gives up: what has one has no values, so that
/// a small file cannot ask for much memory.
class Reader {
 public:
  explicit Reader(const CTranslate2File& file) : file_(file) {}

  std::vector<float> operator()(const std::string& name, const Shape& shape) {
    used_.insert(name);
    std::string fault = file_.fault(name, shape);
    if (fault.empty()) return file_.read(name, shape);
    faults_.push_back(std::move(fault));
    return {};
  }
  /// Stored as columns x depth.
  AffineMap linear(const std::string& name, uint32_t depth, uint32_t cols) {
    const std::vector<float> stored = (*this)(name + "/weight", {cols, depth});
    AffineMap map{depth, cols, {}, (*this)(name + "/bias", {cols})};
    map.weights.resize(stored.size());
    if (stored.empty()) return map;
    for (std::size_t c = 0; c < cols; ++c)
      for (std::size_t k = 0; k < depth; ++k) map.weights[k * cols + c] = stored[c * depth + k];
    return map;
  }
  void norm(const std::string& name, uint32_t width, const std::string& ours,
            NamedParameters& parameters) {
    parameters.add(ours + ".gamma", {width}, (*this)(name + "/gamma", {width}));
    parameters.add(ours + ".beta", {width}, (*this)(name + "/beta", {width}));
  }
  void use(const std::string& name) { used_.insert(name); }

  void finish() {
    for (const std::string& name : others())
      if (name.starts_with("encoder/"))
        faults_.push_back(fmt::format("{}: variable {} is not known; it may change what the encoder "
                                      "computes", file_.path(), name));
    if (!faults_.empty()) throw ImportError(joined(faults_, "\n"));
  }
  [[nodiscard]] std::vector<std::string> others() const {
    std::vector<std::string> names;
    for (const auto& [name, variable] : file_.variables())
      if (!used_.contains(name)) names.push_back(name);
    return names;
  }

 private:
  const CTranslate2File& file_;
  std::set<std::string> used_;
  std::vector<std::string> faults_;
};

/// A shape's extent, of a variable that has as many of them as `rank`.
uint32_t extent(const CTranslate2File& file, const std::string& name, std::size_t rank,
                std::size_t index, uint32_t most) {
  const auto found = file.variables().find(name);
  if (found == file.variables().end())
    throw ImportError(fmt::format("{}: variable {} is missing", file.path(), name));
  const Shape& shape = found->second.shape;
  if (shape.size() != rank || shape[index] < 1 || shape[index] > most)
    throw ImportError(fmt::format("{}: variable {} has shape {}, expected {} extents, number {} "
                                  "from 1 to {}",
                                  file.path(), name, shapeText(shape), rank, index + 1, most));
  return static_cast<uint32_t>(shape[index]);
}

ModelShape readShape(const CTranslate2File& file) {
  ModelShape shape;
  shape.width = extent(file, "encoder/conv1/weight", 3, 0, kMaxWidth);
  const uint32_t bands = extent(file, "encoder/conv1/weight", 3, 1, 1024);
  shape.frame = kRows * bands + kEdge;
  shape.positions = extent(file, "encoder/position_encodings/encodings", 2, 0, kMaxPositions);
  shape.ffn = extent(file, "encoder/layer_0/ffn/linear_0/weight", 2, 0, kMaxColumns);
  shape.vocabulary = 1;
  shape.epsilon = kEpsilon;
  while (file.variables().contains(
      fmt::format("encoder/layer_{}/ffn/linear_0/weight", shape.layers)))
    ++shape.layers;
  const int64_t heads = file.number("encoder/num_heads");
  if (heads < 1 || shape.width % heads != 0)
    throw ImportError(fmt::format("{}: encoder/num_heads: must divide the width {}, got {}",
                                  file.path(), shape.width, heads));
  shape.heads = static_cast<uint32_t>(heads);
  return shape;
}

/// The first convolution at the three rows that the second one reads for a token, side by side.
AffineMap firstConvolution(Reader& read, const ModelShape& shape) {
  const uint32_t bands = bandsOf(shape), width = shape.width;
  const std::vector<float> kernel = read("encoder/conv1/weight", {width, bands, kTaps});
  const std::vector<float> bias = read("encoder/conv1/bias", {width});
  AffineMap map{shape.frame, kTaps * width, {}, {}};
  if (kernel.empty() || bias.empty()) return map;
  map.weights.assign(std::size_t{map.depth} * map.cols, 0);
  for (uint32_t place = 0; place < kTaps; ++place)
    for (uint32_t c = 0; c < width; ++c) {
      const uint32_t column = place * width + c;
      map.bias.push_back(bias[c]);
      float most = bias[c];  // that the place before the first row can have
      for (uint32_t band = 0; band < bands; ++band)
        for (uint32_t tap = 0; tap < kTaps; ++tap) {
          const float weight = kernel[(std::size_t{c} * bands + band) * kTaps + tap];
          map.weights[std::size_t{(place + tap) * bands + band} * map.cols + column] = weight;
          if (tap == kTaps - 1) most += kReach * std::abs(weight);
        }
      if (place != 0) continue;
      for (uint32_t edge = 0; edge < kEdge; ++edge)
        map.weights[std::size_t{kRows * bands + edge} * map.cols + column] =
            -(std::max(most, 0.0F) + kBelowGelu) / kEdge;
    }
  return map;
}

AffineMap secondConvolution(Reader& read, uint32_t width) {
  const std::vector<float> kernel = read("encoder/conv2/weight", {width, width, kTaps});
  AffineMap map{kTaps * width, width, {}, read("encoder/conv2/bias", {width})};
  map.weights.resize(kernel.size());
  if (kernel.empty()) return map;
  for (std::size_t c = 0; c < width; ++c)
    for (std::size_t k = 0; k < width; ++k)
      for (std::size_t tap = 0; tap < kTaps; ++tap)
        map.weights[(tap * width + k) * width + c] = kernel[(c * width + k) * kTaps + tap];
  return map;
}

/// Which the positions are added to.
AffineMap identity(uint32_t width) {
  AffineMap map{width, width, {}, std::vector<float>(width, 0)};
  map.weights.assign(std::size_t{width} * width, 0);
  for (std::size_t c = 0; c < width; ++c) map.weights[c * width + c] = 1;
  return map;
}

void readLayer(Reader& read, const ModelShape& shape, uint32_t index,
               NamedParameters& parameters) {
  const uint32_t width = shape.width;
  const std::string theirs = fmt::format("encoder/layer_{}/", index);
  const std::string ours = fmt::format("layer{}.", index);
  read.norm(theirs + "self_attention/layer_norm", width, ours + "attention.norm", parameters);
  const AffineMap all = read.linear(theirs + "self_attention/linear_0", width, 3 * width);
  const char* const names[] = {"query", "key", "value"};
  for (std::size_t part = 0; part < 3 && !all.weights.empty() && !all.bias.empty(); ++part) {
    AffineMap map{width, width, {}, {}};
    for (std::size_t k = 0; k < width; ++k) {
      const float* const row = all.weights.data() + k * all.cols + part * width;
      map.weights.insert(map.weights.end(), row, row + width);
    }
    const float* const bias = all.bias.data() + part * width;
    map.bias.assign(bias, bias + width);
    parameters.add(ours + names[part], std::move(map));
  }
  parameters.add(ours + "attention", read.linear(theirs + "self_attention/linear_1", width, width));
  read.norm(theirs + "ffn/layer_norm", width, ours + "ffn.norm", parameters);
  parameters.add(ours + "hidden", read.linear(theirs + "ffn/linear_0", width, shape.ffn));
  parameters.add(ours + "ffn", read.linear(theirs + "ffn/linear_1", shape.ffn, width));
}

}  // namespace

uint32_t bandsOf(const ModelShape& shape) { return (shape.frame - kEdge) / kRows; }

std::string faultOf(const ModelShape& shape) {
  if (shape.vocabulary != 1 || shape.segments != 0)
    return "a speech encoder has one kind of token in one segment";
  if (shape.frame <= kEdge || (shape.frame - kEdge) % kRows != 0)
    return fmt::format("frame {}: must be {} rows of a spectrogram and {} numbers", shape.frame,
                       kRows, kEdge);
  if (uint64_t{kTaps} * shape.width > kMaxColumns)
    return fmt::format("width {}: at most {}", shape.width, kMaxColumns / kTaps);
  return {};
}

FloatModel build(const ModelShape& shape) {
  const floating::FloatActivation gelu;
  floating::FloatBuilder builder(kKind);
  const TensorId places = builder.addEmbedding("embedding.places", "embedding", shape);
  const TensorId frames = builder.addInput("frames", shape.frame);
  const TensorId first =
      builder.addLinear("stem.first", "stem.first", frames, kTaps * shape.width, gelu);
  const TensorId second = builder.addLinear("stem.second", "stem.second", first, shape.width, gelu);
  TensorId stream = builder.addLinear("embedding.sum", "stem.identity", second, shape.width,
                                      floating::FloatResidual{places});
  for (uint32_t index = 0; index < shape.layers; ++index) {
    stream = builder.addPreNormLayer(index, stream, shape, floating::Reach{});
    builder.endBlock(stream);
  }
  return {kKind, shape, builder.take(builder.addNorm("output", "norm", stream, shape.epsilon))};
}

FloatModel read(const std::string& directory, std::vector<std::string>* ignored,
                std::vector<std::string>* notes) {
  const CTranslate2File file(directory + "/model.bin");
  if (file.specification() != "WhisperSpec" || file.revision() != 3)
    throw ImportError(fmt::format("{}: holds a {} of revision {}, expected a WhisperSpec of revision 3",
                                  file.path(), file.specification(), file.revision()));
  const ModelShape shape = readShape(file);
  if (const std::string fault = faultOf(shape); !fault.empty())
    throw ImportError(fmt::format("{}: {}", file.path(), fault));
  Reader reader(file);
  reader.use("encoder/num_heads");
  NamedParameters parameters;
  parameters.add("stem.first", firstConvolution(reader, shape));
  parameters.add("stem.second", secondConvolution(reader, shape.width));
  parameters.add("embedding.words", {1, shape.width}, std::vector<float>(shape.width, 0));
  parameters.add("embedding.positions", {shape.positions, shape.width},
                 reader("encoder/position_encodings/encodings", {shape.positions, shape.width}));
  for (uint32_t i = 0; i < shape.layers; ++i) readLayer(reader, shape, i, parameters);
  reader.norm("encoder/layer_norm", shape.width, "norm", parameters);
  reader.finish();
  parameters.add("stem.identity", identity(shape.width));
  FloatModel model = build(shape);
  parameters.give(file.path(), model.graph);
  if (ignored != nullptr) *ignored = reader.others();
  if (notes != nullptr)
    notes->push_back(fmt::format("sounds of up to {} s as log-mel spectrograms of {} bands",
                                 shape.positions / 50.0, bandsOf(shape)));
  return model;
}

}  // namespace intformer::importer::whisper
