#include "sw/cli/fusion_option.hpp"

#include <map>

#include "sw/cli/kinds.hpp"

namespace intformer::cli {

void addFusion(CLI::App& command, compiler::Fusion& fusion) {
  using compiler::Fusion;
  static const std::map<std::string, Fusion> kNames = {
      {"none", Fusion::None}, {"softmax", Fusion::Softmax}, {"all", Fusion::All}};
  command
      .add_option_function<std::string>(
          "--fusion", [&fusion](const std::string& name) { fusion = kNames.at(name); },
          "What of attention is done in one go: none (logits, softmax and products one behind the "
          "other, through memory), softmax (with the logits), all; the same bits")
      ->check(CLI::IsMember({"none", "softmax", "all"}))
      ->type_name(kind::kChoice)
      ->default_str("all");
}

}  // namespace intformer::cli
