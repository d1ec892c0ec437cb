#include <cstring>
#include <fstream>

#include "sw/itf/container.hpp"
#include "sw/model/random.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {

using namespace itf;

namespace {

using Catch::Matchers::Contains;

std::vector<uint8_t> bytesOf(const std::string& text) { return {text.begin(), text.end()}; }

/// A file with sections of awkward sizes, an empty one among them.
std::string sampleFile(const TemporaryFolder& folder) {
  const auto first = bytesOf("the first section, odd in length");
  const std::vector<uint8_t> second(1000, 7), third;
  const auto last = bytesOf(std::string(64, 'z'));
  const std::vector<ItfSection> sections = {
      {"first", first}, {"second", second}, {"empty", third}, {"last \"one\"", last}};
  writeItf(folder.path("x.itf"), sections);
  return readText(folder.path("x.itf"));
}

/// What the reader says about these bytes; empty: accepted.
std::string refusal(const TemporaryFolder& folder, const std::string& bytes) {
  writeFile(folder.path("y.itf"), bytes);
  try {
    const ItfFile file(folder.path("y.itf"));
  } catch (const ItfError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("sections come out of a file as they were written", "[itf]") {
  const TemporaryFolder folder;
  const std::string bytes = sampleFile(folder);
  const ItfFile file(folder.path("x.itf"));
  CHECK(file.text("first") == "the first section, odd in length");
  CHECK(file.section("second").size() == 1000);
  CHECK(file.section("second")[999] == 7);
  CHECK(file.contains("empty"));
  CHECK(file.section("empty").empty());
  CHECK(file.text("last \"one\"") == std::string(64, 'z'));
  CHECK_FALSE(file.contains("other"));
  CHECK_THROWS_WITH(file.section("other"), Contains("x.itf: lacks the section other"));
  for (const char* name : {"first", "second", "last \"one\""})
    CHECK((file.section(name).data() - file.section("first").data()) % 64 == 0);
  const TemporaryFolder again;
  CHECK(sampleFile(again) == bytes);
  CHECK(ItfFile(again.path("x.itf")).checksum() == file.checksum());
}

TEST_CASE("a file with any bit changed is refused", "[itf]") {
  const TemporaryFolder folder;
  const std::string good = sampleFile(folder);
  REQUIRE(refusal(folder, good).empty());
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1 << at % 8);
    INFO("byte " << at);
    const std::string reason = refusal(folder, bad);
    REQUIRE_THAT(reason, Contains("y.itf: "));
  }
}

TEST_CASE("a file that is cut off or goes on is refused", "[itf]") {
  const TemporaryFolder folder;
  const std::string good = sampleFile(folder);
  for (std::size_t size = 0; size < good.size(); size += size < 700 ? 1 : 37) {
    INFO("first " << size << " bytes");
    REQUIRE_FALSE(refusal(folder, good.substr(0, size)).empty());
  }
  CHECK_THAT(refusal(folder, good.substr(0, good.size() - 1)), Contains("it is cut off"));
  CHECK_THAT(refusal(folder, good + '\0'), Contains("longer than it was written"));
  CHECK_THAT(refusal(folder, good + good), Contains("longer than it was written"));
}

TEST_CASE("refusals say what a file is and what helps", "[itf]") {
  const TemporaryFolder folder;
  const std::string good = sampleFile(folder);
  const auto changed = [&](std::size_t at, char value) {
    std::string bad = good;
    bad[at] = value;
    return refusal(folder, bad);
  };
  CHECK_THAT(refusal(folder, "PK\x03\x04 something else"), Contains("is not a model file"));
  CHECK_THAT(refusal(folder, ""), Contains("is not a model file"));
  CHECK_THAT(changed(8, 9), Contains("has version 9 of the format, this program reads 3") &&
                                Contains("import (and quantize) the model again"));
  CHECK_THAT(changed(15, 127), Contains("does not fit"));
  CHECK_THAT(changed(40, '!'), Contains("is damaged: header or table"));
  CHECK_THAT(changed(good.size() - 1, '!'), Contains("is damaged: section last \"one\", bytes"));
  CHECK_THROWS_WITH(ItfFile(folder.path("nowhere.itf")), Contains("cannot be opened"));
  CHECK_THROWS_WITH(ItfFile(folder.path()), Contains("is a folder"));
}

TEST_CASE("what cannot be written leaves what was there", "[itf]") {
  const TemporaryFolder folder;
  writeFile(folder.path("in the way"), "old");
  CHECK_THROWS_WITH(writeItf(folder.path("in the way/x.itf"), {}), Contains("in the way"));
  CHECK(readText(folder.path("in the way")) == "old");
  std::filesystem::create_directory(folder.path("folder"));
  writeFile(folder.path("folder/file"), "");
  CHECK_THROWS_WITH(writeItf(folder.path("folder"), {}), Contains("cannot be written"));
  std::size_t entries = 0;  // nothing written aside is left
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
    ++entries;
  CHECK(entries == 2);
}

}  // namespace
}  // namespace intformer::test
