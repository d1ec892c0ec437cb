// `intformer board` on a board that stands in: what it prints, writes and refuses.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/link/plans.hpp"
#include "tests/link/stand_in_board.hpp"
#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {
namespace {

const std::string kOn = " --config configs/tiny4.toml ";

/// The small model's file.
struct Model : TemporaryFolder {
  std::string file = path("small.itf");
  Model() {
    writeFile(path("lines"), "A river.\nA red ship.\nThe king sells bread.\n");
    expectFine("import tests/models/small --out " + file);
    expectFine("quantize " + file + " --calibrate " + path("lines") + " --drawn 0 --out " + file);
  }
};

std::string portOf(const StandInBoard& board) {
  return "board --port " + board.port() + " ";
}

/// Refused, stopped or different: with this status, and a text that holds `reason`.
void expectStatus(const std::string& arguments, int status, const std::string& reason) {
  const Outcome outcome = runProgram(arguments);
  INFO(arguments);
  CHECK_THAT(outcome.text, containsText(reason));
  CHECK(outcome.status == status);
}

TEST_CASE("selftest says what it tested", "[board]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  for (const std::string& line :
       {portOf(board) + "selftest" + kOn, "board selftest --quick --port " + board.port() + kOn}) {
    const std::string text = expectFine(line).text;
    INFO(text);
    CHECK_THAT(text,
               containsText(board.port() + ": protocol 1, 50.00 MHz, 1048576 bytes of memory"));
    CHECK_THAT(text, containsText("device: tiny4, config hash 0x"));
    CHECK_THAT(text, containsText("32 data lines, each alone and each left out: fine") ||
                         containsText("64 data lines, each alone and each left out: fine"));
    CHECK_THAT(text, containsText("of 1048576 bytes, each word a value of its own, in ") &&
                         containsText(" s: fine"));
    CHECK_THAT(text, containsText("program: tiny, 16 tokens, ") &&
                         containsText("bytes of memory equal the emulator's"));
    CHECK_THAT(text, !containsText("cable: "));
  }
}

TEST_CASE("selftest finds what is wrong", "[board]") {
  const Plan plan = planOf("tiny4");
  const auto finds = [](StandInBoard::Make make, int status, const std::string& reason) {
    const StandInBoard board(std::move(make));
    expectStatus(portOf(board) + "selftest --quick" + kOn, status, reason);
  };
  finds({.plan = plan, .keeps = [](uint32_t, uint8_t byte) { return uint8_t(byte & 0xfe); }}, 2,
        "do not keep what is written: 0, 8, 16");
  finds(
      {.plan = plan,
       .keeps = [](uint32_t at, uint8_t byte) { return uint8_t(at == 0x8000 ? byte ^ 1 : byte); }},
      2, "blocks are wrong; the first: 0x00008000 holds 0x");
  finds({.plan = plan, .stops = true}, 3, "the device stopped with an error: write_window");
  finds({.plan = plan, .clockHz = 500'000'000, .hangs = true}, 3,
        "still busy after the cycle budget");
  finds({.plan = planOf("edge8")}, 1, "the bitstream's device is another than tiny4: array.dim 8");
  finds({.plan = plan, .memoryBytes = 16384}, 1, "are missing");
  finds({.plan = plan, .silentRegisters = true}, 1,
        "read_register of 4 bytes at 0x0: the board's link answers, and its device does not; ");
  finds({.plan = plan, .silentMemory = true}, 1,
        "write_memory of 256 bytes at 0x0: the board's link answers, and its memory does not; ");
  finds({.plan = plan, .noDevice = true}, 1, "the board answers, and its device does not");
}

TEST_CASE("embed gives the vectors that embed gives elsewhere, and loads once", "[board]") {
  const Model model;
  const StandInBoard board({.plan = planOf("tiny4")});
  const std::string texts = "\"A river.\" \"The old king sells a red ship.\" \"A ship.\" ";
  expectFine("embed --model " + model.file + kOn + texts + "--json " + model.path("golden.json"));
  const std::string line = portOf(board) + "embed --model " + model.file + kOn + texts;
  const std::string first = expectFine(line + "--json " + model.path("board.json")).text;
  const auto vectors = [&](const std::string& name) {
    return nlohmann::json::parse(readText(model.path(name)))["sentences"];
  };
  CHECK(vectors("board.json") == vectors("golden.json"));
  CHECK_THAT(first, containsText("board (tiny4): ") && containsText(" ms at 50.00 MHz") &&
                        containsText("values of the last hidden states equal golden") &&
                        containsText("3 embeddings of 32 values by board"));
  const uint64_t once = board.writtenBytes();
  const std::string second = expectFine(line).text;
  INFO(first << second);
  // Commands of the other length, rows of tokens, and ids.
  CHECK((board.writtenBytes() - once) * 3 < once * 2);
  CHECK_THAT(second, containsText("bytes were there already"));
}

