// A trained model from its folder to nearest sentences, as a user calls the program.
// tests/models/small has the layout of a published model and the size of a test
// (scripts/make-small-model.py).
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/import/synthetic_bert.hpp"
#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained.hpp"

namespace intformer::test {
namespace {

constexpr const char* kSmall = "tests/models/small";
constexpr const char* kSentences = "tests/models/sentences.txt";

/// A folder with the small model, imported and quantized.
struct Models : TemporaryFolder {
  std::string file = path("small.itf");

  Models() {
    expectFine(std::string("import ") + kSmall + " --out " + path("float.itf"));
    expectFine("quantize " + path("float.itf") + " --calibrate " + kSentences + " --out " + file);
  }
  [[nodiscard]] std::string model() const { return " --model " + file + " "; }
};

nlohmann::json embedJson(const Models& models, const std::string& arguments) {
  const std::string out = models.path("out.json");
  expectFine("embed" + models.model() + arguments + " --json " + out);
  std::ifstream in(out);
  return nlohmann::json::parse(in);
}

TEST_CASE("import says what it reads, quantize how", "[models]") {
  const TemporaryFolder folder;
  const Outcome import =
      expectFine(std::string("import ") + kSmall + " --out " + folder.path("new/x.itf"));
  CHECK_THAT(import.text, containsText("2 layers, width 32, 2 heads, ffn 64, 243 pieces"));
  CHECK_THAT(import.text, containsText("at most 48 tokens"));
  CHECK_THAT(import.text, containsText("pooling: mean, normalized"));
  CHECK_THAT(import.text, containsText("head: the pooler, for classify"));
  CHECK_THAT(import.text, !containsText("left out"));
  const std::string file = folder.path("new/x.itf");
  const Outcome quantize =
      expectFine("quantize " + file + " --calibrate " + kSentences + " --out " + file);
  CHECK_THAT(quantize.text, containsText("12 sentences of sentences.txt"));
  CHECK_THAT(expectFine("tokenize --model " + file + " 'The old bridges'").text,
             containsText("[CLS] the old bridge ##s [SEP]"));
}

TEST_CASE("all backends embed the same sentences", "[models]") {
  const Models models;
  const std::string sentences = std::string("'A cat sleeps.' --input ") + kSentences;
  const auto golden = embedJson(models, sentences + " --floor 0.99");
  REQUIRE(golden["sentences"].size() == 13);
  CHECK(golden["sentences"][0]["text"] == "A cat sleeps.");
  CHECK(golden["sentences"][0]["tokens"] == 6);
  CHECK(golden["dimensions"] == 32);
  for (const auto& sentence : golden["sentences"]) {
    double squares = 0;
    for (const double value : sentence["embedding"]) squares += value * value;
    CHECK(squares == Approx(1));
  }
  const auto emulator =
      embedJson(models, sentences + " --backend emulator --config configs/edge8.toml");
  CHECK((emulator["sentences"] == golden["sentences"]));
  const auto reference = embedJson(models, sentences + " --backend float");
  CHECK((reference["sentences"] != golden["sentences"]));
  CHECK((embedJson(models, sentences + " --set vector.family=ibert")["sentences"] !=
         golden["sentences"]));
}

TEST_CASE("the RTL's embeddings are the golden model's", "[models]") {
  const Models models;
  const std::string config = GENERATE("tiny4", "base16");
  const std::string sentences = "'The river runs.' 'Yes.' 'The king sells bread and wine.'";
  const std::string on = " --config configs/" + config + ".toml";  // families differ
  const auto golden = embedJson(models, sentences + on);
  const auto rtl = embedJson(models, sentences + on + " --backend rtl");
  CHECK((rtl["sentences"] == golden["sentences"]));
  CHECK(rtl["config"] == config);
  CHECK(rtl["device"]["cycles"] > 1000);
  CHECK(rtl["device"]["values_compared"] > 5000);
  CHECK(rtl["device"]["utilization"] > 0.01);
  CHECK(rtl["device"]["utilization"] < 1);
}

TEST_CASE("a model file runs whole, on all backends", "[models]") {
  const Models models;
  const Outcome run = expectFine("run " + models.file +
                                 " --config configs/tiny4.toml --sentence 'A red ship.'");
  CHECK_THAT(run.text, containsText("small on tiny4: 6 tokens, 2 layers"));
  CHECK_THAT(run.text, containsText("EQUAL: golden, emulator and RTL agree"));
  CHECK_THAT(run.text, containsText("embedding.sum"));
  expectFine("estimate " + models.file + " --config configs/base16.toml --sentence 'A red ship.'");
  expectRefusal("run " + models.file + " --config configs/tiny4.toml --layers 1", "runs whole");
}

TEST_CASE("all commands take the same tokens and refuse the same", "[models]") {
  const Models models;
  const std::string on = " --config configs/tiny4.toml ";
  const auto cycles = [](const std::string& text, const std::string& before) {
    const std::size_t at = text.find(before);
    REQUIRE(at != std::string::npos);
    return std::stoull(text.substr(at + before.size()));
  };
  for (const std::string& model : {models.file, std::string(kSmall)})
    for (const std::string tokens : {"--seq 6", "--seq 5,2", "--sentence 'A red ship.'"}) {
      INFO(model << " " << tokens);
      const std::string out = models.path("program");
      expectFine("compile " + model + on + tokens + " --out " + out);
      const auto map = nlohmann::json::parse(readText(out + "/memory.json"));
      const Outcome estimate = expectFine("estimate " + model + on + tokens);
      CHECK(cycles(estimate.text, "\ntotal") == map["programs"][0]["estimated_cycles"]);
      const Outcome explain = expectFine("compile " + model + on + tokens + " --explain");
      CHECK_THAT(explain.text, containsText("2 layers"));
      CHECK(std::filesystem::exists(out + "/model.h"));
    }
  const Outcome run = expectFine("run " + models.file + on + "--seq 5,2 --backend emulator");
  CHECK_THAT(run.text, containsText("small on tiny4: 5,2 tokens, 2 layers"));
  CHECK_THAT(run.text, containsText("EQUAL: golden and emulator agree"));
  for (const std::string command : {"run ", "estimate ", "compile --explain "}) {
    for (const std::string& model : {models.file, std::string(kSmall)}) {
      expectRefusal(command + model + on + "--seq 4 --sentence x", "give one of them");
      expectRefusal(command + model + on + "--seq 3,65", "small knows 64 positions");
      expectRefusal(command + model + on + "--seq 0", "--seq must be 1 to 65536");
      expectRefusal(command + model + on + "--seq 4 --encoder-only", "--encoder-only");
    }
    expectRefusal(command + models.file + on + "--seq 4 --layers 1", "runs whole");
    expectRefusal(command + kSmall + on + "--seq 4 --layers 3", "small has 1 to 2 layers");
    expectRefusal(command + "configs/models/tiny.toml" + on + "--sentence x", "--sentence");
  }
  expectRefusal("compile --explain " + models.file + on, "give the tokens of a trained model");
  expectRefusal("compile " + models.path("float.itf") + on + "--seq 4 --out " + models.path("no"),
                "holds no integers yet");
  CHECK_FALSE(std::filesystem::exists(models.path("no")));
}

TEST_CASE("an image can lie elsewhere, but not anywhere", "[models]") {
  const Models models;
  const std::string compile =
      "compile " + models.file + " --config configs/tiny4.toml --seq 4 --out " + models.path("x");
  expectRefusal(compile + " --base 0x1234", "is not a multiple of 4096");
  expectRefusal(compile + " --base 0xfffff000", "beyond the 32 bits");
  expectRefusal(compile + " --base 0x100000000", "beyond the 32 bits");
  expectFine(compile + " --base 0x80000000");
  const auto map = nlohmann::json::parse(readText(models.path("x/memory.json")));
  CHECK(map["memory"]["address"] == 0x80000000);
  for (const auto& tensor : map["programs"][0]["tensors"]) CHECK(tensor["address"] > 0x80000000);
  // A shape has no header; the folder is written over whole.
  expectFine("compile configs/models/tiny.toml --config configs/tiny4.toml --seq 4 --out " +
             models.path("x"));
  CHECK_FALSE(std::filesystem::exists(models.path("x/model.h")));
}

TEST_CASE("lengths and names that make no image are refused by name", "[models]") {
  const Models models;
  const std::string out = " --config configs/tiny4.toml --out " + models.path("x") + " ";
  const std::string compile = "compile " + models.file + out;
  expectRefusal(compile + "--lengths 4,x", "--lengths: \"x\" is not a number of tokens");
  expectRefusal(compile + "--lengths 4,", "--lengths: \"\" is not a number of tokens");
  expectRefusal(compile + "--lengths 4+", "--lengths: \"4+\" is not a number of tokens");
  expectRefusal(compile + "--lengths 0", "--lengths: \"0\" is not a number of tokens");
  expectRefusal(compile + "--lengths 4,5+6,4", "--lengths: 4 comes twice");
  expectRefusal(compile + "--lengths 4,65", "small knows 64 positions");
  expectRefusal(compile + "--lengths 4 --seq 4", "give no --seq");
  expectRefusal(compile + "--lengths 4 --explain", "give --seq instead of --lengths");
  expectRefusal(compile + "--seq 4 --name My-Model", "for example my_model");
  CHECK_FALSE(std::filesystem::exists(models.path("x")));
  // A shape is compiled for several lengths, too.
  const Outcome shape = expectFine("compile configs/models/tiny.toml" + out + "--lengths 4,3+2");
  CHECK_THAT(shape.text, containsText("tiny on tiny4: 3,2 tokens"));
  const auto map = nlohmann::json::parse(readText(models.path("x/memory.json")));
  CHECK(map["programs"][1]["lengths"] == std::vector<int>{3, 2});
  CHECK(map["plan"]["name"] == "tiny4");
}

TEST_CASE("a folder runs as the file that is made of it does", "[models]") {
  const TemporaryFolder folder;
  const std::string file = folder.path("small.itf");
  expectFine(std::string("import ") + kSmall + " --out " + file);
  expectFine("quantize " + file + " --out " + file);
  const std::string on = " --config configs/tiny4.toml --sentence 'A red ship.'";
  const auto from = [](const std::string& text, const std::string& words) {
    REQUIRE(text.find(words) != std::string::npos);
    return text.substr(text.find(words));
  };
  const Outcome ofFile = expectFine("run " + file + on);
  const Outcome ofFolder = expectFine(std::string("run ") + kSmall + on);
  CHECK_THAT(ofFolder.text, containsText("calibrating on 237 sentences of english.txt"));
  CHECK_THAT(ofFolder.text, containsText("small on tiny4: 6 tokens, 2 layers"));
  CHECK((from(ofFolder.text, "cosine to float32") == from(ofFile.text, "cosine to float32")));
  CHECK((expectFine(std::string("estimate ") + kSmall + on).text ==
         expectFine("estimate " + file + on).text));

  const Outcome first = expectFine(std::string("run ") + kSmall + "/ --layers 1" + on);
  CHECK_THAT(first.text, containsText("small on tiny4: 6 tokens, 1 layer,"));
  CHECK_THAT(first.text, containsText("layer0.output") && !containsText("layer1."));
  CHECK_THAT(first.text, containsText("EQUAL: golden, emulator and RTL agree"));
  expectRefusal(std::string("run ") + kSmall + " --layers 3" + on, "small has 1 to 2 layers");
  expectRefusal(std::string("run ") + kSmall + " --layers 0" + on, "small has 1 to 2 layers");
  expectRefusal(std::string("run ") + kSmall + " --encoder-only" + on, "--encoder-only");
  CHECK_THAT(expectFine(std::string("estimate ") + kSmall + " --layers 1" + on).text,
             containsText("1 layer,"));
  expectRefusal(std::string("estimate ") + kSmall + " --layers 3" + on, "small has 1 to 2 layers");
}

TEST_CASE("the real model's embeddings on the RTL are the golden model's", "[trained]") {
  const std::string file = "build/models/minilm.itf";
  if (isAbsent(file)) return;
  const TemporaryFolder folder;
  const auto vectors = [&](const std::string& backend) {
    const std::string npy = folder.path(backend + ".npy");
    expectFine("embed --model " + file + " 'A river.' 'Yes.' --floor 0.98 --npy " + npy +
               " --backend " + backend);
    return readText(npy);
  };
  CHECK((vectors("rtl") == vectors("golden")));
}

TEST_CASE("embed writes NumPy files and reads sentences from a pipe", "[models]") {
  const Models models;
  writeFile(models.path("lines"), "A river.\r\n\n  \nA stone.\n");
  const Outcome outcome = runProgram("embed" + models.model() + "--input - --npy " +
                                         models.path("x.npy"),
                                     models.path("lines"));
  CHECK(outcome.status == 0);
  const std::string npy = readText(models.path("x.npy"));
  CHECK(npy.size() == 128 + 4 * 32 * sizeof(float));
  CHECK_THAT(npy.substr(0, 128), containsText("'shape': (4, 32)"));
  expectRefusal("embed" + models.model(), "no sentences: give them as arguments");
  expectRefusal("embed" + models.model() + "x --input " + models.path("none"), "cannot be opened");
  expectRefusal("embed" + models.model() + "x --npy /proc/x.npy", "/proc/x.npy: cannot be written");
  const Outcome below = runProgram("embed" + models.model() + "'A river.' --floor 0.9999999");
  CHECK(below.status == 2);
  CHECK_THAT(below.text, containsText("BELOW the floor"));
}

TEST_CASE("search finds lines and keeps the corpus's embeddings", "[models]") {
  const Models models;
  const std::string corpus = models.path("corpus.txt");
  const std::string search =
      "search" + models.model() + "--corpus " + corpus + " --top 2 'a cat in the garden'";
  const auto caches = [&] {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(models.path()))
      if (entry.path().extension() == ".itfcache") found.push_back(entry.path().string());
    return found;
  };
  writeFile(corpus, "\n" + readText(kSentences) + "Yes.\n");
  const Outcome first = expectFine(search);
  CHECK_THAT(first.text, containsText("12 different lines, 0 of them from the cache"));
  CHECK_THAT(first.text, containsText("      8: A cat sleeps in the green garden by the sea."));
  REQUIRE(caches().size() == 1);
  CHECK_THAT(expectFine(search).text, containsText("12 of them from the cache"));

