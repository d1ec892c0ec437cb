#include "sw/import/onnx.hpp"

#include <fmt/format.h>

#include <set>

#include "sw/import/onnx_messages.hpp"
#include "sw/import/wire.hpp"

namespace intformer::importer {

using files::ImportError;
using wire::Message;

namespace {

constexpr uint64_t kLargest = uint64_t{2} << 30;  // protocol buffers' own limit
constexpr std::size_t kMostNodes = 1'000'000;

}  // namespace

OnnxFile::OnnxFile(std::string path)
    : path_(std::move(path)), bytes_(files::readWhole(path_, kLargest)) {
  readModel();
  checkOrder();
}

const onnx::Tensor* OnnxFile::initializer(const std::string& name) const {
  const auto found = initializers_.find(name);
  return found == initializers_.end() ? nullptr : &found->second;
}

const onnx::Node* OnnxFile::maker(const std::string& value) const {
  const auto found = makers_.find(value);
  return found == makers_.end() ? nullptr : &nodes_[found->second];
}

void OnnxFile::readModel() {
  Message message(bytes_.text(), path_);
  bool graph = false;
  while (message.next()) switch (message.field().number) {
      case 7:
        if (graph) message.refuse("holds two graphs");
        graph = true;
        readGraph(message.bytes());
        break;
      // versions, producer, domain, text, operator sets, notes, devices
      case 1: case 2: case 3: case 4: case 5: case 6: case 8: case 14: case 26: break;
      case 20: message.refuse("holds a graph for training; export the model for inference");
      case 25: message.refuse("holds functions, which are not read; export it without them");
      default: message.refuseField();
    }
  if (!graph) message.refuse("holds no graph, so it is no ONNX model");
}

void OnnxFile::readGraph(std::string_view bytes) {
  const std::string where = path_ + ": graph";
  Message message(bytes, where);
  while (message.next()) switch (message.field().number) {
      case 1: {
        if (nodes_.size() == kMostNodes) message.refuse("has too many nodes");
        onnx::Node node = onnx::readNode(message.bytes(), fmt::format("{}: node", path_));
        for (const std::string& value : node.outputs)
          if (!value.empty() && !makers_.emplace(value, nodes_.size()).second)
            message.refuse(fmt::format("two nodes make {}", value));
        nodes_.push_back(std::move(node));
        break;
      }
      case 5: {
        onnx::Tensor tensor = onnx::readTensor(message.bytes(), path_ + ": initializer");
        const std::string name = tensor.name;
        if (name.empty()) message.refuse("has an initializer without a name");
        if (!initializers_.emplace(name, std::move(tensor)).second)
          message.refuse(fmt::format("two initializers are named {}", name));
        break;
      }
      case 11: inputs_.push_back(onnx::readValue(message.bytes(), path_ + ": input")); break;
      case 12:
        outputs_.push_back(onnx::readValue(message.bytes(), path_ + ": output").name);
        break;
      case 2: case 10: case 13: case 14: case 16: break;  // name, text, shapes, quantizing, notes
      case 15: message.refuse("has sparse initializers, which are not read");
      default: message.refuseField();
    }
}

void OnnxFile::checkOrder() const {
  std::set<std::string_view> known;
  for (const auto& [name, tensor] : initializers_) known.insert(name);
  for (const onnx::Input& input : inputs_) known.insert(input.name);
  for (const onnx::Node& node : nodes_) {
    for (const std::string& value : node.inputs)
      if (!value.empty() && !known.contains(value))
        throw ImportError(fmt::format("{}: {}: reads {}, which nothing before it makes", path_,
                                      node.text(), value));
    for (const std::string& value : node.outputs)
      if (!value.empty() && !known.insert(value).second)
        throw ImportError(fmt::format("{}: {}: makes {}, which is there already", path_,
                                      node.text(), value));
  }
  for (const std::string& value : outputs_)
    if (!known.contains(value))
      throw ImportError(fmt::format("{}: output {}: nothing makes it", path_, value));
}

}  // namespace intformer::importer
