#include "sw/process/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "sw/files/interrupt.hpp"

extern char** environ;

namespace intformer::process {
namespace {

namespace fs = std::filesystem;

/// What a child does between fork and exec.
class Actions {
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void open(int descriptor, const fs::path& path, int flags) {
    posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), flags, 0644);
  }
  void duplicate(int from, int to) { posix_spawn_file_actions_adddup2(&actions_, from, to); }
  void enter(const fs::path& folder) {
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// A program that runs in a process group of its own, which an interrupt kills.
class Child {
 public:
  Child(const CommandLine& command, const Actions& actions) {
    files::cleanUpWhenInterrupted();
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    const files::Uninterrupted known;  // to the interrupt from its first moment
    error_ = posix_spawnp(&child_, words[0], actions.get(), &attributes, words.data(), environ);
    posix_spawnattr_destroy(&attributes);
    if (error_ == 0) files::toolIsRunning(child_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Why it did not start, as errno says it; or 0.
  [[nodiscard]] int error() const { return error_; }

  /// Its status, as wait has it, when it has ended.
  int wait(const std::function<void()>& waiting = {}) {
    int status = -1;
    if (error_ != 0) return status;
    for (;;) {
      const pid_t ended = waitpid(child_, &status, waiting ? WNOHANG : 0);
      if (ended == child_ || (ended < 0 && errno != EINTR)) break;
      if (!waiting) continue;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      waiting();
    }
    files::toolHasEnded(child_);
    return status;
  }

 private:
  pid_t child_ = 0;
  int error_ = 0;
};

bool isPlain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_-./=+,:@%").find(c) != std::string_view::npos;
}

}  // namespace

std::string shellText(const CommandLine& command) {
  std::string text;
  for (const std::string& word : command) {
    if (!text.empty()) text += ' ';
    if (!word.empty() && std::ranges::all_of(word, isPlain)) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

std::optional<fs::path> findProgram(const std::string& name) {
  const char* variable = std::getenv("PATH");
  const std::string path = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const fs::path candidate = fs::path(path.substr(begin, end - begin)) / name;
    std::error_code ignored;
    if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, ignored))
      return candidate;
    begin = end + 1;
  }
  return std::nullopt;
}

std::string outputOf(const CommandLine& command) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  Actions actions;
  actions.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  actions.duplicate(ends[1], STDOUT_FILENO);
  actions.open(STDERR_FILENO, "/dev/null", O_WRONLY);
  Child child(command, actions);
  close(ends[1]);
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t n = 0; (n = read(ends[0], part.data(), part.size())) != 0;) {
    if (n > 0) text.append(part.data(), static_cast<std::size_t>(n));
    else if (errno != EINTR) break;
  }
  close(ends[0]);
  child.wait();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool runLogged(const CommandLine& command, const fs::path& folder, const fs::path& log,
               const std::function<void()>& waiting) {
  Actions actions;
  actions.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  actions.open(STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND);
  actions.duplicate(STDOUT_FILENO, STDERR_FILENO);
  actions.enter(folder);
  Child child(command, actions);
  if (child.error() != 0)
    throw std::runtime_error(
        fmt::format("{} cannot be started: {}", command[0], std::strerror(child.error())));
  const int status = child.wait(waiting);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace intformer::process
