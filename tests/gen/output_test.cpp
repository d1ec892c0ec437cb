#include "gen/output.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer {
namespace {

namespace fs = std::filesystem;

using Files = std::vector<EmittedFile>;

const Files kFirst = {{"a.sv", "one\n"}, {"room/b.sv", "two\n"}};

}  // namespace

TEST_CASE("a design lands in a new folder, whole") {
  const test::TemporaryFolder scratch;
  const fs::path folder = scratch.path("deep/design");
  const WriteResult result = writeDesign(folder, "a", kFirst);
  CHECK(result.error.empty());
  CHECK(result.written == 2);
  const auto tree = test::readTree(folder);
  CHECK(tree.size() == 3);
  CHECK(tree.at("a.sv") == "one\n");
  CHECK(tree.at("room/b.sv") == "two\n");
  CHECK(tree.contains("a_manifest.txt"));
  CHECK(test::readTree(scratch.path()).size() == 3);
}

TEST_CASE("writing again changes nothing, not even times") {
  const test::TemporaryFolder scratch;
  const fs::path folder = scratch.path("design");
  writeDesign(folder, "a", kFirst);
  const auto before = test::readTree(folder);
  const auto past = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& [name, text] : before) fs::last_write_time(folder / name, past);
  const WriteResult result = writeDesign(folder, "a", kFirst);
  CHECK(result.written == 0);
  CHECK(result.unchanged == 2);
  CHECK(test::readTree(folder) == before);
  for (const auto& [name, text] : before) CHECK(fs::last_write_time(folder / name) == past);
}

TEST_CASE("files of an older generation go, those of others stay") {
  const test::TemporaryFolder scratch;
  writeDesign(scratch.path(), "a", kFirst);
  test::writeFile(scratch.path("mine.txt"), "mine");
  const Files second = {{"a.sv", "new\n"}, {"c.sv", "three\n"}};
  const WriteResult result = writeDesign(scratch.path(), "a", second);
  CHECK(result.written == 2);
  CHECK(result.removed == 1);
  const auto tree = test::readTree(scratch.path());
  CHECK(tree.size() == 4);
  CHECK(tree.at("a.sv") == "new\n");
  CHECK(tree.at("c.sv") == "three\n");
  CHECK(tree.at("mine.txt") == "mine");
  CHECK_FALSE(fs::exists(scratch.path("room")));
}

TEST_CASE("devices share a folder: neither removes the other's files") {
  const test::TemporaryFolder scratch;
  const Files first = {{"a.sv", "one\n"}, {"room/a_b.sv", "two\n"}};
  const Files second = {{"c.sv", "one\n"}, {"room/c_b.sv", "two\n"}};
  CHECK(writeDesign(scratch.path(), "a", first).error.empty());
  CHECK(writeDesign(scratch.path(), "c", second).error.empty());
  const auto both = test::readTree(scratch.path());
  CHECK(both.size() == 6);
  CHECK(writeDesign(scratch.path(), "a", Files{{"a.sv", "one\n"}}).removed == 1);
  auto left = both;
  left.erase("room/a_b.sv");
  auto now = test::readTree(scratch.path());
  CHECK(now.at("a_manifest.txt") != left.at("a_manifest.txt"));
  now.erase("a_manifest.txt");
  left.erase("a_manifest.txt");
  CHECK(now == left);
  // What another device has written is in the way like anybody's.
  CHECK_FALSE(writeDesign(scratch.path(), "a", second).error.empty());
}

TEST_CASE("a file of someone else in the way stops everything before the first change") {
  const test::TemporaryFolder scratch;
  test::writeFile(scratch.path("a.sv"), "mine");
  const Files files = {{"0.sv", "x\n"}, {"a.sv", "one\n"}};
  const WriteResult result = writeDesign(scratch.path(), "a", files);
  CHECK(result.error.find("a.sv is in the way: intformer did not write it") != std::string::npos);
  const auto tree = test::readTree(scratch.path());
  CHECK(tree.size() == 1);
  CHECK(tree.at("a.sv") == "mine");
}

TEST_CASE("a run after an interrupted one repairs the folder") {
  const test::TemporaryFolder scratch;
  writeDesign(scratch.path(), "a", kFirst);
  const Files second = {{"a.sv", "one\n"}, {"c.sv", "three\n"}};
  // What an interruption between two renames leaves: both generations in the manifest, one file of
  // the new one, the staging folder.
  std::string manifest = test::readText(scratch.path("a_manifest.txt"));
  test::writeFile(scratch.path("a_manifest.txt"), manifest + "c.sv\n");
  test::writeFile(scratch.path("c.sv"), "three\n");
  fs::create_directory(scratch.path(".a-new"));
  test::writeFile(scratch.path(".a-new/half"), "ha");
  CHECK(writeDesign(scratch.path(), "a", second).error.empty());
  const auto tree = test::readTree(scratch.path());
  CHECK(tree.size() == 3);
  CHECK(tree.contains("a.sv"));
  CHECK(tree.at("c.sv") == "three\n");
}

TEST_CASE("a manifest cannot make it remove what lies outside of the folder") {
  const test::TemporaryFolder scratch;
  const fs::path folder = scratch.path("design");
  writeDesign(folder, "a", kFirst);
  test::writeFile(scratch.path("outside"), "mine");
  const std::string manifest = test::readText(folder / "a_manifest.txt");
  test::writeFile(folder / "a_manifest.txt", manifest + "../outside\nroom/../../outside\n" +
                                               scratch.path("outside") + "\n");
  CHECK(writeDesign(folder, "a", kFirst).error.empty());
  CHECK(test::readText(scratch.path("outside")) == "mine");
}

