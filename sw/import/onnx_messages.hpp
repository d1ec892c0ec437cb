#pragma once

#include <string>
#include <string_view>

#include "sw/import/onnx.hpp"

/// The messages of onnx.proto, one function each. `where` begins every refusal.
namespace intformer::importer::onnx {

Tensor readTensor(std::string_view bytes, const std::string& where);
Node readNode(std::string_view bytes, const std::string& where);
/// A ValueInfoProto: a graph's input or output.
Input readValue(std::string_view bytes, const std::string& where);

}  // namespace intformer::importer::onnx
