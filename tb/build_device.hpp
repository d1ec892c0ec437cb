#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "gen/emit/emit.hpp"
#include "gen/plan.hpp"

namespace intformer::tb {

struct BuildOptions {
  /// Where the libraries are kept, one folder per device and hash; empty: cacheFolders("devices").
  std::filesystem::path root;
  bool traced = false;     ///< with FST waveforms: slower, built when a trace is asked for
  bool randomStart = false;  ///< registers and memories can have random values at power-up
  bool coverage = false;     ///< counts how often each line of the design is reached: slower
  bool assertions = true;  ///< check the design's own assertions: about 5 % slower
  bool quiet = false;      ///< say nothing; else one line on stderr when something is built
  std::string compiler = {};  ///< one of compilers(); empty: the first
};

/// The C++ compilers of this machine that can build a simulation, the fastest result first.
const std::vector<std::string>& compilers();

/// The simulation library of a generated design: generated files, verilated and linked with the
/// shell. Kept under a hash of everything that it is made of, so that a stale one is never used;
/// built in a folder apart and moved into place. Throws std::runtime_error with the tool's last
/// words when a tool refuses the design, and with what to do when no folder can be written.
std::filesystem::path buildDevice(const Plan& plan, std::span<const EmittedFile> files,
                                  const BuildOptions& options = {});

}  // namespace intformer::tb
