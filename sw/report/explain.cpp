#include "sw/report/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "gen/device.hpp"
#include "sw/compiler/outline.hpp"
#include "sw/compiler/timing.hpp"
#include "sw/report/estimate.hpp"
#include "sw/report/svg.hpp"

namespace intformer::report {

using compiler::Choice;

namespace {

using Json = nlohmann::ordered_json;

/// Other schedules that the text lists; the JSON has all.
constexpr std::size_t kListed = 4;
/// A unit that is busy for less than this share of an operator's time does not bound it.
constexpr double kBound = 0.6;

/// Operators of one shape: they are cut alike.
struct Group {
  std::string shape;
  std::vector<std::string> names;
  uint64_t cycles = 0, macs = 0;
  uint32_t rows = 0, depth = 0, columns = 0;  ///< of the largest matmul command
  uint64_t operandLoaded = 0;  ///< bytes of tensors loaded again, or for the first time
  uint64_t weightsLoaded = 0, weights = 0;  ///< bytes of constants: with repetitions, without
  uint64_t stored = 0, inputs = 0;          ///< bytes of results; of the model's inputs, once each
  std::array<uint64_t, kQueueCount> busy{};  ///< cycles

  [[nodiscard]] uint64_t bytes() const { return operandLoaded + weightsLoaded + stored; }
  /// What any order of the work moves: weights and inputs once, results once.
  [[nodiscard]] uint64_t leastBytes() const { return inputs + weights + stored; }
  [[nodiscard]] double utilization(uint32_t dim) const {
    return cycles == 0 ? 0.0
                       : static_cast<double>(macs) / (static_cast<double>(cycles) * dim * dim);
  }
  [[nodiscard]] double weightLoads() const {
    return weights == 0 ? 0.0
                        : static_cast<double>(weightsLoaded) / static_cast<double>(weights);
  }
};

class Grouping {
 public:
  Grouping(const Graph& graph, const Plan& plan, const perf::MemoryTiming& memory,
           const Program& program)
      : graph_(graph), plan_(plan), memory_(memory), program_(program) {}

  std::vector<Group> run(std::span<const uint8_t> lists) {
    const RunReport report =
        estimateReport(program_, plan_, memory_, lists, program_.readOnlyEnd);
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < program_.operators.size(); ++i) {
      const std::string shape = operatorShape(graph_, graph_.operators[i]);
      const auto [place, fresh] = places.emplace(shape, groups_.size());
      if (fresh) groups_.emplace_back().shape = shape;
      Group& group = groups_[place->second];
      group.names.push_back(program_.operators[i].name);
      group.cycles += report.operators[i].cycles;
      group.macs += program_.operators[i].macs;
      constants_.clear();
      inputs_.clear();
      for (const uint32_t index : program_.operators[i].commands)
        add(group, program_.commands[index]);
    }
    return std::move(groups_);
  }

 private:
  void add(Group& group, const Command& command) {
    const Queue queue = *findOpcode(command.opcode())->queue;
    group.busy[static_cast<std::size_t>(queue)] +=
        compiler::commandCost(command.opcode(), operandsOf(command, plan_.dim), plan_, memory_)
            .occupied;
    if (command.opcode() == Opcode::Matmul) {
      group.rows = std::max(group.rows, static_cast<uint32_t>(command.at(Field::MatmulRows)));
      group.depth = std::max(group.depth, static_cast<uint32_t>(command.at(Field::Depth)));
      group.columns = std::max(group.columns, static_cast<uint32_t>(command.at(Field::Cols)));
      return;
    }
    if (queue != Queue::Load && queue != Queue::Store) return;
    const uint64_t bytes = bytesTransferred(command, plan_.dim);
    const uint64_t address = command.at(Field::MemoryAddr);
    if (queue == Queue::Store) {
      group.stored += bytes;
    } else if (address < program_.readOnlyEnd) {
      group.weightsLoaded += bytes;
      // A gather takes other rows each time.
      if (command.opcode() == Opcode::Gather || constants_.insert(address).second)
        group.weights += bytes;
    } else {
      group.operandLoaded += bytes;
      if (ofInput(address) && inputs_.insert(address).second) group.inputs += bytes;
    }
  }
  [[nodiscard]] bool ofInput(uint64_t address) const {
    return std::ranges::any_of(program_.placements, [&](const Placement& place) {
      return graph_.tensors[place.tensor].role == TensorRole::Input && address >= place.address &&
             address < place.address + place.bytes();
    });
  }

