#include "tests/fuzz/subjects.hpp"

#include <filesystem>

#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/embed/corpus_cache.hpp"
#include "sw/float/run_float.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/import/trained_model.hpp"
#include "sw/model/bert.hpp"
#include "sw/signals/frames.hpp"
#include "sw/signals/log_mel.hpp"
#include "sw/signals/picture.hpp"
#include "sw/signals/sound.hpp"
#include "tests/compiler/support.hpp"
#include "tests/import/synthetic_ctranslate2.hpp"
#include "tests/import/synthetic_onnx.hpp"
#include "tests/itf/sample.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::fuzz {

using namespace importer;
using namespace model;

namespace {

namespace fs = std::filesystem;
using test::readText;
using test::writeFile;

const std::vector<std::vector<uint32_t>> kSentences = {{2, 10, 3}, {2, 3}};

/// Golden model = emulator, on the smallest device.
void runGraph(const Graph& graph, const TensorValues& inputs) {
  static const Plan plan = test::configPlan("tiny4");
  const Program program = compiler::compile(graph, plan, {.search = false});
  const std::string fault = test::runAndCompare(graph, plan, program, inputs);
  if (!fault.empty()) throw std::logic_error("golden model and emulator differ: " + fault);
}

void runTrained(const TrainedModel& model) {
  static_cast<void>(floating::floatOutput(model.network.graph, kSentences));
  const tokenizer::Tokenizer tokenizer(model.vocabulary, model.tokenizer);
  static_cast<void>(tokenizer.encode("A river, \xc3\xa9t\xc3\xa9 \xe4\xbd\xa0 [MASK]!"));
}

/// One of the model's pictures or sounds, through float32.
signals::Frames runDrawn(const TrainedModel& model) {
  const floating::ModelShape& shape = model.network.shape;
  constexpr uint32_t kMost = 4096;  // positions: as a spectrogram takes long, and nothing else
  if (shape.positions > kMost || shape.frame > kMost) return {};
  signals::Frames frames = signals::drawFrames(inputOf(model), shape, 1);
  frames = signals::firstOf(std::move(frames), std::min(3U, shape.positions));
  static_cast<void>(floating::floatOutput(model.network.graph, frames.batch()));
  return frames;
}

void takeModelFile(const std::string& path) {
  itf::ModelFile file = itf::readModelFile(path);
  if (inputOf(file.trained) != InputKind::Text) {
    const signals::Frames frames = runDrawn(file.trained);
    if (!file.integers || frames.sequences.empty()) return;
    const Graph graph = withLengths(file.integers->model.graph, lengthsOf(frames.sequences));
    runGraph(graph, quantizer::modelInputs(file.integers->model, graph, frames.batch()));
    return;
  }
  runTrained(file.trained);
  if (!file.integers) return;
  const Graph graph = withLengths(std::move(file.integers->model.graph), lengthsOf(kSentences));
  runGraph(graph, tokenInputs(graph, kSentences));
}

Subject modelFiles(const std::string& scratch) {
  const std::string path = scratch + "/x.itf";
  itf::writeModelFile(path, test::quantizedSample());
  return {"model-file", {"x.itf"}, {readText(path)}, {}, [path](std::size_t, const std::string& t) {
            writeFile(path, t);
            takeModelFile(path);
          }};
}

/// Each section by itself, below checksums that fit.
Subject modelSections(const std::string& scratch) {
  const std::string path = scratch + "/y.itf";
  itf::writeModelFile(path, test::quantizedSample());
  const auto good = std::make_shared<const test::Sections>(path);
  Subject subject{"model-section", good->names, {}, {}, {}};
  for (const auto& bytes : good->bytes) subject.seeds.emplace_back(bytes.begin(), bytes.end());
  subject.dictionary = {"null", "true", "{}", "[]", "\"at\":0", "\"kind\":\"linear\"", "-1"};
  subject.take = [path, good](std::size_t index, const std::string& contents) {
    test::Sections changed = *good;
    changed.bytes[index].assign(contents.begin(), contents.end());
    changed.write(path);
    takeModelFile(path);
  };
  return subject;
}

Subject textFiles(const std::string& name, const std::string& folder, const std::string& path,
                  std::vector<std::string> dictionary, std::function<void()> take) {
  Subject subject{name, {}, {}, std::move(dictionary), {}};
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) subject.files.push_back(entry.path().string());
  std::ranges::sort(subject.files);  // the same cases on every machine
  for (const std::string& file : subject.files) subject.seeds.push_back(readText(file));
  subject.take = [path, take](std::size_t, const std::string& contents) {
    writeFile(path, contents);
    take();
  };
  return subject;
}

