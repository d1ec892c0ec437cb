#include "sw/report/timeline.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/catch.hpp"
#include "tests/report/sample.hpp"

using namespace intformer;
using namespace intformer::report;
using intformer::report_test::Sample;

TEST_CASE("a slice begins when its unit is through with the command before") {
  const Sample sample;
  const RunData run = sample.run();
  const auto list = slices(run);
  REQUIRE(list.size() == sample.program.commands.size());
  std::map<uint32_t, Slice> of;
  for (const Slice& slice : list) of[slice.command] = slice;
  CHECK(of[0].begin == 10);
  CHECK(of[1].begin == 100);  // taken at 20
  CHECK(of[2].begin == 110);
  CHECK(of[3].begin == 300);  // taken at 160
  CHECK(of[3].end == 400);
  CHECK(of[6].track == kDispatchTrack);
  CHECK(of[6].begin == 900);
  CHECK(of[6].end == 1000);
}

TEST_CASE("a command that never ended has no slice") {
  const Sample sample;
  RunData run = sample.run();
  run.times[5].done = 0;
  for (const Slice& slice : slices(run)) CHECK(slice.command != 5);
}

TEST_CASE("events become times counted from the doorbell") {
  const std::vector<perf::Event> events = {{90, 0, Queue::Load, false},
                                           {105, 0, Queue::Load, false},
                                           {120, 1, Queue::Matmul, false},
                                           {150, 0, Queue::Load, true},
                                           {160, 7, Queue::Load, true}};
  const auto times = commandTimes(events, 100, 2);
  REQUIRE(times.size() == 2);
  CHECK(times[0].start == 5);
  CHECK(times[0].done == 50);
  CHECK(times[1].start == 20);
  CHECK(times[1].done == 0);
}

TEST_CASE("the timeline is JSON with a named thread per unit and an event per command") {
  const Sample sample;
  const auto json = nlohmann::json::parse(timelineJson(sample.run()));
  std::map<int, std::string> threads;
  std::set<int> commands;
  for (const auto& event : json.at("traceEvents")) {
    if (event.at("ph") == "M") {
      if (event.at("name") == "thread_name")
        threads[event.at("tid")] = event.at("args").at("name");
      continue;
    }
    REQUIRE(event.at("ph") == "X");
    CHECK(event.at("dur") > 0);
    CHECK(threads.contains(event.at("tid")));
    CHECK(commands.insert(event.at("args").at("command").get<int>()).second);
    if (event.at("args").at("command") != 3) continue;
    CHECK(event.at("name") == "layer1.ffn<1> matmul");
    CHECK(event.at("cat") == "linear");
    CHECK(threads[event.at("tid")] == "matmul");
    CHECK(event.at("ts") == 300);
    CHECK(event.at("dur") == 100);
    CHECK(event.at("args").at("taken_at") == 160);
    CHECK(event.at("args").at("waits_for") == "load");
    CHECK(event.at("args").at("macs") == 64);
  }
  CHECK(commands.size() == sample.program.commands.size());
}