  const Graph& graph_;
  const Plan& plan_;
  const perf::MemoryTiming& memory_;
  const Program& program_;
  std::vector<Group> groups_;
  std::set<uint64_t> constants_, inputs_;  ///< addresses that the operator has loaded
};

struct Bound {
  std::string name;
  double share = 0;
};

/// The unit that is busy for most of an operator's time.
Bound boundOf(const Group& group) {
  constexpr std::array<const char*, kQueueCount> kNames = {"load", "array", "vector", "store"};
  const auto most = std::ranges::max_element(group.busy) - group.busy.begin();
  const double share =
      static_cast<double>(group.busy[static_cast<std::size_t>(most)]) /
      static_cast<double>(std::max<uint64_t>(group.cycles, 1));
  if (group.macs == 0 && share > 1) return {"hidden", 0};  // behind other operators' matmuls
  if (share < kBound) return {"waiting", share};
  return {kNames[static_cast<std::size_t>(most)], std::min(share, 1.0)};
}

/// "+0.37 %" of the cheapest.
std::string more(uint64_t cycles, uint64_t least) {
  return fmt::format("{:+.2f} %",
                     (static_cast<double>(cycles) / static_cast<double>(least) - 1) * 100);
}

std::string operatorTable(const std::vector<Group>& groups, const Plan& plan) {
  std::string text =
      fmt::format("{:<31}{:>4}{:>11}{:>8}{:>8}{:>9}{:>8}{:>7}  {}\n", "operators", "",
                  "a command", "operand", "weights", "cycles", "MACs", "bytes", "bound by");
  for (const Group& group : groups) {
    const Bound bound = boundOf(group);
    const double least = static_cast<double>(std::max<uint64_t>(group.leastBytes(), 1));
    text += fmt::format(
        "{:<31}{:>4}{:>11}{:>8}{:>8}{:>9}{:>8}{:>7}  {}\n", group.shape,
        fmt::format("x{}", group.names.size()),
        group.macs == 0 ? "-"
                        : fmt::format("{}x{}x{}", group.rows, group.depth, group.columns),
        group.operandLoaded == 0 ? "on chip" : "loaded",
        group.weights == 0 ? "-" : fmt::format("x {:.4g}", group.weightLoads()), group.cycles,
        group.macs == 0 ? "-" : percent(group.utilization(plan.dim)),
        fmt::format("x{:.2f}", static_cast<double>(group.bytes()) / least),
        bound.share == 0 ? bound.name : fmt::format("{} {:.0f} %", bound.name, bound.share * 100));
  }
  return text;
}

uint64_t residentBytes(const compiler::Division& division, const Plan& plan) {
  return (uint64_t{plan.scratchWords} - division.streamed - division.results) * plan.dim;
}

std::string scheduleLine(const Choice& choice, uint64_t least, const Plan& plan, bool taken) {
  return fmt::format("{:<8}{:>10} {:>9} {:>12}  {}\n", taken ? "taken" : "", choice.cycles,
                     more(choice.cycles, least), choice.bytes,
                     compiler::text(choice.schedule.frame, plan.scratchWords, plan.dim));
}

std::string choiceTables(const compiler::Decision& decision, const Plan& plan, const Graph& graph) {
  const std::size_t operators = graph.operators.size();
  const std::vector<Choice>& choices = decision.choices;
  const Choice& taken = choices.front();
  std::string result = fmt::format("Weighed{}, by the performance model:\n{:<8}{:>10} {:>9} {:>12}  {}\n",
                                 decision.operators == operators
                                     ? std::string()
                                     : fmt::format(" on the first {} of {} operators (the others "
                                                   "repeat them)",
                                                   decision.operators, operators),
                                 "", "cycles", "", "bytes",
                                 "schedule; scratchpad: streamed/results/resident");
  result += scheduleLine(taken, taken.cycles, plan, true);
  std::size_t listed = 0;
  for (const Choice& choice : choices)
    if (&choice != &taken && !choice.differs && listed++ < kListed)
      result += scheduleLine(choice, taken.cycles, plan, false);
  std::set<uint32_t> shapes;  // of each operator the best other way
  std::string single;
  for (const Choice& choice : choices) {
    const bool first = choice.differs && shapes.insert(*choice.differs).second;
    if (first)
      single += fmt::format("{:<8}{:>10} {:>9} {:>12}  {}: {}\n", &choice == &taken ? "taken" : "",
                            choice.cycles, more(choice.cycles, taken.cycles), choice.bytes,
                            operatorShape(graph, graph.operators[*choice.differs]),
                            compiler::text(choice.schedule.cuts[*choice.differs], plan.dim));
  }
  if (!single.empty()) result += "One operator cut differently:\n" + single;
  return result;
}

Json cutJson(const compiler::Cut& cut, uint32_t dim) {
  if (const auto* linear = std::get_if<compiler::LinearCut>(&cut))
    return {{"columns", linear->columnTiles * dim}, {"depth", linear->depthPanels * dim}};
  const auto& attention = std::get<compiler::AttentionCut>(cut);
  return {{"rows", attention.rows}, {"keys", attention.keys}};
}

Json choiceJson(const Choice& choice, const Plan& plan, const Graph& graph) {
  const compiler::Frame& frame = choice.schedule.frame;
  Json cuts = Json::object();
  for (std::size_t op = 0; op < graph.operators.size(); ++op)
    if (!std::holds_alternative<std::monostate>(choice.schedule.cuts[op]))
      cuts[operatorName(graph.operators[op])] = cutJson(choice.schedule.cuts[op], plan.dim);
  return {{"cycles", choice.cycles},
          {"bytes", choice.bytes},
          {"differs", choice.differs ? operatorShape(graph, graph.operators[*choice.differs]) : ""},
          {"row_block", frame.rowBlock},
          {"operands", frame.operands == compiler::Operands::Resident ? "resident" : "streamed"},
          {"streamed_bytes", uint64_t{frame.division.streamed} * plan.dim},
          {"result_bytes", uint64_t{frame.division.results} * plan.dim},
          {"resident_bytes", residentBytes(frame.division, plan)},
          {"cuts", cuts}};
}

}  // namespace

