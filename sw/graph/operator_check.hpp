#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sw/graph/check.hpp"

/// What the checks of single operators are made of.
namespace intformer {

inline constexpr const char* typeName(ElementType type) {
  switch (type) {
    case ElementType::Int8: return "int8";
    case ElementType::Uint8: return "uint8";
    case ElementType::Int16: return "int16";
    case ElementType::Index: return "a list of row numbers";
  }
  return "?";
}

inline constexpr std::string_view kPerColumn = "one per column", kPerHead = "one per head";

/// Refuses fields of one operator.
class OperatorCheck {
 public:
  OperatorCheck(const Graph& graph, const std::vector<uint32_t>& groups, std::string_view name,
                bool contents)
      : graph_(graph), groups_(groups), name_(name), contents_(contents) {}

  [[nodiscard]] bool contents() const { return contents_; }

  template <typename Value, typename... Parts>
  void require(bool holds, std::string_view field, const Value& value,
               fmt::format_string<Parts...> reason, Parts&&... parts) const {
    if (!holds)
      throw GraphError(fmt::format("operator {}: {} {}: {}", name_, field, value,
                                   fmt::format(reason, std::forward<Parts>(parts)...)));
  }
  void range(std::string_view field, uint64_t value, uint64_t low, uint64_t high) const {
    require(value >= low && value <= high, field, value, "must be {} to {}", low, high);
  }
  /// One entry per `what`.
  void count(std::string_view field, std::size_t entries, uint64_t wanted,
             std::string_view what) const {
    require(entries == wanted, field, fmt::format("of {} values", entries), "needs {}, {}", wanted,
            what);
  }
  void scales(std::string_view field, const std::vector<Scale>& values, uint64_t wanted,
              std::string_view what) const {
    count(field, values.size(), wanted, what);
    for (std::size_t i = 0; i < values.size(); ++i)
      require(values[i].shift >= 1 && values[i].shift <= kMaxScaleShift, field,
              fmt::format("[{}]: shift {}", i, values[i].shift), "must be 1 to {}",
              kMaxScaleShift);
  }
  /// All values of a table lie in [low, high].
  template <typename T>
  void values(std::string_view field, const std::vector<T>& table, T low, T high) const {
    T least = high, most = low;  // a loop without an exit runs at the memory's speed
    for (const T value : table) {
      least = std::min(least, value);
      most = std::max(most, value);
    }
    const auto outside = [&](T value) { return value < low || value > high; };
    if (!outside(least) && !outside(most)) return;
    const auto found = std::ranges::find_if(table, outside);
    require(false, field, fmt::format("[{}]: {}", found - table.begin(), *found),
            "must be {} to {}", low, high);
  }

  /// The tensor of a field, of one of some types.
  const TensorInfo& tensor(std::string_view field, TensorId id,
                           std::initializer_list<ElementType> types) const {
    require(id < graph_.tensors.size(), field, id, "the graph has tensors 0 to {}",
            graph_.tensors.size() - 1);
    const TensorInfo& info = graph_.tensors[id];
    std::string wanted;
    for (const ElementType type : types) {
      if (info.type == type) return info;
      wanted += fmt::format("{}{}", wanted.empty() ? "" : " or ", typeName(type));
    }
    require(false, field, info.name, "is {}, must be {}", typeName(info.type), wanted);
    return info;
  }
  void shape(std::string_view field, const TensorInfo& info, uint64_t rows, uint64_t cols) const {
    require(info.rows == rows && info.cols == cols, field, info.name, "is {} x {}, must be {} x {}",
            info.rows, info.cols, rows, cols);
  }
  /// Operators that work column by column need the same column groups on both sides.
  void sameGroups(std::string_view field, TensorId id, TensorId like) const {
    require(groups_[id] == groups_[like], field, graph_.tensors[id].name,
            "its columns come in groups of {}, those of {} in groups of {}", groups_[id],
            graph_.tensors[like].name, groups_[like]);
  }
  void ungrouped(std::string_view field, TensorId id) const {
    const TensorInfo& info = graph_.tensors[id];
    require(info.groupCols == 0, field, info.name, "has groups of {} columns, must have none",
            info.groupCols);
  }
  [[nodiscard]] uint32_t groupOf(TensorId id) const { return groups_[id]; }

 private:
  const Graph& graph_;
  const std::vector<uint32_t>& groups_;
  std::string_view name_;
  bool contents_;
};

}  // namespace intformer
