#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "sw/compiler/regions.hpp"
#include "sw/compiler/scratch.hpp"
#include "sw/compiler/tasks.hpp"
#include "sw/compiler/work.hpp"
#include "sw/model/random.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/operands_by_hand.hpp"

using namespace intformer;
using namespace intformer::compiler;
using intformer::model::Random;

namespace {

/// The definition: for every address who wrote it last and who has read it since.
class AddressByAddress {
 public:
  Dependencies record(Queue queue, int32_t index, const std::vector<Region>& reads,
                      const std::vector<Region>& writes) {
    Dependencies needs = kNoDependencies;
    const auto own = static_cast<std::size_t>(queue);
    const auto raise = [&](std::size_t q, int32_t i) { needs[q] = std::max(needs[q], i); };
    each(reads, [&](Cell& cell) {
      if (cell.writer >= 0) raise(cell.writerQueue, cell.writer);
      cell.readers[own] = index;
    });
    each(writes, [&](Cell& cell) {
      if (cell.writer >= 0) raise(cell.writerQueue, cell.writer);
      for (std::size_t q = 0; q < kQueueCount; ++q) raise(q, cell.readers[q]);
      cell = {.writer = index, .writerQueue = own};
    });
    needs[own] = -1;
    return needs;
  }

 private:
  struct Cell {
    int32_t writer = -1;
    std::size_t writerQueue = 0;
    Dependencies readers = kNoDependencies;
  };
  template <typename Action>
  void each(const std::vector<Region>& regions, Action action) {
    for (const Region& region : regions)
      for (uint32_t run = 0; run < region.repeat; ++run)
        for (uint64_t i = 0; i < region.count; ++i)
          action(cells_[{region.space, region.begin + run * region.stride + i}]);
  }
  std::map<std::pair<Space, uint64_t>, Cell> cells_;
};

std::vector<Region> randomRegions(Random& random) {
  std::vector<Region> regions(random.below(3));
  for (Region& region : regions) {
    region.space = static_cast<Space>(random.below(2));
    region.begin = random.below(60);
    region.count = 1 + random.below(8);
    region.repeat = 1 + random.below(3);
    region.stride = region.count + random.below(4);
  }
  return regions;
}

}  // namespace

TEST_CASE("dependencies found by intervals are those found address by address") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    DependencyTracker intervals;
    AddressByAddress addresses;
    std::array<int32_t, kQueueCount> next{};
    for (int step = 0; step < 200; ++step) {
      const auto q = random.below(4);
      const auto reads = randomRegions(random);
      const auto writes = randomRegions(random);
      const auto queue = static_cast<Queue>(q);
      const int32_t index = next[q]++;
      REQUIRE(intervals.record(queue, index, reads, writes) ==
              addresses.record(queue, index, reads, writes));
    }
  }
}

TEST_CASE("the regions of a command are the addresses that it touches in what queues share") {
  test::RandomSource random(3);
  for (const OpcodeSpec& opcode : opcodes())
    for (int round = 0; round < 50; ++round) {
      Command command = test::randomLegalCommand(opcode.opcode, 16, random);
      if (opcode.opcode == Opcode::Gather)  // as the compiler has them: neighbours
        command.set(Field::ScratchStride, 1);
      const bool tensorMemory = opcode.opcode != Opcode::Gather && random.chance(50);
      Regions regions;
      listRegions(operandsOf(command, 16), tensorMemory, regions);
      std::set<test::Touched> found;
      const auto add = [&](const std::vector<Region>& list, bool write) {
        for (const Region& region : list)
          for (uint64_t run = 0; run < region.repeat; ++run)
            for (uint64_t i = 0; i < region.count; ++i)
              found.insert({region.space, write, region.begin + run * region.stride + i});
      };
      add(regions.reads, false);
      add(regions.writes, true);
      auto expected = test::TouchedByHand(command, 16, test::randomList(command, random)).addresses;
      std::erase_if(expected, [&](const test::Touched& touched) {
        return touched.space == Space::Statistics ||
               (touched.space == Space::Memory && !tensorMemory);
      });
      INFO(opcode.name << ", round " << round);
      REQUIRE(found == expected);
    }
}

TEST_CASE("a ring gives places that no live piece holds, in rotation") {
  Random random(9);
  Ring ring("words", 100, 64);
  std::map<uint32_t, uint32_t> live;
  int refused = 0;
  for (int step = 0; step < 2000; ++step) {
    if (!live.empty() && random.below(2) == 0) {
      auto piece = std::next(live.begin(), random.below(static_cast<uint32_t>(live.size())));
      ring.release(piece->first);
      live.erase(piece);
      continue;
    }
    const uint32_t count = 1 + random.below(20);
    try {
      const uint32_t address = ring.allocate(count);
      CHECK(address >= 100);
      CHECK(address + count <= 164);
      for (const auto& [begin, end] : live) CHECK((end <= address || begin >= address + count));
      live[address] = address + count;
    } catch (const Unfit&) {
      ++refused;
    }
  }
  CHECK(refused > 0);
  CHECK(refused < 1000);

  Ring turns("words", 0, 30);
  for (const uint32_t expected : {0U, 10U, 20U, 0U, 10U}) {
    const uint32_t address = turns.allocate(10);
    CHECK(address == expected);
    turns.release(address);
  }
}

TEST_CASE("a ring gives a released piece back until its place is given away") {
  Ring ring("words", 0, 30);
  const uint32_t first = ring.allocate(10);
  const uint64_t ticket = ring.ticket(first);
  CHECK_FALSE(ring.recall(first, ticket));  // still live
  ring.release(first);
  CHECK_FALSE(ring.recall(first, ticket + 1));
  REQUIRE(ring.recall(first, ticket));
  CHECK(ring.allocate(10) == 10);
  CHECK_FALSE(ring.canAllocate(11));
  ring.release(first);
  CHECK(ring.allocate(9) == 20);
  CHECK(ring.allocate(3) == 0);  // into the released piece
  CHECK_FALSE(ring.recall(first, ticket));
}

