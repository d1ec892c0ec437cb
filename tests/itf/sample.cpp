#include "tests/itf/sample.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/import/synthetic_bert.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {

using namespace itf;

ModelFile sample() {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(5));
  importer::ImportNotes notes;
  ModelFile model;
  model.trained = importer::importFolder(folder.path(), notes);
  model.trained.tokenizer.stripAccents = false;
  model.trained.tokenizer.special.mask = "<mask>";
  model.trained.tokenizer.added = {{.content = "the", .id = 4, .singleWord = true},
                                   {.content = "river", .id = 10, .leftStrip = true},
                                   {.content = "was", .id = 13, .rightStrip = true}};
  model.trained.tokenizer.added.back().normalized = true;
  model.trained.tokenizer.prompt = "query: ";
  model.trained.prompts = {{"query", "query: "}, {"document", ""}};
  model.trained.pooling = {importer::PoolingMode::Cls, false};
  return model;
}

ModelFile quantizedSample() {
  ModelFile model = sample();
  model.integers =
      IntegerModel{quantizer::quantizeModel(model.trained.network.graph,
                                            randomSentences(model.trained.network, 20, 1), {}),
                   {{"calibration", "random"}, {"sentences", "20"}}};
  return model;
}

Sections::Sections(const std::string& path) {
  const ItfFile file(path);
  for (const std::string& name : file.names()) {
    names.push_back(name);
    const auto section = file.section(name);
    bytes.emplace_back(section.begin(), section.end());
  }
}

std::vector<uint8_t>& Sections::operator[](const std::string& name) {
  return bytes.at(static_cast<std::size_t>(std::ranges::find(names, name) - names.begin()));
}

void Sections::replace(const std::string& name, const std::string& from, const std::string& to) {
  std::string text(operator[](name).begin(), operator[](name).end());
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(name + " does not hold " + from);
  text.replace(at, from.size(), to);
  operator[](name).assign(text.begin(), text.end());
}

void Sections::write(const std::string& path, const std::string& without) const {
  std::vector<ItfSection> sections;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] != without) sections.push_back({names[i], bytes[i]});
  writeItf(path, sections);
}

}  // namespace intformer::test
