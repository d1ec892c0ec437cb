#include "sw/import/named_parameters.hpp"

#include <fmt/format.h>

#include "sw/files/import_error.hpp"
#include "sw/import/shape.hpp"

namespace intformer::importer {

void NamedParameters::give(const std::string& path, floating::FloatGraph& graph) {
  floating::visitParameters(graph, [&](const std::string& name,
                                       const floating::ParameterShape& shape,
                                       std::vector<float>& values) {
    auto& [found, read] = values_.at(name);
    if (found != shape)
      throw files::ImportError(fmt::format("{}: {} has shape {}, the model asks for {}", path, name,
                                           shapeText(found), shapeText(shape)));
    values = std::move(read);
  });
}

}  // namespace intformer::importer