  writeFile(corpus, readText(kSentences) + "A cat reads in the garden.\n");
  const Outcome changed = expectFine(search);
  CHECK_THAT(changed.text, containsText("13 different lines, 12 of them from the cache"));
  CHECK_THAT(changed.text, containsText("     13: A cat reads in the garden."));

  std::string cache = readText(caches()[0]);
  cache[cache.size() / 2] ^= 1;
  writeFile(caches()[0], cache);
  const Outcome damaged = expectFine(search);
  CHECK_THAT(damaged.text, containsText("cache left aside and made again: "));
  CHECK_THAT(damaged.text, containsText("0 of them from the cache"));
  CHECK_THAT(expectFine(search).text, containsText("13 of them from the cache"));

  expectFine(search + " --backend float");  // another cache
  CHECK(caches().size() == 2);
  CHECK_THAT(expectFine(search + " --backend emulator --config configs/edge8.toml").text,
             containsText("13 of them from the cache"));  // the same integers
  writeFile(corpus, " \n\n");
  expectRefusal(search, "holds no line of text");
}

TEST_CASE("search goes on where nothing can be written", "[models]") {
  const Models models;
  const Outcome outcome =
      runCommand("INTFORMER_CACHE=/proc/none " + shellWord(INTFORMER_PROGRAM) + " search" +
                 models.model() + "--corpus /proc/self/status 'a name' --top 1");
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.text, containsText("the corpus's embeddings are not kept: no folder"));
}

