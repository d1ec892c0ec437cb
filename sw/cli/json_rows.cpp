#include "sw/cli/json_rows.hpp"

#include "sw/cli/json_text.hpp"
#include "sw/cli/kinds.hpp"

namespace intformer::cli {

void addJsonRows(CLI::App& command, std::string& json, std::string& jsonLines,
                 const std::string& what) {
  command.add_option("--json", json, "Write a JSON array, an object per " + what)
      ->type_name(kind::kOutFile);
  command.add_option("--jsonl", jsonLines, "Write a line of JSON per " + what)
      ->type_name(kind::kOutFile);
}

JsonRows::JsonRows(const std::string& json, const std::string& jsonLines) {
  if (!json.empty()) array_.emplace(json);
  if (!jsonLines.empty()) lines_.emplace(jsonLines);
}

void JsonRows::add(const nlohmann::ordered_json& row) {
  const std::string text = jsonText(row);
  if (array_) array_->write((first_ ? "[\n" : ",\n") + text);
  if (lines_) lines_->write(text + "\n");
  first_ = false;
}

void JsonRows::finish() {
  if (array_) array_->write(first_ ? "[\n]\n" : "\n]\n");
  for (std::optional<files::OutputFile>* file : {&array_, &lines_})
    if (*file) (*file)->close();
}

}  // namespace intformer::cli
