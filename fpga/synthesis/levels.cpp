#include "fpga/synthesis/levels.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace intformer::synthesis {
namespace {

using nlohmann::json;

enum class Kind : uint8_t {
  Logic,    // every input to every output, a level
  Free,     // the same without one: multiplexers beside LUTs, buffers
  Carry,    // bit by bit
  Storage,  // paths begin and end here
  LutRam,   // written like a register, read like a LUT
};

Kind kindOf(std::string_view type) {
  if (type.starts_with("LUT")) return Kind::Logic;
  if (type.starts_with("CARRY")) return Kind::Carry;
  if (type == "INV" || type.starts_with("MUXF") || type.ends_with("BUF") || type.starts_with("BUFG"))
    return Kind::Free;
  if (type.starts_with("RAM") && !type.starts_with("RAMB")) return Kind::LutRam;
  return Kind::Storage;
}

/// Where a LUT's cells are read: A0, ADDRA, DPRA0.
bool isReadAddress(std::string_view port) {
  if (port.starts_with("ADDR") || port.starts_with("DPRA")) return true;
  return port.size() == 2 && port[0] == 'A' && port[1] >= '0' && port[1] <= '9';
}

/// A multiplier's C is data.
bool isClock(std::string_view type, std::string_view port) {
  if (type.starts_with("FD")) return port == "C";
  return port.starts_with("CLK") || port.ends_with("CLK");
}

struct Arc {
  uint32_t from, to;
  uint32_t levels, carryBits;
  uint32_t cell;
};

/// An input of a cell at which paths end.
struct End {
  uint32_t bit;
  uint32_t cell;
};

class Walk {
 public:
  explicit Walk(const json& module) {
    for (const auto& [name, cell] : module.at("cells").items()) {
      const std::string type = cell.at("type");
      if (type == "$scopeinfo") continue;
      names_.push_back(name);
      add(static_cast<uint32_t>(names_.size() - 1), kindOf(type), cell);
    }
  }

  std::vector<LogicPath> paths() {
    visit();
    std::map<uint32_t, uint32_t> worst;  // bit by cell
    for (const End& end : ends_) {
      if (!arrivals_[end.bit]) continue;
      const auto [known, isNew] = worst.try_emplace(end.cell, end.bit);
      if (!isNew && length(end.bit) > length(known->second)) known->second = end.bit;
    }
    std::vector<LogicPath> result;
    for (const auto& [cell, bit] : worst) result.push_back(trace(cell, bit));
    std::ranges::stable_sort(result, std::greater{}, &LogicPath::length);
    return result;
  }

 private:
  struct Arrival {
    uint32_t levels = 0, carryBits = 0;
    std::optional<uint32_t> arc;  // none: it begins here
    uint32_t cell = 0;            // where it begins
  };
  struct Pin {
    std::string_view port;
    uint32_t index;  // within the port
    uint32_t bit;
  };

  static uint32_t length(const Arrival& arrival) {
    return arrival.levels * LogicPath::kCarryBitsOfLevel + arrival.carryBits;
  }
  uint32_t length(uint32_t bit) const { return length(*arrivals_[bit]); }

  void add(uint32_t cell, Kind kind, const json& body) {
    std::vector<Pin> inputs, outputs;
    const json& directions = body.at("port_directions");
    for (const auto& [port, bits] : body.at("connections").items()) {
      for (uint32_t i = 0; i < bits.size(); ++i) {
        if (!bits[i].is_number()) continue;  // a constant
        const auto bit = bits[i].get<uint32_t>();
        if (bit >= arrivals_.size()) arrivals_.resize(bit + 1);
        (directions.at(port) == "output" ? outputs : inputs).push_back({keep(port), i, bit});
      }
    }
    for (const Pin& input : inputs) {
      const bool through = kind == Kind::Logic || kind == Kind::Free || kind == Kind::Carry ||
                           (kind == Kind::LutRam && isReadAddress(input.port));
      if (!through) {
        if (!isClock(body.at("type").get_ref<const std::string&>(), input.port)) ends_.push_back({input.bit, cell});
        continue;
      }
      for (const Pin& output : outputs) addArc(cell, kind, input, output);
    }
    if (kind == Kind::Storage || kind == Kind::LutRam)
      for (const Pin& output : outputs) arrivals_[output.bit] = Arrival{0, 0, {}, cell};
  }

  void addArc(uint32_t cell, Kind kind, const Pin& input, const Pin& output) {
    uint32_t carryBits = 0;
    if (kind == Kind::Carry) {
      const bool atBit = input.port == "S" || input.port == "DI";
      if (atBit && output.index < input.index) return;
      carryBits = atBit ? output.index - input.index : output.index + 1;
    }
    const uint32_t levels = kind == Kind::Logic || kind == Kind::LutRam ? 1 : 0;
    arcs_.push_back({input.bit, output.bit, levels, carryBits, cell});
  }

  /// Ports' names live as long as the walk.
  std::string_view keep(const std::string& port) { return *ports_.insert(port).first; }

  void visit() {
    std::vector<std::vector<uint32_t>> outgoing(arrivals_.size());
    std::vector<uint32_t> waiting(arrivals_.size(), 0);
    for (uint32_t i = 0; i < arcs_.size(); ++i) {
      outgoing[arcs_[i].from].push_back(i);
      ++waiting[arcs_[i].to];
    }
    std::vector<uint32_t> ready;
    for (uint32_t bit = 0; bit < arrivals_.size(); ++bit)
      if (waiting[bit] == 0) ready.push_back(bit);
    for (std::size_t next = 0; next < ready.size(); ++next) {
      for (const uint32_t i : outgoing[ready[next]]) {
        const Arc& arc = arcs_[i];
        if (const auto& before = arrivals_[arc.from]; before) {
          const Arrival reached{before->levels + arc.levels, before->carryBits + arc.carryBits, i,
                                before->cell};
          auto& kept = arrivals_[arc.to];
          if (!kept || length(reached) > length(*kept)) kept = reached;
        }
        if (--waiting[arc.to] == 0) ready.push_back(arc.to);
      }
    }
    if (ready.size() != arrivals_.size()) throw std::runtime_error("logic runs in a circle");
  }

  LogicPath trace(uint32_t cell, uint32_t bit) const {
    const Arrival& end = *arrivals_[bit];
    LogicPath path{end.levels, end.carryBits, names_[end.cell], names_[cell], {}};
    for (auto at = end.arc; at; at = arrivals_[arcs_[*at].from]->arc)
      path.through.push_back(names_[arcs_[*at].cell]);
    std::ranges::reverse(path.through);
    return path;
  }

  std::set<std::string, std::less<>> ports_;
  std::vector<std::string> names_;
  std::vector<Arc> arcs_;
  std::vector<End> ends_;
  std::vector<std::optional<Arrival>> arrivals_;  // by bit
};

}  // namespace

std::vector<LogicPath> longestPaths(const std::string& text) {
  const json design = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!design.is_discarded() && design.contains("modules"))
    for (const json& module : design["modules"])
      if (module.at("attributes").contains("top")) return Walk(module).paths();
  throw std::runtime_error("not a netlist that Yosys wrote");
}

}  // namespace intformer::synthesis
