#include "fpga/synthesis/synthesis.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "sw/process/process.hpp"

namespace intformer::synthesis {
namespace {

using nlohmann::json;

/// "$paramod$0123\\base16_vector_unit", "$paramod\\base16_fifo\\Width=8" and "\\base16_fifo" name their
/// module.
std::string plainName(const std::string& yosysName) {
  std::string name = yosysName;
  if (name.starts_with("$paramod")) name.erase(0, name.find('\\'));
  if (name.starts_with("\\")) name.erase(0, 1);
  return name.substr(0, name.find('\\'));
}

class Hierarchy {
 public:
  Hierarchy(FpgaTarget target, const json& modules) : target_(target), modules_(modules) {}

  const Resources& of(const std::string& module) {
    if (auto known = totals_.find(module); known != totals_.end()) return known->second;
    Resources total;
    for (const auto& [type, count] : cells(module).items()) {
      const Resources one = isModule(type) ? of(key(type)) : cellResources(target_, type);
      for (uint64_t i = 0; i < count.get<uint64_t>(); ++i) total += one;
    }
    return totals_[module] = total;
  }

  [[nodiscard]] const json& cells(const std::string& module) const {
    return modules_.at(module).at("num_cells_by_type");
  }
  [[nodiscard]] bool isModule(const std::string& type) const { return modules_.contains(key(type)); }
  [[nodiscard]] std::string key(const std::string& type) const {
    return modules_.contains(type) ? type : "\\" + type;
  }

 private:
  FpgaTarget target_;
  const json& modules_;
  std::map<std::string, Resources> totals_;
};

/// Yosys 0.23 prints the tree of a deep design into its own JSON: those lines hold no quote or brace.
std::string withoutTree(const std::string& text) {
  std::istringstream lines(text);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (line.find_first_of("\"{}") != std::string::npos) kept += line + '\n';
  return kept;
}

/// Arrays with a read port per lane are logic. They are mapped before the search for a fitting RAM,
/// which takes more memory than a machine has when a design has 16 lanes. The flow's last step, which
/// finds names for cells, would take minutes and count nothing.
std::string mappingCommand(FpgaTarget target, const std::string& top) {
  const bool ecp5 = target == FpgaTarget::Ecp5;
  const std::string flow =
      fmt::format("{} -top {}", ecp5 ? "synth_ecp5 -noflatten" : "synth_xilinx -family xcup", top);
  const char* const memories = ecp5 ? "map_ram" : "map_memory";
  return fmt::format("{0} -run begin:{1}\nmemory_map */r:RD_PORTS>=4\n{0} -run {1}:check", flow,
                     memories);
}

}  // namespace

std::string targetName(FpgaTarget target) {
  return target == FpgaTarget::Ecp5 ? "ecp5" : "xcup";
}

Resources& Resources::operator+=(const Resources& other) {
  luts += other.luts;
  lutRams += other.lutRams;
  flipFlops += other.flipFlops;
  dsps += other.dsps;
  blockRams += other.blockRams;
  return *this;
}

Resources cellResources(FpgaTarget target, const std::string& type) {
  Resources r;
  if (target == FpgaTarget::Ecp5) {
    if (type == "LUT4") r.luts = 1;
    if (type == "CCU2C") r.luts = 2;            // a carry pair sits in two LUTs
    if (type == "TRELLIS_DPR16X4") r.lutRams = 4;
    if (type == "TRELLIS_FF") r.flipFlops = 1;
    if (type == "MULT18X18D") r.dsps = 1;
    if (type == "DP16KD") r.blockRams = 1;
    return r;
  }
  static const std::set<std::string> flipFlops = {"FDRE", "FDSE", "FDCE", "FDPE"};
  static const std::map<std::string, uint64_t> lutRams = {
      {"RAM32X1D", 2}, {"RAM64X1D", 2}, {"RAM128X1D", 4}, {"RAM32M", 4},   {"RAM64M", 4},
      {"RAM32M16", 8}, {"RAM64M8", 8},  {"SRL16E", 1},    {"SRLC32E", 1}, {"RAM64X1S", 1}};
  if (type.starts_with("LUT") && type.size() == 4) r.luts = 1;
  if (type == "INV") r.luts = 1;
  if (auto ram = lutRams.find(type); ram != lutRams.end()) r.lutRams = ram->second;
  if (flipFlops.contains(type)) r.flipFlops = 1;
  if (type == "DSP48E2") r.dsps = 1;
  if (type == "RAMB18E2") r.blockRams = 1;
  if (type == "RAMB36E2") r.blockRams = 2;
  return r;
}

SynthesisResult readStatistics(FpgaTarget target, const std::string& text, const std::string& top) {
  const json report = json::parse(withoutTree(text), nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded() || !report.contains("modules"))
    throw std::runtime_error("not a statistics report of Yosys");
  const json& modules = report["modules"];
  Hierarchy hierarchy(target, modules);

  SynthesisResult result;
  std::string topKey;
  for (const auto& item : modules.items()) {
    result.modules[plainName(item.key())] = hierarchy.of(item.key());
    if (plainName(item.key()) == top) topKey = item.key();
  }
  if (topKey.empty()) throw std::runtime_error("the report has no module " + top);
  result.top = {top, hierarchy.of(topKey)};
  for (const auto& [type, count] : hierarchy.cells(topKey).items()) {
    if (!hierarchy.isModule(type)) continue;
    UnitResources unit{plainName(type), {}};
    for (uint64_t i = 0; i < count.get<uint64_t>(); ++i)
      unit.resources += hierarchy.of(hierarchy.key(type));
    result.units.push_back(unit);
  }
  return result;
}

SynthesisResult synthesize(FpgaTarget target, const std::vector<std::string>& sources,
                           const std::string& top, const std::string& workFolder) {
  namespace fs = std::filesystem;
  fs::create_directories(workFolder);
  const fs::path folder = fs::canonical(workFolder);
  // Yosys works in the folder, with names from there: its scripts do not quote spaces.
  {
    std::ofstream out(folder / "synth.ys");
    for (const auto& source : sources)
      out << "read_verilog -sv " << fs::relative(source, folder).string() << "\n";
    out << mappingCommand(target, top) << "\n"
        << "tee -q -o statistics.json stat -json\n";
  }
  fs::remove(folder / "yosys.out");
  if (!process::runLogged({"yosys", "-q", "-l", "yosys.log", "synth.ys"}, folder,
                          folder / "yosys.out"))
    throw std::runtime_error("Yosys failed; see " + (folder / "yosys.log").string());
  std::ifstream in(folder / "statistics.json");
  return readStatistics(target, std::string(std::istreambuf_iterator<char>(in), {}), top);
}

}  // namespace intformer::synthesis
