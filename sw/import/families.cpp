#include "sw/import/families.hpp"

#include <algorithm>
#include <array>

#include "sw/import/bert.hpp"
#include "sw/import/joined.hpp"

namespace intformer::importer {
namespace {

constexpr std::array<ModelFamily, 1> kFamilies = {
    {{bert::kKind, bert::build, bert::readShape, bert::read}}};

}  // namespace

const ModelFamily* familyNamed(std::string_view kind) {
  const auto found = std::ranges::find(kFamilies, kind, &ModelFamily::kind);
  return found == kFamilies.end() ? nullptr : &*found;
}

std::string familyNames() {
  std::vector<std::string> names;
  for (const ModelFamily& family : kFamilies) names.emplace_back(family.kind);
  return joined(names, ", ");
}

const ModelFamily& folderFamily() { return kFamilies.front(); }

}  // namespace intformer::importer
