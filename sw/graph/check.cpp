#include "sw/graph/check.hpp"

#include <iterator>
#include <map>
#include <set>

#include "sw/graph/operator_check.hpp"

namespace intformer {
namespace {

void requireName(std::set<std::string_view>& names, std::string_view kind, std::size_t number,
                 const std::string& name) {
  const auto fail = [&](std::string_view reason) {
    throw GraphError(fmt::format("{} {}: name {}", kind, number, reason));
  };
  constexpr std::size_t kLongest = 200;
  if (name.empty() || name.size() > kLongest) fail("must have 1 to 200 bytes");
  if (std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 127; }))
    fail("must not hold control characters");
  if (!names.insert(name).second) fail(fmt::format("{}: is another's, too", name));
}

void checkTensors(const Graph& graph) {
  std::set<std::string_view> names;
  bool output = false;
  for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    requireName(names, "tensor", id, info.name);
    const auto require = [&](bool holds, std::string_view field, uint32_t value,
                             const std::string& reason) {
      if (!holds)
        throw GraphError(fmt::format("tensor {}: {} {}: {}", info.name, field, value, reason));
    };
    // Attention weights have a row per row and head.
    const uint64_t rows = info.type == ElementType::Uint8 ? uint64_t{kMaxTokens} * kMaxColumns
                                                          : kMaxTokens;
    require(info.rows >= 1 && info.rows <= rows, "rows", info.rows,
            fmt::format("must be 1 to {}", rows));
    require(info.cols >= 1 && info.cols <= kMaxColumns, "cols", info.cols,
            fmt::format("must be 1 to {}", kMaxColumns));
    require(info.groupCols == 0 || info.cols % info.groupCols == 0, "group_cols", info.groupCols,
            fmt::format("must divide its {} columns", info.cols));
    require(info.type != ElementType::Index || info.role == TensorRole::Input, "role",
            static_cast<uint32_t>(info.role), "a list of row numbers is an input");
    require(info.role != TensorRole::Constant || info.type == ElementType::Int8 ||
                info.type == ElementType::Int16,
            "role", static_cast<uint32_t>(info.role), "a constant is int8 or int16");
    output = output || info.role == TensorRole::Output;
  }
  if (!output) throw GraphError("the graph has no output");
}

/// That constants, and no others, have values: all of theirs where there are `contents`.
void checkConstants(const Graph& graph, bool contents) {
  const auto fail = [&](TensorId id, const std::string& reason) {
    throw GraphError(fmt::format("tensor {}: values: {}", graph.tensors[id].name, reason));
  };
  for (const auto& [id, values] : graph.constants) {
    if (id >= graph.tensors.size())
      throw GraphError(fmt::format("constants: tensor {}: the graph has tensors 0 to {}", id,
                                   graph.tensors.size() - 1));
    const TensorInfo& info = graph.tensors[id];
    if (info.role != TensorRole::Constant) fail(id, "it is no constant");
    if (values.type != info.type || values.rows != info.rows || values.cols != info.cols)
      fail(id, fmt::format("are {} x {} of {}, the tensor is {} x {} of {}", values.rows,
                           values.cols, typeName(values.type), info.rows, info.cols,
                           typeName(info.type)));
    if (values.data.size() != uint64_t{info.rows} * info.cols)
      fail(id, fmt::format("there are {}, it needs {}, rows * cols", values.data.size(),
                           uint64_t{info.rows} * info.cols));
    if (info.type != ElementType::Int8) continue;
    const auto wrong = std::ranges::find_if(
        values.data, [](int16_t value) { return value < -128 || value > 127; });
    if (wrong != values.data.end())
      fail(id, fmt::format("[{}]: {}: must be -128 to 127", wrong - values.data.begin(), *wrong));
  }
  if (!contents) return;
  for (TensorId id = 0; id < graph.tensors.size(); ++id)
    if (graph.tensors[id].role == TensorRole::Constant && !graph.constants.contains(id))
      fail(id, "a constant needs them");
}

/// Which rows of every tensor have a value.
class Written {
 public:
  explicit Written(const Graph& graph) : graph_(graph), rows_(graph.tensors.size()) {
    for (std::size_t id = 0; id < rows_.size(); ++id)
      if (isGiven(graph.tensors[id])) rows_[id][0] = graph.tensors[id].rows;
  }