Subject configs(const std::string& scratch) {
  const std::string path = scratch + "/config.toml";
  return textFiles("config", "configs", path,
                   {"[array]\n", "dim = 4\n", "[bus]\n", "data_bits = 64\n", "lanes = ", "true",
                    "\"\"\"", "{ a = 1 }", "[[x]]"},
                   [path] {
                     const ConfigResult config = loadConfig(path);
                     if (config.plan && config.plan->dim <= 16) emitAll(*config.plan);
                   });
}

Subject shapes(const std::string& scratch) {
  const std::string path = scratch + "/model.toml";
  return textFiles("shape", "configs/models", path,
                   {"width = 8\n", "heads = 2\n", "ffn = 5\n", "vocabulary = 9\n",
                    "positions = 4\n", "norm = false\n", "kind = \"matmul\"\n",
                    "projection = 6\n", "valid_tokens = 2\n"},
                   [path] {
                     const ModelSpecResult result = loadModelSpec(path);
                     if (!result.spec) return;
                     const ModelSpec& spec = *result.spec;
                     const uint64_t columns = uint64_t{spec.ffn} + spec.cols + spec.projection +
                                              spec.vocabulary + spec.positions + spec.width;
                     if (spec.width * columns > 100'000) return;  // takes long, and nothing else
                     const bool tokens = spec.vocabulary != 0 && spec.positions >= 3;
                     const Graph graph = buildModel(
                         spec, 1, {3, 1}, 1,
                         tokens ? EncoderInput::Tokens : EncoderInput::Activations);
                     runGraph(graph, seededInputs(graph, 1));
                   });
}

Subject folders(const std::string& scratch) {
  const std::string folder = scratch + "/folder";
  fs::copy("tests/models/small", folder, fs::copy_options::recursive);
  Subject subject{"folder", {}, {}, {}, {}};
  for (const auto& [name, text] : test::readTree(folder)) {
    subject.files.push_back(name);
    subject.seeds.push_back(text);
  }
  subject.dictionary = {"null",       "true",  "{}",     "[]",  "\"hidden_act\": \"gelu\",",
                        "\"F32\"",    "\"F16\"", "\"I64\"", "-1", "\"data_offsets\":[0,4]",
                        "\"shape\":[", "\\ud800", "[UNK]\n"};
  subject.take = [folder, good = subject.seeds, files = subject.files](
                     std::size_t index, const std::string& contents) {
    const std::string path = folder + "/" + files[index];
    writeFile(path, contents);
    struct Restore {
      const std::string &path, &text;
      ~Restore() { writeFile(path, text); }
    } const restore{path, good[index]};
    ImportNotes notes;
    runTrained(importFolder(folder, notes));
  };
  return subject;
}

/// Files of models that others make, whole.
Subject foreign(const std::string& name, const std::string& path, const std::string& seed,
                std::vector<std::string> dictionary) {
  const std::string model = name == "onnx" ? path : fs::path(path).parent_path().string();
  return {name, {path}, {seed}, std::move(dictionary), [path, model](std::size_t, const std::string& t) {
            writeFile(path, t);
            ImportNotes notes;
            static_cast<void>(runDrawn(importFolder(model, notes)));
          }};
}

Subject pictures(const std::string& scratch) {
  const std::string path = scratch + "/x.ppm";
  return {"picture", {"x.ppm"}, {signals::ppmBytes(signals::drawPicture(1, 8))},
          {"P6", "255 ", "# ", "65535"}, [path](std::size_t, const std::string& t) {
            writeFile(path, t);
            static_cast<void>(signals::readPpm(path));
          }};
}

Subject sounds(const std::string& scratch) {
  const std::string path = scratch + "/x.wav";
  return {"sound", {"x.wav"}, {signals::wavBytes(signals::drawSound(1, 0.01))},
          {"fmt ", "data", "LIST", {"\0\0\0\0", 4}}, [path](std::size_t, const std::string& t) {
            writeFile(path, t);
            static_cast<void>(signals::logMel(signals::readWav(path), 8, 4));
          }};
}

Subject texts() {
  Subject subject{"text", {}, {}, {}, {}};
  subject.dictionary = {"\xe4\xbd\xa0", "\xcc\x81", "[SEP]",  "\xf0\x9f\x98\x80", "\xed\xa0\x80",
                        "\xc2\x85",     "\xff",     std::string(1, '\0')};
  for (const char* file : {"tests/models/sentences.txt", "tests/tokenizer/hard_strings.json"}) {
    subject.files.emplace_back(file);
    subject.seeds.push_back(readText(file));
  }
  ImportNotes notes;
  const auto tokenizer =
      std::make_shared<const tokenizer::Tokenizer>(importTokenizer("tests/models/small", notes));
  subject.take = [tokenizer](std::size_t, const std::string& contents) {
    static_cast<void>(tokenizer->encode(contents));
  };
  return subject;
}

/// A damaged cache is left aside; one that is not must hold what it says.
Subject caches(const std::string& scratch) {
  const std::string path = scratch + "/lines.itfcache";
  const embed::CacheKey key{1, "float"};
  const std::vector<std::string> lines = {"A river.", "A stone."};
  {
    std::string note;
    floating::FloatMatrix embeddings(2, 8);
    embed::CorpusCache(path, key, note).replace(path, lines, embeddings);
  }
  const auto good = std::make_shared<const test::Sections>(path);
  Subject subject{"cache", good->names, {}, {"null", "[]", "-1"}, {}};
  for (const auto& bytes : good->bytes) subject.seeds.emplace_back(bytes.begin(), bytes.end());
  subject.take = [path, key, good, lines](std::size_t index, const std::string& contents) {
    test::Sections changed = *good;
    changed.bytes[index].assign(contents.begin(), contents.end());
    changed.write(path);
    std::string note;
    const embed::CorpusCache cache(path, key, note);
    float sum = 0;
    for (const std::string& line : lines)
      if (const float* values = cache.find(line))
        for (uint32_t c = 0; c < cache.cols(); ++c) sum += values[c];
    if (sum != sum) return;  // values are free
  };
  return subject;
}

}  // namespace

std::vector<Subject> subjects(const std::string& scratch) {
  fs::create_directories(scratch + "/speech");
  return {modelFiles(scratch), modelSections(scratch), configs(scratch), shapes(scratch),
          folders(scratch),    texts(),                caches(scratch),
          foreign("onnx", scratch + "/model.onnx", test::syntheticVit(1),
                  {"Add", "MatMul", "Concat", {"\x08\x00", 2}, "\xff\xff\xff\xff\x7f", "axis"}),
          foreign("ctranslate2", scratch + "/speech/model.bin", test::ctBytes(test::syntheticSpeech(1)),
                  {"encoder/", {"\xff\xff", 2}, {"\0\0\0\0", 4}, {"\4\2\0\0\0", 5}}),
          pictures(scratch),   sounds(scratch)};
}

}  // namespace intformer::fuzz