TEST_CASE("a bad cable costs retries, which embed tells", "[board]") {
  const Model model;
  Trouble trouble;
  trouble.incoming = [](uint8_t& byte, uint64_t n) {
    if (n % 20'011 == 20'010) byte ^= 0x40;
    return true;
  };
  const StandInBoard board({.plan = planOf("tiny4")}, trouble);
  const std::string text =
      expectFine(portOf(board) + "embed --model " + model.file + kOn + "\"A river.\"").text;
  CHECK_THAT(text, containsText("cable: ") && containsText("requests sent again"));
}

TEST_CASE("embed tells a wrong result, and a device that stopped", "[board]") {
  const Model model;
  const Plan plan = planOf("tiny4");
  const std::string embed = "embed --model " + model.file + kOn + "\"A river.\" ";
  {
    const StandInBoard board({.plan = plan, .stops = true});
    expectStatus(portOf(board) + embed, 3, "the device stopped with an error: write_window");
  }
  {
    StandInBoard::Make make{.plan = plan};  // a device that says that it is tiny4 and is not
    make.computes = planOf("tiny4", {"vector.family=pwl"});
    const StandInBoard board(make);
    expectStatus(portOf(board) + embed, 2, "the board differs from the golden model, first in ");
  }
  {
    const StandInBoard board({.plan = plan, .memoryBytes = 60'000});
    expectStatus(portOf(board) + embed, 1, "of memory and the board has 60000: ");
  }
  {
    Trouble trouble;
    trouble.unplugAfter = 30;
    const StandInBoard board({.plan = plan}, trouble);
    expectStatus(portOf(board) + embed, 1, "the port has gone: unplugged");
  }
}

TEST_CASE("bench measures every length", "[board]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  const std::string text =
      expectFine(portOf(board) + "bench --model configs/models/tiny-tokens.toml" + kOn +
                 "--lengths 4,9,3+5")
          .text;
  INFO(text);
  CHECK_THAT(text, containsText("tiny-tokens on tiny4 at 50.00 MHz"));
  for (const char* length : {"\n       4 ", "\n       9 ", "\n     3+5 "})
    CHECK_THAT(text, containsText(length));
  const StandInBoard stopping({.plan = planOf("tiny4"), .stops = true});
  expectStatus(portOf(stopping) + "bench --model configs/models/tiny-tokens.toml" + kOn, 3,
               "8 tokens: the device stopped with an error");
}

TEST_CASE("sentences alone and batches of them mix, in any order", "[board]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  const TemporaryFolder folder;
  for (const std::string lengths : {"4,3+5", "3+5,4", "3+5,9,2+2+2"}) {
    const std::string model = "configs/models/tiny-tokens.toml" + kOn + "--lengths " + lengths;
    expectFine(portOf(board) + "bench --model " + model);
    expectFine("compile " + model + " --out " + folder.path("compiled"));
  }
}

TEST_CASE("bench writes the figures that it prints", "[board]") {
  const TemporaryFolder folder;
  const auto figures = [&](const std::string& overrides) {
    Plan plan = planOf("tiny4");
    if (!overrides.empty()) plan = planOf("tiny4", {overrides});
    const StandInBoard board({.plan = plan});
    const std::string line = portOf(board) + "bench --model configs/models/tiny-tokens.toml" + kOn +
                             (overrides.empty() ? "" : "--set " + overrides + " ") +
                             "--lengths 4,3+5 --json " + folder.path("bench.json");
    const std::string printed = expectFine(line).text;
    return std::pair(printed, nlohmann::json::parse(readText(folder.path("bench.json"))));
  };
  const auto [text, json] = figures("");
  INFO(text << json.dump(2));
  CHECK(json["config"] == "tiny4");
  CHECK(json["model"] == "tiny-tokens");
  CHECK(json["clock_hz"] == 50'000'000);
  CHECK(json["estimate"]["memory_latency"] == 100);
  CHECK(json["cable"]["requests"] > 0);
  CHECK(json["cable"]["retries"] == 0);
  REQUIRE(json["lengths"].size() == 2);
  CHECK(json["lengths"][0]["seq"] == 4);
  CHECK(json["lengths"][1]["seq"] == nlohmann::json({3, 5}));
  for (const auto& row : json["lengths"]) {
    const auto tokens = row["seq"].is_array() ? "3+5" : "4";
    // The table's row: every column, from the figures alone.
    const std::string printed =
        fmt::format("\n{:>8} {:>12} {:>12} {:>9.2f} {:>10.1f} {:>7.1f} {:>11} {:>7.2f} {:>8.1f}\n",
                    tokens, row["cycles"].get<uint64_t>(), row["estimated_cycles"].get<uint64_t>(),
                    1e3 * row["seconds"].get<double>(), row["tokens_per_second"].get<double>(),
                    100 * row["utilization"].get<double>(), row["bytes_sent"].get<uint64_t>(),
                    row["load_seconds"].get<double>(), 1e3 * row["host_seconds"].get<double>());
    CHECK_THAT(text, containsText(printed));
    CHECK(row["seconds"] == Approx(row["cycles"].get<double>() / 50e6));
    CHECK(row["bytes"] >= row["bytes_sent"]);
  }
  CHECK_THAT(text, containsText("report: " + folder.path("bench.json")));

  const auto uncounted = figures("registers.counters=none").second["lengths"][0];
  CHECK_FALSE(uncounted.contains("cycles"));
  CHECK_THAT(uncounted["not_counted"].get<std::string>(), containsText("registers.counters"));

  const StandInBoard stopping({.plan = planOf("tiny4"), .stops = true});
  expectStatus(portOf(stopping) + "bench --model configs/models/tiny-tokens.toml" + kOn +
                   "--lengths 4 --json " + folder.path("bench.json"),
               3, "4 tokens: the device stopped with an error");
  const auto row = nlohmann::json::parse(readText(folder.path("bench.json")))["lengths"][0];
  CHECK(row.size() == 2);
  CHECK_THAT(row["failure"].get<std::string>(), containsText("the device stopped with an error"));
}

TEST_CASE("what board cannot do is refused by name", "[board]") {
  const StandInBoard board({.plan = planOf("tiny4")});
  const std::string on = portOf(board);
  expectRefusal("board", "board: which task? selftest, embed, bench");
  expectRefusal("board --port /dev/ttyUSB0", "board: which task? selftest, embed, bench");
  expectRefusal(on + "selftst", "unknown task selftst; it is one of selftest, embed, bench");
  expectRefusal("board selftest", "board selftest: --port is missing");
  expectRefusal(on + "selftest --lengths 8", "unknown option --lengths");
  expectRefusal(on + "--quick embed --model x y", "unknown option --quick");
  expectRefusal(on + "selftest --baud 5", "--baud 5: must be 1200 to 12000000");
  expectRefusal(on + "selftest --baud fast", "--baud fast: a whole number");
  expectRefusal("board selftest --port /nowhere/ttyUSB0", "/nowhere/ttyUSB0: no such port; ");
  expectRefusal("board selftest --port /dev/null", "/dev/null: is no serial port");
  expectRefusal(on + "embed --model nothing.itf x", "nothing.itf");
  expectRefusal(on + "bench --model configs/models/tiny.toml --lengths 0" + kOn,
                "--lengths: \"0\"");
  expectRefusal(on + "selftest --config configs/none.toml", "configs/none.toml");
  for (const char* task : {"", "selftest ", "embed ", "bench "}) {
    const std::string help = expectFine(fmt::format("board {}--help", task)).text;
    CHECK_THAT(help, containsText("Exit status: 0 fine, 1 input, port, cable or board"));
  }
}

TEST_CASE("a silent port and a second host are told", "[board]") {
  Trouble mute;
  mute.outgoing = [](Bytes& answer, uint64_t) { answer.clear(); };
  const StandInBoard silent({.plan = planOf("tiny4")}, mute);
  expectRefusal(portOf(silent) + "selftest --patience 0.1" + kOn,
                "nobody answers; is the bitstream");
  Trouble slow;
  slow.delay = [](uint64_t) { return std::chrono::milliseconds(50); };
  const StandInBoard board({.plan = planOf("tiny4")}, slow);
  const std::string first = portOf(board) + "selftest --quick" + kOn;
  const Outcome both =
      runCommand(shellWord(INTFORMER_PROGRAM) + " " + first + " >/dev/null & " + "sleep 0.5; " +
                 shellWord(INTFORMER_PROGRAM) + " " + first + "; s=$?; kill $!; wait; exit $s");
  INFO(both.text);
  CHECK_THAT(both.text, containsText(board.port() + ": is in use by another program"));
}

}  // namespace
}  // namespace intformer::test
