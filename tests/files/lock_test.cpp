// Locks that keep two runs apart.
#include "sw/files/lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer::test;
using intformer::files::FileLock;

TEST_CASE("a file or folder is locked once, and free again afterwards") {
  const TemporaryFolder root;
  for (const std::string path : {root.path("new"), root.path(".")}) {
    INFO(path);
    {
      const FileLock first(path);
      REQUIRE(first.error() == 0);
      CHECK(FileLock(path, {.wait = false}).error() == EWOULDBLOCK);
    }
    CHECK(FileLock(path, {.wait = false}).error() == 0);
  }
  CHECK(std::filesystem::is_regular_file(root.path("new")));
}

TEST_CASE("who waits goes on when the lock is given back, not before") {
  const TemporaryFolder root;
  std::optional<FileLock> first(std::in_place, root.path("lock"));
  std::atomic<bool> given = false, hadToWait = false;
  std::thread second([&] {
    const FileLock lock(root.path("lock"));
    hadToWait = given.load() && lock.error() == 0;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  given = true;
  first.reset();
  second.join();
  CHECK(hadToWait);
}

TEST_CASE("a tool that inherits the lock keeps it beyond the program that took it") {
  const TemporaryFolder root;
  int end[2];
  REQUIRE(pipe(end) == 0);
  pid_t tool = 0;
  {
    const FileLock lock(root.path("lock"), {.inherited = true});
    tool = fork();
    if (tool == 0) {
      dup2(end[0], STDIN_FILENO);
      close(end[1]);
      execlp("cat", "cat", nullptr);
      _exit(1);
    }
  }
  CHECK(FileLock(root.path("lock"), {.wait = false}).error() == EWOULDBLOCK);
  close(end[1]);
  CHECK(FileLock(root.path("lock")).error() == 0);
  CHECK(waitpid(tool, nullptr, 0) == tool);
  close(end[0]);
}

TEST_CASE("a lock that cannot be had says why") {
  const TemporaryFolder root;
  CHECK(FileLock(root.path("missing/lock")).error() == ENOENT);
  CHECK(FileLock("/dev/null/lock").error() == ENOTDIR);
}
