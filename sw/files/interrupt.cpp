#include "sw/files/interrupt.hpp"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace intformer::files {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
/// More live at once nowhere; what finds no room is removed by its destructor alone.
constexpr std::size_t kSlots = 32;

std::array<std::atomic<char*>, kSlots> paths;
std::atomic<bool> openLine = false;
std::array<std::atomic<pid_t>, kSlots> tools;
pthread_t mainThread;

static_assert(std::atomic<char*>::is_always_lock_free && std::atomic<pid_t>::is_always_lock_free);

sigset_t ourSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kSignals) sigaddset(&set, signal);
  return set;
}

// What a handler calls must be async-signal-safe: no allocation, no stdio, no std::filesystem.

void removeFolders(std::array<char*, kSlots + 4>& command) {
  const pid_t child = _Fork();
  if (child == 0) {
    execve("/bin/rm", command.data(), environ);
    _exit(127);
  }
  if (child > 0) waitpid(child, nullptr, 0);
}

void removePaths() {
  static char rm[] = "rm", options[] = "-rf", end[] = "--";
  std::array<char*, kSlots + 4> command = {rm, options, end};
  std::size_t next = 3;
  for (const std::atomic<char*>& slot : paths)
    if (char* path = slot.load(); path != nullptr && unlink(path) != 0 && errno != ENOENT)
      command[next++] = path;
  if (next > 3) removeFolders(command);
}

void say(std::string_view text) {
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // nobody listens
}

void interrupted(int signal) {
  if (pthread_equal(pthread_self(), mainThread) == 0) {  // only its stop stops the making of files
    pthread_kill(mainThread, signal);
    return;
  }
  for (const std::atomic<pid_t>& slot : tools) {
    const pid_t group = slot.load();
    if (group <= 0) continue;
    kill(-group, SIGKILL);
    waitpid(group, nullptr, 0);
  }
  removePaths();
  if (signal != SIGPIPE) say(openLine.load() ? "\ninterrupted\n" : "interrupted\n");
  // The shell learns from the signal that a loop around this program shall end, too.
  struct sigaction byDefault {};
  byDefault.sa_handler = SIG_DFL;
  sigaction(signal, &byDefault, nullptr);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  raise(signal);
  pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
}

}  // namespace

void cleanUpWhenInterrupted() {
  static std::atomic<bool> done = false;
  if (done.exchange(true)) return;
  mainThread = pthread_self();
  struct sigaction action {};
  action.sa_handler = interrupted;
  action.sa_mask = ourSignals();
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // nohup's and a background job's wish; a closed pipe is always the end.
    if (before.sa_handler != SIG_IGN || signal == SIGPIPE) sigaction(signal, &action, nullptr);
  }
}

TemporaryPath::TemporaryPath(fs::path path) : path_(std::move(path)), slot_(-1) {
  char* copy = strdup(path_.c_str());
  for (std::size_t i = 0; i < kSlots && copy != nullptr; ++i) {
    char* none = nullptr;
    if (!paths[i].compare_exchange_strong(none, copy)) continue;
    slot_ = static_cast<int>(i);
    return;
  }
  std::free(copy);
}

TemporaryPath::~TemporaryPath() {
  std::error_code ignored;
  if (!released_) fs::remove_all(path_, ignored);
  release();
}

void TemporaryPath::release() {
  released_ = true;
  if (slot_ < 0) return;
  const Uninterrupted whole;  // the handler may hold the text
  std::free(paths[static_cast<std::size_t>(slot_)].exchange(nullptr));
  slot_ = -1;
}

Uninterrupted::Uninterrupted() {
  const sigset_t set = ourSignals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

Uninterrupted::~Uninterrupted() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void lineIsOpen(bool open) { openLine = open; }

void toolIsRunning(pid_t group) {
  for (std::atomic<pid_t>& slot : tools)
    if (pid_t none = 0; slot.compare_exchange_strong(none, group)) return;
}

void toolHasEnded(pid_t group) {
  for (std::atomic<pid_t>& slot : tools)
    if (pid_t its = group; slot.compare_exchange_strong(its, 0)) return;
}

}  // namespace intformer::files
