#include "sw/itf/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sw/graph/check.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/import/families.hpp"
#include "sw/itf/description.hpp"
#include "sw/itf/float_sections.hpp"
#include "sw/itf/graph_json.hpp"
#include "sw/itf/head_sections.hpp"
#include "sw/itf/shallow_json.hpp"
#include "sw/quantizer/integer_form.hpp"
#include "sw/version/version.hpp"

namespace intformer::itf {

using floating::FloatModel;
using floating::ModelShape;
using importer::InputKind;
using importer::TrainedModel;
using tokenizer::TokenizerOptions;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kModel = "model.json";
constexpr const char* kVocabulary = "vocabulary.txt";
constexpr const char* kIntegers = "integers.json";
constexpr const char* kIntegerData = "integers.data";
constexpr uint32_t kMany = 1 << 20;  // pieces, positions

std::span<const uint8_t> bytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Json describe(const TokenizerOptions& tokenizer) {
  const tokenizer::SpecialTokens& special = tokenizer.special;
  Json added = Json::array();
  for (const tokenizer::AddedToken& token : tokenizer.added)
    added.push_back({{"content", token.content},
                     {"id", token.id},
                     {"single_word", token.singleWord},
                     {"left_strip", token.leftStrip},
                     {"right_strip", token.rightStrip},
                     {"normalized", token.normalized}});
  return {{"lower_case", tokenizer.lowerCase},
          {"strip_accents", tokenizer.stripAccents ? Json(*tokenizer.stripAccents) : Json()},
          {"split_chinese", tokenizer.splitChinese},
          {"max_tokens", tokenizer.maxTokens},
          {"begin", special.begin},
          {"end", special.end},
          {"unknown", special.unknown},
          {"padding", special.padding},
          {"mask", special.mask},
          {"added_tokens", added},
          {"prompt", tokenizer.prompt}};
}

std::string describe(const TrainedModel& model) {
  const ModelShape& shape = model.network.shape;
  Json json = {{"generator", "intformer " + std::string(version::programVersion())},
               {"kind", model.network.kind},
               {"name", model.name},
               {"width", shape.width},
               {"heads", shape.heads},
               {"ffn", shape.ffn},
               {"layers", shape.layers},
               {"vocabulary", shape.vocabulary},
               {"positions", shape.positions},
               {"segments", shape.segments},
               {"epsilon", shape.epsilon}};
  if (inputOf(model) == InputKind::Text) {
    json["tokenizer"] = describe(model.tokenizer);
    json["prompts"] = model.prompts;
    json["pooling"] = {{"mode", importer::poolingName(model.pooling.mode)},
                       {"normalize", model.pooling.normalize}};
  } else {
    json["frame"] = shape.frame;
  }
  if (shape.activation != ActivationKind::Gelu)  // as all had before there were others
    json["activation"] = activationName(shape.activation);
  return json.dump(1);
}

/// The model that the file's kind and sizes name, with its parameters.
FloatModel readNetwork(const ItfFile& file, const Description& json) {
  const importer::ModelFamily* const family = importer::familyNamed(json.text("kind"));
  if (family == nullptr)
    file.refuse(fmt::format("holds a model of kind {}; this program knows {}", json.text("kind"),
                            importer::familyNames()));
  ModelShape shape;
  shape.width = json.count("width", 1, 4096);
  shape.heads = json.count("heads", 1, shape.width);
  shape.ffn = json.count("ffn", 1, 65535);
  shape.layers = json.count("layers", 1, 1000);
  shape.vocabulary = json.count("vocabulary", 1, kMany);
  shape.positions = json.count("positions", 2, kMany);
  shape.segments = json.count("segments", 0, kMany);
  if (family->input != InputKind::Text) shape.frame = json.count("frame", 1, 65535);
  const Json& epsilon = json.at("epsilon");
  shape.epsilon = epsilon.is_number() ? epsilon.get<double>() : 0;
  if (!(shape.epsilon > 0 && shape.epsilon < 1) || shape.width % shape.heads != 0)
    file.refuse("model.json: epsilon must lie between 0 and 1, and heads divide the width");
  if (const std::string fault = family->faultOf(shape); !fault.empty())
    file.refuse("model.json: " + fault);
  if (json.has("activation")) {
    const auto known = std::ranges::find(kActivationNames, json.text("activation"));
    if (known == kActivationNames.end())
      file.refuse("model.json: activation: this program does not know " + json.text("activation"));
    shape.activation = static_cast<ActivationKind>(known - kActivationNames.begin());
  }
  FloatModel model = family->build(shape);
  floating::visitParameters(
      model.graph, [&](const std::string& name, const floating::ParameterShape& extents,
                       std::vector<float>& values) { values = readFloats(file, name, extents); });
  return model;
}

std::vector<std::string> readVocabulary(const ItfFile& file, uint32_t limit) {
  std::vector<std::string> pieces;
  std::string_view text = file.text(kVocabulary);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || pieces.size() == limit)
      file.refuse(fmt::format("section {} has more than {} lines, or an unfinished one",
                              kVocabulary, limit));
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return pieces;
}

