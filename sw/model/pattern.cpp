#include "sw/model/pattern.hpp"

#include <algorithm>

namespace intformer::model {
namespace {

/// Parts of one sequence, whose rows the functions count from its first.
class Expander {
 public:
  Expander(const AttentionPattern& pattern, const KeySegment& whole, Random& random)
      : pattern_(pattern), whole_(whole), random_(random) {}

  std::vector<PatternPart> sliding() {
    const uint32_t step = pattern_.dilation;
    const uint32_t global = std::min(pattern_.global, rows());
    if (global > 0) add({.rows = global}, {all(0, rows())});
    for (uint32_t first = global; first < std::min(global + step, rows()); ++first) {
      const auto half = static_cast<int32_t>(pattern_.window / 2);
      const uint32_t count = (rows() - first + step - 1) / step;
      KeySegment window = keys({.first = first, .rows = count, .step = step});
      window.mask = {-half, half + 1, true, true};
      std::vector<KeySegment> seen = {window};
      if (global > 0) seen.insert(seen.begin(), all(0, global));
      add({.first = first, .rows = count, .step = step}, seen);
    }
    return std::move(parts_);
  }

  std::vector<PatternPart> causal() {
    KeySegment before = all(0, rows());
    before.mask = {0, 1, false, true};
    add({.rows = rows()}, {before});
    return std::move(parts_);
  }

  std::vector<PatternPart> blocks() {
    for (uint32_t first = 0; first < rows(); first += pattern_.block)
      add({.first = first, .rows = blockRows(first)}, {all(first, blockRows(first))});
    return std::move(parts_);
  }

  std::vector<PatternPart> bigBird() {
    const uint32_t size = pattern_.block, count = (rows() + size - 1) / size;
    const uint32_t global = std::min(pattern_.global, count), reach = pattern_.window / 2;
    if (global > 0) add({.rows = end(global - 1)}, {all(0, rows())});
    for (uint32_t block = global; block < count; ++block) {
      const uint32_t low = std::max(global, block - std::min(block, reach));
      const uint32_t high = std::min(block + reach, count - 1);
      std::vector<uint32_t> others;
      for (uint32_t other = global; other < count; ++other)
        if (other < low || other > high) others.push_back(other);
      std::vector<KeySegment> seen;
      if (global > 0) seen.push_back(all(0, end(global - 1)));
      std::vector<uint32_t> drawn;
      for (uint32_t left = pattern_.random; left > 0 && !others.empty(); --left) {
        const auto one = others.begin() + random_.below(static_cast<uint32_t>(others.size()));
        drawn.push_back(*one);
        others.erase(one);
      }
      std::ranges::sort(drawn);
      for (std::size_t i = 0; i < drawn.size();) {  // neighbours are one segment
        std::size_t next = i + 1;
        while (next < drawn.size() && drawn[next] == drawn[next - 1] + 1) ++next;
        seen.push_back(all(drawn[i] * size, end(drawn[next - 1]) - drawn[i] * size));
        i = next;
      }
      seen.push_back(all(low * size, end(high) - low * size));
      add({.first = block * size, .rows = blockRows(block * size)}, seen);
    }
    return std::move(parts_);
  }

  std::vector<PatternPart> lastTokens() {
    KeySegment window = all(0, rows());
    window.mask = {1 - static_cast<int32_t>(pattern_.stride), 1, true, true};
    add({.rows = rows()}, {window});
    return std::move(parts_);
  }

  std::vector<PatternPart> columns() {
    const uint32_t step = pattern_.stride;
    for (uint32_t first = 0; first < std::min(step, rows()); ++first) {
      const RowSet column{.first = first, .rows = (rows() - first + step - 1) / step, .step = step};
      KeySegment before = keys(column);
      before.mask = {0, 1, false, true};
      add(column, {before});
    }
    return std::move(parts_);
  }

  std::vector<PatternPart> fixed() {
    const uint32_t size = pattern_.stride, summary = pattern_.summary;
    for (uint32_t block = 0; block * size < rows(); ++block) {
      std::vector<KeySegment> seen;
      if (block > 0)
        seen.push_back(keys({.first = size - summary, .rows = block * summary, .run = summary,
                             .step = size}));
      const uint32_t first = block * size, count = std::min(size, rows() - first);
      KeySegment own = all(first, count);
      own.mask = {0, 1, false, true};
      seen.push_back(own);
      add({.first = first, .rows = count}, seen);
    }
    return std::move(parts_);
  }

 private:
  [[nodiscard]] uint32_t rows() const { return whole_.rows; }
  [[nodiscard]] uint32_t blockRows(uint32_t first) const {
    return std::min(pattern_.block, rows() - first);
  }
  /// One behind a block's last row.
  [[nodiscard]] uint32_t end(uint32_t block) const {
    return std::min((block + 1) * pattern_.block, rows());
  }
  /// Keys of some rows of the sequence, all of them seen. Positions are those of tokens while the
  /// rows are neighbours, else of the set.
  [[nodiscard]] KeySegment keys(const RowSet& set) const {
    KeySegment segment = whole_;
    segment.firstRow = whole_.firstRow + set.first;
    segment.rows = set.rows;
    segment.runRows = set.run;
    segment.runStep = set.step;
    segment.position = set.first;
    segment.mask = {0, static_cast<int32_t>(set.rows), false, false};
    return segment;
  }
  [[nodiscard]] KeySegment all(uint32_t first, uint32_t count) const {
    return keys({.first = first, .rows = count});
  }
  void add(RowSet queries, std::vector<KeySegment> segments) {
    queries.first += whole_.firstRow;
    parts_.push_back({queries, std::move(segments)});
  }

  const AttentionPattern& pattern_;
  const KeySegment& whole_;
  Random& random_;
  std::vector<PatternPart> parts_;
};

}  // namespace

std::vector<PatternPart> expand(const AttentionPattern& pattern, const KeySegment& whole,
                                uint32_t layer, Random& random) {
  Expander expander(pattern, whole, random);
  switch (pattern.kind) {
    case PatternKind::Full: break;
    case PatternKind::Causal: return expander.causal();
    case PatternKind::Sliding: return expander.sliding();
    case PatternKind::Blocks: return expander.blocks();
    case PatternKind::BigBird: return expander.bigBird();
    case PatternKind::Strided: return layer % 2 == 0 ? expander.lastTokens() : expander.columns();
    case PatternKind::Fixed: return expander.fixed();
  }
  return {{{.first = whole.firstRow, .rows = whole.rows}, {whole}}};
}

}  // namespace intformer::model
