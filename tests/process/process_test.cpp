// Other programs get their words as they are, and what becomes of them is known.
#include "sw/process/process.hpp"

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::process;

namespace {

const CommandLine kHardWords = {"a b",  "it's",  "",         "$HOME", "`id`", "\"q\"", "x;y",
                                "*.md", "tab\t", "new\nline", "größe", "#",    "\\",    "-n"};

CommandLine printWords() {
  CommandLine command = {"printf", "<%s>"};
  command.insert(command.end(), kHardWords.begin(), kHardWords.end());
  return command;
}

std::string expectedWords() {
  std::string text;
  for (const std::string& word : kHardWords) text += "<" + word + ">";
  return text;
}

}  // namespace

TEST_CASE("words reach a program as they are", "[process]") {
  CHECK(outputOf(printWords()) == expectedWords());
}

TEST_CASE("the shell reads a command's text as its words", "[process]") {
  CHECK(shellText({"make", "-j", "2", "CXX=g++"}) == "make -j 2 CXX=g++");
  CHECK(runCommand(shellText(printWords())).text == expectedWords());
}

TEST_CASE("a program that is missing prints nothing, and is named when it must run", "[process]") {
  CHECK(outputOf({"no-such-program-here"}).empty());
  CHECK_FALSE(findProgram("no-such-program-here"));
  CHECK(findProgram("sh"));
  CHECK_FALSE(findProgram(""));  // folders of PATH are no programs
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(runLogged({"no-such-program-here"}, folder.path(), folder.path("log")),
                    containsText("no-such-program-here cannot be started: No such file"));
}

TEST_CASE("a logged program runs in its folder, and its log grows", "[process]") {
  const TemporaryFolder folder;
  const std::filesystem::path inside = folder.path("it's inside");
  std::filesystem::create_directories(inside);
  const std::filesystem::path log = folder.path("a log");
  CHECK(runLogged({"sh", "-c", "pwd; echo fault >&2; cat"}, inside, log));
  CHECK_FALSE(runLogged({"sh", "-c", "echo again; exit 3"}, inside, log));
  CHECK_FALSE(runLogged({"sh", "-c", "kill -TERM $$"}, inside, log));
  CHECK(readText(log) == std::filesystem::canonical(inside).string() + "\nfault\nagain\n");
}

TEST_CASE("while a program runs, one hears of it", "[process]") {
  const TemporaryFolder folder;
  int heard = 0;
  CHECK(runLogged({"sleep", "0.5"}, folder.path(), folder.path("log"), [&] { ++heard; }));
  CHECK(heard >= 2);
}
