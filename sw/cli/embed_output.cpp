#include "sw/cli/embed_output.hpp"

#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "sw/cli/json_text.hpp"
#include "sw/embed/npy.hpp"
#include "sw/files/files.hpp"
#include "sw/files/streams.hpp"
#include "sw/version/version.hpp"

namespace intformer::cli {

using files::OutputFile;

namespace {

using Json = nlohmann::ordered_json;

Json sentenceJson(const Embedded& batch, uint32_t i) {
  const float* row = batch.vectors.row(i);
  return {{"text", batch.sentences[i]},
          {"tokens", batch.ids[i].size()},
          {"embedding", std::vector<float>(row, row + batch.vectors.cols)}};
}

class JsonWriter : public EmbeddingWriter {
 public:
  JsonWriter(const std::string& path, const Engine& engine, const std::string& backend)
      : out_(path) {
    if (engine.plan)
      json_ = reportHead(*engine.plan);
    else
      json_["generator"] = "intformer " + std::string(version::programVersion());
    json_["model"] = engine.model.trained.name;
    json_["backend"] = backend;
    json_["pooling"] = importer::poolingText(engine.model.trained.pooling);
    json_["dimensions"] = engine.model.trained.network.shape.width;
  }
  void add(const Embedded& batch) override {
    for (uint32_t i = 0; i < batch.vectors.rows; ++i)
      sentences_.push_back(sentenceJson(batch, i));
  }
  void finish(const Engine& engine) override {
    if (const embed::DeviceWork* work = engine.backend->work())
      json_["device"] = deviceWorkJson(engine, *work);
    json_["sentences"] = std::move(sentences_);
    out_.write(jsonText(json_, 1) + "\n");
    out_.close();
  }

 private:
  OutputFile out_;
  Json json_;
  Json sentences_ = Json::array();
};

class JsonLineWriter : public EmbeddingWriter {
 public:
  explicit JsonLineWriter(const std::string& path) : out_(path) {}
  void add(const Embedded& batch) override {
    for (uint32_t i = 0; i < batch.vectors.rows; ++i)
      out_.write(jsonText(sentenceJson(batch, i)) + "\n");
  }
  void finish(const Engine&) override { out_.close(); }

 private:
  OutputFile out_;
};

class NpyWriter : public EmbeddingWriter {
 public:
  explicit NpyWriter(const std::string& path) : out_(path) {}
  void add(const Embedded& batch) override {
    all_.rows += batch.vectors.rows;
    all_.cols = batch.vectors.cols;
    all_.data.insert(all_.data.end(), batch.vectors.data.begin(), batch.vectors.data.end());
  }
  void finish(const Engine&) override {
    out_.write(embed::npyBytes(all_));
    out_.close();
  }

 private:
  OutputFile out_;
  floating::FloatMatrix all_;
};

}  // namespace

std::unique_ptr<EmbeddingWriter> jsonEmbeddings(const std::string& path, const Engine& engine,
                                                const std::string& backend) {
  return std::make_unique<JsonWriter>(path, engine, backend);
}

std::unique_ptr<EmbeddingWriter> jsonLineEmbeddings(const std::string& path) {
  return std::make_unique<JsonLineWriter>(path);
}

std::unique_ptr<EmbeddingWriter> npyEmbeddings(const std::string& path) {
  return std::make_unique<NpyWriter>(path);
}

}  // namespace intformer::cli
