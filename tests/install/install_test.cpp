// The installed program, without its checkout: under a prefix of any letters, from another folder,
// for a user without a home.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace intformer::test;

namespace {

/// An installation, and an empty folder to work in.
struct Installation : TemporaryFolder {
  std::string prefix = path("a prefix of größe's");
  std::string work = path("work");
  std::string cache = path("my cache");

  Installation() {
    const Outcome installed =
        runCommand(shellWord(INTFORMER_CMAKE) + " --install " + shellWord(INTFORMER_BUILD_DIR) +
                   " --prefix " + shellWord(prefix));
    INFO(installed.text);
    REQUIRE(installed.status == 0);
    fs::create_directory(work);
  }
  /// Runs it in the folder to work in, in an environment that holds `variables` beside PATH.
  [[nodiscard]] Outcome run(const std::string& arguments, const std::string& variables) const {
    return runCommand("cd " + shellWord(work) + " && env -i PATH=\"$PATH\" " + variables + " " +
                      shellWord(prefix + "/bin/intformer") + " " + arguments + " </dev/null");
  }
  [[nodiscard]] Outcome run(const std::string& arguments) const {
    return run(arguments, "INTFORMER_CACHE=" + shellWord(cache));
  }
};

}  // namespace

TEST_CASE("the installed program knows no checkout", "[install]") {
  const Installation here;
  const std::string program = readText(here.prefix + "/bin/intformer");
  REQUIRE(program.size() > 100'000);
  const std::string checkout = fs::current_path().string();
  CHECK(program.find(checkout) == std::string::npos);
  for (const auto& [file, text] : readTree(here.prefix + "/share"))
    CHECK(text.find(checkout) == std::string::npos);
  // Moved as a whole, it finds what is its own.
  fs::rename(here.prefix, here.path("moved"));
  const Outcome moved = runCommand("cd / && " + shellWord(here.path("moved/bin/intformer")) +
                                   " generate configs/tiny4.toml --out " + here.path("design"));
  CHECK(moved.text.starts_with("tiny4: "));
}

TEST_CASE("the installed program generates, estimates and runs", "[install]") {
  const Installation here;
  const Outcome generated = here.run("generate configs/base16.toml --out design");
  CHECK(generated.status == 0);
  CHECK(readTree(here.work + "/design") == readTree("rtl/generated/base16"));

  const std::string tiny = "configs/models/tiny.toml --config configs/tiny4.toml --seq 5 ";
  const Outcome estimated = here.run("estimate " + tiny + "--json estimate.json");
  CHECK(estimated.status == 0);
  const auto estimate = nlohmann::json::parse(readText(here.work + "/estimate.json"));
  CHECK(here.run("run " + tiny + "--backend golden").status == 0);

  // The golden model, the emulator and a device that is built now agree, and so does the estimate.
  const Outcome ran = here.run("run " + tiny + "--json run.json");
  INFO(ran.text);
  CHECK(ran.status == 0);
  CHECK_THAT(ran.text, containsText("building the simulation of tiny4"));
  CHECK_THAT(ran.text, containsText("EQUAL: golden, emulator and RTL"));
  const auto run = nlohmann::json::parse(readText(here.work + "/run.json"));
  CHECK(run.at("cycles") == estimate.at("cycles"));
  CHECK_FALSE(readTree(here.cache + "/devices").empty());
  CHECK_THAT(here.run("run " + tiny).text, !containsText("building"));
}

TEST_CASE("an installed program's calibration text is its own", "[install]") {
  const Installation here;
  const std::string small = shellWord(fs::absolute("tests/models/small").string());
  const Outcome imported = here.run("import " + small + " --out small.float.itf");
  INFO(imported.text);
  REQUIRE(imported.status == 0);
  const Outcome quantized = here.run("quantize small.float.itf --out small.itf");
  CHECK_THAT(quantized.text, containsText("sentences of english.txt"));
  const Outcome embedded = here.run("embed --model small.itf --backend emulator \"a river\"");
  INFO(embedded.text);
  CHECK(embedded.status == 0);
}

TEST_CASE("without a folder to keep devices in, a run says how to name one", "[install]") {
  const Installation here;
  const std::string run = "run configs/models/tiny.toml --config configs/tiny4.toml --seq 5";
  const Outcome homeless = here.run(run, "");
  CHECK(homeless.status == 1);
  CHECK_THAT(homeless.text, containsText("neither HOME nor XDG_CACHE_HOME is set"));
  CHECK_THAT(homeless.text, containsText("INTFORMER_CACHE=/tmp/cache"));
  writeFile(here.path("file"), "in the way");
  const Outcome barred = here.run(run, "HOME=" + shellWord(here.path("file")));
  CHECK(barred.status == 1);
  CHECK_THAT(barred.text, containsText("file/.cache/intformer/devices: Not a directory"));
}
