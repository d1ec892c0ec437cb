// Exit statuses of run for devices that do not do what the program expects of them: a verilator
// that comes first in PATH changes one line of the design before it passes it on.
#include <fmt/format.h>

#include <cstdlib>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {
namespace {

struct Change {
  std::string file, line, wrong;
};

/// PATH, file, line and wrong line are filled in.
constexpr const char* kScript = R"(#!/usr/bin/env python3
import os, pathlib, sys
os.environ["PATH"] = """{}"""
file, line, wrong = """{}""", """{}""", """{}"""
if sys.argv[1] == "--version":
    print(file, wrong, flush=True)
else:
    path = pathlib.Path("rtl") / file
    text = path.read_text()
    if line not in text:
        sys.exit("the line to change is gone")
    path.write_text(text.replace(line, wrong))
os.execvp("verilator", ["verilator", *sys.argv[1:]])
)";

/// While it lives, `verilator` is a script that changes the design and calls the real one. The
/// change is part of its version, so that such devices are kept apart from the right ones.
class ChangedDesign {
 public:
  explicit ChangedDesign(const Change& change) : path_(std::getenv("PATH")) {
    const std::string script = folder_.path("verilator");
    writeFile(script, fmt::format(kScript, path_, change.file, change.line, change.wrong));
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    setenv("PATH", (folder_.path() + ":" + path_).c_str(), 1);
  }
  ~ChangedDesign() { setenv("PATH", path_.c_str(), 1); }
  ChangedDesign(const ChangedDesign&) = delete;
  ChangedDesign& operator=(const ChangedDesign&) = delete;

 private:
  std::string path_;
  TemporaryFolder folder_;
};

Outcome runOn(const Change& change) {
  const ChangedDesign changed(change);
  return runProgram("run configs/models/tiny.toml --config configs/tiny4.toml --seq 3");
}

}  // namespace

TEST_CASE("run ends with status 2 when the device's values differ", "[differs]") {
  const Outcome outcome = runOn({"array/tiny4_systolic_row.sv", "= 16'(activation_q * active[c]);",
                                 "= 16'(activation_q * active[c]) & ~16'd1;"});
  INFO(outcome.text);
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.text, containsText("RTL, first difference: ") &&
                               containsText("run again with --trace"));
}

TEST_CASE("run ends with status 3 when the device reports an error", "[stops]") {
  const Outcome outcome = runOn({"dma/tiny4_window_check.sv", "= possible && covered;",
                                 "= possible && covered && Permission == 0;"});
  INFO(outcome.text);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.text, containsText("window"));
}

TEST_CASE("run ends with status 3 when the watchdog barks", "[hangs]") {
  const Outcome outcome = runOn({"dma/tiny4_axi_read_mux.sv",
                                 "ar_valid_o <= fetch_ar_valid_i || load_ar_valid_i",
                                 "ar_valid_o <= 1'b0"});
  INFO(outcome.text);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.text, containsText("nothing moved for"));
}

}  // namespace intformer::test
