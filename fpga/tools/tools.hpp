#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Yosys and nextpnr as scripts/install-fpga-tools.sh lays them into a folder.
namespace intformer::fpga_tools {

/// Part, package and speed grade that all figures of ECP5 are of, as arguments of nextpnr-ecp5.
std::vector<std::string> ecp5Part();

class FpgaTools {
 public:
  /// Throws std::runtime_error when the folder does not hold them.
  explicit FpgaTools(const std::filesystem::path& folder);

  /// The packages and their versions, as one text.
  [[nodiscard]] const std::string& versions() const { return versions_; }

  /// Runs a script of Yosys in `work`, where it stays as <name>.ys with its log <name>.log. Throws
  /// std::runtime_error with the log's place when Yosys fails.
  void yosys(const std::filesystem::path& work, const std::string& name, const std::string& script,
             const std::function<void()>& waiting = {}) const;

  /// The same for nextpnr-ecp5 and its arguments; paths in them are relative to `work`.
  void nextpnr(const std::filesystem::path& work, const std::string& name,
               const std::vector<std::string>& arguments,
               const std::function<void()>& waiting = {},
               const std::vector<std::string>& part = ecp5Part()) const;

  /// The same for a tool that comes with it, "ecppll" or "ecppack"; its log is <program>.log.
  void ecp(const std::filesystem::path& work, const std::string& program,
           const std::vector<std::string>& arguments) const;

 private:
  /// Python, with these packages, on a line of program.
  void run(const std::filesystem::path& work, const std::string& name, const std::string& program,
           const std::vector<std::string>& arguments, const std::function<void()>& waiting) const;

  std::filesystem::path folder_;
  std::string versions_;
};

}  // namespace intformer::fpga_tools
