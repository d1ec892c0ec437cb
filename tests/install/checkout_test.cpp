// Checkouts below paths of any letters: what is built there, and which paths are refused at once.
#include <filesystem>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace intformer::test;

TEST_CASE("make refuses at once a path that CMake does not take", "[checkout]") {
  for (const std::string bad : {"a;b", "a#b", "a\"b", "a\\b", "a$b", "[x]"}) {
    const TemporaryFolder folder;
    const fs::path checkout = folder.path(bad);
    fs::create_directory(checkout);
    fs::copy("Makefile", checkout);
    fs::copy("scripts", checkout / "scripts", fs::copy_options::recursive);
    const Outcome outcome = runCommand("cd " + shellWord(checkout.string()) + " && make configure");
    CHECK(outcome.status != 0);
    CHECK_THAT(outcome.text, containsText(checkout.string() + ": a checkout does not build below"));
    CHECK_FALSE(fs::exists(checkout / "build"));
  }
}

TEST_CASE("a moved checkout is configured again, one that stays is not", "[checkout]") {
  const TemporaryFolder folder;
  const fs::path checkout = folder.path("it's here");
  fs::create_directories(checkout / "build");
  fs::copy("Makefile", checkout);
  fs::copy("scripts", checkout / "scripts", fs::copy_options::recursive);
  writeFile(checkout / "build/CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n");
  writeFile(checkout / "build/build.ninja", "");
  writeFile(folder.path("cmake"),
            "#!/bin/sh\necho \"CMAKE_HOME_DIRECTORY:INTERNAL=$PWD\" >build/CMakeCache.txt\n"
            "touch build/build.ninja\n");
  fs::permissions(folder.path("cmake"), fs::perms::owner_all);
  const std::string configure = "cd " + shellWord(checkout.string()) + " && PATH=" +
                                shellWord(folder.path()) + ":\"$PATH\" make -s configure";
  CHECK_THAT(runCommand(configure).text, containsText("has been moved: configuring again"));
  const Outcome again = runCommand(configure);
  CHECK(again.status == 0);
  CHECK_THAT(again.text, !containsText("moved"));
}

TEST_CASE("tests' designs are verilated below any path", "[checkout]") {
  const TemporaryFolder folder;
  for (const std::string name : {"plain", "my dir/in tförmer's"}) {
    const fs::path checkout = folder.path(name);
    fs::create_directories(checkout / "build/it");
    fs::copy("cmake/verilate.sh", checkout);
    writeFile(checkout / "it.sv",
              "module it (input logic clk_i, output logic q_o);\n"
              "  always_ff @(posedge clk_i) q_o <= !q_o;\nendmodule\n");
    const std::string verilate = "cd " + shellWord(checkout.string()) +
                                 " && OBJCACHE=ccache sh verilate.sh build/it verilator --cc --build "
                                 "--prefix Vit --top-module it it.sv -MAKEFLAGS OPT_FAST=-O0 ";
    const Outcome outcome = runCommand(verilate);
    INFO(outcome.text);
    CHECK(outcome.status == 0);
    CHECK(outcome.text.empty());
    CHECK(fs::exists(checkout / "build/it/Vit.h"));
    CHECK(fs::exists(checkout / "build/it/Vit__ALL.a"));
    const Outcome refused = runCommand(verilate + "--no-such-option");
    CHECK(refused.status != 0);
    CHECK_THAT(refused.text, containsText("no-such-option"));
  }
}
