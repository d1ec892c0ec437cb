#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Other programs, run without a shell: words and paths reach them as they are.
namespace intformer::process {

/// A program's name or path, then its arguments.
using CommandLine = std::vector<std::string>;

/// The words as one would type them into a shell.
std::string shellText(const CommandLine& command);

/// Where an executable of this name lies in PATH; nothing when there is none.
std::optional<std::filesystem::path> findProgram(const std::string& name);

/// What a program prints on stdout, without the newlines at the end; empty when it cannot be run.
std::string outputOf(const CommandLine& command);

/// Runs a program in `folder` to its end, without stdin, and appends what it prints to `log`, an
/// absolute path. True when its exit status is 0. An interrupt of this program kills it, with all that
/// it has started (sw/files/interrupt.hpp); `waiting` is called ten times a second while it runs.
/// Throws std::runtime_error when it cannot be started.
bool runLogged(const CommandLine& command, const std::filesystem::path& folder,
               const std::filesystem::path& log, const std::function<void()>& waiting = {});

}  // namespace intformer::process
