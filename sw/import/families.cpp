#include "sw/import/families.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "sw/import/bert.hpp"
#include "sw/import/joined.hpp"
#include "sw/import/vit.hpp"
#include "sw/import/whisper.hpp"

namespace intformer::importer {
namespace {

namespace fs = std::filesystem;
using floating::ModelShape;

using Notes = std::vector<std::string>*;

std::string bertFault(const ModelShape& shape) {
  return shape.segments == 0 || shape.frame != 0 ? "a BERT has segments, and tokens alone come in"
                                                 : "";
}

constexpr std::array<ModelFamily, 3> kFamilies = {
    {{bert::kKind, InputKind::Text, bert::build, bertFault,
      [](const std::string& path, Notes notes) {
        return bert::readShape(path + "/config.json", notes);
      },
      bert::read},
     {vit::kKind, InputKind::Picture, vit::build, vit::faultOf,
      [](const std::string& path, Notes notes) { return vit::read(path, nullptr, notes).shape; },
      vit::read},
     {whisper::kKind, InputKind::Sound, whisper::build, whisper::faultOf,
      [](const std::string& path, Notes notes) {
        return whisper::read(path, nullptr, notes).shape;
      },
      whisper::read}}};

bool isOnnx(const std::string& path) { return fs::path(path).extension() == ".onnx"; }

}  // namespace

std::string_view inputName(InputKind kind) {
  return kind == InputKind::Text ? "texts" : kind == InputKind::Picture ? "pictures" : "sounds";
}

const ModelFamily* familyNamed(std::string_view kind) {
  const auto found = std::ranges::find(kFamilies, kind, &ModelFamily::kind);
  return found == kFamilies.end() ? nullptr : &*found;
}

std::string familyNames() {
  std::vector<std::string> names;
  for (const ModelFamily& family : kFamilies) names.emplace_back(family.kind);
  return joined(names, ", ");
}

const ModelFamily& familyOf(const std::string& path) {
  if (isOnnx(path)) return *familyNamed(vit::kKind);
  const bool other = fs::exists(fs::path(path) / "model.bin") &&
                     !fs::exists(fs::path(path) / "model.safetensors");
  return *familyNamed(other ? whisper::kKind : bert::kKind);
}

bool isImported(const std::string& path) { return isOnnx(path) || fs::is_directory(path); }

}  // namespace intformer::importer
