#include "sw/import/onnx_messages.hpp"

#include <fmt/format.h>

#include <cstring>

#include "sw/import/float_values.hpp"
#include "sw/import/wire.hpp"

namespace intformer::importer::onnx {

using files::ImportError;
using wire::Message;

namespace {

constexpr std::size_t kMaxRank = 16;
constexpr int64_t kFloat32 = 1, kInt64 = 7, kFloat16 = 10, kBfloat16 = 16;

/// Bytes of an element in raw data, by TensorProto::DataType; 0: has none; none: not known.
std::optional<uint64_t> elementBytesOf(int64_t type) {
  switch (type) {
    case 8: return 0;                                        // strings
    case 2: case 3: case 9: case 17: case 18: case 19: case 20: return 1;  // bytes, bool, float8
    case 4: case 5: case kFloat16: case kBfloat16: return 2;
    case kFloat32: case 6: case 12: return 4;
    case kInt64: case 11: case 13: case 14: return 8;
    case 15: return 16;
    default: return std::nullopt;
  }
}

void checkTensor(const Tensor& tensor, const Message& message) {
  if (tensor.shape.size() > kMaxRank)
    message.refuse(fmt::format("has a shape of {} extents, at most {} are read",
                               tensor.shape.size(), kMaxRank));
  const auto bytes = elementBytesOf(tensor.type);
  if (!bytes) message.refuse(fmt::format("has the unknown type {}", tensor.type));
  const auto count = elementCount(tensor.shape);
  if (!count) message.refuse("has a shape beyond all sizes: " + shapeText(tensor.shape));
  const int kinds = (tensor.raw.data() != nullptr ? 1 : 0) + (tensor.reals.empty() ? 0 : 1) +
                    (tensor.integers.empty() ? 0 : 1);
  if (kinds > 1) message.refuse("holds its values twice");
  const auto demand = [&](uint64_t found, uint64_t size) {
    if (found != *count * size)
      message.refuse(fmt::format("has {} bytes, its shape {} of type {} asks for {}", found,
                                 shapeText(tensor.shape), tensor.type, *count * size));
  };
  if (!tensor.integers.empty() && tensor.type != kInt64)
    message.refuse(fmt::format("has type {} and values of int64", tensor.type));
  if (!tensor.reals.empty() && tensor.type != kFloat32)
    message.refuse(fmt::format("has type {} and values of float32", tensor.type));
  if (!tensor.integers.empty())
    demand(tensor.integers.size() * sizeof(int64_t), sizeof(int64_t));
  else if (*bytes != 0)
    demand(tensor.reals.empty() ? tensor.raw.size() : tensor.reals.size(), *bytes);
}

void readAttribute(std::string_view bytes, const std::string& where, Node& node) {
  Message message(bytes, where);
  Attribute attribute;
  std::string name;
  while (message.next()) switch (message.field().number) {
      case 1: name = message.name(); break;
      case 2: attribute.real = message.real(); break;
      case 3: attribute.integer = static_cast<int64_t>(message.varint()); break;
      case 4: attribute.text = std::string(message.bytes()); break;
      case 5: attribute.tensor = readTensor(message.bytes(), where + ": tensor"); break;
      case 8: message.append(attribute.integers); break;
      case 6: case 11: message.refuse("holds a graph of its own, which is not read");
      // floats, strings, tensors, types: of nodes that nothing here reads; text, type
      case 7: case 9: case 10: case 13: case 14: case 15: case 20: break;
      default: message.refuseField();
    }
  if (!node.attributes.emplace(name, std::move(attribute)).second)
    message.refuse(fmt::format("two attributes are named {}", name));
}

/// TypeProto: of a tensor its shape; an extent without a value is 0.
Shape readType(std::string_view bytes, const std::string& where) {
  Shape shape;
  const auto each = [&](std::string_view inner, uint32_t number, const auto& visit) {
    Message message(inner, where);
    while (message.next())
      if (message.field().number == number) visit(message);
  };
  each(bytes, 1, [&](const Message& tensor) {      // tensor_type
    each(tensor.bytes(), 2, [&](const Message& dims) {  // shape
      each(dims.bytes(), 1, [&](const Message& dim) {
        shape.push_back(0);
        each(dim.bytes(), 1, [&](const Message& value) { shape.back() = value.varint(); });
      });
    });
  });
  return shape;
}

}  // namespace

std::vector<float> Tensor::floats(const std::string& where) const {
  if (type != kFloat32 && type != kFloat16 && type != kBfloat16)
    throw ImportError(
        fmt::format("{} has type {}, expected float32, float16 or bfloat16", where, type));
  if (!reals.empty()) return floatValues(reals, FloatFormat::Float32, where);
  return floatValues(raw,
                     type == kFloat32   ? FloatFormat::Float32
                     : type == kFloat16 ? FloatFormat::Float16
                                        : FloatFormat::Bfloat16,
                     where);
}

std::optional<std::vector<int64_t>> Tensor::int64s() const {
  if (type != kInt64) return std::nullopt;
  if (!integers.empty()) return integers;
  std::vector<int64_t> values(raw.size() / sizeof(int64_t));
  std::memcpy(values.data(), raw.data(), raw.size());
  return values;
}

std::string Node::text() const {
  const std::string& by = !name.empty() || outputs.empty() ? name : outputs.front();
  return fmt::format("node {} ({})", by, op);
}

const Attribute* Node::attribute(const std::string& key) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? nullptr : &found->second;
}

