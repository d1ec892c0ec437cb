#include "sw/parallel/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <vector>

#include "tests/catch.hpp"

using namespace intformer;
using intformer::parallel::Begun;
using intformer::parallel::parallelFor;

TEST_CASE("every index is visited once, in parts of whole grains") {
  for (const uint32_t count : {0U, 1U, 7U, 64U, 1001U})
    for (const uint32_t grain : {1U, 3U, 64U}) {
      std::vector<std::atomic<int>> visits(count);
      std::atomic<int> odd = 0;
      parallelFor(count, grain, [&](uint32_t begin, uint32_t end) {
        if (begin % grain != 0 || (end % grain != 0 && end != count)) ++odd;
        for (uint32_t i = begin; i < end; ++i) ++visits[i];
      });
      CAPTURE(count, grain);
      CHECK(odd == 0);
      CHECK(std::ranges::all_of(visits, [](const auto& n) { return n == 1; }));
    }
}

TEST_CASE("loops may nest, in jobs that were begun too") {
  std::atomic<uint64_t> sum = 0;
  const auto nested = [&sum] {
    parallelFor(16, 1, [&](uint32_t begin, uint32_t end) {
      for (uint32_t i = begin; i < end; ++i)
        parallelFor(100, 1, [&](uint32_t low, uint32_t high) { sum += high - low; });
    });
    return 1;
  };
  std::vector<Begun<int>> begun;
  for (int i = 0; i < 20; ++i) begun.emplace_back(nested);
  int done = 0;
  for (auto& job : begun) done += job.get();
  CHECK(done == 20);
  CHECK(sum == 20 * 16 * 100);
}

TEST_CASE("what a part or a job throws comes to who asked for it") {
  CHECK_THROWS_AS(parallelFor(10, 1,
                              [](uint32_t /*begin*/, uint32_t end) {
                                if (end == 10) throw std::out_of_range("last");
                              }),
                  std::out_of_range);
  Begun<int> job([]() -> int { throw std::invalid_argument("job"); });
  CHECK_THROWS_AS(job.get(), std::invalid_argument);
}

TEST_CASE("a job that nobody asks for touches nothing when its handle is gone") {
  for (int round = 0; round < 200; ++round) {
    int value = 0;
    { const Begun<int> job([&value] { return ++value; }); }
    const int after = value;
    parallelFor(8, 1, [](uint32_t /*begin*/, uint32_t /*end*/) {});
    CHECK(value == after);
  }
}
