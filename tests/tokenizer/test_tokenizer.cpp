#include "sw/tokenizer/tokenizer.hpp"

#include <sys/stat.h>

#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {

using tokenizer::Tokenizer;
using tokenizer::TokenizerOptions;

namespace {

using Catch::Matchers::Contains;
using Pieces = std::vector<std::string>;

const Pieces kSpecial = {"[PAD]", "[UNK]", "[CLS]", "[SEP]"};

Tokenizer tokenizer(const Pieces& pieces, TokenizerOptions options = {}) {
  Pieces all = kSpecial;
  all.insert(all.end(), pieces.begin(), pieces.end());
  return Tokenizer(all, options);
}

Pieces pieces(const Tokenizer& tokenizer, std::string_view text) {
  Pieces result;
  for (const uint32_t id : tokenizer.encode(text)) result.push_back(tokenizer.piece(id));
  REQUIRE(result.size() >= 2);
  CHECK(result.front() == "[CLS]");
  CHECK(result.back() == "[SEP]");
  return {result.begin() + 1, result.end() - 1};
}

/// What is said about a vocabulary that is refused.
std::string refusal(Pieces vocabulary, TokenizerOptions options = {}) {
  try {
    const Tokenizer made(std::move(vocabulary), options);
  } catch (const files::ImportError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("words are made of the longest pieces, or unknown as a whole", "[tokenizer]") {
  const Tokenizer made =
      tokenizer({"the", "river", "##s", "##sh", "play", "##play", ",", "x", "##x"});
  CHECK(pieces(made, "").empty());
  CHECK(pieces(made, " \t\n").empty());
  CHECK(pieces(made, "  The\tRIVERS\n") == Pieces{"the", "river", "##s"});
  CHECK(pieces(made, "playplay,rivershs") ==
        Pieces{"play", "##play", ",", "river", "##sh", "##s"});
  CHECK(pieces(made, "riverbank the") == Pieces{"[UNK]", "the"});
  CHECK(pieces(made, "(the)") == Pieces{"[UNK]", "the", "[UNK]"});
  CHECK(pieces(made, std::string(100, 'x')).size() == 100);
  CHECK(pieces(made, std::string(101, 'x')) == Pieces{"[UNK]"});
}

TEST_CASE("ill-formed bytes are skipped and what surrounds them is kept", "[tokenizer]") {
  const Tokenizer made = tokenizer({"the", "(", "river"});
  CHECK(pieces(made, "th\xff" "e") == Pieces{"the"});
  CHECK(pieces(made, "the\xe2\x28river\xf0\x9f") == Pieces{"the", "(", "river"});
  CHECK(pieces(made, "the\xed\xa0\x80 \xc0\xafriver") == Pieces{"the", "river"});
}

TEST_CASE("special tokens in a text stand for themselves where the vocabulary has them",
          "[tokenizer]") {
  const Tokenizer made = tokenizer({"the", "[", "mask", "]"});
  CHECK(pieces(made, "the[SEP]the [[PAD] [CLS") ==
        Pieces{"the", "[SEP]", "the", "[", "[PAD]", "[", "[UNK]"});
  CHECK(pieces(made, "[MASK][mask]") == Pieces{"[", "mask", "]", "[", "mask", "]"});
  CHECK(pieces(tokenizer({"[MASK]"}), "[MASK]") == Pieces{"[MASK]"});
}

TEST_CASE("added tokens are found before words are, the longest first", "[tokenizer]") {
  TokenizerOptions options;
  options.added = {{.content = "the", .id = 4, .singleWord = true},
                   {.content = "<q>", .id = 8, .leftStrip = true, .rightStrip = true},
                   {.content = "<q>r", .id = 9},
                   {.content = "New York", .id = 10, .normalized = true}};
  const Tokenizer made = tokenizer({"the", "a", "##the", "new"}, options);
  CHECK(made.size() == 11);
  CHECK(made.piece(9) == "<q>r");
  CHECK_THROWS_AS(made.piece(11), std::out_of_range);
  CHECK(pieces(made, "the athe The, the") == Pieces{"the", "a", "##the", "the", "[UNK]", "the"});
  CHECK(pieces(made, "the\u0301 the_ \U00013b00the") == Pieces{"the", "the", "[UNK]", "[UNK]"});
  CHECK(pieces(made, "a <q> a<q>r<q>") == Pieces{"a", "<q>", "a", "<q>r", "<q>"});
  CHECK(pieces(made, "NEW  york n\u00e9w york") == Pieces{"new", "[UNK]", "New York"});
}

TEST_CASE("added tokens whose ids or contents cannot be are refused", "[tokenizer]") {
  const auto refusalOf = [](std::vector<tokenizer::AddedToken> added) {
    TokenizerOptions options;
    options.added = std::move(added);
    return refusal({"[UNK]", "[CLS]", "[SEP]", "a"}, options);
  };
  CHECK(refusalOf({{.content = "<q>", .id = 4}, {.content = "a", .id = 3}}).empty());
  CHECK_THAT(refusalOf({{.content = "<q>", .id = 5}}),
             Contains("added token \"<q>\" has id 5, its place is 4"));
  CHECK_THAT(refusalOf({{.content = "a", .id = 4}}),
             Contains("added token \"a\" has id 4, its place is 3"));
  CHECK_THAT(refusalOf({{.content = "", .id = 4}}), Contains("has no character"));
  CHECK_THAT(refusalOf({{.content = "B", .id = 4, .normalized = true},
                        {.content = "b", .id = 5, .normalized = true}}),
             Contains("two added tokens are \"b\" in a text"));
}

TEST_CASE("special tokens have the names that are given", "[tokenizer]") {
  TokenizerOptions options;
  options.special = {.begin = "<s>", .end = "</s>", .unknown = "<unk>"};
  const Tokenizer made({"<s>", "</s>", "<unk>", "a", "<", "s", ">"}, options);
  CHECK(made.encode("a <s> b [CLS]") == std::vector<uint32_t>{0, 3, 0, 2, 2, 2, 2, 1});
  CHECK_THAT(refusal({"[CLS]", "[SEP]", "[UNK]"}, options), Contains("lacks the piece <unk>"));
}

TEST_CASE("a prompt stands before every text", "[tokenizer]") {
  TokenizerOptions options;
  options.prompt = "query: ";
  CHECK(pieces(tokenizer({"query", ":", "a"}, options), "a") == Pieces{"query", ":", "a"});
}

TEST_CASE("texts are cut to the maximum of tokens", "[tokenizer]") {
  const uint32_t most = GENERATE(2U, 3U, 7U);
  TokenizerOptions options;
  options.maxTokens = most;
  const Tokenizer made = tokenizer({"a", "b", "##b"}, options);
  std::string text;
  for (int word = 0; word < 5; ++word) {
    const Pieces full = pieces(tokenizer({"a", "b", "##b"}), text);
    Pieces expected(full.begin(), full.begin() + std::min<std::size_t>(full.size(), most - 2));
    CHECK(pieces(made, text) == expected);
    text += "bbb [SEP] ";
  }
}

TEST_CASE("a cased tokenizer keeps letters and accents as they are", "[tokenizer]") {
  TokenizerOptions options;
  options.lowerCase = false;
  const Pieces vocabulary = {"The", "the", "Caf\u00e9", "Cafe", "cafe", "caf\u00e9"};
  CHECK(pieces(tokenizer(vocabulary, options), "The Caf\u00e9") == Pieces{"The", "Caf\u00e9"});
  CHECK(pieces(tokenizer(vocabulary), "The Caf\u00e9") == Pieces{"the", "cafe"});
  options.stripAccents = true;
  CHECK(pieces(tokenizer(vocabulary, options), "Caf\u00e9") == Pieces{"Cafe"});
  options = {};
  options.stripAccents = false;
  CHECK(pieces(tokenizer(vocabulary, options), "CAF\u00c9") == Pieces{"caf\u00e9"});
}

TEST_CASE("vocabularies that cannot be used are refused with all reasons", "[tokenizer]") {
  CHECK(refusal(kSpecial).empty());
  CHECK_THAT(refusal({}), Contains("the vocabulary is empty"));
  CHECK_THAT(refusal({"[UNK]", "a", "a"}), Contains("piece 2 \"a\" is a duplicate of piece 1") &&
                                               Contains("lacks the piece [CLS]") &&
                                               Contains("lacks the piece [SEP]"));
  CHECK_THAT(refusal({"[CLS]", "[SEP]"}), Contains("lacks the piece [UNK]"));
  CHECK_THAT(refusal({"[CLS]", "[SEP]", "[UNK]", "a\xff"}), Contains("piece 3 is not UTF-8"));
  TokenizerOptions options;
  options.maxTokens = 1;
  CHECK_THAT(refusal(kSpecial, options), Contains("at most 1 tokens are asked for"));
  const Pieces same(1000, "[CLS]");
  CHECK(refusal(same).size() < 1000);
}

TEST_CASE("vocab.txt gives a piece per line, with either line end", "[tokenizer]") {
  const TemporaryFolder folder;
  writeFile(folder.path("v"), "[UNK]\n[CLS]\r\n[SEP]\nword");
  const Tokenizer made = Tokenizer::fromFile(folder.path("v"));
  CHECK(made.vocabulary() == Pieces{"[UNK]", "[CLS]", "[SEP]", "word"});
  CHECK(made.size() == 4);
  CHECK(made.encode("word") == std::vector<uint32_t>{1, 3, 2});
  CHECK_THROWS_AS(made.piece(4), std::out_of_range);
  writeFile(folder.path("w"), "word\n");
  CHECK_THROWS_WITH(Tokenizer::fromFile(folder.path("w")),
                    Contains(folder.path("w")) && Contains("lacks the piece [SEP]"));
  CHECK_THROWS_WITH(Tokenizer::fromFile(folder.path("x")), Contains("cannot be opened"));
  REQUIRE(mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(Tokenizer::fromFile(folder.path("pipe")), Contains("is a pipe"));
}

}  // namespace
}  // namespace intformer::test
