#include "gen/output.hpp"

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

TEST_CASE("a folder that cannot be is an error and not a crash") {
  const test::TemporaryFolder scratch;
  test::writeFile(scratch.path("file"), "mine");
  CHECK_FALSE(writeDesign(scratch.path("file"), "a", kFirst).error.empty());
  CHECK_FALSE(writeDesign(scratch.path("file/below"), "a", kFirst).error.empty());
  CHECK(test::readText(scratch.path("file")) == "mine");
}

}  // namespace intformer
