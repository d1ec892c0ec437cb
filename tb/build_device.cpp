#include "tb/build_device.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>

#include "sw/files/files.hpp"
#include "sw/files/hash.hpp"
#include "sw/files/lock.hpp"
#include "sw/places/places.hpp"
#include "sw/process/process.hpp"
#include "tb/build_folder.hpp"

namespace fs = std::filesystem;

namespace intformer::tb {

using files::fnv1a;
using process::CommandLine;

namespace {

/// Names folders.
class Hash {
 public:
  Hash& add(std::string_view text) {
    state_ = fnv1a({"", 1}, fnv1a(text, state_));
    return *this;
  }
  [[nodiscard]] std::string hex() const { return fmt::format("{:016x}", state_); }

 private:
  uint64_t state_ = fnv1a("");
};

/// The shell's sources and how they are compiled: part of every library's hash.
const std::array<const char*, 6> kShellSources = {
    "tb/sim_top.sv",   "tb/shell.cpp",     "tb/axi_memory.hpp",
    "tb/device_abi.h", "sw/perf/dram.hpp", "sw/perf/dram_timing.h"};
const CommandLine kVerilatorFlags = {
    "--cc",       "--exe",     "--prefix",   "Vdevice",        "-O3",  "--no-timing",
    "-Wno-fatal", "-Wno-lint", "-Wno-style", "--output-split", "20000"};
const CommandLine kZeroStart = {"--x-assign", "fast", "--x-initial", "fast"};
const CommandLine kRandomStart = {"--x-assign", "unique", "--x-initial", "unique"};
const CommandLine kMakeFlags = {"OPT_FAST=-O2", "OPT_SLOW=-O1", "OPT_GLOBAL=-O2",
                                "VM_PARALLEL_BUILDS=1"};

/// For this machine's processor, whichever one this program was compiled for.
/// Measured on base16: clang++ 1058 kHz, g++ 769; docs/5-verification.md has what else was tried.
std::string compilerFlags() {
  std::string flags = "-std=c++20 -fPIC -fvisibility=hidden -march=native";
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") != 0) flags += " -mprefer-vector-width=512";
#endif
  return flags;
}

/// What this machine's processor can: machines may share a folder, and not each runs every library.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("flags") || line.starts_with("Features")) return line;
  return {};
}

/// Part of the hash; asking a tool takes a while, so each is asked once.
const std::string& versionOf(const std::string& tool) {
  static std::map<std::string, std::string> known;
  const auto [entry, unknown] = known.try_emplace(tool);
  if (unknown) entry->second = process::outputOf({tool, "--version"});
  return entry->second;
}

void requireTool(const std::string& name) {
  if (!process::findProgram(name))
    throw std::runtime_error(fmt::format(
        "{} is not to be found in PATH: simulating a device takes verilator, make and clang++ or "
        "g++ (apt-get install verilator make clang)",
        name));
}

/// Says once a minute that a build goes on.
class StillBuilding {
 public:
  explicit StillBuilding(std::string device) : device_(std::move(device)) {}
  void operator()() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::minutes(1);
    fmt::print(stderr, "building the simulation of {}: {} min so far\n", device_,
               std::chrono::duration_cast<std::chrono::minutes>(now - begin_).count());
  }

 private:
  std::string device_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_ = begin_ + std::chrono::minutes(1);
};

void runTool(const CommandLine& command, const fs::path& folder, const fs::path& log,
             const std::function<void()>& waiting) {
  if (process::runLogged(command, folder, log, waiting)) return;
  const std::string text = files::readText(log);
  constexpr std::size_t kTail = 3000;
  throw std::runtime_error(
      fmt::format("the simulation could not be built:\n{}\n...\n{}", process::shellText(command),
                  text.size() > kTail ? text.substr(text.size() - kTail) : text));
}

/// ccache fails where it cannot write: for users without a home, say.
bool compilerCacheWorks() {
  const fs::path folder = process::outputOf({"ccache", "-k", "cache_dir"});
  return !folder.empty() && places::whyNotWritable(folder).empty();
}

bool anyOlderBuild(const std::vector<fs::path>& roots, const std::string& name) {
  for (const fs::path& root : roots) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(root, missing))
      if (entry.is_directory() && entry.path().filename().string().starts_with(name + "-"))
        return true;
  }
  return false;
}

