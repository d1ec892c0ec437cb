#include "fpga/place/timing.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace intformer::place {
namespace {

/// A register's clock pin: CLK, or CLK0 ... of RAMs and multipliers, or a LUT RAM's write clock.
bool isClock(const std::string& pin) { return pin.starts_with("CLK") || pin == "WCK"; }

}  // namespace

uint32_t TimingPath::levels() const {
  uint32_t count = 0;
  bool carry = false;
  for (const PathStep& step : steps) {
    if (step.wire) continue;
    const bool chained = carry;
    carry = step.pin == "FCO";
    if (!chained) ++count;
  }
  return count == 0 ? 0 : count - 1;  // the first is the register's own output
}

double TimingPath::wireNs() const {
  double sum = 0;
  for (const PathStep& step : steps)
    if (step.wire) sum += step.ns;
  return sum;
}

uint32_t TimingGraph::node(const std::string& cell, const std::string& pin) {
  const auto [known, isNew] =
      nodes_.try_emplace(cell + '/' + pin, static_cast<uint32_t>(names_.size()));
  if (isNew) names_.emplace_back(cell, pin);
  return known->second;
}

void TimingGraph::addWire(const std::string& fromCell, const std::string& fromPin,
                          const std::string& toCell, const std::string& toPin, double ns) {
  const uint32_t from = node(fromCell, fromPin);
  arcs_.push_back({from, node(toCell, toPin), ns, true});
}

void TimingGraph::addArc(const std::string& cell, const std::string& from, const std::string& to,
                         double ns) {
  const uint32_t begin = node(cell, from);
  arcs_.push_back({begin, node(cell, to), ns, false});
}

void TimingGraph::addSetup(const std::string& cell, const std::string& pin, const std::string& clock,
                           double ns) {
  const uint32_t end = node(cell, pin);
  checks_.push_back({end, node(cell, clock), ns});
}

PathStep TimingGraph::stepTo(uint32_t node) const {
  return {names_[node].first, names_[node].second, 0, false};
}

std::vector<TimingPath> TimingGraph::slowestPaths() const {
  constexpr double kUnreached = -1;
  constexpr uint32_t kNone = ~0U;
  std::vector<std::vector<uint32_t>> outgoing(names_.size());
  std::vector<uint32_t> waiting(names_.size(), 0);
  // What drives a clock is no data path: paths begin at clock pins.
  for (uint32_t i = 0; i < arcs_.size(); ++i) {
    if (arcs_[i].wire && isClock(names_[arcs_[i].to].second)) continue;
    outgoing[arcs_[i].from].push_back(i);
    ++waiting[arcs_[i].to];
  }
  std::vector<double> arrival(names_.size(), kUnreached);
  std::vector<uint32_t> cause(names_.size(), kNone);
  std::vector<uint32_t> ready;
  for (uint32_t n = 0; n < names_.size(); ++n) {
    if (waiting[n] != 0) continue;
    ready.push_back(n);
    if (isClock(names_[n].second)) arrival[n] = 0;
  }
  for (std::size_t next = 0; next < ready.size(); ++next) {
    for (const uint32_t i : outgoing[ready[next]]) {
      const Arc& arc = arcs_[i];
      const double reached = arrival[arc.from] < 0 ? kUnreached : arrival[arc.from] + arc.ns;
      if (reached > arrival[arc.to]) {
        arrival[arc.to] = reached;
        cause[arc.to] = i;
      }
      if (--waiting[arc.to] == 0) ready.push_back(arc.to);
    }
  }
  if (ready.size() != names_.size()) throw std::runtime_error("logic runs in a circle");

  std::map<std::string, const Check*> worst;  // by cell
  const auto total = [&](const Check& check) { return arrival[check.pin] + check.ns; };
  for (const Check& check : checks_) {
    if (arrival[check.pin] < 0) continue;
    const Check*& kept = worst[names_[check.pin].first];
    if (kept == nullptr || total(check) > total(*kept)) kept = &check;
  }
  std::vector<TimingPath> paths;
  for (const auto& [cell, check] : worst) {
    TimingPath path;
    path.ns = total(*check);
    path.to = cell;
    uint32_t at = check->pin;
    for (; cause[at] != kNone; at = arcs_[cause[at]].from) {
      PathStep step = stepTo(at);
      step.ns = arcs_[cause[at]].ns;
      step.wire = arcs_[cause[at]].wire;
      path.steps.push_back(step);
    }
    std::ranges::reverse(path.steps);
    path.from = names_[at].first;
    paths.push_back(std::move(path));
  }
  std::ranges::stable_sort(paths, std::greater{}, &TimingPath::ns);
  return paths;
}

}  // namespace intformer::place
