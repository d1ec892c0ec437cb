#include "tb/build_device.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "sw/files/files.hpp"

namespace fs = std::filesystem;

namespace intformer::tb {
namespace {

/// FNV-1a, 64 bits: names folders, guards nothing against malice.
class Hash {
 public:
  Hash& add(std::string_view text) {
    for (const char c : text) mix(static_cast<uint8_t>(c));
    mix(0);
    return *this;
  }
  [[nodiscard]] std::string hex() const { return fmt::format("{:016x}", state_); }

 private:
  void mix(uint8_t byte) { state_ = (state_ ^ byte) * 0x100000001b3ULL; }
  uint64_t state_ = 0xcbf29ce484222325ULL;
};

std::string readText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string outputOf(const std::string& command) {
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
  pclose(pipe);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// The shell's sources and how they are compiled: part of every library's hash.
const std::array<const char*, 4> kShellSources = {"tb/sim_top.sv", "tb/shell.cpp",
                                                  "tb/axi_memory.hpp", "tb/device_abi.h"};
constexpr const char* kVerilatorFlags =
    "--cc --exe --prefix Vdevice -O3 --x-assign fast --x-initial fast --no-timing"
    " -Wno-fatal -Wno-lint -Wno-style --output-split 20000";
// Measured on base16: clang++ 1058 kHz, g++ 769; docs/5-verification.md has what else was tried.
constexpr const char* kCompilerFlags = "-std=c++20 -fPIC -fvisibility=hidden -march=native"
#ifdef __AVX512F__
                                       " -mprefer-vector-width=512"
#endif
    ;
constexpr const char* kOptimization =
    "OPT_FAST=-O2 OPT_SLOW=-O1 OPT_GLOBAL=-O2 VM_PARALLEL_BUILDS=1";

/// Part of the hash; asking a tool takes a while, so each is asked once.
const std::string& versionOf(const std::string& tool) {
  static std::map<std::string, std::string> known;
  const auto [entry, unknown] = known.try_emplace(tool);
  if (unknown) entry->second = outputOf(tool + " --version");
  return entry->second;
}

void runTool(const std::string& command, const fs::path& log) {
  if (std::system(fmt::format("({}) >>'{}' 2>&1 </dev/null", command, log.string()).c_str()) == 0)
    return;
  const std::string text = readText(log);
  constexpr std::size_t kTail = 3000;
  throw std::runtime_error(
      fmt::format("the simulation could not be built:\n{}\n...\n{}", command,
                  text.size() > kTail ? text.substr(text.size() - kTail) : text));
}

/// Holds an exclusive lock on a file, so that two programs do not build the same library at once.
class FileLock {
 public:
  explicit FileLock(const fs::path& path) : file_(open(path.c_str(), O_CREAT | O_RDWR, 0644)) {
    if (file_ < 0 || flock(file_, LOCK_EX) != 0)
      throw std::runtime_error("cannot lock " + path.string());
  }
  ~FileLock() { close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

bool anyOlderBuild(const fs::path& root, const std::string& name) {
  for (const auto& entry : fs::directory_iterator(root))
    if (entry.is_directory() && entry.path().filename().string().starts_with(name + "-"))
      return true;
  return false;
}

void build(const Plan& plan, std::span<const EmittedFile> files, const BuildOptions& options,
           const fs::path& to, const std::string& libraryName) {
  const fs::path source = INTFORMER_SOURCE_DIR;
  const fs::path log = to / "build.log";
  for (const auto& file : files) writeAtomically(to / "rtl" / file.path, file.text);
  const std::string cores = "-j 2";
  // Relative paths keep the compiler cache useful from folder to folder.
  runTool(fmt::format("cd '{}' && verilator {}{}{} --top-module sim_top +define+SIM_DEVICE={}_top "
                      "-GAddressBits={} -GBusBytes={} -F rtl/{}.f '{}' --Mdir obj "
                      "-CFLAGS '{} -I{}' -LDFLAGS -shared -o ../{} '{}'",
                      to.string(), kVerilatorFlags, options.assertions ? " --assert" : "",
                      options.traced ? " --trace-fst --trace-structs" : "", plan.name,
                      plan.addressBits, plan.busBytes, plan.name,
                      (source / "tb/sim_top.sv").string(), kCompilerFlags, source.string(),
                      libraryName, (source / "tb/shell.cpp").string()),
          log);
  const std::string cache = outputOf("command -v ccache").empty() ? "" : "OBJCACHE=ccache";
  runTool(fmt::format("cd '{}/obj' && make -j 2 -f Vdevice.mk {} {} CXX={} LINK={}", to.string(),
                      cache, kOptimization, options.compiler, options.compiler),
          log);
  fs::remove_all(to / "obj");
}

}  // namespace

const std::vector<std::string>& compilers() {
  static const std::vector<std::string> found = [] {
    std::vector<std::string> present;
    for (const char* name : {"clang++", "g++"})
      if (!outputOf(fmt::format("command -v {}", name)).empty()) present.emplace_back(name);
    return present;
  }();
  return found;
}

fs::path buildDevice(const Plan& plan, std::span<const EmittedFile> files,
                     const BuildOptions& request) {
  BuildOptions options = request;
  if (options.compiler.empty()) options.compiler = compilers().empty() ? "g++" : compilers()[0];
  const fs::path root =
      options.root.empty() ? fs::path(INTFORMER_BUILD_DIR) / "devices" : options.root;
  Hash hash;
  for (const auto& file : files) hash.add(file.path).add(file.text);
  for (const char* source : kShellSources)
    hash.add(readText(fs::path(INTFORMER_SOURCE_DIR) / source));
  hash.add(versionOf("verilator") + versionOf(options.compiler));
  hash.add(kVerilatorFlags).add(kCompilerFlags).add(kOptimization);
  const std::string name =
      fmt::format("{}-{}{}{}", plan.name, hash.hex(), options.assertions ? "" : "-fast",
                  options.traced ? "-traced" : "");
  const std::string libraryName = fmt::format("lib{}.so", plan.name);
  const fs::path folder = root / name;
  const fs::path library = folder / libraryName;
  if (fs::exists(library)) return library;

  fs::create_directories(root);
  const FileLock lock(root / (name + ".lock"));
  if (fs::exists(library)) return library;  // someone else built it while we waited
  if (!options.quiet)
    fmt::print(stderr, "building the simulation of {}{} with {}: {}\n", plan.name,
               options.traced ? " with waveforms" : "", options.compiler,
               anyOlderBuild(root, plan.name) ? "the design or the tools have changed"
                                              : "not built yet");
  const fs::path temporary = root / fmt::format(".{}.{}", name, getpid());
  fs::remove_all(temporary);
  fs::remove_all(folder);
  try {
    build(plan, files, options, temporary, libraryName);
  } catch (...) {
    fs::remove_all(temporary);
    throw;
  }
  fs::rename(temporary, folder);
  return library;
}

}  // namespace intformer::tb
