#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

/// Delays of a routed netlist, and its slowest paths from register to register.
namespace intformer::place {

/// One step of a path: through a cell, or over a wire to one.
struct PathStep {
  std::string cell;  ///< where it ends
  std::string pin;
  double ns = 0;
  bool wire = false;
};

struct TimingPath {
  double ns = 0;  ///< with clock-to-output at its begin and setup at its end
  std::string from, to;  ///< cells
  std::vector<PathStep> steps;

  /// LUTs, multiplexers, multipliers on it; a chain of carries counts once.
  [[nodiscard]] uint32_t levels() const;
  [[nodiscard]] double wireNs() const;
};

class TimingGraph {
 public:
  void addWire(const std::string& fromCell, const std::string& fromPin, const std::string& toCell,
               const std::string& toPin, double ns);
  /// Through a cell. Where the first pin is a clock, `clocked` registers launch.
  void addArc(const std::string& cell, const std::string& from, const std::string& to, double ns);
  /// A pin at which paths end.
  void addSetup(const std::string& cell, const std::string& pin, const std::string& clock, double ns);

  /// The slowest path to every cell that paths end at, slowest first; without those that begin or end
  /// outside of registers. Throws std::runtime_error where logic runs in a circle.
  [[nodiscard]] std::vector<TimingPath> slowestPaths() const;

 private:
  struct Arc {
    uint32_t from, to;
    double ns;
    bool wire;
  };
  struct Check {
    uint32_t pin, clock;
    double ns;
  };

  uint32_t node(const std::string& cell, const std::string& pin);
  [[nodiscard]] PathStep stepTo(uint32_t node) const;

  std::unordered_map<std::string, uint32_t> nodes_;
  std::vector<std::pair<std::string, std::string>> names_;
  std::vector<Arc> arcs_;
  std::vector<Check> checks_;
};

}  // namespace intformer::place
