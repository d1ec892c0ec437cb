#include "fpga/program/jobs.hpp"

#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace intformer::fpga {

void runJobs(std::size_t count, uint32_t jobs, const std::function<void(std::size_t)>& body) {
  std::vector<std::exception_ptr> errors(count);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) try {
        body(i);
      } catch (...) {
        errors[i] = std::current_exception();
      }
  };
  {
    std::vector<std::jthread> threads;
    for (uint32_t i = 1; i < jobs && i < count; ++i) threads.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace intformer::fpga