Explanation explain(const Graph& graph, const Plan& plan, const perf::MemoryTiming& memory,
                    const Program& program, const compiler::Decision& decision,
                    std::span<const uint8_t> lists, const std::string& title) {
  const std::vector<Group> groups = Grouping(graph, plan, memory, program).run(lists);
  Explanation result;
  result.text = fmt::format("{}\n\n{}\n{}", title, operatorTable(groups, plan),
                            choiceTables(decision, plan, graph));
  Json operators = Json::array();
  uint64_t cycles = 0;
  for (const Group& group : groups) {
    const Bound bound = boundOf(group);
    cycles += group.cycles;
    operators.push_back({{"operator", group.shape},
                         {"names", group.names},
                         {"rows", group.rows},
                         {"depth", group.depth},
                         {"columns", group.columns},
                         {"operand_bytes_loaded", group.operandLoaded},
                         {"weight_loads", group.weightLoads()},
                         {"cycles", group.cycles},
                         {"utilization", group.utilization(plan.dim)},
                         {"bytes", group.bytes()},
                         {"least_bytes", group.leastBytes()},
                         {"bound_by", bound.name},
                         {"bound_share", bound.share}});
  }
  Json choices = Json::array();
  for (const Choice& choice : decision.choices) choices.push_back(choiceJson(choice, plan, graph));
  Json json = reportHead(plan);
  json.update(Json{{"title", title},
                   {"cycles", cycles},
                   {"operators", operators},
                   {"judged_operators", decision.operators},
                   {"of_operators", graph.operators.size()},
                   {"choices", choices}});
  result.json = json.dump(2) + "\n";
  return result;
}

}  // namespace intformer::report
