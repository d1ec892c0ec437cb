#pragma once

#include <signal.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Other programs, run without a shell: words and paths reach them as they are.
namespace intformer {

/// A program's name or path, then its arguments.
using CommandLine = std::vector<std::string>;

/// The words as one would type them into a shell.
std::string shellText(const CommandLine& command);

/// Where an executable of this name lies in PATH; nothing when there is none.
std::optional<std::filesystem::path> findProgram(const std::string& name);

/// What a program prints on stdout, without the newlines at the end; empty when it cannot be run.
std::string outputOf(const CommandLine& command);

/// Holds back the signals of the terminal's keys while other programs work: these get them and end,
/// what they leave can be put in order, and then the signal meets this program.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

 private:
  sigset_t before_;
};

/// Runs a program in `folder` to its end, without stdin, and appends what it prints to `log`, an
/// absolute path. True when its exit status is 0. It gets signals that are held back here.
/// Throws std::runtime_error when it cannot be started.
bool runLogged(const CommandLine& command, const std::filesystem::path& folder,
               const std::filesystem::path& log);

}  // namespace intformer
