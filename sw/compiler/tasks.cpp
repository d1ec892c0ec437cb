#include "sw/compiler/tasks.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "sw/compiler/layout.hpp"

namespace intformer::compiler {
namespace {

/// The tensor whose rows a row-wise operator, or a product, walks in blocks, and the one that it reads so.
struct RowWise {
  TensorId rows = kNoTensor;
  TensorId input = kNoTensor;
  TensorId whole = kNoTensor;  ///< that every block needs all rows of
  bool matmul = false;  ///< something for a LayerNorm to hide behind
  bool endsSegment = false;
};

RowWise rowWise(const Operator& op) {
  return match(
      op,
      [](const Linear& linear) {
        return RowWise{.rows = linear.input, .input = linear.input, .matmul = true};
      },
      [](const Attention&) -> RowWise {
        throw std::logic_error("attention is not walked in row blocks");
      },
      [](const LayerNorm& norm) {
        return RowWise{.rows = norm.input, .input = norm.input, .endsSegment = true};
      },
      [](const Embedding& embedding) { return RowWise{.rows = embedding.output}; },
      [](const Product& product) {
        return RowWise{.rows = product.left, .input = product.left, .whole = product.right,
                       .matmul = true};
      });
}

bool isAttention(const Operator& op) { return std::holds_alternative<Attention>(op); }

/// Who has written which rows of a tensor.
class Producers {
 public:
  explicit Producers(std::size_t tensors) : writers_(tensors) {}
  void wrote(TensorId tensor, const RowBlock& rows, std::size_t task) {
    writers_[tensor].push_back({rows.first, rows.first + rows.rows, task});
  }
  void need(TensorId tensor, uint32_t first, uint32_t rows, std::vector<std::size_t>& needs) const {
    for (const Write& write : writers_[tensor])
      if (write.first < first + rows && write.end > first) needs.push_back(write.task);
  }

 private:
  struct Write {
    uint32_t first = 0, end = 0;
    std::size_t task = 0;
  };
  std::vector<std::vector<Write>> writers_;
};

/// Values are wanted after the logits: their matmuls come last, to work while others wait.
std::vector<TensorId> valuesOf(const Graph& graph) {
  std::vector<TensorId> values;
  for (const Attention* op : operatorsOf<Attention>(graph))
    for (const KeySegment& segment : op->segments)
      if (segment.value != segment.key && segment.value != op->query)
        values.push_back(segment.value);
  return values;
}


class Orderer {
 public:
  Orderer(const Graph& graph, uint32_t rowBlock,
          const std::vector<std::vector<QueryRows>>& steps)
      : graph_(graph), rowBlock_(rowBlock), steps_(steps), producers_(graph.tensors.size()) {
    order_.segmentOf.resize(graph.operators.size());
  }

  TaskOrder run() {
    const std::vector<Segment> segments = segmentsOf(graph_);
    for (std::size_t first = 0; first < segments.size();) {
      std::size_t end = first;  // of consecutive attention operators
      while (end < segments.size() && isAttention(operatorOf(segments[end]))) ++end;
      if (end == first)
        walk(segments[first++]);
      else
        attend(segments[first].ops[0], static_cast<uint32_t>(end - first));
      first = std::max(first, end);
    }
    return std::move(order_);
  }

 private:
  [[nodiscard]] const Operator& operatorOf(const Segment& segment) const {
    return graph_.operators[segment.ops[0]];
  }
  [[nodiscard]] uint32_t blocks(uint32_t op) const {
    return ceilDivide(graph_.tensors[rowWise(graph_.operators[op]).rows].rows, rowBlock_);
  }

  void add(uint32_t op, uint32_t block) {
    if (block >= blocks(op)) return;
    const RowWise walk = rowWise(graph_.operators[op]);
    const uint32_t rows = graph_.tensors[walk.rows].rows;
    const std::size_t id = order_.tasks.size();
    Task task{.op = op, .block = rowBlockAt(block, rowBlock_, rows), .needs = {}};
    if (walk.input != kNoTensor) order_.uses[{walk.input, block}].push_back(id);
    for (const Operand& input : inputsOf(graph_.operators[op]))
      if (input.tensor == walk.whole)
        producers_.need(input.tensor, 0, graph_.tensors[input.tensor].rows, task.needs);
      else
        producers_.need(input.tensor, task.block.first, task.block.rows, task.needs);
    for (const Operand& output : outputsOf(graph_.operators[op]))
      producers_.wrote(output.tensor, task.block, id);
    order_.tasks.push_back(std::move(task));
  }

  void walk(const Segment& segment) {
    uint32_t most = 0;
    for (const uint32_t op : segment.ops) {
      order_.segmentOf[op] = segment_;
      most = std::max(most, blocks(op));
    }
    ++segment_;
    const auto addRange = [&](std::size_t first, std::size_t end, uint32_t block) {
      for (std::size_t i = first; i < end; ++i) add(segment.ops[i], block);
    };
    const std::size_t linear = segment.prepared;
    const std::size_t rest = std::min(linear + 1, segment.ops.size());
    addRange(0, linear, 0);
    for (uint32_t block = 0; block < most; ++block) {
      addRange(linear, rest, block);
      if (block + 1 < most) addRange(0, linear, block + 1);
      addRange(rest, segment.values, block);
    }
    for (uint32_t block = 0; block < most; ++block)
      addRange(std::max(rest, segment.values), segment.ops.size(), block);
  }

