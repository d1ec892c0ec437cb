// Gives the program changed copies of what people bring, for a time or a number of cases. Case N is
// the same on every machine. Each must be taken or refused: a crash, a sanitizer's finding, an
// exception that the program would not print, another result than the emulator's, 20 seconds or
// a few GB are findings. They are kept with a line that says how to see them again.

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <new>

#include "sw/compiler/compile.hpp"
#include "tests/fuzz/mutate.hpp"
#include "tests/fuzz/subjects.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::fuzz {
namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned kSeconds = 20;  ///< of one case
constexpr rlim_t kMemory = rlim_t{4} << 30;
constexpr int kFinding = 99;       ///< exit status of the process that found one

struct Options {
  double seconds = 0;
  uint64_t cases = 0, first = 0;
  std::string findings = "build/fuzz/findings";
};

/// What the two processes share.
struct Progress {
  uint64_t next = 0, taken = 0, refused = 0;
};

struct Case {
  const Subject* subject;
  std::size_t file;
  std::string contents;
};

Case makeCase(const std::vector<Subject>& all, uint64_t number) {
  std::mt19937_64 random(number);
  const Subject& subject = all[number % all.size()];
  const std::size_t file = random() % subject.seeds.size();
  return {&subject, file, mutated(subject.seeds[file], subject.dictionary, random)};
}

/// Whether it was taken; exceptions that orRefuse (sw/cli/refusals.hpp) prints are refusals.
bool take(const Case& work) {
  try {
    work.subject->take(work.file, work.contents);
    return true;
  } catch (const std::invalid_argument&) {
  } catch (const std::runtime_error&) {
  } catch (const std::exception& error) {
    fmt::print(stderr, "\nuncaught: {}\n", error.what());
    _exit(kFinding);
  }
  return false;
}

bool isOver(const Options& options, const Progress& progress, Clock::time_point begin) {
  if (options.cases != 0) return progress.next >= options.first + options.cases;
  return std::chrono::duration<double>(Clock::now() - begin).count() >= options.seconds;
}

void work(const Options& options, const std::vector<Subject>& all, Progress& progress,
          Clock::time_point begin) {
  for (; !isOver(options, progress, begin); ++progress.next) {
    alarm(kSeconds);
    ++(take(makeCase(all, progress.next)) ? progress.taken : progress.refused);
  }
}

void keep(const Options& options, const std::vector<Subject>& all, uint64_t number, int status) {
  const Case found = makeCase(all, number);
  const std::string name = fmt::format("{}/{}-{}", options.findings, found.subject->name, number);
  std::filesystem::create_directories(options.findings);
  test::writeFile(name, found.contents);
  fmt::print("case {}: {} {} ended with {} {}; kept in {}\n  again: {} --first {} --cases 1\n",
             number, found.subject->name, found.subject->files[found.file],
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), name,
             std::filesystem::read_symlink("/proc/self/exe").string(), number);
  std::fflush(stdout);
}

int run(const Options& options) {
  const test::TemporaryFolder scratch;
  const std::vector<Subject> all = subjects(scratch.path());
  auto* const progress = static_cast<Progress*>(
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (progress == MAP_FAILED) throw std::bad_alloc();
  progress->next = options.first;
  const auto begin = Clock::now();
  uint64_t findings = 0;
  while (!isOver(options, *progress, begin)) {
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no second process");
    if (child == 0) {
#ifndef __SANITIZE_ADDRESS__  // whose shadow takes more
      const rlimit limit{kMemory, kMemory};
      setrlimit(RLIMIT_AS, &limit);
#endif
      work(options, all, *progress, begin);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status == 0) continue;
    keep(options, all, progress->next++, status);
    ++findings;
  }
  fmt::print("{} cases: {} taken, {} refused, {} findings\n", progress->next - options.first,
             progress->taken, progress->refused, findings);
  return findings == 0 ? 0 : 1;
}

}  // namespace
}  // namespace intformer::fuzz

int main(int argc, char** argv) {
  intformer::fuzz::Options options;
  CLI::App app("Changed copies of model files, configs, folders and texts: taken or refused");
  auto* seconds = app.add_option("--seconds", options.seconds, "For so long");
  auto* cases = app.add_option("--cases", options.cases, "So many cases");
  seconds->excludes(cases);
  app.add_option("--first", options.first, "Number of the first case");
  app.add_option("--findings", options.findings, "Folder for what is found")->capture_default_str();
  app.require_option(1, 3);
  CLI11_PARSE(app, argc, argv);
  return intformer::fuzz::run(options);
}

// Read by the sanitizers' runtime, where there is one: large allocations throw, as elsewhere.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=2048:detect_leaks=0";
}
