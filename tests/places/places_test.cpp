// Where the program finds what came with it, and where it keeps what it makes.
#include "sw/places/places.hpp"

#include <cstdlib>
#include <optional>

#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace intformer;
using namespace intformer::test;
using namespace intformer::places;

namespace {

/// Environment variables of one test; what they were before comes back.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::optional<std::string>>& values) {
    for (const auto& [name, value] : values) {
      const char* before = std::getenv(name.c_str());
      before_[name] = before != nullptr ? std::optional<std::string>(before) : std::nullopt;
      put(name, value);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) put(name, value);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  static void put(const std::string& name, const std::optional<std::string>& value) {
    if (value) setenv(name.c_str(), value->c_str(), 1);
    else unsetenv(name.c_str());
  }
  std::map<std::string, std::optional<std::string>> before_;
};

/// Works in another folder until its end.
struct Elsewhere : TemporaryFolder {
  fs::path before = fs::current_path();
  Elsewhere() { fs::current_path(path()); }
  ~Elsewhere() { fs::current_path(before); }
};

}  // namespace

TEST_CASE("what came with the program is found from any folder", "[places]") {
  const fs::path checkout = fs::current_path();
  const Elsewhere elsewhere;
  CHECK(fs::equivalent(ownFile("configs/base16.toml"), checkout / "configs/base16.toml"));
  CHECK(fs::equivalent(hereOrOwn("configs/base16.toml"), checkout / "configs/base16.toml"));
  CHECK(hereOrOwn("configs/none.toml") == "configs/none.toml");
  CHECK(hereOrOwn("/configs/base16.toml") == "/configs/base16.toml");
  CHECK(hereOrOwn("").empty());
  CHECK(hereOrOwn("-") == "-");
}

TEST_CASE("a file that is here comes before one that came with the program", "[places]") {
  const Elsewhere elsewhere;
  fs::create_directory("configs");
  writeFile("configs/base16.toml", "mine");
  CHECK(hereOrOwn("configs/base16.toml") == "configs/base16.toml");
}

TEST_CASE("INTFORMER_CACHE alone decides where things are kept", "[places]") {
  const Environment environment({{"INTFORMER_CACHE", "a b"}, {"XDG_CACHE_HOME", "/x"}});
  CHECK(cacheFolders("devices") == std::vector{fs::current_path() / "a b/devices"});
}

TEST_CASE("without it, the build folder comes before the user's cache", "[places]") {
  const fs::path build = ownFile("").parent_path().parent_path().parent_path();
  REQUIRE(fs::exists(build / "CMakeCache.txt"));
  const Environment environment(
      {{"INTFORMER_CACHE", std::nullopt}, {"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}});
  CHECK(cacheFolders("devices") ==
        std::vector<fs::path>{build / "devices", "/x/intformer/devices"});
  const Environment relative({{"XDG_CACHE_HOME", "x"}, {"INTFORMER_CACHE", ""}});
  CHECK(cacheFolders("devices") ==
        std::vector<fs::path>{build / "devices", "/h/.cache/intformer/devices"});
  const Environment none({{"XDG_CACHE_HOME", std::nullopt}, {"HOME", std::nullopt}});
  CHECK(cacheFolders("devices") == std::vector{build / "devices"});
}

TEST_CASE("the folder to write into is made, or the reason and the way out are told", "[places]") {
  const TemporaryFolder folder;
  {
    const Environment environment({{"INTFORMER_CACHE", folder.path("new/one")}});
    CHECK(writableCache("devices") == folder.path("new/one/devices"));
    CHECK(fs::is_directory(folder.path("new/one/devices")));
  }
  {  // a folder that several users may write into: /tmp, say
    fs::create_directory(folder.path("shared"));
    fs::permissions(folder.path("shared"), fs::perms::all | fs::perms::sticky_bit);
    const Environment environment({{"INTFORMER_CACHE", folder.path("shared")}});
    CHECK(fs::status(writableCache("devices")).permissions() ==
          (fs::perms::all | fs::perms::sticky_bit));
  }
  writeFile(folder.path("file"), "in the way");
  const Environment environment({{"INTFORMER_CACHE", folder.path("file")}});
  CHECK_THROWS_WITH(writableCache("devices"),
                    containsText(folder.path("file/devices") + ": Not a directory") &&
                        containsText("INTFORMER_CACHE=/tmp/cache"));
}
