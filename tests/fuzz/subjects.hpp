#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace intformer::fuzz {

/// Something that people bring, and the way that the program takes it.
struct Subject {
  std::string name;
  std::vector<std::string> files;  ///< what can be changed: names for people
  std::vector<std::string> seeds;  ///< the contents of each
  std::vector<std::string> dictionary;
  /// Takes file number `index` with other contents; whole, from reader to golden model where the
  /// reader lets it through. Throws what the program would print, and std::logic_error of its own
  /// where golden model and emulator differ.
  std::function<void(std::size_t index, const std::string& contents)> take;
};

/// Model files as they lie and with checksums that fit, configs, models' shapes, folders in Hugging
/// Face's layout, texts, a corpus's cache, models of ONNX and CTranslate2, pictures and sounds. They work in `scratch`; run from the project's root.
std::vector<Subject> subjects(const std::string& scratch);

}  // namespace intformer::fuzz
