#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Resource use of a generated design, as Yosys maps it.
namespace intformer::synthesis {

enum class FpgaTarget : uint8_t { Ecp5, UltraScalePlus };

/// "ecp5" or "xcup".
std::string targetName(FpgaTarget target);

/// Cells of one module, submodules included.
struct Resources {
  uint64_t luts = 0;       ///< logic, carry included, as LUTs
  uint64_t lutRams = 0;    ///< LUTs used as memory or shift registers
  uint64_t flipFlops = 0;
  uint64_t dsps = 0;       ///< MULT18X18D, or DSP48E2
  uint64_t blockRams = 0;  ///< DP16KD, or RAMB18 (a RAMB36 counts two)

  Resources& operator+=(const Resources& other);
};

struct UnitResources {
  std::string unit;  ///< module name without parameters
  Resources resources;
};

struct SynthesisResult {
  UnitResources top;
  std::vector<UnitResources> units;  ///< the top's instances, in order of name
  std::map<std::string, Resources> modules;  ///< every module by name, submodules included
};

/// Resources that one cell type of a target stands for; all zero for a type that takes none.
Resources cellResources(FpgaTarget target, const std::string& cellType);

/// Reads what Yosys's `stat -json` wrote of a mapped, unflattened design.
/// Throws std::runtime_error when the text is not such a report or has no module `top`.
SynthesisResult readStatistics(FpgaTarget target, const std::string& json, const std::string& top);

/// Runs Yosys on a file list's sources and reads the result. Throws std::runtime_error with the
/// log's place when Yosys fails.
SynthesisResult synthesize(FpgaTarget target, const std::vector<std::string>& sources,
                           const std::string& top, const std::string& workFolder);

}  // namespace intformer::synthesis
