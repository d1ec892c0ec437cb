// Where devices are built, and who may build them at once.
#include "tb/build_folder.hpp"

#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace intformer::tb;
using namespace intformer::test;

TEST_CASE("a device is built beside its place, elsewhere when make would not take the path") {
  const TemporaryFolder root;
  for (const std::string parent : {"plain", "my dir", "tförmer's", "a$b", "a#b", "a:b", "50%"}) {
    INFO(parent);
    const fs::path folder = root.path(parent);
    fs::create_directory(folder);
    const fs::path place = folder / "device-1";
    fs::path work;
    {
      BuildFolder build(place);
      work = build.path();
      CHECK(work.is_absolute());
      CHECK((work.parent_path() == folder) == (parent == "plain"));
      CHECK(work.string().find_first_of(" '$#:%\xc3") == std::string::npos);
      fs::create_directory(work / "rtl");
      writeFile(work / "rtl/a.sv", "text");
      CHECK_FALSE(fs::exists(place));
      build.keep();
    }
    CHECK(readTree(folder) ==
          std::map<std::string, std::string>{{"device-1/rtl/a.sv", "text"}});
    CHECK_FALSE(fs::exists(work));
  }
}

TEST_CASE("a build that fails leaves nothing, and what was there before") {
  const TemporaryFolder root;
  for (const std::string parent : {"plain", "my dir"}) {
    const fs::path folder = root.path(parent);
    fs::create_directories(folder / "device-1");
    writeFile(folder / "device-1/old", "old");
    fs::path work;
    {
      const BuildFolder build(folder / "device-1");
      work = build.path();
      writeFile(work / "half", "half");
    }
    CHECK_FALSE(fs::exists(work));
    CHECK(readTree(folder) == std::map<std::string, std::string>{{"device-1/old", "old"}});
  }
}