TokenizerOptions readTokenizer(const Description& json, uint32_t positions) {
  TokenizerOptions tokenizer;
  tokenizer.lowerCase = json.flag("lower_case");
  if (!json.at("strip_accents").is_null()) tokenizer.stripAccents = json.flag("strip_accents");
  tokenizer.splitChinese = json.flag("split_chinese");
  tokenizer.maxTokens = json.count("max_tokens", 2, positions);
  tokenizer.special = {json.text("begin"), json.text("end"), json.text("unknown"),
                       json.text("padding"), json.text("mask")};
  for (const Description& token : json.list("added_tokens"))
    tokenizer.added.push_back({.content = token.text("content"),
                               .id = token.count("id", 0, kMany),
                               .singleWord = token.flag("single_word"),
                               .leftStrip = token.flag("left_strip"),
                               .rightStrip = token.flag("right_strip"),
                               .normalized = token.flag("normalized")});
  tokenizer.prompt = json.text("prompt");
  return tokenizer;
}

TrainedModel readTrained(const ItfFile& file) {
  const Description json(file, parseShallow<Json>(file.text(kModel)), kModel);
  TrainedModel model;
  model.name = json.text("name");
  model.network = readNetwork(file, json);
  if (inputOf(model) != InputKind::Text) return model;
  const ModelShape& shape = model.network.shape;
  model.tokenizer = readTokenizer(json.part("tokenizer"), shape.positions);
  model.prompts = json.part("prompts").texts();
  const Description pooling = json.part("pooling");
  const std::string mode = pooling.text("mode");
  if (mode != "mean" && mode != "cls") file.refuse("model.json: pooling: unknown mode " + mode);
  model.pooling.mode = mode == "mean" ? importer::PoolingMode::Mean : importer::PoolingMode::Cls;
  model.pooling.normalize = pooling.flag("normalize");
  model.vocabulary = readVocabulary(file, shape.vocabulary);
  for (const tokenizer::AddedToken& token : model.tokenizer.added)
    if (token.id >= shape.vocabulary)
      file.refuse(fmt::format("model.json: added token \"{}\" has id {}, the table of words has {} "
                              "rows", token.content, token.id, shape.vocabulary));
  model.head = readHead(file, shape.width);
  return model;
}

/// The same operators in the same order as the network has.
void checkOperators(const ItfFile& file, const Graph& graph, const floating::FloatGraph& network) {
  const Graph form = quantizer::integerForm(network).graph;
  if (graph.operators.size() != form.operators.size())
    file.refuse(fmt::format("{}: graph.operators: there are {}, the model has {}", kIntegers,
                            graph.operators.size(), form.operators.size()));
  for (std::size_t i = 0; i < form.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    const Operator& model = form.operators[i];
    const std::string shape = operatorShape(graph, op);
    const std::string wanted = operatorShape(form, model);
    if (operatorName(op) != operatorName(model) || shape != wanted)
      file.refuse(fmt::format("{}: operator {}: is {}, the model has {} there: {}", kIntegers,
                              operatorName(op), shape, operatorName(model), wanted));
    const auto* attention = std::get_if<Attention>(&op);
    if (attention != nullptr && !sameMask(attention->segments.front().mask,
                                          std::get<Attention>(model).segments.front().mask))
      file.refuse(fmt::format("{}: operator {}: mask: lets in other tokens than the model",
                              kIntegers, attention->name));
  }
}