  /// Attention of consecutive operators (sequences of a batch): Q*K of a step before P*V of the one
  /// before, so that the softmax hides behind them. A step begins when the last but one has ended.
  void attend(uint32_t first, uint32_t count) {
    const uint32_t end = first + count;
    for (uint32_t op = first; op < end; ++op) order_.segmentOf[op] = segment_ + op - first;
    constexpr std::size_t kNone = ~std::size_t{0};
    std::size_t logits = kNone, product = kNone;  // the latest
    std::optional<Task> waiting;                  // a step whose product comes next
    const KeyPlan* waitingKeys = nullptr;
    const auto finishStep = [&] {
      if (!waiting) return;
      waiting->part = Task::Part::Product;
      waiting->needs = {logits};
      if (product != kNone) waiting->needs.push_back(product);
      product = addAttention(*std::exchange(waiting, std::nullopt), *waitingKeys);
    };
    for (uint32_t op = first; op < end; ++op) {
      Task task{.op = op, .block = {}, .needs = {}};
      if (steps_[op].empty()) {
        finishStep();
        if (product != kNone) task.needs = {product};
        const auto& attention = std::get<Attention>(graph_.operators[op]);
        product = logits = addAttention(task, planKeys(attention, 0, 0, 1, true));
      }
      for (const QueryRows& rows : steps_[op]) {
        task.part = Task::Part::Logits;
        const auto& attention = std::get<Attention>(graph_.operators[op]);
        const uint32_t row = attention.queries().at(rows.first);
        task.block = {rows.block, row, attention.queries().at(rows.first + rows.rows - 1) + 1 - row};
        task.step = stepCount_++;
        task.needs.clear();
        for (const std::size_t before : {logits, product})
          if (before != kNone) task.needs.push_back(before);
        const std::size_t next = addAttention(task, rows.keys);
        finishStep();
        logits = next;
        waiting = task;
        waitingKeys = &rows.keys;
      }
    }
    finishStep();
    segment_ += count;
  }

  /// Adds a task of attention with what it needs and writes.
  std::size_t addAttention(Task task, const KeyPlan& keys) {
    const auto& op = std::get<Attention>(graph_.operators[task.op]);
    const std::size_t id = order_.tasks.size();
    const auto read = [&](TensorId tensor, uint32_t first, uint32_t rows) {
      producers_.need(tensor, first, rows, task.needs);
      for (uint32_t block = first / rowBlock_; block <= (first + rows - 1) / rowBlock_; ++block)
        order_.attends[{tensor, block}].push_back(id);
    };
    const auto height = static_cast<uint32_t>(op.queries().end() - op.firstRow);
    const RowBlock all{0, op.firstRow, height};
    const RowBlock& queries = task.part == Task::Part::Whole ? all : task.block;
    const auto readKeys = [&](TensorId KeySegment::*tensor) {
      for (const KeyPiece& piece : keys) {
        const KeySegment& segment = op.segments[piece.segment];
        const KeyPiece span = spanOfUnits(op, piece);
        const uint32_t row = segment.set().at(span.first);
        read(segment.*tensor, row, segment.set().at(span.first + span.rows - 1) + 1 - row);
      }
    };
    if (task.part != Task::Part::Product) {
      read(op.query, queries.first, queries.rows);
      readKeys(&KeySegment::key);
    }
    if (task.part != Task::Part::Logits) {
      readKeys(&KeySegment::value);
      producers_.wrote(op.output, queries, id);
    }
    order_.tasks.push_back(std::move(task));
    return id;
  }

  const Graph& graph_;
  uint32_t rowBlock_;
  const std::vector<std::vector<QueryRows>>& steps_;
  TaskOrder order_;
  Producers producers_;
  uint32_t segment_ = 0;
  uint32_t stepCount_ = 0;
};

}  // namespace

RowBlock rowBlockAt(uint32_t index, uint32_t rowBlock, uint32_t total) {
  const uint32_t first = index * rowBlock;
  return {index, first, std::min(rowBlock, total - first)};
}

std::vector<Segment> segmentsOf(const Graph& graph) {
  const std::vector<TensorId> values = valuesOf(graph);
  const auto isValue = [&](uint32_t op) {
    return rowWise(graph.operators[op]).matmul &&
           std::ranges::find(values, outputsOf(graph.operators[op])[0].tensor) != values.end();
  };
  std::vector<Segment> segments;
  std::vector<uint32_t> open;
  const auto close = [&] {
    if (open.empty()) return;
    const auto value = std::stable_partition(open.begin(), open.end(),
                                             [&](uint32_t op) { return !isValue(op); });
    const auto linear = std::ranges::find_if(
        open, [&](uint32_t op) { return rowWise(graph.operators[op]).matmul; });
    segments.push_back({.ops = open,
                        .prepared = static_cast<std::size_t>(linear - open.begin()),
                        .values = static_cast<std::size_t>(value - open.begin())});
    open.clear();
  };
  bool matmul = false;  // in the open segment: something for a LayerNorm to hide behind
  for (uint32_t op = 0; op < graph.operators.size(); ++op) {
    const Operator& kind = graph.operators[op];
    if (!isRowWise(kind)) {
      close();
      segments.push_back({.ops = {op}});
      matmul = false;
      continue;
    }
    open.push_back(op);
    matmul = matmul || rowWise(kind).matmul;
    if (rowWise(kind).endsSegment && matmul) {
      close();
      matmul = false;
    }
  }
  close();
  return segments;
}

TaskOrder orderTasks(const Graph& graph, uint32_t rowBlock,
                     const std::vector<std::vector<QueryRows>>& steps) {
  return Orderer(graph, rowBlock, steps).run();
}

}  // namespace intformer::compiler
