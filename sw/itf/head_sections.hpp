#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>

#include "sw/import/head.hpp"
#include "sw/itf/float_sections.hpp"

namespace intformer::itf {

inline constexpr const char* kHead = "head.json";

/// Calls visit(name, shape, values) for every parameter of a head, const or not.
template <typename AnyHead, typename Visit>
  requires std::same_as<std::remove_const_t<AnyHead>, importer::Head>
void visitParameters(AnyHead& head, const Visit& visit) {
  if (head.pooler) floating::visitMap("head.pooler", *head.pooler, visit);
  if (head.classifier) floating::visitMap("head.classifier", *head.classifier, visit);
}

/// What head.json says.
std::string describeHead(const importer::Head& head);

/// The file's head, if it has one; refuses through the file.
std::optional<importer::Head> readHead(const ItfFile& file, uint32_t width);

}  // namespace intformer::itf
