#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <utility>

#include "sw/parallel/parallel.hpp"

namespace intformer::compiler {

/// Results of jobs that one thread asks for in an order that depends on them: those that it will
/// probably ask for are begun on the cores that are free. A job's result depends on its number
/// alone, so what comes out is the same on every machine.
template <class Result>
class Ahead {
 public:
  using Job = std::function<Result(std::size_t)>;

  /// `job` is called by several threads at a time.
  explicit Ahead(Job job) : job_(std::move(job)) {}

  /// Begins a job, unless all cores are busy with others.
  void expect(std::size_t number) {
    if (begun_.size() + 1 < parallel::coreCount() && !begun_.contains(number))
      begun_.try_emplace(number, [this, number] { return job_(number); });
  }
  /// The result of a job, or what it threw.
  Result get(std::size_t number) {
    if (auto begun = begun_.extract(number)) return begun.mapped().get();
    return job_(number);
  }

 private:
  Job job_;
  std::map<std::size_t, parallel::Begun<Result>> begun_;  ///< not yet asked for
};

}  // namespace intformer::compiler