TEST_CASE("models that are not what they must be are refused with a way out", "[models]") {
  const Models models;
  expectRefusal("embed --model " + models.path("float.itf") + " x",
                "holds no integers yet: intformer quantize");
  expectFine("embed --model " + models.path("float.itf") + " x --backend float");
  expectRefusal("embed --model " + models.path("none.itf") + " x", "cannot be opened");
  expectRefusal("embed --model Makefile x", "is not a model file of intformer");
  std::string bytes = readText(models.file);
  writeFile(models.path("short.itf"), bytes.substr(0, bytes.size() / 2));
  expectRefusal("embed --model " + models.path("short.itf") + " x", "cut off");
  bytes[bytes.size() - 7] ^= 8;
  writeFile(models.path("bad.itf"), bytes);
  for (const char* command : {"embed x --model ", "search q --corpus Makefile --model ",
                              "quantize --out /dev/null ", "tokenize x --model ",
                              "run --config configs/tiny4.toml "})
    expectRefusal(command + models.path("bad.itf"), "is damaged: section integers.data");
  writeFile(models.path("empty.txt"), "\n");
  expectRefusal("quantize " + models.file + " --calibrate " + models.path("empty.txt") +
                    " --out " + models.path("y.itf"),
                "holds no sentence to calibrate on");
  CHECK_FALSE(std::filesystem::exists(models.path("y.itf")));
}

