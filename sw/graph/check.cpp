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
    const uint64_t rows = info.type == ElementType::Uint8 ? uint64_t{kMaxKeys} * kMaxColumns
                                                          : kMaxTokens;
    require(info.rows >= 1 && info.rows <= rows, "rows", info.rows,
            fmt::format("must be 1 to {}", rows));
    require(info.cols >= 1 && info.cols <= kMaxColumns, "cols", info.cols,
            fmt::format("must be 1 to {}", kMaxColumns));
    require(info.groupCols == 0 || info.cols % info.groupCols == 0, "group_cols", info.groupCols,
            fmt::format("must divide its {} columns", info.cols));
    require(info.type != ElementType::Index || info.role == TensorRole::Input, "role",
            static_cast<uint32_t>(info.role), "a list of row numbers is an input");
    output = output || info.role == TensorRole::Output;
  }
  if (!output) throw GraphError("the graph has no output");
}

/// Which rows of every tensor have a value.
class Written {
 public:
  explicit Written(const Graph& graph) : graph_(graph), rows_(graph.tensors.size()) {
    for (std::size_t id = 0; id < rows_.size(); ++id)
      if (graph.tensors[id].role == TensorRole::Input) rows_[id][0] = graph.tensors[id].rows;
  }

  void read(const std::string& op, std::string_view field, TensorId id, uint32_t first,
            uint32_t rows) const {
    if (covers(id, first, rows)) return;
    fail(op, field, id, fmt::format("its rows {} to {} have no value yet", first,
                                    first + rows - 1));
  }
  void write(const std::string& op, std::string_view field, TensorId id, uint32_t first,
             uint32_t rows) {
    if (graph_.tensors[id].role == TensorRole::Input)
      fail(op, field, id, "is an input, which no operator may write");
    auto& known = rows_[id];
    uint32_t end = first + rows;
    auto next = known.lower_bound(first);
    auto before = next == known.begin() ? known.end() : std::prev(next);
    if ((next != known.end() && next->first < end) ||
        (before != known.end() && before->second > first))
      fail(op, field, id, fmt::format("its rows {} to {} are written twice", first, end - 1));
    if (next != known.end() && next->first == end) {  // neighbours become one
      end = next->second;
      known.erase(next);
    }
    if (before != known.end() && before->second == first)
      before->second = end;
    else
      known[first] = end;
  }
  void requireAll() const {
    for (TensorId id = 0; id < rows_.size(); ++id)
      if (const TensorInfo& info = graph_.tensors[id]; !covers(id, 0, info.rows))
        throw GraphError(fmt::format("tensor {}: rows {}: not all are written by an operator",
                                     info.name, info.rows));
  }

 private:
  [[nodiscard]] bool covers(TensorId id, uint32_t first, uint32_t rows) const {
    const auto next = rows_[id].upper_bound(first);
    return next != rows_[id].begin() && std::prev(next)->second >= first + rows;
  }
  [[noreturn]] void fail(const std::string& op, std::string_view field, TensorId id,
                         const std::string& reason) const {
    throw GraphError(
        fmt::format("operator {}: {} {}: {}", op, field, graph_.tensors[id].name, reason));
  }

  const Graph& graph_;
  std::vector<std::map<uint32_t, uint32_t>> rows_;  ///< [first, end), apart from each other
};

/// What an operator reads and writes, in turn.
class Flow {
 public:
  explicit Flow(const Graph& graph) : graph_(graph), written_(graph) {}

  void operator()(const Linear& op) {
    read(op, "input", op.input);
    if (const auto* residual = std::get_if<ResidualEpilogue>(&op.epilogue))
      read(op, "epilogue.identity", residual->identity);
    write(op, "output", op.output);
  }
  void operator()(const Attention& op) {
    written_.read(op.name, "query", op.query, op.firstRow, op.rows);
    written_.read(op.name, "key", op.key, op.firstRow, op.rows);
    written_.read(op.name, "value", op.value, op.firstRow, op.rows);
    write(op, "weights", op.weights);
    written_.write(op.name, "output", op.output, op.firstRow, op.rows);
  }
  void operator()(const LayerNorm& op) {
    read(op, "input", op.input);
    if (op.output8 != kNoTensor) write(op, "output8", op.output8);
    if (op.output16 != kNoTensor) write(op, "output16", op.output16);
  }
  void operator()(const Embedding& op) {
    read(op, "token", op.token);
    read(op, "place", op.place);
    write(op, "output", op.output);
  }
  void finish() const { written_.requireAll(); }

 private:
  template <typename Op>
  void read(const Op& op, std::string_view field, TensorId id) const {
    written_.read(op.name, field, id, 0, graph_.tensors[id].rows);
  }
  template <typename Op>
  void write(const Op& op, std::string_view field, TensorId id) {
    written_.write(op.name, field, id, 0, graph_.tensors[id].rows);
  }

  const Graph& graph_;
  Written written_;
};

}  // namespace

std::vector<uint32_t> columnGroups(const Graph& graph) {
  std::vector<uint32_t> groups;
  for (const TensorInfo& info : graph.tensors)
    groups.push_back(info.groupCols != 0 ? info.groupCols : info.cols);
  for (const Operator& op : graph.operators)
    if (const auto* attention = std::get_if<Attention>(&op))
      for (const TensorId id :
           {attention->query, attention->key, attention->value, attention->output})
        if (id < groups.size()) groups[id] = attention->headWidth;
  return groups;
}

void checkGraph(const Graph& graph, bool contents) {
  checkTensors(graph);
  const std::vector<uint32_t> groups = columnGroups(graph);
  std::set<std::string_view> names;
  Flow flow(graph);
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const std::string& name = operatorName(graph.operators[i]);
    requireName(names, "operator", i, name);
    const check::OperatorCheck check(graph, groups, name, contents);
    std::visit([&](const auto& op) { checkOperator(check, op); }, graph.operators[i]);
    std::visit(flow, graph.operators[i]);
  }
  flow.finish();
}

}  // namespace intformer