Tensor readTensor(std::string_view bytes, const std::string& where) {
  Tensor tensor;
  std::string place = where;
  Message message(bytes, place);
  std::vector<int64_t> dims;
  while (message.next()) switch (message.field().number) {
      case 1: message.append(dims); break;
      case 2: tensor.type = static_cast<int64_t>(message.varint()); break;
      case 4: message.appendReals(tensor.reals); break;
      case 7: message.append(tensor.integers); break;
      case 8:
        tensor.name = message.name();
        place = where + " " + tensor.name;
        break;
      case 9:
        if (tensor.raw.data() != nullptr) message.refuse("holds its values twice");
        tensor.raw = message.bytes();
        break;
      case 13: message.refuse("has its values in another file; save the model with them inside");
      case 14:
        if (message.varint() != 0) message.refuse("has its values in another file");
        break;
      case 3: message.refuse("is a segment of a larger one");
      case 5: case 6: case 10: case 11:  // int32, strings, double, uint64
        message.refuse(fmt::format("has its values in field {}; raw data, float32 and int64 are read",
                                   message.field().number));
      case 12: case 16: break;  // text, notes
      default: message.refuseField();
    }
  for (const int64_t extent : dims) {
    if (extent < 0) message.refuse(fmt::format("has an extent of {}", extent));
    tensor.shape.push_back(static_cast<uint64_t>(extent));
  }
  checkTensor(tensor, message);
  return tensor;
}

Node readNode(std::string_view bytes, const std::string& where) {
  Node node;
  std::string place = where;
  Message message(bytes, place);
  std::vector<std::string_view> attributes;
  while (message.next()) switch (message.field().number) {
      case 1: node.inputs.push_back(message.name()); break;
      case 2: node.outputs.push_back(message.name()); break;
      case 3:
        node.name = message.name();
        place = where + " " + node.name;
        break;
      case 4: node.op = message.name(); break;
      case 5: attributes.push_back(message.bytes()); break;
      case 7:
        if (const std::string domain = message.name(); !domain.empty() && domain != "ai.onnx")
          message.refuse("is of the operators of " + domain + ", which are not known");
        break;
      case 6: case 8: case 9: case 10: break;  // text, overload, notes, devices
      default: message.refuseField();
    }
  for (const std::string_view attribute : attributes)
    readAttribute(attribute, place + ": attribute", node);
  return node;
}

Input readValue(std::string_view bytes, const std::string& where) {
  Input value;
  Message message(bytes, where);
  while (message.next()) switch (message.field().number) {
      case 1: value.name = message.name(); break;
      case 2: value.shape = readType(message.bytes(), where); break;
      case 3: case 4: break;  // text, notes
      default: message.refuseField();
    }
  return value;
}

}  // namespace intformer::importer::onnx
