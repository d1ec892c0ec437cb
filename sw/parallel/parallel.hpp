#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <utility>

/// The threads of the process, as many as the machine has cores: all work that runs side by side
/// shares them. Nobody waits for work that no thread has begun, so it may nest.
namespace intformer::parallel {

/// Cores that work can run on at the same time, at least 1: the caller's is one of them.
uint32_t coreCount();

/// Calls body(begin, end) on disjoint parts of [0, count), each a multiple of `grain` long but the
/// last, on all cores. Exceptions of the body end up in the caller.
void parallelFor(uint32_t count, uint32_t grain,
                 const std::function<void(uint32_t, uint32_t)>& body);

namespace detail {
/// Hands a job to the first thread that is free. It must not throw.
void post(std::function<void()> job);
}  // namespace detail

/// A job that a free core has begun, or will. One that nobody asked for is dropped, or waited for
/// where it runs.
template <class Result>
class Begun {
 public:
  explicit Begun(std::function<Result()> job) : state_(std::make_shared<State>(std::move(job))) {
    detail::post([state = state_] { state->runOnce(); });
  }
  Begun(Begun&&) noexcept = default;
  Begun& operator=(Begun&&) = delete;
  ~Begun() {
    if (state_ && state_->taken.exchange(true)) state_->result.wait();
  }
  /// The job's result, or what it threw; runs it here when no thread has come to it. Once.
  Result get() {
    state_->runOnce();
    std::future<Result> result = std::move(state_->result);
    state_.reset();
    return result.get();
  }

 private:
  struct State {
    explicit State(std::function<Result()> job) : task(std::move(job)), result(task.get_future()) {}
    void runOnce() {
      if (!taken.exchange(true)) task();
    }
    std::packaged_task<Result()> task;
    std::future<Result> result;
    std::atomic<bool> taken = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace intformer::parallel
