// What a board's memory is tested for, and loaded with.
#include <map>

#include "sw/board_host/backend.hpp"
#include "sw/board_host/memory_test.hpp"
#include "sw/board_host/runner.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/link/link_error.hpp"
#include "sw/model/bert.hpp"
#include "tests/link/plans.hpp"
#include "tests/link/stand_in_board.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {
namespace {

using board_host::load;
using board_host::Stretch;

struct Board {
  StandInBoard board;
  link::SerialPort port;
  link::BoardLink link;
  explicit Board(StandInBoard::Make make)
      : board(std::move(make)), port(board.port(), 3'000'000), link(port) {
    link.identify();
  }
};

TEST_CASE("a memory that keeps everything passes, quick or whole", "[board_host]") {
  Board board({.plan = planOf("tiny4"), .memoryBytes = 200'000});
  CHECK_FALSE(board_host::testDataLines(board.link));
  for (const bool whole : {true, false}) {
    uint64_t told = 0;
    CHECK_FALSE(board_host::testAddresses(board.link, whole,
                                          [&](uint64_t done, uint64_t) { told = done; }));
    CHECK(told == board_host::testedBytes(board.link.identity(), whole));
  }
  CHECK(board_host::testedBytes(board.link.identity(), true) == 200'000);
}

TEST_CASE("a data line that sticks is named", "[board_host]") {
  const Plan plan = planOf("tiny4");
  for (const bool high : {true, false}) {
    Board board({.plan = plan, .keeps = [&](uint32_t address, uint8_t byte) {
                   if (address % plan.busBytes != 2) return byte;
                   return static_cast<uint8_t>(high ? byte | 8 : byte & ~8);
                 }});
    const auto fault = board_host::testDataLines(board.link);
    REQUIRE(fault);
    CHECK_THAT(*fault, containsText("do not keep what is written: 19"));
  }
}

TEST_CASE("an address line that is ignored is found in a sample", "[board_host]") {
  // Writes to the upper half of each stretch of 2^(n+1) bytes are lost.
  for (uint32_t line = 10; line < 20; ++line) {
    StandInBoard* memory = nullptr;
    Board board({.plan = planOf("tiny4"), .keeps = [&](uint32_t address, uint8_t byte) {
                   if ((address >> line & 1) != 0) memory->memory()[address ^ 1U << line] = byte;
                   return byte;
                 }});
    memory = &board.board;
    INFO("line " << line);
    const auto fault = board_host::testAddresses(board.link, false);
    REQUIRE(fault);
    CHECK_THAT(*fault, containsText("blocks are wrong; the first: 0x"));
  }
}

TEST_CASE("what is there is not sent again", "[board_host]") {
  Board board({.plan = planOf("tiny4")});
  Bytes image(600'000);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<uint8_t>(i * i >> 3);
  const std::vector<Stretch> all = {{4096, image}};
  uint64_t told = 0;
  const auto first = load(board.link, all, [&](uint64_t done, uint64_t total) {
    CHECK(total == image.size());
    told = done;
  });
  CHECK(told == image.size());
  CHECK(first.bytes == image.size());
  CHECK(first.sent == image.size());
  CHECK(std::equal(image.begin(), image.end(), board.board.memory().begin() + 4096));
  CHECK(load(board.link, all).sent == 0);
  board.board.memory()[4096 + 300'000] ^= 1;
  const uint64_t before = board.board.writtenBytes();
  const auto again = load(board.link, all);
  CHECK(again.sent == 4096);
  CHECK(board.board.writtenBytes() - before == 4096);
  CHECK(load(board.link, all).sent == 0);
}

TEST_CASE("memory that forgets is refused after loading", "[board_host]") {
  Board board({.plan = planOf("tiny4"), .keeps = [](uint32_t address, uint8_t byte) {
                 return address == 50'000 ? uint8_t{0} : byte;
               }});
  const Bytes image(100'000, 7);
  CHECK_THROWS_WITH(load(board.link, std::vector<Stretch>{{0, image}}),
                    containsText("the memory does not keep what was sent to it"));
}

TEST_CASE("a device is compared in everything that it says of itself", "[board_host]") {
  const Plan plan = planOf("tiny4");
  Board board({.plan = plan});
  CHECK_NOTHROW(board_host::Runner(board.link, plan));
  CHECK_THROWS_WITH(
      board_host::Runner(board.link, planOf("edge8")),
      containsText("the bitstream's device is another than edge8: array.dim 4 and not "
                   "8") &&
          containsText("config hash 0x"));
  CHECK_THROWS_WITH(board_host::Runner(board.link, planOf("tiny4", {"commands.queue_depth=3"})),
                    containsText("another than tiny4 (commands.queue_depth=3): config hash 0x"));
  Board none({.plan = plan, .noDevice = true});
  CHECK_THROWS_WITH(board_host::Runner(none.link, plan), containsText("its device does not"));
}

TEST_CASE("constants are the same bytes for all lengths, and programs run beside them",
          "[board_host]") {
  const Plan plan = planOf("tiny4");
  const auto spec = model::loadModelSpec("configs/models/tiny-tokens.toml").spec;
  REQUIRE(spec);
  const Graph model =
      model::buildModel(*spec, 1, {5}, 1, model::EncoderInput::Tokens, model::Integers::Drawn);
  std::vector<std::vector<uint8_t>> contents;
  Board board({.plan = plan});
  for (const uint32_t length : {5U, 40U}) {
    const Graph graph = withLengths(model, std::vector{length});
    const TensorValues inputs = model::seededInputs(graph, 1);
    Program program = compiler::compile(graph, plan, {.sharedConstants = true});
    const uint64_t tensors = program.memoryBytes - program.readOnlyEnd;
    board_host::settleConstants(program);
    CHECK(program.constantsAddress == 0);
    board_host::Runner runner(board.link, plan);
    const auto image = buildImage(program, graph, inputs);
    const auto loaded = runner.load(program, graph, image);
    std::vector<uint8_t> constants(program.programAddress);
    std::copy_n(image.begin(), constants.size(), constants.begin());
    contents.push_back(constants);
    CHECK(program.memoryBytes - program.readOnlyEnd == tensors);
    if (length == 40) CHECK(loaded.sent < loaded.bytes);
    const tb::DeviceRun run = runner.run(program, 1000);
    INFO(run.text());
    CHECK(run.ok());
  }
  CHECK((contents[0] == contents[1]));
}

TEST_CASE("of a sentence as long as one before, its tokens alone cross the cable", "[board_host]") {
  const floating::FloatModel model = randomBert(7);
  const auto integers = quantizer::quantizeModel(model.graph, randomSentences(model, 30, 1), {});
  const Plan plan = planOf("tiny4");
  const auto golden = embed::goldenBackend(integers, plan.family);
  std::map<uint32_t, uint8_t> written;
  Board board({.plan = plan,
               .keeps = [&](uint32_t address, uint8_t byte) { return written[address] = byte; }});
  board_host::Runner runner(board.link, plan);
  board_host::BoardBackend backend(integers, runner);
  const auto send = [&](const std::vector<uint32_t>& sentence) {
    written.clear();
    const std::vector<std::vector<uint32_t>> batch = {sentence};
    const auto states = backend.run(batch);
    CHECK(states.data == golden->run(batch).data);
    return written.size();
  };
  // Rows of the table of tokens, and the two lists that the device leaves as they are.
  const std::size_t row = 2 * model.shape.width;
  const std::size_t first = send({3, 1, 4, 1, 5});
  CHECK(first > 20 * row);
  CHECK(backend.compiled() == 1);
  const std::size_t same = send({3, 1, 4, 1, 5});
  CHECK(same == 0);
  const std::size_t one = send({3, 1, 9, 1, 5});
  CHECK(one > row / 2);
  CHECK(one <= row);
  const std::size_t all = send({2, 7, 1, 8, 6});
  CHECK(all > one);
  CHECK(all <= 5 * row);
  CHECK(backend.compiled() == 1);

  // Another length brings commands, not weights; and the first one is still compiled.
  const std::size_t other = send({2, 7, 1});
  CHECK(other > all);
  CHECK(other < first / 2);
  CHECK(backend.compiled() == 2);
  const uint64_t checksums = board.board.requests(5);
  send({3, 1, 4, 1, 5});
  CHECK(backend.compiled() == 2);
  CHECK(board.board.requests(5) > checksums);

  // What no longer is what was loaded is found out by its result, and then looked for.
  board.board.memory()[written.begin()->first] ^= 0x55;
  CHECK_THROWS_WITH(send({3, 1, 4, 1, 5}), containsText("differs from the golden model"));
  CHECK(send({3, 1, 4, 1, 5}) > 0);
  CHECK(send({3, 1, 4, 1, 5}) == 0);
}

TEST_CASE("what a run may have changed is compared again", "[board_host]") {
  const Plan plan = planOf("tiny4");
  Board board({.plan = plan});
  board_host::Runner runner(board.link, plan);
  const Bytes image(16384);
  Program program;
  program.memoryBytes = image.size();
  program.readOnlyEnd = 4096;
  runner.load(program, {}, image);
  CHECK(runner.load(program, {}, image).sent == 0);
  board.board.memory()[5000] = 1;  // a tensor's
  program.readOnlyEnd = 8192;      // a longer program's place
  const board_host::LoadResult longer = runner.load(program, {}, image);
  CHECK(longer.bytes == 8192);
  CHECK(longer.sent == 4096);
  CHECK(board.board.memory()[5000] == 0);
}

TEST_CASE("a program larger than the memory says how many bytes are missing", "[board_host]") {
  const Plan plan = planOf("tiny4");
  Board board({.plan = plan});
  const board_host::Runner runner(board.link, plan);
  Program program;
  program.memoryBytes = (1U << 20) + 12'345;
  CHECK_THROWS_WITH(runner.checkMemory(program), containsText("12345 are missing"));
  program.memoryBytes = 1U << 20;
  CHECK_NOTHROW(runner.checkMemory(program));
}

}  // namespace
}  // namespace intformer::test