/// What comes in with the tokens: an int8 input, and what its codes mean.
template <typename Require>
void checkFrames(const quantizer::QuantizedModel& model, uint32_t cols, const Require& require) {
  const quantizer::Coding& coding = model.frameCoding;
  const bool isInput = model.frames < model.graph.tensors.size() &&
                       model.graph.tensors[model.frames].role == TensorRole::Input &&
                       model.graph.tensors[model.frames].type == ElementType::Int8 &&
                       model.graph.tensors[model.frames].cols == cols;
  require(isInput, fmt::format("frames {}: must be an int8 input of {} columns", model.frames, cols));
  require(coding.step.size() == cols && coding.zero.size() == cols,
          fmt::format("frame_step of {} and frame_zero of {} values: needs {}, one per column",
                      coding.step.size(), coding.zero.size(), cols));
  for (std::size_t i = 0; i < cols; ++i)
    require(std::isfinite(coding.step[i]) && coding.step[i] > 0,
            fmt::format("frame_step [{}]: {}: must be a positive number", i, coding.step[i]));
}

/// A graph that takes one token to its last hidden state, as the trained model does.
void checkIntegers(const ItfFile& file, const quantizer::QuantizedModel& model,
                   const FloatModel& network) {
  const ModelShape& shape = network.shape;
  const auto require = [&](bool holds, const std::string& reason) {
    if (!holds) file.refuse(fmt::format("{}: {}", kIntegers, reason));
  };
  const Graph& graph = model.graph;
  try {
    checkGraph(graph);
    checkSequences(graph);
  } catch (const std::invalid_argument& error) {
    require(false, error.what());
  }
  checkOperators(file, graph, network.graph);
  for (const TensorInfo& info : graph.tensors)
    require(info.type == ElementType::Uint8 || info.rows == 1,
            fmt::format("tensor {}: rows {}: a model file's graph is for one token", info.name,
                        info.rows));
  const auto isOutput = [&](TensorId id, ElementType type) {
    if (id >= graph.tensors.size()) return false;
    const TensorInfo& info = graph.tensors[id];
    return info.type == type && info.cols == shape.width && info.role == TensorRole::Output;
  };
  require(isOutput(model.output8, ElementType::Int8),
          fmt::format("output8 {}: must be an int8 output as wide as the model", model.output8));
  require(isOutput(model.output16, ElementType::Int16),
          fmt::format("output16 {}: must be an int16 output as wide as the model", model.output16));
  require(model.outputStep.size() == shape.width,
          fmt::format("output_step of {} values: needs {}, one per column", model.outputStep.size(),
                      shape.width));
  for (std::size_t i = 0; i < model.outputStep.size(); ++i)
    require(std::isfinite(model.outputStep[i]) && model.outputStep[i] > 0,
            fmt::format("output_step [{}]: {}: must be a positive number", i, model.outputStep[i]));

  for (const Embedding* table : operatorsOf<Embedding>(graph)) {
    require(table->vocabulary == shape.vocabulary && table->positions == shape.positions &&
                table->cols == shape.width,
            fmt::format("operator {}: vocabulary {}, positions {}, cols {}: the model has {}, {} "
                        "and {}",
                        table->name, table->vocabulary, table->positions, table->cols,
                        shape.vocabulary, shape.positions, shape.width));
    require(table->placeCount == uint64_t{shape.positions} * std::max(1U, shape.segments),
            fmt::format("operator {}: place_count {}: the model has {} positions in {} segments",
                        table->name, table->placeCount, shape.positions,
                        std::max(1U, shape.segments)));
    require(model.tokens == table->token && model.places == table->place,
            fmt::format("tokens {} and places {} must be the inputs of operator {}", model.tokens,
                        model.places, table->name));
  }
  if (shape.frame != 0) checkFrames(model, shape.frame, require);
  for (TensorId id = 0; id < graph.tensors.size(); ++id)
    require(graph.tensors[id].role != TensorRole::Input || id == model.tokens ||
                id == model.places || id == model.frames,
            fmt::format("tensor {}: role: inputs are the lists of tokens and places, and frames",
                        graph.tensors[id].name));
}