/// Everything lies in the folder and is named from there, so that a compiler's cache serves every
/// folder, and no path of the user's meets a makefile.
void build(const Plan& plan, std::span<const EmittedFile> files, const BuildOptions& options,
           const fs::path& folder, const std::string& libraryName) {
  const fs::path log = folder / "build.log";
  for (const auto& file : files) files::writeAtomically(folder / "rtl" / file.path, file.text);
  for (const char* source : kShellSources)
    files::writeAtomically(folder / source, files::readText(places::ownFile(source)));
  CommandLine verilate = {"verilator"};
  verilate.insert(verilate.end(), kVerilatorFlags.begin(), kVerilatorFlags.end());
  const CommandLine& start = options.randomStart ? kRandomStart : kZeroStart;
  verilate.insert(verilate.end(), start.begin(), start.end());
  if (options.coverage) verilate.emplace_back("--coverage-line");
  if (options.assertions) verilate.emplace_back("--assert");
  if (options.traced) verilate.insert(verilate.end(), {"--trace-fst", "--trace-structs"});
  verilate.insert(verilate.end(),
                  {"--top-module", "sim_top", fmt::format("+define+SIM_DEVICE={}_top", plan.name),
                   fmt::format("-GAddressBits={}", plan.addressBits),
                   fmt::format("-GBusBytes={}", plan.busBytes), "-F",
                   fmt::format("rtl/{}.f", plan.name), "tb/sim_top.sv", "--Mdir", "obj", "-CFLAGS",
                   compilerFlags() + " -I..", "-LDFLAGS", "-shared", "-o", "../" + libraryName,
                   "../tb/shell.cpp"});
  std::function<void()> waiting;
  if (!options.quiet) waiting = StillBuilding(plan.name);
  runTool(verilate, folder, log, waiting);
  CommandLine make = {"make", "-j", "2", "-f", "Vdevice.mk", "CXX=" + options.compiler,
                      "LINK=" + options.compiler};
  make.insert(make.end(), kMakeFlags.begin(), kMakeFlags.end());
  if (compilerCacheWorks()) make.emplace_back("OBJCACHE=ccache");
  runTool(make, folder / "obj", log, waiting);
  for (const char* part : {"obj", "tb", "sw"}) fs::remove_all(folder / part);
}

/// The library's name without ending and folder: "base16-<hash>-fast".
std::string nameOf(const Plan& plan, std::span<const EmittedFile> files,
                   const BuildOptions& options) {
  Hash hash;
  for (const auto& file : files) hash.add(file.path).add(file.text);
  for (const char* source : kShellSources) hash.add(files::readText(places::ownFile(source)));
  hash.add(versionOf("verilator") + versionOf(options.compiler));
  for (const CommandLine& flags : {kVerilatorFlags, kZeroStart, kRandomStart, kMakeFlags})
    for (const std::string& flag : flags) hash.add(flag);
  hash.add(compilerFlags()).add(processor());
  return fmt::format("{}-{}{}{}{}{}", plan.name, hash.hex(), options.assertions ? "" : "-fast",
                     options.traced ? "-traced" : "", options.randomStart ? "-random" : "",
                     options.coverage ? "-coverage" : "");
}

}  // namespace

const std::vector<std::string>& compilers() {
  static const std::vector<std::string> found = [] {
    std::vector<std::string> present;
    for (const char* name : {"clang++", "g++"})
      if (process::findProgram(name)) present.emplace_back(name);
    return present;
  }();
  return found;
}

fs::path buildDevice(const Plan& plan, std::span<const EmittedFile> files,
                     const BuildOptions& request) {
  BuildOptions options = request;
  if (options.compiler.empty()) options.compiler = compilers().empty() ? "g++" : compilers()[0];
  for (const char* tool : {"verilator", "make", options.compiler.c_str()}) requireTool(tool);
  const std::string name = nameOf(plan, files, options);
  const std::string libraryName = fmt::format("lib{}.so", plan.name);
  const auto roots =
      options.root.empty() ? places::cacheFolders("devices") : std::vector{options.root};
  for (const fs::path& root : roots)
    if (fs::exists(root / name / libraryName)) return root / name / libraryName;

  const fs::path root = options.root.empty() ? places::writableCache("devices") : options.root;
  fs::create_directories(root);
  const fs::path lockName = root / (name + ".lock");
  const files::FileLock lock(lockName);  // two programs do not build the same thing at once
  if (lock.error() != 0)
    throw std::runtime_error(
        fmt::format("cannot lock {}: {}; INTFORMER_CACHE names another folder to build in",
                    lockName.string(), std::strerror(lock.error())));
  const fs::path library = root / name / libraryName;
  if (fs::exists(library)) return library;  // someone else built it while we waited
  if (!options.quiet)
    fmt::print(stderr, "building the simulation of {}{} with {}, which takes a minute or more: {}\n", plan.name,
               options.traced ? " with waveforms" : "", options.compiler,
               anyOlderBuild(roots, plan.name) ? "the design or the tools have changed"
                                               : "not built yet");
  BuildFolder folder(root / name);
  build(plan, files, options, folder.path(), libraryName);
  folder.keep();
  return library;
}

}  // namespace intformer::tb
