#include "sw/itf/head_sections.hpp"

#include <nlohmann/json.hpp>

#include "sw/itf/description.hpp"
#include "sw/itf/shallow_json.hpp"

namespace intformer::itf {

using importer::Head;
using importer::HeadKind;

using Json = nlohmann::ordered_json;

std::string describeHead(const Head& head) {
  return Json{{"kind", importer::headName(head.kind)},
              {"function", importer::functionName(head.function)},
              {"labels", head.labels}}
      .dump(1);
}

std::optional<Head> readHead(const ItfFile& file, uint32_t width) {
  if (!file.contains(kHead)) return std::nullopt;
  const Description json(file, parseShallow<Json>(file.text(kHead)), kHead);
  const auto kind = importer::headNamed(json.text("kind"));
  const auto function = importer::functionNamed(json.text("function"));
  if (!kind || !function) file.refuse("head.json: kind or function is not known");
  Head head;
  head.kind = *kind;
  head.function = *function;
  const Json& labels = json.at("labels");
  if (!labels.is_array()) file.refuse("head.json: labels is not a list");
  for (const Json& label : labels) {
    if (!label.is_string()) file.refuse("head.json: labels holds something that is no name");
    head.labels.push_back(label.get<std::string>());
  }
  if (head.labels.empty() != (head.kind == HeadKind::Pooler))
    file.refuse("head.json: a pooler has no labels, other heads have one at least");
  const auto labelCount = static_cast<uint32_t>(head.labels.size());
  if (head.kind != HeadKind::Tokens) head.pooler = floating::AffineMap{width, width, {}, {}};
  if (head.kind != HeadKind::Pooler)
    head.classifier = floating::AffineMap{width, labelCount, {}, {}};
  visitParameters(head,
                  [&](const std::string& name, const floating::ParameterShape& shape,
                      std::vector<float>& values) { values = readFloats(file, name, shape); });
  return head;
}

}  // namespace intformer::itf
