#include "gen/emit/emit.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "gen/config.hpp"
#include "gen/device.hpp"
#include "gen/library.hpp"
#include "gen/names.hpp"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "gen/writer.hpp"
#include "sw/version/version.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer {
namespace {

Plan planOf(const std::string& name, std::vector<std::string> overrides = {}) {
  const ConfigResult result = loadConfig("configs/" + name + ".toml", overrides);
  REQUIRE(result.plan);
  return *result.plan;
}

const EmittedFile& fileNamed(const std::vector<EmittedFile>& files, const std::string& path) {
  for (const auto& file : files)
    if (file.path == path) return file;
  FAIL("no file " + path);
  return files.front();
}

std::vector<std::string> linesOf(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kConfigs[] = {"tiny4",  "edge8",       "base16",
                                    "wide32", "attention32", "array64"};

}  // namespace

TEST_CASE("what is committed is what the generator writes today") {
  std::map<std::string, std::string> expected;
  for (const auto& file : emitBare(planOf("base16")))
    if (file.path.ends_with(".sv")) expected[file.path] = file.text;
  const auto design = emitAll(planOf("base16"));
  for (const auto& file : design) expected["base16/" + file.path] = file.text;
  for (const auto& file : emitIntegration(planOf("base16"), design))
    expected["base16/" + file.path] = file.text;
  auto committed = test::readTree("rtl/generated");
  committed.erase("base16/base16_manifest.txt");
  for (const auto& [path, text] : expected) {
    INFO("rtl/generated/" << path << " is out of date: run scripts/regenerate.sh");
    CHECK(committed.contains(path));
    CHECK((committed[path] == text));
    committed.erase(path);
  }
  for (const auto& [path, text] : committed) FAIL_CHECK("no longer emitted: " << path);
}

TEST_CASE("the documentation of commands is what the generator writes today") {
  INFO("docs/4-commands.md is out of date: run scripts/regenerate.sh");
  CHECK((emitMarkdown(planOf("base16")).at(0).text == test::readText("docs/4-commands.md")));
}

TEST_CASE("the driver's header is what the generator writes today") {
  INFO("sw/runtime/intformer_registers.h is out of date: run scripts/regenerate.sh");
  CHECK((emitRuntimeHeader().text == test::readText("sw/runtime/intformer_registers.h")));
}

TEST_CASE("the same plan gives the same bytes") {
  for (const auto* name : kConfigs) {
    const auto first = emitAll(planOf(name));
    const auto second = emitAll(planOf(name));
    REQUIRE(first.size() == second.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      CHECK(first[i].path == second[i].path);
      CHECK((first[i].text == second[i].text));
    }
  }
}

TEST_CASE("emitted text is tidy: no tabs, trailing blanks or paths that a user lacks") {
  for (const auto* name : kConfigs)
    for (const auto& file : emitAll(planOf(name))) {
      INFO(file.path);
      CHECK_FALSE(contains(file.text, std::filesystem::current_path().string()));
      if (file.path.ends_with(".sv")) {
        for (const auto* own : {"docs/", "gen/", "rtl/", "sw/"})
          CHECK_FALSE(contains(file.text, own));
        CHECK_FALSE(contains(file.text, "intformer_"));
        CHECK(file.text.starts_with("// SPDX-License-Identifier: Apache-2.0\n"));
        CHECK(contains(file.text, "\n`default_nettype none\n"));
        CHECK(file.text.ends_with("\n`default_nettype wire\n"));
      }
      CHECK(file.text.ends_with("\n"));
      CHECK_FALSE(file.text.ends_with("\n\n"));
      for (const auto& line : linesOf(file.text)) {
        INFO(line);
        CHECK_FALSE((contains(line, "\t") || line.ends_with(" ")));
      }
    }
}

TEST_CASE("a file holds one module or package of its own name, prefixed with the device") {
  for (const auto& file : emitAll(planOf("tiny4", {"name=zebra"}))) {
    if (!file.path.ends_with(".sv")) continue;
    const std::string name = std::filesystem::path(file.path).stem().string();
    INFO(file.path);
    CHECK(name.starts_with("zebra_"));
    unsigned modules = 0;
    for (const auto& line : linesOf(file.text))
      if (line.starts_with("module ") || line.starts_with("package ")) {
        ++modules;
        CHECK(contains(line, ' ' + name));
      }
    CHECK(modules == 1);
    CHECK_FALSE(contains(file.text, "tiny4"));
  }
}

TEST_CASE("two sizes differ in the package and not in structure") {
  const auto small = emitAll(planOf("base16", {"name=x"}));
  const auto large = emitAll(planOf("base16", {"name=x", "array.dim=32", "scratchpad.bytes=1048576",
                                               "accumulator.bytes=131072"}));
  REQUIRE(small.size() == large.size());
  for (std::size_t i = 0; i < small.size(); ++i) {
    CHECK(small[i].path == large[i].path);
    if (small[i].path.ends_with(".sv") && small[i].path != "x_pkg.sv") {
      INFO(small[i].path);
      CHECK((small[i].text == large[i].text));
    }
  }
}

TEST_CASE("the file list names every source once, relative to itself, the top last") {
  for (const auto* name : kConfigs) {
    const auto files = emitAll(planOf(name));
    std::vector<std::string> listed;
    for (const auto& line : linesOf(fileNamed(files, std::string(name) + ".f").text))
      if (!line.starts_with("//")) listed.push_back(line);
    std::vector<std::string> sources;
    for (const auto& file : files)
      if (file.path.ends_with(".sv")) sources.push_back(file.path);
    CHECK(listed == sources);
    CHECK(listed.front() == std::string(name) + "_pkg.sv");
    CHECK(listed.back() == std::string(name) + "_top.sv");
  }
}

TEST_CASE("a device has one top: every other module is a part of one that it has") {
  for (const auto* name : kConfigs)
    for (const std::string change :
         {"registers.counters=full", "registers.counters=basic", "registers.counters=none",
          "vector.family=ibert", "vector.family=pwl", "vector.lanes=1", "bus.address_bits=64"}) {
      std::set<std::string> modules, parts;
      for (const auto& file : emitAll(planOf(name, {change}))) {
        if (!file.path.ends_with(".sv")) continue;
        const std::string own = std::filesystem::path(file.path).stem().string();
        modules.insert(own);
        for (const Word& word : wordsOf(file.text))
          if (word.place == WordPlace::Code && word.text != own) parts.emplace(word.text);
      }
      CHECK(modules.size() > 20);
      CHECK(modules.erase(std::string(name) + "_top") == 1);
      for (const auto& module : modules) {
        INFO(name << " with " << change << ": nothing is made of " << module);
        CHECK(parts.contains(module));
      }
    }
}

TEST_CASE("a device's copy has its names: in code, and in comments where they are no English") {
  const DeviceNames names("zebra", std::vector<EmittedFile>{
                                       {"a/fifo.sv", ""}, {"b/row_fetch.sv", ""}, {"my_pkg.sv", ""},
                                       {"intformer_pkg.sv", ""}});
  const EmittedFile copy = names.copyOf(
      {"b/row_fetch.sv",
       "// A fifo behind row_fetch; see intformer_pkg.\nmodule row_fetch;\n  fifo u_fifo ();\n"
       "  localparam int X = intformer_pkg::X + my_pkg::Y; // my_pkg_2\n"
       "  initial $error(\"fifo // row_fetch\");\n  my_fifo $fifo fifo_2 fifo"});
  CHECK(copy.path == "b/zebra_row_fetch.sv");
  CHECK(copy.text ==
        "// A fifo behind zebra_row_fetch; see zebra_pkg.\nmodule zebra_row_fetch;\n"
        "  zebra_fifo u_fifo ();\n"
        "  localparam int X = zebra_pkg::X + zebra_my_pkg::Y; // my_pkg_2\n"
        "  initial $error(\"fifo // row_fetch\");\n  my_fifo $fifo fifo_2 zebra_fifo");
}

TEST_CASE("the device is made of all of rtl/, whose names stand for nothing else") {
  std::map<std::string, std::string> texts;
  for (const auto& file : libraryFiles())
    texts[std::filesystem::path(file.path).stem().string()] = file.text;
  for (const auto& file : emitBare(planOf("base16")))
    if (file.path.ends_with(".sv"))
      texts[std::filesystem::path(file.path).stem().string()] = file.text;
  std::set<std::string> used = {"intformer_top"};
  for (const auto& [name, text] : texts)
    for (const Word& word : wordsOf(text)) {
      const std::string other(word.text);
      if (word.place != WordPlace::Code || !texts.contains(other)) continue;
      INFO(other << " in " << name);
      const std::size_t lineBegin = text.rfind('\n', word.begin) + 1;
      const std::string before = text.substr(lineBegin, word.begin - lineBegin);
      const bool package = text.compare(word.begin + other.size(), 2, "::") == 0;
      const bool instance = before.find_first_not_of(' ') == before.npos;
      if (other == name)
        CHECK((before == "module " || before == "package "));
      else
        CHECK((package || instance));
      if (other != name) used.insert(other);
    }
  for (const auto& [name, text] : texts) {
    INFO(name << " is no part of a device");
    CHECK(used.contains(name));
  }
}

TEST_CASE("the package carries the plan and the tables") {
  const std::string text = emitPackage(planOf("edge8")).text;
  const auto has = [&](const std::string& name, const std::string& value) {
    for (const auto& line : linesOf(text))
      if (contains(line, ' ' + name + ' ') && contains(line, "= " + value + ';')) return true;
    return false;
  };
  CHECK(has("Dim", "8"));
  CHECK(has("Lanes", "2"));
  CHECK(has("ScratchWords", "16384"));
  CHECK(has("FamilyPwl", "1'b1"));
  CHECK(has("OpRowScalarLayerNorm", "8'h39"));
  CHECK(has("AAddrLsb", "32"));
  CHECK(has("AAddrWidth", "24"));
  CHECK(has("Out16StrideLsb", "256"));
  CHECK(has("ErrScratchRange", "8'd10"));
  CHECK(contains(text, "} vector_op_t;"));
  CHECK(has("RegWindow3Permissions", "12'h0F0"));
  CHECK_FALSE(contains(text, "RegWindow4"));
  CHECK(has("CountWriteBytes", "14"));
  CHECK(has("EventCount", "15"));
  CHECK(has("CounterCount", "55"));
}

TEST_CASE("a device is told by one hash and one name, which every output carries") {
  // By an FNV-1a written elsewhere, of the numbers of configs/tiny4.toml.
  const std::string hash = "0x0071f0469828ae3c";
  const Plan plan = planOf("tiny4");
  CHECK(configHashText(plan) == hash);
  CHECK(deviceName(plan) == "tiny4");
  CHECK(configHash(planOf("tiny4", {"name=other"})) == configHash(plan));
  std::set<uint64_t> hashes = {configHash(plan)};
  const std::vector<std::string> changes = {
      "array.dim=8",         "accumulator.bytes=4096",    "accumulator.banks=4",
      "scratchpad.banks=4",  "scratchpad.bytes=16384",    "vector.lanes=4",
      "vector.family=pwl",   "vector.stat_rows=32",       "bus.data_bits=64",
      "bus.address_bits=40", "bus.max_burst_beats=4",     "bus.outstanding_reads=3",
      "bus.outstanding_writes=3", "commands.queue_depth=3", "commands.fetch_depth=3",
      "protection.windows=3", "registers.counters=basic", "registers.counters=none"};
  for (const std::string& change : changes) {
    const Plan other = planOf("tiny4", {change});
    CHECK(deviceName(other) == "tiny4 (" + change + ")");
    CHECK(hashes.insert(configHash(other)).second);
  }
  CHECK(planOf("tiny4", {"array.dim=4"}).overrides.empty());

  const Plan other = planOf("tiny4", {"vector.lanes=4", "vector.family=pwl"});
  const std::string name = "tiny4 (vector.lanes=4, vector.family=pwl)";
  const std::string version = "intformer " + std::string(version::programVersion());
  for (const auto& file : emitAll(other)) {
    INFO(file.path);
    CHECK(contains(file.text, version));
    if (file.path == "tiny4_pkg.sv" || file.path == "tiny4_regs.h" || file.path.ends_with(".md"))
      CHECK(contains(file.text, name));
  }
  const auto json =
      nlohmann::json::parse(fileNamed(emitAll(other), "tiny4_plan.json").text);
  CHECK(json["overrides"] == nlohmann::json({"vector.lanes=4", "vector.family=pwl"}));
  CHECK(json["config_hash"] == configHashText(other));
  CHECK(json["interface_version"] == kDeviceVersion);
}

TEST_CASE("the C header compiles as C and C++ beside another device's and agrees with the tables") {
  const test::TemporaryFolder folder;
  for (const auto* name : {"tiny4", "edge8"})
    for (const auto& file : emitHeader(planOf(name)))
      test::writeFile(folder.path(file.path), file.text);
  std::string source = "#include \"tiny4_regs.h\"\n#include \"edge8_regs.h\"\n"
                       "#include \"tiny4_regs.h\"\n#ifdef __cplusplus\n#define _Static_assert "
                       "static_assert\n#endif\n";
  const auto demand = [&](const std::string& condition) {
    source += "_Static_assert(" + condition + ", \"\");\n";
  };
  demand("TINY4_DIM == 4 && EDGE8_DIM == 8 && TINY4_FAMILY_PWL == 0 && EDGE8_FAMILY_PWL == 1");
  demand("TINY4_REG_STATUS == 0x24u && TINY4_REG_WINDOW1_END_LOW == 0xA8u");
  const uint64_t hash = configHash(planOf("edge8"));
  demand("EDGE8_CONFIG_HASH_LOW_VALUE == " + std::to_string(hash & 0xFFFFFFFF) + "u");
  demand("EDGE8_CONFIG_HASH_HIGH_VALUE == " + std::to_string(hash >> 32) + "u");
  demand("EDGE8_ERR_STAT_RANGE == 12 && EDGE8_COUNT_READ_BYTES == 13 && EDGE8_COMMAND_BYTES == 64");
  for (const auto& field : commandFields()) {
    const std::string name = "TINY4_" + upperSnake(field.name);
    demand(name + "_LSB == " + std::to_string(field.lsb));
    demand(name + "_WIDTH == " + std::to_string(field.width));
  }
  test::writeFile(folder.path("a.c"), source + "int main(void) { return 0; }\n");
  for (const std::string compiler : {"cc -std=c11 -x c", "c++ -std=c++20 -x c++"}) {
    INFO(compiler);
    CHECK(std::system((compiler + " -Wall -Wextra -Werror -pedantic -fsyntax-only " +
                       folder.path("a.c"))
                          .c_str()) == 0);
  }
}

TEST_CASE("what a device does not count is named, and is in no file as a register") {
  for (const Counters level : {Counters::Basic, Counters::None}) {
    const std::string word(countersName(level));
    INFO(word);
    const auto files = emitAll(planOf("tiny4", {"registers.counters=" + word}));
    const std::string& header = fileNamed(files, "tiny4_regs.h").text;
    const std::string& document = fileNamed(files, "tiny4_commands.md").text;
    const std::string& package = fileNamed(files, "tiny4_pkg.sv").text;
    CHECK(contains(document, "Is not counted by this device (registers.counters = " + word + "): "));
    for (const CounterSpec& counter : counterSpecs()) {
      const std::string name(counter.name);
      INFO(name);
      const bool counted = counter.isIn(level);
      CHECK(contains(header, "TINY4_COUNT_" + upperSnake(name) + " ") == counted);
      CHECK(contains(header, "TINY4_REG_COUNT_" + upperSnake(name) + "_LOW ") == counted);
      CHECK(contains(document, "`count_" + name + "_low`") == counted);
      CHECK(contains(document, "`" + name + "`") == !counted);
      CHECK(contains(package, "RegCount" + upperCamel(name) + "Low ") == counted);
    }
    const std::string& registers = fileNamed(files, "control/tiny4_registers.sv").text;
    CHECK(contains(registers, "tiny4_counter_totals") == (level == Counters::Basic));
    CHECK(!contains(registers, "tiny4_cause_sums"));
    CHECK(nlohmann::json::parse(fileNamed(files, "tiny4_plan.json").text)["counters"] == word);
  }
}

TEST_CASE("the plan as JSON says what the plan says") {
  const Plan plan = planOf("wide32");
  const auto json = nlohmann::json::parse(emitPlanJson(plan).at(0).text);
  CHECK(json["name"] == "wide32");
  CHECK(json["family"] == "pwl");
  CHECK(json["dim"] == plan.dim);
  CHECK(json["scratch_bytes"] == 1048576);
  CHECK(json["acc_bytes"] == 262144);
  CHECK(json["window_count"] == plan.windowCount);
  CHECK(json["beats_per_word"] == 2);
}

}  // namespace intformer