TEST_CASE("the heap drops what is never used again first, and never what is in use") {
  ResidentHeap heap(0, 30, [](TensorId tensor, uint32_t) -> uint64_t {
    return tensor == 1 ? ResidentHeap::kNever : 7;
  });
  REQUIRE(heap.allocate(0, 0, 10, 1) != nullptr);
  REQUIRE(heap.allocate(1, 0, 10, 2) != nullptr);
  REQUIRE(heap.allocate(2, 0, 10, 3) != nullptr);
  CHECK(heap.allocate(3, 0, 10, 4) == nullptr);  // all pinned
  heap.unpinAll();
  REQUIRE(heap.allocate(3, 0, 10, 5) != nullptr);
  CHECK(heap.use(1, 0, 6) == nullptr);
  CHECK(heap.use(0, 0, 6) != nullptr);
  CHECK(heap.use(2, 0, 6) != nullptr);
  CHECK(heap.allocate(4, 0, 31, 7) == nullptr);
}

TEST_CASE("tasks keep the order of the graph and part it around attention and after LayerNorm") {
  Random random(1);
  test::GraphShape shape;
  shape.rows = 40;
  const Graph graph = test::randomGraph(shape, random);
  std::vector<std::vector<QueryRows>> steps(graph.operators.size());
  for (uint32_t head = 0; head < 2; ++head) steps[3].push_back({head, 0, 16, 0, {{0, 0, 40, 0}}});
  const TaskOrder order = orderTasks(graph, 16, steps);
  std::vector<std::string> names;
  for (const Task& task : order.tasks) {
    const char* const half = task.part == Task::Part::Logits ? "L" : "P";
    const std::string number = fmt::format("{}", task.block.index);
    names.push_back(operatorName(graph.operators[task.op]) +
                    (task.part == Task::Part::Whole ? number : half));
  }
  CHECK(names == std::vector<std::string>{
                     "query0", "key0", "query1", "key1", "query2", "key2", "value0", "value1",
                     "value2", "attention0L", "attention0L", "attention0P", "attention0P", "sum10",
                     "norm0", "sum11", "norm1", "sum12", "norm2", "hidden0", "sum20", "last0",
                     "hidden1", "sum21", "last1", "hidden2", "sum22", "last2"});
  // Needs, by number: logits need query 0 and all keys, a product its logits and all values, and
  // the first sum the products of its rows.
  const auto needs = [&](std::size_t task) {
    return std::set(order.tasks[task].needs.begin(), order.tasks[task].needs.end());
  };
  CHECK(needs(0).empty());
  CHECK(needs(9) == std::set<std::size_t>{0, 1, 3, 5});
  CHECK(needs(11) == std::set<std::size_t>{6, 7, 8, 9});
  CHECK(needs(13) == std::set<std::size_t>{11, 12});
  CHECK(needs(14) == std::set<std::size_t>{13});
  CHECK(rowBlockAt(2, 16, 40).rows == 8);
  const TensorId input = std::get<Linear>(graph.operators[0]).input;
  CHECK(order.uses.at({input, 0}) == std::vector<std::size_t>{0, 1, 6});
}

TEST_CASE("segments end around attention and after a LayerNorm that a matmul precedes") {
  Random random(1);
  const Graph graph = test::randomGraph({}, random);
  std::vector<std::vector<std::string>> names;
  for (const Segment& segment : segmentsOf(graph)) {
    names.emplace_back();
    for (const uint32_t op : segment.ops)
      names.back().push_back(operatorName(graph.operators[op]));
  }
  CHECK(names == std::vector<std::vector<std::string>>{{"query", "key", "value"},
                                                       {"attention0"},
                                                       {"sum1", "norm"},
                                                       {"hidden", "sum2", "last"}});
  const Segment first = segmentsOf(graph).front();
  CHECK(first.prepared == 0);
  CHECK(first.values == 2);
}

TEST_CASE("work knows who reads a block next, what is possible and when blocks are there") {
  Random random(1);
  test::GraphShape shape;
  shape.rows = 40;
  const Graph graph = test::randomGraph(shape, random);
  std::vector<std::vector<QueryRows>> steps(graph.operators.size());
  for (uint32_t head = 0; head < 2; ++head) steps[3].push_back({head, 0, 16, 0, {{0, 0, 40, 0}}});
  Work work(orderTasks(graph, 16, steps), 16);
  const TensorId input = std::get<Linear>(graph.operators[0]).input;
  const TensorId key = std::get<Linear>(graph.operators[1]).output;
  CHECK(work.nextUse(input, 0, false) == 0);
  CHECK(work.nextUse(key, 0, false) == Work::kNever);
  CHECK(work.nextUse(key, 0, true) == 9);
  CHECK_FALSE(work.possible(9));
  for (const std::size_t id : {1U, 3U, 0U, 5U}) {
    work.begin(id);
    work.end();
  }
  CHECK(work.firstOpen() == 2);
  CHECK(work.step() == 4);
  CHECK(work.possible(9));
  CHECK(work.nextUse(input, 0, false) == 6);
  CHECK_FALSE(work.last());
  work.wrote(key, 0, 100);
  work.wrote(key, 1, 300);
  CHECK(work.readyAt(key, 0, 16) == 100);
  CHECK(work.readyAt(key, 0, 17) == 300);
  CHECK(work.readyAt(key, 32, 8) == 0);
}
