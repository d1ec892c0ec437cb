// The estimate subcommand, as a user calls it.

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

using intformer::test::Outcome;
using intformer::test::readTree;
using intformer::test::runProgram;
using intformer::test::shellWord;
using intformer::test::TemporaryFolder;

TEST_CASE("estimate writes a run's report without its comparisons", "[cli]") {
  const std::string file = std::string(INTFORMER_SCRATCH) + "/estimate.json";
  const Outcome output = runProgram(
      "estimate configs/models/odd.toml --config configs/base16.toml --seq 77 --layers 2 "
      "--set vector.lanes=4 --json " +
      shellWord(file));
  INFO(output.text);
  REQUIRE(output.status == 0);
  const auto json = nlohmann::json::parse(std::ifstream(file));
  CHECK(json.at("config") == "base16 (vector.lanes=4)");
  CHECK(json.at("model") == "odd");
  CHECK(json.at("seq") == 77);
  CHECK(json.at("layers") == 2);
  CHECK_FALSE(json.contains("mismatches"));
  CHECK(json.at("bytes_read") > 0);
  CHECK(json.at("bytes_written") > 0);
  uint64_t cycles = 0;
  uint64_t macs = 0;
  for (const auto& op : json.at("operators")) {
    cycles += op.at("cycles").get<uint64_t>();
    macs += op.at("macs").get<uint64_t>();
    CHECK(op.contains("kind"));
    CHECK(op.contains("utilization"));
    CHECK(op.contains("bytes"));
  }
  CHECK(cycles == json.at("cycles"));
  CHECK(macs == json.at("macs"));
  CHECK(json.at("utilization").get<double>() ==
        Approx(static_cast<double>(macs) / (256.0 * static_cast<double>(cycles))));
}

TEST_CASE("estimate says times where the config names a clock", "[cli]") {
  const std::string words =
      "estimate configs/models/tiny.toml --config configs/tiny4.toml --seq 5 ";
  CHECK(runProgram(words).text.find("MHz") == std::string::npos);
  const std::string file = std::string(INTFORMER_SCRATCH) + "/clocked.json";
  const Outcome output = runProgram(words + "--set target.clock_mhz=50 --json " + shellWord(file));
  REQUIRE(output.status == 0);
  INFO(output.text);
  CHECK(output.text.find("\nat 50 MHz: ") != std::string::npos);
  const auto json = nlohmann::json::parse(std::ifstream(file));
  const double seconds = json.at("cycles").get<double>() / 50e6;
  CHECK(json.at("seconds").get<double>() == Approx(seconds));
  CHECK(json.at("tokens_per_second").get<double>() == Approx(5 / seconds));
}

TEST_CASE("a slower memory costs cycles", "[cli]") {
  const auto total = [](const std::string& options) {
    const Outcome output =
        runProgram("estimate configs/models/tiny.toml --config configs/tiny4.toml --seq 5 " + options);
    REQUIRE(output.status == 0);
    return output.text.substr(output.text.find("total"));
  };
  CHECK(total("") == total("--mem-latency 100"));
  CHECK(total("") != total("--mem-latency 200"));
}

TEST_CASE("estimate takes what changes a run's cycles, and says the same", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.path("x.json");
  const auto cycles = [&](const std::string& command, const std::string& options) {
    const Outcome output = runProgram(command + " configs/models/tiny-tokens.toml --config "
                                      "configs/tiny4.toml --json " + file + " " + options);
    INFO(output.text);
    REQUIRE(output.status == 0);
    return nlohmann::json::parse(std::ifstream(file)).at("cycles").get<uint64_t>();
  };
  std::set<uint64_t> all;
  for (const std::string options :
       {"--seq 16", "--seq 16 --seed 6", "--seq 16 --seed 3", "--seq 16 --seed 4 --layers 2",
        "--seq 5,9 --seed 5", "--seq 16 --encoder-only", "--seq 16 --mem-latency 37 --seed 6",
        "--seq 16 --memory ddr3", "--seq 16 --memory sdram",
        "--seq 16 --memory ddr3 --set target.clock_mhz=50"}) {
    INFO(options);
    const uint64_t estimate = cycles("estimate", options);
    CHECK(estimate == cycles("run --backend rtl", options));
    all.insert(estimate);
  }
  CHECK(all.size() == 10);  // each option counts
}

TEST_CASE("estimate says what DRAM does with its time", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.path("x.json");
  const std::string words =
      "estimate configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --json " + file;
  const Outcome output = runProgram(words + " --memory sdram");
  INFO(output.text);
  REQUIRE(output.status == 0);
  CHECK_THAT(output.text,
             containsText("; memory sdram: SDR SDRAM x16 at 100 MHz, device at 50 MHz\n"));
  CHECK_THAT(output.text, containsText("\nmemory: data "));
  const auto json = nlohmann::json::parse(std::ifstream(file));
  CHECK(json.at("memory").at("dram") == "sdram: SDR SDRAM x16 at 100 MHz, device at 50 MHz");
  const auto& cycles = json.at("memory").at("cycles");
  // Four bytes in a cycle, and no more accesses than bytes: 4-byte port, 4-byte accesses.
  CHECK(cycles.at("data").get<uint64_t>() * 4 ==
        json.at("bytes_read").get<uint64_t>() + json.at("bytes_written").get<uint64_t>());
  uint64_t sum = 0;
  for (const char* part : {"data", "rows", "turn_around", "refresh"}) {
    CHECK(cycles.at(part) > 0);
    sum += cycles.at(part).get<uint64_t>();
  }
  CHECK(sum < json.at("cycles").get<uint64_t>());
  CHECK(runProgram(words).text.find("turn-around") == std::string::npos);
}

