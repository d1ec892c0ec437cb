#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/embed/embed.hpp"
#include "sw/itf/model_file.hpp"

/// What commands that turn sentences into embeddings share.
namespace intformer::cli {

/// Which model, and on what.
struct BackendRequest {
  std::string model;
  std::string backend = "golden";
  std::string config;  ///< empty: configs/base16.toml where one is needed
  std::vector<std::string> overrides;

  [[nodiscard]] bool integers() const { return backend != "float"; }
};
void addBackendOptions(CLI::App& command, BackendRequest& request);

/// A model that is ready to embed. The backend refers to `model`.
struct Engine {
  itf::ModelFile model;
  std::optional<tokenizer::Tokenizer> tokenizer;
  std::optional<Plan> plan;
  std::unique_ptr<embed::Backend> backend;
};
/// Throws ItfError, std::runtime_error for a config that is refused (faults are printed before), and for
/// a model that reads no texts unless `any` kind will do.
std::unique_ptr<Engine> openEngine(const BackendRequest& request, bool any = false);

/// Sentences to token ids; counts those that the model's limit cuts.
class Encoder {
 public:
  explicit Encoder(const tokenizer::Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  std::vector<std::vector<uint32_t>> encode(const std::vector<std::string>& sentences);
  /// On stderr, if any were.
  void sayWhatIsCut() const;

 private:
  const tokenizer::Tokenizer& tokenizer_;
  std::size_t count_ = 0, full_ = 0;
};

/// Token ids of all sentences; says on stderr which were cut at the model's limit.
std::vector<std::vector<uint32_t>> encodeAll(const tokenizer::Tokenizer& tokenizer,
                                             const std::vector<std::string>& sentences);

/// embedSentences with progress on stderr.
floating::FloatMatrix embedWithProgress(Engine& engine,
                                        const std::vector<std::vector<uint32_t>>& sentences,
                                        const std::string& what);

/// What the device did, for people; nothing for other backends.
void printDeviceWork(const Engine& engine);
/// The same for reports.
nlohmann::ordered_json deviceWorkJson(const Engine& engine, const embed::DeviceWork& work);

}  // namespace intformer::cli