  void read(const std::string& op, const Operand& operand) const {
    for (const auto& [first, end] : runsOf(operand))
      if (!covers(operand.tensor, first, end))
        fail(op, operand, fmt::format("its rows {} to {} have no value yet", first, end - 1));
  }
  void write(const std::string& op, const Operand& operand) {
    if (isGiven(graph_.tensors[operand.tensor]))
      fail(op, operand,
           fmt::format("is {}, which no operator may write",
                       graph_.tensors[operand.tensor].role == TensorRole::Input ? "an input"
                                                                                : "a constant"));
    for (const auto& [first, end] : runsOf(operand)) write(op, operand, first, end);
  }
  void requireAll() const {
    for (TensorId id = 0; id < rows_.size(); ++id)
      if (const TensorInfo& info = graph_.tensors[id]; !covers(id, 0, info.rows))
        throw GraphError(fmt::format("tensor {}: rows {}: not all are written by an operator",
                                     info.name, info.rows));
  }

 private:
  using Range = std::pair<uint32_t, uint32_t>;

  void write(const std::string& op, const Operand& operand, uint32_t first, uint32_t end) {
    auto& known = rows_[operand.tensor];
    auto next = known.lower_bound(first);
    auto before = next == known.begin() ? known.end() : std::prev(next);
    if ((next != known.end() && next->first < end) ||
        (before != known.end() && before->second > first))
      fail(op, operand, fmt::format("its rows {} to {} are written twice", first, end - 1));
    if (next != known.end() && next->first == end) {  // neighbours become one
      end = next->second;
      known.erase(next);
    }
    if (before != known.end() && before->second == first)
      before->second = end;
    else
      known[first] = end;
  }
  [[nodiscard]] std::vector<Range> runsOf(const Operand& operand) const {
    if (operand.rows == Operand::kAllRows) return {{0, graph_.tensors[operand.tensor].rows}};
    if (operand.runRows == operand.runStep)
      return {{operand.firstRow, operand.firstRow + operand.rows}};
    std::vector<Range> runs;
    for (uint32_t done = 0; done < operand.rows; done += operand.runRows) {
      const uint32_t first = operand.firstRow + done / operand.runRows * operand.runStep;
      runs.emplace_back(first, first + std::min(operand.runRows, operand.rows - done));
    }
    return runs;
  }
  [[nodiscard]] bool covers(TensorId id, uint32_t first, uint32_t end) const {
    const auto next = rows_[id].upper_bound(first);
    return next != rows_[id].begin() && std::prev(next)->second >= end;
  }
  [[noreturn]] void fail(const std::string& op, const Operand& operand,
                         const std::string& reason) const {
    throw GraphError(fmt::format("operator {}: {} {}: {}", op, operand.role,
                                 graph_.tensors[operand.tensor].name, reason));
  }

  const Graph& graph_;
  std::vector<std::map<uint32_t, uint32_t>> rows_;  ///< [first, end), apart from each other
};

}  // namespace

std::vector<uint32_t> columnGroups(const Graph& graph) {
  std::vector<uint32_t> groups;
  for (const TensorInfo& info : graph.tensors)
    groups.push_back(info.groupCols != 0 ? info.groupCols : info.cols);
  for (const Operator& op : graph.operators)
    for (const auto& operands : {inputsOf(op), outputsOf(op)})
      for (const Operand& operand : operands)
        if (operand.groupCols != 0 && operand.tensor < groups.size())
          groups[operand.tensor] = operand.groupCols;
  return groups;
}

void checkGraph(const Graph& graph, bool contents) {
  checkTensors(graph);
  checkConstants(graph, contents);
  const std::vector<uint32_t> groups = columnGroups(graph);
  std::set<std::string_view> names;
  Written written(graph);
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const std::string& name = operatorName(graph.operators[i]);
    requireName(names, "operator", i, name);
    const OperatorCheck check(graph, groups, name, contents);
    match(graph.operators[i],
          [&]<typename Op>(const Op& op) { Traits<Op>::check(check, op); });
    for (const Operand& operand : inputsOf(graph.operators[i])) written.read(name, operand);
    for (const Operand& operand : outputsOf(graph.operators[i])) written.write(name, operand);
  }
  written.requireAll();
}

}  // namespace intformer
