#include "sw/import/wordpiece.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {
namespace {

using Catch::Matchers::Contains;
using Pieces = std::vector<std::string>;

TEST_CASE("wordpiece splits words, punctuation and unknown words as BERT does", "[import]") {
  const TemporaryFolder folder;
  writeBert(folder, {});
  const Wordpiece vocabulary(folder.path("vocab.txt"));
  const auto pieces = [&](std::string_view text) {
    Pieces result;
    for (const uint32_t id : vocabulary.encode(text)) result.push_back(vocabulary.piece(id));
    return result;
  };
  CHECK(pieces("") == Pieces{"[CLS]", "[SEP]"});
  CHECK(pieces("  The\tRIVERS\n") == Pieces{"[CLS]", "the", "river", "##s", "[SEP]"});
  CHECK(pieces("playplay,unknown.") ==
        Pieces{"[CLS]", "play", "##play", ",", "un", "##known", ".", "[SEP]"});
  // Known at its beginning alone: the whole word is unknown.
  CHECK(pieces("riverbank bridge") == Pieces{"[CLS]", "[UNK]", "bridge", "[SEP]"});
  CHECK(pieces(std::string(101, 'x')) == Pieces{"[CLS]", "[UNK]", "[SEP]"});
  CHECK(pieces("(the)") == Pieces{"[CLS]", "[UNK]", "the", "[UNK]", "[SEP]"});
  CHECK(pieces("caf\xc3\xa9") == Pieces{"[CLS]", "[UNK]", "[SEP]"});
}

TEST_CASE("a vocabulary without the special pieces is refused", "[import]") {
  const TemporaryFolder folder;
  writeFile(folder.path("v"), "[UNK]\n[CLS]\nword\n");
  CHECK_THROWS_WITH(Wordpiece(folder.path("v")), Contains("lacks the piece [SEP]"));
  CHECK_THROWS_WITH(Wordpiece(folder.path("w")), Contains("cannot be opened"));
}

}  // namespace
}  // namespace intformer::test
