#pragma once

#include <optional>
#include <string>

#include "sw/import/head.hpp"
#include "sw/itf/float_sections.hpp"

namespace intformer::itf {

inline constexpr const char* kHead = "head.json";

/// Calls visit(name, shape, values) for every tensor of a head, const or not. Sets depth and cols
/// where it is not const.
template <typename AnyHead, typename Visit>
  requires std::same_as<std::remove_const_t<AnyHead>, Head>
void visitTensors(AnyHead& head, uint32_t width, Visit visit) {
  if (head.pooler) visitLinear("head.pooler", *head.pooler, width, width, visit);
  if (head.classifier)
    visitLinear("head.classifier", *head.classifier, width,
                static_cast<uint32_t>(head.labels.size()), visit);
}

/// What head.json says.
std::string describeHead(const Head& head);

/// The file's head, if it has one; refuses through the file.
std::optional<Head> readHead(const ItfFile& file, const BertConfig& config);

}  // namespace intformer::itf