TEST_CASE("whatever stops a design halfway stops it before the first change") {
  const auto designOf = [](const std::string& text) {
    return Files{{"0.sv", text}, {"a.sv", text}, {"room/b.sv", text}, {"room/deep/c.sv", text}};
  };
  using Become = void (*)(const fs::path&);
  constexpr Become kFolder = [](const fs::path& path) {
    fs::create_directories(path);
    test::writeFile(path / "mine", "mine");
  };
  constexpr Become kFile = [](const fs::path& path) { test::writeFile(path, "mine"); };
  constexpr Become kLinkToNothing = [](const fs::path& path) {
    fs::create_symlink("nowhere", path);
  };
  constexpr Become kPipe = [](const fs::path& path) {
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  };
  const std::pair<std::string, Become> ways[] = {
      {"a.sv", kFolder}, {"a.sv", kPipe}, {"room/b.sv", kFolder}, {"room/deep/c.sv", kPipe},
      {"room", kFile}, {"room", kLinkToNothing}, {"room/deep", kFile}, {"room/deep", kPipe},
      {"a_manifest.txt", kFolder}, {"a_manifest.txt", kFile}, {"a_manifest.txt", kPipe}};
  for (const bool known : {true, false})
    for (const auto& [name, become] : ways) {
      INFO(name << (known ? " of a device" : " of nobody"));
      const test::TemporaryFolder scratch;
      if (known) REQUIRE(writeDesign(scratch.path(), "a", designOf("old\n")).error.empty());
      fs::remove_all(scratch.path(name));
      fs::create_directories(fs::path(scratch.path(name)).parent_path());
      become(scratch.path(name));
      const auto before = test::readTree(scratch.path());
      const WriteResult result = writeDesign(scratch.path(), "a", designOf("new\n"));
      CHECK(result.error.find(scratch.path(name) + " is in the way: ") == 0);
      CHECK(test::readTree(scratch.path()) == before);
    }
}

TEST_CASE("a folder of the design that cannot be written, or lies elsewhere, stops it as well") {
  const test::TemporaryFolder scratch;
  const Files changed = {{"a.sv", "new\n"}, {"room/b.sv", "new\n"}};
  const std::string folder = scratch.path("x");
  REQUIRE(writeDesign(folder, "a", kFirst).error.empty());
  const auto before = test::readTree(folder);
  fs::permissions(folder + "/room", fs::perms(0555));
  fs::permissions(scratch.path(), fs::perms(0777));
  fs::permissions(folder, fs::perms(0777));
  const pid_t child = fork();
  if (child == 0) {  // root may write anywhere
    if (geteuid() == 0 && seteuid(65534) != 0) _exit(2);
    const std::string error = writeDesign(folder, "a", changed).error;
    _exit(error == folder + "/room: cannot be written: Permission denied" ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(test::readTree(folder) == before);

  struct stat here {};
  struct stat there {};
  if (stat(folder.c_str(), &here) != 0 || stat("/dev/shm", &there) != 0 ||
      here.st_dev == there.st_dev || access("/dev/shm", W_OK) != 0)
    return;
  std::string elsewhere = "/dev/shm/intformer-XXXXXX";
  REQUIRE(mkdtemp(elsewhere.data()) != nullptr);
  fs::permissions(folder + "/room", fs::perms(0755));
  fs::remove_all(folder + "/room");
  fs::create_symlink(elsewhere, folder + "/room");
  const WriteResult result = writeDesign(folder, "a", changed);
  fs::remove_all(elsewhere);
  CHECK(result.error.find(folder + "/room: lies on another file system than ") == 0);
  CHECK(test::readText(folder + "/a.sv") == "one\n");
}

TEST_CASE("runs at the same time leave one design, whole") {
  const auto design = [](unsigned which) {
    Files files;
    for (unsigned i = 0; i < 20; ++i)
      files.push_back({fmt::format("room{}/f{}.sv", i % 3, i + which % 2 * 10),
                       fmt::format("{} of {}\n", i, which)});
    return files;
  };
  const auto isWhole = [&](const fs::path& folder, unsigned which) {
    std::map<std::string, std::string> wanted;
    for (const auto& file : design(which)) wanted[file.path] = file.text;
    auto tree = test::readTree(folder);
    return tree.erase("a_manifest.txt") == 1 && tree == wanted;
  };
  for (const bool fresh : {true, false})
    for (unsigned round = 0; round < 40; ++round) {
      const test::TemporaryFolder scratch;
      const std::string folder = scratch.path("x");
      if (!fresh) REQUIRE(writeDesign(folder, "a", design(9)).error.empty());
      std::vector<pid_t> children;
      for (unsigned which = 0; which < 3; ++which) {
        const pid_t child = fork();
        if (child == 0) _exit(writeDesign(folder, "a", design(which)).error.empty() ? 0 : 1);
        children.push_back(child);
      }
      for (const pid_t child : children) {
        int status = -1;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(status == 0);
      }
      CHECK((isWhole(folder, 0) || isWhole(folder, 1) || isWhole(folder, 2)));
      CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
    }
}

TEST_CASE("a folder that cannot be is an error and not a crash") {
  const test::TemporaryFolder scratch;
  test::writeFile(scratch.path("file"), "mine");
  CHECK_FALSE(writeDesign(scratch.path("file"), "a", kFirst).error.empty());
  CHECK_FALSE(writeDesign(scratch.path("file/below"), "a", kFirst).error.empty());
  CHECK(test::readText(scratch.path("file")) == "mine");
}

}  // namespace intformer
