#pragma once

#include <csignal>
#include <filesystem>

/// What is left behind when the program is interrupted (SIGINT, SIGTERM, SIGHUP, SIGPIPE): nothing.
namespace intformer::files {

/// From now on these signals end running tools, remove every TemporaryPath, say "interrupted" (but
/// for SIGPIPE) and end the program as the signal would. To be called by the main thread; a second time
/// changes nothing.
void cleanUpWhenInterrupted();

/// A file or folder that must not outlive the program. The destructor removes it, with all that it
/// holds, unless it was released; so does an interrupt.
class TemporaryPath {
 public:
  explicit TemporaryPath(std::filesystem::path path);
  ~TemporaryPath();
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// It has been moved to where it shall stay.
  void release();

 private:
  std::filesystem::path path_;
  int slot_;
  bool released_ = false;
};

/// Interrupts wait while one of these lives: between steps that belong together.
class Uninterrupted {
 public:
  Uninterrupted();
  ~Uninterrupted();
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;

 private:
  sigset_t before_{};
};

/// Tells that the last line on stderr has no end yet.
void lineIsOpen(bool open);
/// An interrupt kills this process group, until it has ended.
void toolIsRunning(pid_t group);
void toolHasEnded(pid_t group);

}  // namespace intformer::files
