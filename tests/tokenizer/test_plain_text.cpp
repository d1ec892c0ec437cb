#include "sw/tokenizer/plain_text.hpp"
#include "tests/catch.hpp"

namespace intformer::test {

using tokenizer::plainText;

namespace {

TEST_CASE("text for people keeps what can be read and nothing that a terminal obeys", "[text]") {
  CHECK(plainText("A river, \xc3\xa9t\xc3\xa9 \xe4\xbd\xa0 \xf0\x9f\x98\x80.") ==
        "A river, \xc3\xa9t\xc3\xa9 \xe4\xbd\xa0 \xf0\x9f\x98\x80.");
  CHECK(plainText("a\x1b[2Jb\tc\x7f\r\n") == "a\\x1b[2Jb\\x09c\\x7f\\x0d\\x0a");
  CHECK(plainText(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(plainText("\xc2\x9b" "2J") == "\\xc2\\x9b2J");       // the same sequence, of one character
  CHECK(plainText("\xff \xe4\xbd") == "\\xff \\xe4\\xbd");  // no UTF-8
  CHECK(plainText("").empty());
}

TEST_CASE("long text for people is cut between characters and says how long it is", "[text]") {
  const std::string line(40'000'000, 'x');
  CHECK(plainText(line) == std::string(400, 'x') + "... (40000000 bytes)");
  CHECK(plainText("\xc3\xa9\xc3\xa9\xc3\xa9", 2) == "\xc3\xa9\xc3\xa9... (6 bytes)");
  CHECK(plainText("abc", 3) == "abc");
}

}  // namespace
}  // namespace intformer::test