void readFrames(const ItfFile& file, const Description& json, std::span<const uint8_t> blob,
                quantizer::QuantizedModel& model) {
  constexpr double kMostZero = 1 << 30;
  model.frames = json.count("frames", 0, static_cast<uint32_t>(model.graph.tensors.size()));
  std::vector<double> zeros;
  try {
    model.frameCoding.step = doublesFromJson(json.at("frame_step"), blob);
    zeros = doublesFromJson(json.at("frame_zero"), blob);
  } catch (const GraphFormatError& error) {
    file.refuse(fmt::format("{}: {}", kIntegers, error.what()));
  }
  for (const double zero : zeros) {
    if (!(std::abs(zero) <= kMostZero) || zero != std::floor(zero))
      file.refuse(fmt::format("{}: frame_zero: {}: must be an integer", kIntegers, zero));
    model.frameCoding.zero.push_back(static_cast<int32_t>(zero));
  }
}

IntegerModel readIntegers(const ItfFile& file, const FloatModel& network) {
  const Description json(file, parseShallow<Json>(file.text(kIntegers)), kIntegers);
  const std::span<const uint8_t> blob = file.section(kIntegerData);
  IntegerModel result;
  try {
    result.model.graph = graphFromJson(json.at("graph"), blob);
    result.model.outputStep = doublesFromJson(json.at("output_step"), blob);
  } catch (const GraphFormatError& error) {
    file.refuse(fmt::format("{}: {}", kIntegers, error.what()));
  }
  const auto last = static_cast<uint32_t>(result.model.graph.tensors.size());
  result.model.tokens = json.count("tokens", 0, last);
  result.model.places = json.count("places", 0, last);
  result.model.output8 = json.count("output8", 0, last);
  result.model.output16 = json.count("output16", 0, last);
  if (network.shape.frame != 0) readFrames(file, json, blob, result.model);
  checkIntegers(file, result.model, network);
  const Json& origin = json.at("origin");
  if (!origin.is_object()) file.refuse("integers.json: origin is not a JSON object");
  for (const auto& [key, value] : origin.items())
    if (value.is_string()) result.origin[key] = value.get<std::string>();
  return result;
}

std::string describe(const IntegerModel& integers, std::vector<uint8_t>& blob) {
  const quantizer::QuantizedModel& model = integers.model;
  Json json = {{"origin", integers.origin},
               {"tokens", model.tokens},
               {"places", model.places},
               {"output8", model.output8},
               {"output16", model.output16}};
  json["output_step"] = appendDoubles(model.outputStep, blob);
  if (model.frames != kNoTensor) {
    json["frames"] = model.frames;
    json["frame_step"] = appendDoubles(model.frameCoding.step, blob);
    json["frame_zero"] = appendDoubles(
        {model.frameCoding.zero.begin(), model.frameCoding.zero.end()}, blob);
  }
  json["graph"] = graphToJson(model.graph, blob);
  return json.dump();
}

}  // namespace

void writeModelFile(const std::filesystem::path& path, const ModelFile& model) {
  const std::string description = describe(model.trained);
  std::string vocabulary;
  for (const std::string& piece : model.trained.vocabulary) vocabulary += piece + "\n";
  std::vector<ItfSection> sections = {{kModel, bytesOf(description)}};
  if (inputOf(model.trained) == InputKind::Text)
    sections.push_back({kVocabulary, bytesOf(vocabulary)});
  const auto add = [&](const std::string& name, const floating::ParameterShape&,
                       const std::vector<float>& values) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
    sections.push_back({name, {bytes, values.size() * sizeof(float)}});
  };
  floating::visitParameters(model.trained.network.graph, add);
  std::string head;
  if (model.trained.head) {
    head = describeHead(*model.trained.head);
    sections.push_back({kHead, bytesOf(head)});
    visitParameters(*model.trained.head, add);
  }
  std::string integers;
  std::vector<uint8_t> blob;
  if (model.integers) {
    integers = describe(*model.integers, blob);
    sections.push_back({kIntegers, bytesOf(integers)});
    sections.push_back({kIntegerData, blob});
  }
  writeItf(path, sections);
}

ModelFile readModelFile(const std::filesystem::path& path) {
  const ItfFile file(path);
  ModelFile model;
  model.checksum = file.checksum();
  model.trained = readTrained(file);
  if (file.contains(kIntegers))
    model.integers = readIntegers(file, model.trained.network);
  return model;
}

const IntegerModel& integersOf(const ModelFile& model, const std::filesystem::path& path) {
  if (!model.integers)
    throw ItfError(fmt::format("{}: holds no integers yet: intformer quantize {} --out {}",
                               path.string(), path.string(), path.string()));
  return *model.integers;
}

}  // namespace intformer::itf
