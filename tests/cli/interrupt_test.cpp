// An interrupted program says so in a line, and leaves nothing half.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "sw/files/files.hpp"
#include "sw/files/interrupt.hpp"
#include "sw/process/process.hpp"
#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using namespace files;

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A child of the test's own, with default signals and its stderr in a file.
pid_t start(const std::string& errors, const std::function<void()>& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  const int file = open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(file, STDERR_FILENO);
  body();
  _exit(99);
}

bool waitFor(const std::function<bool()>& condition) {
  for (int i = 0; i < 1200; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

int signalOf(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// Names of what a folder holds, but for locks.
std::vector<std::string> contentsOf(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() != ".lock") names.push_back(entry.path().filename());
  return names;
}

TEST_CASE("an interrupt removes temporary files and folders, and is said", "[interrupt]") {
  const TemporaryFolder folder;
  const int signal = GENERATE(SIGINT, SIGTERM, SIGPIPE);
  const bool open = GENERATE(false, true);
  const std::string errors = folder.path("errors");
  fs::create_directory(folder.path("work"));
  const pid_t child = start(errors, [&] {
    cleanUpWhenInterrupted();
    const TemporaryPath file(folder.path("work/file"));
    const TemporaryPath tree(folder.path("work/a tree's"));
    writeAtomically(file.path(), "x");
    writeAtomically(tree.path() / "deep/file", "x");
    lineIsOpen(open);
    // The work of another thread: the signal reaches it, too.
    std::thread other([] { std::this_thread::sleep_for(100s); });
    process::runLogged({"sh", "-c", "touch started; sleep 100; touch 'not here'"}, tree.path(),
                       (tree.path() / "log").string());
  });
  REQUIRE(waitFor([&] { return fs::exists(folder.path("work/a tree's/started")); }));
  kill(child, signal);
  CHECK(signalOf(child) == signal);
  CHECK(contentsOf(folder.path("work")).empty());
  CHECK(readText(errors) == (signal == SIGPIPE ? "" : open ? "\ninterrupted\n" : "interrupted\n"));
}

TEST_CASE("an interrupt waits for steps that belong together", "[interrupt]") {
  const TemporaryFolder folder;
  const pid_t child = start(folder.path("errors"), [&] {
    cleanUpWhenInterrupted();
    const Uninterrupted whole;
    writeFile(folder.path("started"), "");
    std::this_thread::sleep_for(500ms);
    writeFile(folder.path("whole"), "yes");
  });
  REQUIRE(waitFor([&] { return fs::exists(folder.path("started")); }));
  kill(child, SIGINT);
  CHECK(signalOf(child) == SIGINT);
  CHECK(readText(folder.path("whole")) == "yes");
}

TEST_CASE("an interrupted build of a device leaves no folder and no process", "[interrupt]") {
  const TemporaryFolder folder;
  const std::string cache = folder.path("cache"), devices = cache + "/devices";
  const std::string errors = folder.path("errors");
  const pid_t child = start(errors, [&] {
    setenv("INTFORMER_CACHE", cache.c_str(), 1);
    execl(INTFORMER_PROGRAM, "intformer", "run", "configs/models/tiny.toml", "--config",
          "configs/tiny4.toml", "--seq", "4", nullptr);
  });
  // Until Verilator has begun to write.
  const auto building = [&] {
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(devices, none))
      if (entry.path().filename() == "obj") return true;
    return false;
  };
  REQUIRE(waitFor(building));
  kill(child, SIGINT);
  CHECK(signalOf(child) == SIGINT);
  CHECK(contentsOf(devices).empty());
  CHECK_THAT(readText(errors), containsText("interrupted\n") && !containsText("could not be built"));
  // Nothing is left that works in the folder.
  CHECK(waitFor([&] {
    return runCommand("ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -c '" + cache + "'").text == "0\n";
  }));
}

}  // namespace
}  // namespace intformer::test
