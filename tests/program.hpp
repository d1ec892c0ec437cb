#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/catch.hpp"

namespace intformer::test {

struct Outcome {
  int status = 0;
  std::string text;  ///< of both streams
};

/// Runs a shell's command.
inline Outcome runCommand(const std::string& command) {
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Outcome outcome;
  std::array<char, 4096> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) outcome.text += part.data();
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

/// A word of a shell's command that holds any characters.
inline std::string shellWord(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

#ifdef INTFORMER_PROGRAM
/// Runs the program that the test's CMakeLists.txt names (PROGRAM) with `arguments`, as a shell
/// splits them; without a terminal, stdin from `input`.
inline Outcome runProgram(const std::string& arguments, const std::string& input = "/dev/null") {
  return runCommand(shellWord(INTFORMER_PROGRAM) + " " + arguments + " <" + input);
}

/// Runs it, and ends the test where it does not succeed.
inline Outcome expectFine(const std::string& arguments) {
  Outcome outcome = runProgram(arguments);
  INFO(arguments << "\n" << outcome.text);
  REQUIRE(outcome.status == 0);
  return outcome;
}

/// Runs it, and wants it to refuse with status 1 and a text that holds `reason`.
inline void expectRefusal(const std::string& arguments, const std::string& reason) {
  const Outcome outcome = runProgram(arguments);
  INFO(arguments);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.text, containsText(reason));
}
#endif

}  // namespace intformer::test
