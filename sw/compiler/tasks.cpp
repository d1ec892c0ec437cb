#include "sw/compiler/tasks.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace intformer {
namespace {

/// The tensor whose rows a row-wise operator walks in blocks, and the one that it reads so.
struct RowWise {
  TensorId rows = kNoTensor;
  TensorId input = kNoTensor;
  bool endsSegment = false;
};

RowWise rowWise(const Operator& op) {
  if (const auto* linear = std::get_if<Linear>(&op)) return {linear->input, linear->input, false};
  if (const auto* embedding = std::get_if<Embedding>(&op))
    return {embedding->output, kNoTensor, false};
  const TensorId input = std::get<LayerNorm>(op).input;
  return {input, input, true};
}

/// Who has written which rows of a tensor.
class Producers {
 public:
  explicit Producers(std::size_t tensors) : writers_(tensors) {}
  void wrote(TensorId tensor, const RowBlock& rows, std::size_t task) {
    if (tensor != kNoTensor) writers_[tensor].push_back({rows.first, rows.first + rows.rows, task});
  }
  void need(TensorId tensor, uint32_t first, uint32_t rows, std::vector<std::size_t>& needs) const {
    if (tensor == kNoTensor) return;
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

class Scheduler {
 public:
  Scheduler(const Graph& graph, uint32_t rowBlock,
            const std::vector<std::vector<QueryRows>>& steps)
      : graph_(graph), steps_(steps), producers_(graph.tensors.size()) {
    schedule_.rowBlock = rowBlock;
    schedule_.segmentOf.resize(graph.operators.size());
    for (const Operator& op : graph.operators)
      if (const auto* attention = std::get_if<Attention>(&op))
        if (attention->value != attention->key && attention->value != attention->query)
          values_.push_back(attention->value);
  }

  Schedule run() {
    const auto& ops = graph_.operators;
    for (uint32_t op = 0; op < ops.size(); ++op) {
      if (std::holds_alternative<Attention>(ops[op])) {
        flush();
        const uint32_t first = op;
        while (op + 1 < ops.size() && std::holds_alternative<Attention>(ops[op + 1])) ++op;
        attend(first, op + 1);
        continue;
      }
      open_.push_back(op);
      hasLinear_ = hasLinear_ || std::holds_alternative<Linear>(ops[op]);
      if (rowWise(ops[op]).endsSegment && hasLinear_) flush();
    }
    flush();
    return std::move(schedule_);
  }

 private:
  [[nodiscard]] bool isLinear(uint32_t op) const {
    return std::holds_alternative<Linear>(graph_.operators[op]);
  }
  /// Values are wanted after the logits: their matmuls come last, to work while others wait.
  [[nodiscard]] bool isValue(uint32_t op) const {
    const auto* linear = std::get_if<Linear>(&graph_.operators[op]);
    return linear != nullptr && std::ranges::find(values_, linear->output) != values_.end();
  }

  void add(uint32_t op, uint32_t block) {
    const RowWise walk = rowWise(graph_.operators[op]);
    const uint32_t rows = graph_.tensors[walk.rows].rows;
    if (block >= schedule_.blocks(rows)) return;
    const std::size_t id = schedule_.tasks.size();
    Task task{.op = op, .block = schedule_.block(block, rows), .segment = segment_, .needs = {}};
    if (walk.input != kNoTensor) schedule_.uses[{walk.input, block}].push_back(id);
    producers_.need(walk.input, task.block.first, task.block.rows, task.needs);
    if (const auto* linear = std::get_if<Linear>(&graph_.operators[op])) {
      if (const auto* residual = std::get_if<ResidualEpilogue>(&linear->epilogue))
        producers_.need(residual->identity, task.block.first, task.block.rows, task.needs);
      producers_.wrote(linear->output, task.block, id);
    } else if (const auto* norm = std::get_if<LayerNorm>(&graph_.operators[op])) {
      producers_.wrote(norm->output8, task.block, id);
      producers_.wrote(norm->output16, task.block, id);
    } else {
      producers_.wrote(std::get<Embedding>(graph_.operators[op]).output, task.block, id);
    }
    schedule_.tasks.push_back(std::move(task));
  }

  void flush() {
    uint32_t blocks = 0;
    for (const uint32_t op : open_) {
      schedule_.segmentOf[op] = segment_;
      blocks = std::max(blocks,
                        schedule_.blocks(graph_.tensors[rowWise(graph_.operators[op]).rows].rows));
    }
    // What comes before a segment's first linear operator (embedding, normalization of an input) is
    // done for a block while the array works on the block before.
    std::stable_partition(open_.begin(), open_.end(), [&](uint32_t op) { return !isValue(op); });
    const auto firstLinear =
        std::ranges::find_if(open_, [&](uint32_t op) { return isLinear(op); });
    const auto firstValue = std::ranges::find_if(open_, [&](uint32_t op) { return isValue(op); });
    const auto prepare = [&](uint32_t block) {
      for (auto op = open_.begin(); op != firstLinear; ++op) add(*op, block);
    };
    prepare(0);
    for (uint32_t block = 0; block < blocks; ++block) {
      if (firstLinear != open_.end()) add(*firstLinear, block);
      if (block + 1 < blocks) prepare(block + 1);
      if (firstLinear != firstValue)
        for (auto op = firstLinear + 1; op != firstValue; ++op) add(*op, block);
    }
    for (uint32_t block = 0; block < blocks; ++block)
      for (auto op = firstValue; op != open_.end(); ++op)
        if (op != firstLinear) add(*op, block);
    open_.clear();
    hasLinear_ = false;
    ++segment_;
  }

  /// Attention of consecutive operators (sequences of a batch): Q*K of a step before P*V of the one
  /// before, so that the softmax hides behind them. A step begins when the last but one has ended.
  void attend(uint32_t first, uint32_t end) {
    for (uint32_t op = first; op < end; ++op) schedule_.segmentOf[op] = segment_ + op - first;
    constexpr std::size_t kNone = ~std::size_t{0};
    std::size_t logits = kNone, product = kNone;  // the latest
    std::optional<Task> waiting;                  // a step whose product comes next
    const auto finishStep = [&] {
      if (!waiting) return;
      waiting->part = Task::Part::Product;
      waiting->needs = {logits};
      if (product != kNone) waiting->needs.push_back(product);
      product = addAttention(*std::exchange(waiting, std::nullopt));
    };
    for (uint32_t op = first; op < end; ++op) {
      Task task{.op = op, .block = {}, .segment = segment_ + op - first, .needs = {}};
      if (steps_[op].empty()) {
        finishStep();
        if (product != kNone) task.needs = {product};
        product = logits = addAttention(task);
      }
      for (const QueryRows& rows : steps_[op]) {
        task.part = Task::Part::Logits;
        task.block = rows.rows;
        task.step = stepCount_++;
        task.needs.clear();
        for (const std::size_t before : {logits, product})
          if (before != kNone) task.needs.push_back(before);
        const std::size_t next = addAttention(task);
        finishStep();
        logits = next;
        waiting = task;
      }
    }
    finishStep();
    segment_ += end - first;
  }

  /// Adds a task of attention with what it needs and writes.
  std::size_t addAttention(Task task) {
    const auto& op = std::get<Attention>(graph_.operators[task.op]);
    const std::size_t id = schedule_.tasks.size();
    const auto read = [&](TensorId tensor, uint32_t first, uint32_t rows) {
      producers_.need(tensor, first, rows, task.needs);
      for (uint32_t block = first / schedule_.rowBlock;
           block <= (first + rows - 1) / schedule_.rowBlock; ++block)
        schedule_.attends[{tensor, block}].push_back(id);
    };
    const RowBlock all{0, op.firstRow, op.rows};
    const RowBlock& queries = task.part == Task::Part::Whole ? all : task.block;
    if (task.part != Task::Part::Product) {
      read(op.query, queries.first, queries.rows);
      read(op.key, op.firstRow, op.rows);
    }
    if (task.part != Task::Part::Logits) {
      read(op.value, op.firstRow, op.rows);
      producers_.wrote(op.output, queries, id);
    }
    schedule_.tasks.push_back(std::move(task));
    return id;
  }

  const Graph& graph_;
  const std::vector<std::vector<QueryRows>>& steps_;
  Schedule schedule_;
  Producers producers_;
  std::vector<TensorId> values_;
  uint32_t segment_ = 0;
  std::vector<uint32_t> open_;  // operators of the segment being gathered
  bool hasLinear_ = false;      // among them: something for a LayerNorm to hide behind
  uint32_t stepCount_ = 0;
};

}  // namespace

uint32_t Schedule::blocks(uint32_t totalRows) const {
  return (totalRows + rowBlock - 1) / rowBlock;
}

RowBlock Schedule::block(uint32_t index, uint32_t totalRows) const {
  const uint32_t first = index * rowBlock;
  return {index, first, std::min(rowBlock, totalRows - first)};
}

Schedule scheduleTasks(const Graph& graph, uint32_t rowBlock,
                       const std::vector<std::vector<QueryRows>>& steps) {
  return Scheduler(graph, rowBlock, steps).run();
}

}  // namespace intformer