TEST_CASE("folders that are no such model are refused by file and tensor", "[models]") {
  const TemporaryFolder folder;
  const std::string import = "import " + folder.path("m") + " --out " + folder.path("x.itf");
  const auto restore = [&] {
    std::filesystem::copy(kSmall, folder.path("m"),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
  };
  const auto refuses = [&](const char* file, const std::string& bytes, const std::string& reason) {
    restore();
    writeFile(folder.path("m/") + file, bytes);
    expectRefusal(import, reason);
    CHECK_FALSE(std::filesystem::exists(folder.path("x.itf")));
  };
  expectRefusal("import tests/models/sentences.txt --out x.itf", "is not a folder");
  expectRefusal(import, "is not a folder");
  const std::string weights = readText(std::string(kSmall) + "/model.safetensors");
  const std::string config = readText(std::string(kSmall) + "/config.json");
  const auto with = [&](std::string text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  refuses("model.safetensors", weights.substr(0, 20000), "model.safetensors");
  refuses("model.safetensors",
          with(weights, "layer.1.output.dense.bias", "layer.7.output.dense.bias"),
          "encoder.layer.1.output.dense.bias is missing, expected shape [32]");
  refuses("config.json", with(config, "\"intermediate_size\": 64", "\"intermediate_size\": 65"),
          "intermediate.dense.weight has shape [64, 32], expected [65, 32]");
  refuses("config.json", with(config, "\"gelu\"", "\"relu\""), "hidden_act: must be \"gelu\"");
  refuses("vocab.txt", "a\nb\n", "vocab.txt");
  restore();
  std::filesystem::remove(folder.path("m/config.json"));
  expectRefusal(import, "config.json: cannot be opened");
}

}  // namespace
}  // namespace intformer::test
