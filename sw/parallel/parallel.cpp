#include "sw/parallel/parallel.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace intformer::parallel {
namespace {

class Threads {
 public:
  Threads() {
    for (uint32_t i = 1; i < coreCount(); ++i) threads_.emplace_back([this] { work(); });
  }
  ~Threads() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    posted_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  void post(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    posted_.notify_one();
  }

 private:
  void work() {
    for (std::unique_lock lock(mutex_);;) {
      posted_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
      if (closing_) return;
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

/// One parallelFor: its parts go to whoever asks next.
class Parts {
 public:
  Parts(uint32_t count, const std::function<void(uint32_t)>& body)
      : count_(count), body_(body), left_(count), errors_(count) {}

  void work() {
    for (uint32_t part; (part = next_++) < count_;) {
      try {
        body_(part);  // the caller waits, so it still exists
      } catch (...) {
        errors_[part] = std::current_exception();
      }
      left_.count_down();
    }
  }
  void finish() {
    left_.wait();
    for (const auto& error : errors_)
      if (error) std::rethrow_exception(error);
  }

 private:
  uint32_t count_;
  const std::function<void(uint32_t)>& body_;
  std::atomic<uint32_t> next_ = 0;
  std::latch left_;
  std::vector<std::exception_ptr> errors_;
};

}  // namespace

uint32_t coreCount() { return std::max(std::thread::hardware_concurrency(), 1U); }

void detail::post(std::function<void()> job) {
  static Threads threads;
  threads.post(std::move(job));
}

void parallelFor(uint32_t count, uint32_t grain,
                 const std::function<void(uint32_t, uint32_t)>& body) {
  const uint32_t blocks = (count + grain - 1) / grain;
  const uint32_t workers = std::min(coreCount(), std::max(blocks, 1U));
  if (workers == 1) return body(0, count);
  const std::function<void(uint32_t)> part = [&](uint32_t w) {
    const uint32_t begin = blocks * w / workers * grain;
    const uint32_t end = std::min(count, blocks * (w + 1) / workers * grain);
    if (begin < end) body(begin, end);
  };
  const auto parts = std::make_shared<Parts>(workers, part);
  for (uint32_t w = 1; w < workers; ++w) detail::post([parts] { parts->work(); });
  parts->work();
  parts->finish();
}

}  // namespace intformer::parallel
