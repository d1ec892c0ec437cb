// Frames as docs/8-boards.md has them, byte by byte.
#include "sw/link/frames.hpp"

#include <string_view>

#include "sw/link/crc32.hpp"
#include "tests/catch.hpp"

namespace intformer::link {
namespace {

std::vector<uint8_t> bytesOf(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST_CASE("the checksum is zlib's", "[link]") {
  CHECK(crc32({}) == 0);
  CHECK(crc32(bytesOf("123456789")) == 0xcbf43926);
  CHECK(crc32(bytesOf("456789"), crc32(bytesOf("123"))) == 0xcbf43926);
}

TEST_CASE("a request is its header and, of writes, a payload", "[link]") {
  const auto read =
      requestBytes({.op = Op::ReadMemory, .seq = 7, .address = 0x01020304, .count = 64});
  REQUIRE(read.size() == kRequestHeader);
  CHECK(std::vector<uint8_t>(read.begin(), read.begin() + 11) ==
        std::vector<uint8_t>{0xa5, 3, 7, 4, 3, 2, 1, 64, 0, 0, 0});
  CHECK(wordAt(read, 11) == crc32(std::span(read).first(11)));
  const std::vector<uint8_t> payload = {1, 2, 3, 4};
  const auto write =
      requestBytes({.op = Op::WriteMemory, .seq = 8, .address = 0, .count = 4, .payload = payload});
  REQUIRE(write.size() == kRequestHeader + 4 + kCrcBytes);
  CHECK(wordAt(write, kRequestHeader) == 0x04030201);
  CHECK(wordAt(write, kRequestHeader + 4) == crc32(payload));
}

TEST_CASE("an answer's header is one with its CRC alone", "[link]") {
  std::vector<uint8_t> bytes = {0x5a, 0x23, 9, 64, 0, 0, 0};
  putWord(bytes, crc32(bytes));
  Answer answer;
  REQUIRE(isAnswer(bytes, answer));
  CHECK(answer.op == 3);
  CHECK(answer.status == 2);
  CHECK(answer.seq == 9);
  CHECK(answer.count == 64);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto other = bytes;
    other[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    CHECK_FALSE(isAnswer(other, answer));
  }
}

}  // namespace
}  // namespace intformer::link