TEST_CASE("estimate prints the surveys' tables", "[cli]") {
  const Outcome output = runProgram("estimate --tables");
  REQUIRE(output.status == 0);
  for (const char* figure : {"22.42", "97.02", "1323.66", "159.68", "231.00", "117.96"})
    CHECK_THAT(output.text, containsText(figure));
  CHECK_THAT(output.text, containsText("BERT-Large, l = 4096"));
}

TEST_CASE("estimate refuses what it cannot read", "[cli]") {
  CHECK(runProgram("estimate").status == 1);
  CHECK(runProgram("estimate configs/models/odd.toml --seq 4").status == 1);
  CHECK(runProgram("estimate configs/models/none.toml --config configs/base16.toml --seq 4")
            .status == 1);
  CHECK(runProgram("estimate configs/models/odd.toml --config configs/base16.toml").status == 1);
}

TEST_CASE("compile explains its choices", "[cli]") {
  const std::string file = std::string(INTFORMER_SCRATCH) + "/explain.json";
  const Outcome output = runProgram(
      "compile configs/models/odd.toml --config configs/base16.toml --seq 77 --layers 2 --explain "
      "--json " + shellWord(file));
  INFO(output.text);
  REQUIRE(output.status == 0);
  std::istringstream lines(output.text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
  CHECK_THAT(output.text, containsText("linear 77x36 -> 100 gelu"));
  CHECK_THAT(output.text, containsText("taken"));
  const auto json = nlohmann::json::parse(std::ifstream(file));
  uint64_t cycles = 0;
  for (const auto& op : json.at("operators")) {
    cycles += op.at("cycles").get<uint64_t>();
    CHECK(op.at("bytes") >= op.at("least_bytes"));
    CHECK(op.at("utilization").get<double>() <= 1);
  }
  CHECK(cycles == json.at("cycles"));
  const auto& choices = json.at("choices");
  REQUIRE(choices.size() >= 2);
  CHECK(choices[0].at("cycles") == cycles);  // two layers are judged whole
  for (const auto& choice : choices) CHECK(choice.at("cycles") >= cycles);
  const Outcome estimate = runProgram(
      "estimate configs/models/odd.toml --config configs/base16.toml --seq 77 --layers 2");
  CHECK_THAT(estimate.text, containsText(std::to_string(cycles)));
}

TEST_CASE("compile wants a folder or an explanation", "[cli]") {
  const std::string model = "compile configs/models/odd.toml --config configs/base16.toml --seq 5 ";
  const Outcome neither = runProgram(model);
  CHECK(neither.status != 0);
  CHECK_THAT(neither.text, containsText("--explain"));
  CHECK(runProgram(model + "--json x.json").status != 0);  // of what?
}

TEST_CASE("a model that does not fit is refused with place, reason and way out", "[cli]") {
  const TemporaryFolder folder;
  const std::string device = "configs/models/bert-base.toml --config configs/tiny4.toml --seq 16 ";
  const std::string out = " --out " + folder.path("program");
  const std::string json = " --json " + folder.path("x.json");
  for (const std::string& command : {"compile " + device + out,
                                     "compile " + device + "--explain" + json + out,
                                     "estimate " + device + json}) {
    const Outcome refused = runProgram(command + " --set accumulator.bytes=256");
    INFO(command << "\n" << refused.text);
    CHECK(refused.status == 1);
    CHECK_THAT(refused.text,
               containsText("configs/models/bert-base.toml does not run on configs/tiny4.toml: "));
    CHECK_THAT(refused.text, containsText("one attention step does not fit accumulator"));
    CHECK_THAT(refused.text, containsText("would fit: accumulator.bytes = 1024"));
    CHECK(std::filesystem::is_empty(folder.path()));
  }
  // The way out leads out, and half of it does not.
  CHECK(runProgram("compile " + device + out + " --set accumulator.bytes=512").status == 1);
  CHECK(runProgram("compile " + device + out + " --set accumulator.bytes=1024").status == 0);
  CHECK(readTree(folder.path()).contains("program/program.bin"));
}

TEST_CASE("compile leaves a folder alone that it did not write", "[cli]") {
  const TemporaryFolder folder;
  intformer::test::writeFile(folder.path("mine.txt"), "text");
  const Outcome refused =
      runProgram("compile configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --out " +
                 folder.path());
  CHECK(refused.status == 1);
  CHECK_THAT(refused.text, containsText("holds mine.txt, which compile did not write"));
  CHECK(readTree(folder.path()).size() == 1);
}

TEST_CASE("the golden model alone runs without a program", "[cli]") {
  const std::string run = "run configs/models/odd.toml --seq 40 --backend golden --config configs/";
  const Outcome output = runProgram(run + "base16.toml");
  INFO(output.text);
  CHECK(output.status == 0);
  CHECK(output.text.find("golden in ") != std::string::npos);
  CHECK(output.text.find("commands") == std::string::npos);
  // So a device that the model does not fit is no hindrance.
  CHECK(runProgram(run + "tiny4.toml --set scratchpad.bytes=256").status == 0);
}
