#include "gen/config.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gen/config_keys.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer {
namespace {

std::string texts(const ConfigResult& result) {
  std::string all;
  for (const auto& fault : result.diagnostics) all += fault.text() + '\n';
  return all;
}

/// Diagnostics of a config text; the file is called "x.toml" in them.
std::string faultsOf(const std::string& toml, const std::vector<std::string>& overrides = {}) {
  const test::TemporaryFolder folder;
  const std::string file = folder.path("x.toml");
  test::writeFile(file, toml);
  const ConfigResult result = loadConfig(file, overrides);
  CHECK(result.plan.has_value() == result.diagnostics.empty());
  std::string all = texts(result);
  for (std::size_t at; (at = all.find(file)) != std::string::npos;)
    all.replace(at, file.size(), "x.toml");
  return all;
}

/// The reference config with one piece of its text replaced.
std::string base16With(const std::string& from, const std::string& to) {
  std::string text = test::readText("configs/base16.toml");
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Refused {
  const char* overrideText;
  const char* expected;
};

}  // namespace

TEST_CASE("every config of the project is accepted and derives its plan") {
  struct Expected {
    const char* name;
    uint32_t dim, lanes, scratchWords, accRows, busBytes;
    Family family;
  };
  const Expected expected[] = {
      {"tiny4", 4, 2, 8192, 512, 4, Family::Ibert},
      {"edge8", 8, 2, 16384, 1024, 8, Family::Pwl},
      {"base16", 16, 8, 32768, 1024, 16, Family::Pwl},
      {"wide32", 32, 16, 32768, 2048, 32, Family::Pwl},
      {"attention32", 32, 32, 32768, 2048, 64, Family::Pwl},
      {"array64", 64, 64, 32768, 2048, 64, Family::Pwl},
  };
  for (const auto& e : expected) {
    const ConfigResult result = loadConfig(std::string("configs/") + e.name + ".toml");
    INFO(texts(result));
    REQUIRE(result.plan);
    CHECK(result.plan->name == e.name);
    CHECK(result.plan->dim == e.dim);
    CHECK(result.plan->lanes == e.lanes);
    CHECK(result.plan->scratchWords == e.scratchWords);
    CHECK(result.plan->accRows == e.accRows);
    CHECK(result.plan->busBytes == e.busBytes);
    CHECK(result.plan->family == e.family);
  }
}

TEST_CASE("a value out of its range is refused with the nearest legal one") {
  const Refused cases[] = {
      {"name=My-Chip",
       "name: must be 1 to 32 small letters, digits and single underscores, a letter first, no "
       "underscore last, got \"My-Chip\"; nearest legal: \"my_chip\""},
      {"name=", "got \"\"; nearest legal: \"device\""},
      // Nothing is proposed: 4, the nearest, is less than base16's lanes.
      {"array.dim=2", "array.dim: must be a power of two from 4 to 64, got 2\n"},
      {"array.dim=20", "got 20; nearest legal: 16"},
      {"array.dim=128", "got 128; nearest legal: 64"},
      {"array.dsp_multipliers=-1", "must be an integer from 0 to 4096, got -1; nearest legal: 0"},
      {"target.family=ultrascale+",
       "target.family: must be \"generic\", \"ecp5\" or \"ultrascale\", got \"ultrascale+\"; nearest legal: "
       "\"ultrascale\""},
      {"registers.counters=some",
       "registers.counters: must be \"full\", \"basic\" or \"none\", got \"some\"; nearest legal: \"none\""},
      {"registers.counters=0", "must be \"full\", \"basic\" or \"none\", got \"0\""},
      {"target.clock_mhz=2001", "must be an integer from 0 to 2000, got 2001; nearest legal: 2000"},
      {"accumulator.banks=1", "must be a power of two from 2 to 16, got 1; nearest legal: 2"},
      {"scratchpad.banks=6", "must be a power of two from 2 to 16, got 6; nearest legal: 8"},
      {"scratchpad.bytes=-1", "scratchpad.bytes: must be an integer from 1 to 1073741824, got -1"},
      {"vector.lanes=0", "must be a power of two from 1 to 64, got 0; nearest legal: 1"},
      {"vector.lanes=6", "must be a power of two from 1 to 64, got 6; nearest legal: 8"},
      {"vector.family=relu", "must be \"ibert\" or \"pwl\", got \"relu\"; nearest legal: \"pwl\""},
      {"vector.family=iberd", "got \"iberd\"; nearest legal: \"ibert\""},
      {"vector.stat_rows=65537", "must be an integer from 4 to 65536, got 65537"},
      {"bus.data_bits=48", "must be a power of two from 32 to 512, got 48; nearest legal: 64"},
      {"bus.data_bits=1024", "nearest legal: 512"},
      {"bus.address_bits=31", "must be an integer from 32 to 64, got 31; nearest legal: 32"},
      {"bus.address_bits=65", "got 65; nearest legal: 64"},
      {"bus.max_burst_beats=3", "must be a power of two from 1 to 256, got 3; nearest legal: 4"},
      {"bus.outstanding_reads=0", "must be an integer from 1 to 64, got 0; nearest legal: 1"},
      {"bus.outstanding_writes=65", "must be an integer from 1 to 64, got 65; nearest legal: 64"},
      {"commands.queue_depth=1", "must be an integer from 2 to 256, got 1; nearest legal: 2"},
      {"commands.fetch_depth=257", "must be an integer from 2 to 256, got 257; nearest legal: 256"},
      {"protection.windows=9", "must be an integer from 1 to 8, got 9; nearest legal: 8"},
      {"protection.windows=0", "nearest legal: 1"},
  };
  const std::string base = test::readText("configs/base16.toml");
  for (const auto& c : cases) {
    const std::string faults = faultsOf(base, {c.overrideText});
    CAPTURE(c.overrideText, faults);
    CHECK(faults.find(std::string("--set ") + c.overrideText + ": ") == 0);
    CHECK(faults.find(c.expected) != std::string::npos);
    CHECK(std::count(faults.begin(), faults.end(), '\n') == 1);
  }
  CHECK_THAT(faultsOf(base, {"array.dim=8\nx=1"}), containsText("must be an integer"));
}

TEST_CASE("values that do not fit each other are refused where they stand") {
  struct Case {
    std::vector<std::string> overrides;
    const char* expected;
  };
  const Case cases[] = {
      {{"array.dim=4"},
       "x.toml:16:9: vector.lanes: must be at most array.dim = 4, got 8; nearest legal: 4\n"},
      {{"array.dsp_multipliers=257"},
       "must be at most array.dim^2 = 256, got 257; nearest legal: 256\n"},
      {{"vector.stat_rows=8"}, "must be at least array.dim = 16, got 8; nearest legal: 16\n"},
      {{"bus.data_bits=512", "bus.max_burst_beats=128"},
       "--set bus.max_burst_beats=128: bus.max_burst_beats: must be at most 4096 / "
       "(bus.data_bits / 8) = 64, got 128; nearest legal: 64\n"},
      {{"scratchpad.bytes=524300"},
       "must be a multiple of array.dim * scratchpad.banks = 64, got 524300; nearest legal: "
       "524288\n"},
      {{"scratchpad.bytes=64"},
       "must be at least 8 * array.dim^2 = 2048, got 64; nearest legal: 2048\n"},
      {{"scratchpad.bytes=536870912"},
       "must be at most 268435456 (24-bit addresses), got 536870912; nearest legal: 268435456\n"},
      {{"accumulator.bytes=65537"},
       "must be a multiple of 4 * array.dim * accumulator.banks = 128, got 65537; nearest legal: "
       "65536\n"},
      {{"accumulator.bytes=128"},
       "must be at least 8 * array.dim^2 = 2048, got 128; nearest legal: 2048\n"},
  };
  const std::string base = test::readText("configs/base16.toml");
  for (const auto& c : cases) {
    const std::string faults = faultsOf(base, c.overrides);
    CAPTURE(faults, c.expected);
    CHECK(faults.find(c.expected) != std::string::npos);
    CHECK(std::count(faults.begin(), faults.end(), '\n') == 1);
  }
}

TEST_CASE("what the hardware is built for follows from the family, and is nothing where it is left out") {
  const ConfigResult generic = loadConfig("configs/base16.toml");
  REQUIRE(generic.plan);
  CHECK(generic.plan->fabric == Fabric::Generic);
  CHECK(generic.plan->clockMhz == 0);
  CHECK(generic.plan->dspMultipliers == 256);
  CHECK(generic.plan->productsPerDsp() == 1);
  const std::vector<std::string> overrides = {"target.family=ultrascale", "target.clock_mhz=300",
                                              "array.dsp_multipliers=200"};
  const ConfigResult packed = loadConfig("configs/base16.toml", overrides);
  REQUIRE(packed.plan);
  CHECK(packed.plan->fabric == Fabric::Ultrascale);
  CHECK(packed.plan->clockMhz == 300);
  CHECK(packed.plan->dspMultipliers == 200);
  CHECK(packed.plan->productsPerDsp() == 2);
}

TEST_CASE("the nearest legal value is legal") {
  const std::string base = test::readText("configs/base16.toml");
  for (const char* start : {"array.dim=23", "accumulator.bytes=70001", "scratchpad.bytes=1",
                            "vector.lanes=17", "bus.data_bits=100", "bus.max_burst_beats=300",
                            "protection.windows=-3", "name=9Lives__x", "vector.stat_rows=3"}) {
    std::vector<std::string> overrides = {start};
    const test::TemporaryFolder folder;
    test::writeFile(folder.path("x.toml"), base);
    ConfigResult result = loadConfig(folder.path("x.toml"), overrides);
    for (int step = 0; step < 3 && !result.plan; ++step) {
      for (const auto& fault : result.diagnostics) {
        std::string value = fault.suggestion;
        std::erase(value, '"');
        overrides.push_back(fault.key + "=" + value);
      }
      result = loadConfig(folder.path("x.toml"), overrides);
    }
    CAPTURE(start, texts(result));
    CHECK(result.plan.has_value());
  }
}

TEST_CASE("unknown keys are named with their place and what was meant") {
  CHECK(faultsOf(base16With("lanes = 8", "lane = 16")) ==
        "x.toml:16:1: vector.lane: unknown key; did you mean vector.lanes?\n");
  CHECK(faultsOf(base16With("[vector]", "[vectr]")) ==
        "x.toml:15:2: vectr: unknown key; did you mean vector?\n");
  CHECK(faultsOf(base16With("name = \"base16\"", "name = \"a\"\ncolour = 3")) ==
        "x.toml:3:1: colour: unknown key\n");
}

TEST_CASE("every key may be left out") {
  const test::TemporaryFolder folder;
  const auto planOf = [&](const std::string& text, const std::vector<std::string>& overrides = {}) {
    test::writeFile(folder.path("my_chip.toml"), text);
    const ConfigResult result = loadConfig(folder.path("my_chip.toml"), overrides);
    INFO(text << texts(result));
    REQUIRE(result.plan);
    return *result.plan;
  };
  const Plan empty = planOf("");
  CHECK(empty.name == "my_chip");
  CHECK(empty.overrides.empty());
  CHECK(empty.dim == 16);
  CHECK(empty.accRows == 1024);
  CHECK(empty.accBanks == 2);
  CHECK(empty.scratchWords == 32768);
  CHECK(empty.scratchBanks == 4);
  CHECK(empty.lanes == 16);
  CHECK(empty.family == Family::Pwl);
  CHECK(empty.statRows == 512);
  CHECK(empty.busBytes == 16);
  CHECK(empty.addressBits == 40);
  CHECK(empty.maxBurstBeats == 64);
  CHECK(empty.outstandingReads == 8);
  CHECK(empty.outstandingWrites == 8);
  CHECK(empty.queueDepth == 8);
  CHECK(empty.fetchDepth == 16);
  CHECK(empty.windowCount == 4);
  CHECK(empty.counters == Counters::Full);

  // The rest follows the array, at both of its ends and with any number of banks.
  for (const uint32_t dim : {4U, 64U}) {
    const Plan plan = planOf("[array]\ndim = " + std::to_string(dim) + "\n",
                             {"accumulator.banks=16", "scratchpad.banks=16"});
    CHECK(plan.lanes == dim);
    CHECK(plan.busBytes == dim);
    CHECK(plan.accRows == 64 * dim);
    CHECK(plan.scratchWords == 2048 * dim);
    CHECK(plan.statRows == 32 * dim);
  }
  // An override of a key that the file leaves out is a change; what follows from one is not.
  CHECK(planOf("", {"array.dim=8"}).overrides == std::vector<std::string>{"array.dim=8"});
  // A file whose name is none of a device must say one.
  test::writeFile(folder.path("7.toml"), "");
  CHECK_THAT(texts(loadConfig(folder.path("7.toml"))),
             containsText("7.toml:1:1: name: left out, and the file's own name will not do: "
                          "must be 1 to 32 small letters"));
  // One fault brings no other with it.
  CHECK(faultsOf("[array]\ndim = 24\n") ==
        "x.toml:2:7: array.dim: must be a power of two from 4 to 64, got 24; nearest legal: 32\n");
}

TEST_CASE("the documentation lists the keys") {
  INFO("docs/3-architecture.md must hold the table that `intformer generate --help` ends with");
  CHECK(test::readText("docs/3-architecture.md").find(configKeysMarkdown()) != std::string::npos);
}

TEST_CASE("values of the wrong type are refused") {
  CHECK(faultsOf(base16With("dim = 16", "dim = 16.0")) ==
        "x.toml:5:7: array.dim: must be an integer, got a value of type floating-point\n");
  CHECK(faultsOf(base16With("dim = 16", "dim = \"16\"")) ==
        "x.toml:5:7: array.dim: must be an integer, got a value of type string\n");
  CHECK(faultsOf(base16With("family = \"pwl\"", "family = true")) ==
        "x.toml:17:10: vector.family: must be a string, got a value of type boolean\n");
  CHECK(faultsOf(base16With("[array]\ndim = 16", "array = 16")) ==
        "x.toml:4:9: array: must be a table\n");
}

TEST_CASE("all faults of a config come at once, in the order of the file") {
  const std::string faults = faultsOf(
      base16With("dim = 16", "dim = 24"),
      {"vector.lanes=6", "bus.data_bits=7", "foo.bar=1", "protection.windows=99"});
  CHECK(faults ==
        "x.toml:5:7: array.dim: must be a power of two from 4 to 64, got 24; nearest legal: 32\n"
        "--set foo.bar=1: foo.bar: unknown key\n"
        "--set vector.lanes=6: vector.lanes: must be a power of two from 1 to 64, got 6; nearest "
        "legal: 8\n"
        "--set bus.data_bits=7: bus.data_bits: must be a power of two from 32 to 512, got 7; "
        "nearest legal: 32\n"
        "--set protection.windows=99: protection.windows: must be an integer from 1 to 8, got 99; "
        "nearest legal: 8\n");
}

TEST_CASE("a file that is no TOML, or no file, is refused with its place") {
  CHECK(faultsOf("name = \"x\"\n[array\n").find("x.toml:2:7: ") == 0);
  CHECK(faultsOf(base16With("dim = 16", "dim = 16\ndim = 8")).find("x.toml:6:") == 0);
  CHECK(texts(loadConfig("no/such.toml")) ==
        "no/such.toml: cannot be opened: No such file or directory\n");
  CHECK(texts(loadConfig("configs")) == "configs: is a folder, not a hardware config\n");
  CHECK(faultsOf(std::string(64, '\0')).find("is no text; a hardware config is TOML") !=
        std::string::npos);
}

TEST_CASE("a pipe, a device and an endless file are refused by name, and none is waited for") {
  const test::TemporaryFolder folder;
  const std::string pipe = folder.path("pipe.toml");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(texts(loadConfig(pipe)) == pipe + ": is a pipe; write it to a file first\n");
  CHECK(texts(loadConfig("/dev/urandom")) == "/dev/urandom: is a device, not a file\n");
  CHECK(texts(loadConfig("/dev/null")) == "/dev/null: is a device, not a file\n");
  const std::string longest = std::string((1 << 20) - 1, '#') + '\n';
  CHECK(faultsOf('#' + longest) == "x.toml: has 1048577 bytes, at most 1048576 are read\n");
  CHECK(faultsOf(longest).empty());
}

TEST_CASE("what nests deeper than the parser goes is refused with its place") {
  constexpr std::size_t kDeep = 100000;
  const auto times = [](std::size_t count, const std::string& part) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += part;
    return text;
  };
  const std::string key = times(kDeep, "a.") + "a = 1\n";
  const std::string reason = "a key or value of more than 100 parts";
  CHECK(faultsOf("name = \"x\"\n\n" + key).find("x.toml:3:200: " + reason) == 0);
  const std::string wrong[] = {
      key,
      "[" + times(kDeep, "a.") + "a]\n",
      "[[" + times(kDeep, "a.") + "a]]\n",
      times(kDeep, "\"a\" . ") + "a = 1",
      times(kDeep, "'a'.") + "a = 1",
      "a = " + times(kDeep, "["),
      "a = " + times(kDeep, "{b="),
      "a = " + times(1000, "{b.b.b.b.b.b="),
      times(90, "a.") + "a = {" + times(90, "b.") + "b = 1}",
      // Behind strings of every kind, each of which could seem to go on.
      R"(x = "\"" # " )" "\n" + key,
      R"(x = '\' # ' )" "\n" + key,
      R"(x = {b = """x"""", )" + times(kDeep, "a.") + "a = 1}",
      "x = \"\"\"\n\"\" \\\"\"\" \"\"\"\n" + key,
      "x = '''\n\\''''\n" + key,
  };
  for (const std::string& text : wrong) {
    INFO(text.substr(0, 60));
    CHECK(faultsOf(text).find(reason) != std::string::npos);
  }
  const std::string fine[] = {
      "# " + key,
      "x = \"" + times(kDeep, ".[{") + "\"\n",
      "x = '''\n" + times(kDeep, ".[{") + "'''\n",
      "x = [" + times(kDeep, "1.5, ") + "]\n",
      times(200, "[a.b.c]\n"),
      times(99, "a.") + "a = 1\n",
  };
  for (const std::string& text : fine) {
    INFO(text.substr(0, 60));
    CHECK(faultsOf(text).find(reason) == std::string::npos);
  }
  for (const std::string& value : {"{" + times(kDeep, "a.") + "a=1}", times(kDeep, "[")})
    CHECK(faultsOf("", {"array.dim=" + value}).find("array.dim: must be an integer, got") !=
          std::string::npos);
}

TEST_CASE("an override replaces any key, and the last one counts") {
  const std::vector<std::string> overrides = {
      "name=other",
      "array.dim=8",
      "accumulator.bytes=0x2000",
      "accumulator.banks=4",
      "scratchpad.bytes=65_536",
      "scratchpad.banks=2",
      "vector.lanes=1",
      "vector.lanes=4",
      "vector.family=ibert",
      "vector.stat_rows=64",
      "bus.data_bits=32",
      "bus.address_bits=64",
      "bus.max_burst_beats=8",
      "bus.outstanding_reads=3",
      "bus.outstanding_writes=5",
      "commands.queue_depth=3",
      "commands.fetch_depth=7",
      "protection.windows=1",
  };
  const ConfigResult result = loadConfig("configs/base16.toml", overrides);
  INFO(texts(result));
  REQUIRE(result.plan);
  const Plan& plan = *result.plan;
  CHECK(plan.name == "other");
  CHECK(plan.overrides ==
        std::vector<std::string>{"array.dim=8", "accumulator.bytes=8192", "accumulator.banks=4",
                                 "scratchpad.bytes=65536", "scratchpad.banks=2", "vector.lanes=4",
                                 "vector.family=ibert", "vector.stat_rows=64", "bus.data_bits=32",
                                 "bus.address_bits=64", "bus.max_burst_beats=8",
                                 "bus.outstanding_reads=3", "bus.outstanding_writes=5",
                                 "commands.queue_depth=3", "commands.fetch_depth=7",
                                 "protection.windows=1"});
  CHECK(plan.dim == 8);
  CHECK(plan.accRows == 256);
  CHECK(plan.accBanks == 4);
  CHECK(plan.scratchWords == 8192);
  CHECK(plan.scratchBanks == 2);
  CHECK(plan.lanes == 4);
  CHECK(plan.family == Family::Ibert);
  CHECK(plan.statRows == 64);
  CHECK(plan.busBytes == 4);
  CHECK(plan.addressBits == 64);
  CHECK(plan.maxBurstBeats == 8);
  CHECK(plan.outstandingReads == 3);
  CHECK(plan.outstandingWrites == 5);
  CHECK(plan.queueDepth == 3);
  CHECK(plan.fetchDepth == 7);
  CHECK(plan.windowCount == 1);
}

TEST_CASE("an override mends what the file has wrong or lacks") {
  CHECK(faultsOf(base16With("dim = 16", "dim = 24"), {"array.dim=16"}).empty());
  CHECK(faultsOf(base16With("[array]\ndim = 16", ""), {"array.dim=16"}).empty());
}

TEST_CASE("an override that names no key or no value is refused") {
  const std::string base = test::readText("configs/base16.toml");
  CHECK(faultsOf(base, {"vector"}) == "--set vector: an override is written key=value\n");
  CHECK(faultsOf(base, {"vector=3"}) ==
        "--set vector=3: vector: is a table; override its keys one by one\n");
  CHECK(faultsOf(base, {"vector.lane=3"}) ==
        "--set vector.lane=3: vector.lane: unknown key; did you mean vector.lanes?\n");
  CHECK(faultsOf(base, {"array.dim="}) ==
        "--set array.dim=: array.dim: must be an integer, got \"\"\n");
  CHECK(faultsOf(base, {"array.dim=big"}) ==
        "--set array.dim=big: array.dim: must be an integer, got \"big\"\n");
}

}  // namespace intformer
