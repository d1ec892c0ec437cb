// The ONNX reader: files that are as they must be, and every way in which they are not.
#include <fmt/format.h>

#include "sw/import/onnx.hpp"
#include "sw/import/wire.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_onnx.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using importer::OnnxFile;

namespace {

using Catch::Matchers::Contains;

/// What the reader says about a file of these bytes; empty: accepted.
std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  writeFile(folder.path("x.onnx"), bytes);
  try {
    const OnnxFile file(folder.path("x.onnx"));
  } catch (const files::ImportError& error) {
    return error.what();
  }
  return {};
}

std::string graph(const std::string& fields) { return bytesField(7, fields); }
std::string floats(std::size_t count) { return std::string(4 * count, '\x3f'); }
std::string initializer(const std::string& tensor) { return graph(bytesField(5, tensor)); }
std::string node(const std::string& fields) { return graph(bytesField(1, fields)); }

std::string named(const std::string& op, const std::string& input, const std::string& output) {
  return bytesField(1, bytesField(1, input) + bytesField(2, output) + bytesField(4, op));
}

TEST_CASE("an ONNX file's parts come out as they were written", "[import]") {
  OnnxWriter writer;
  writer.input("image", {0, 3, 8, 8});
  writer.weights("w", {2, 3}, {1.5F, -2, 3e-8F, 4, 5, 6});
  const std::string list = writer.list({1, -1, 300});
  const std::string sum = writer.node("Add", {"image", "w"}, OnnxWriter::integer("axis", -1));
  writer.output(sum);
  const TemporaryFolder folder;
  writeFile(folder.path("x.onnx"), writer.bytes());
  const OnnxFile file(folder.path("x.onnx"));
  REQUIRE(file.inputs().size() == 1);
  CHECK(file.inputs()[0].name == "image");
  CHECK(file.inputs()[0].shape == importer::Shape{0, 3, 8, 8});
  CHECK(file.outputs() == std::vector<std::string>{sum});
  CHECK(file.initializer("w")->floats("w") == std::vector<float>{1.5F, -2, 3e-8F, 4, 5, 6});
  CHECK(file.initializer("v") == nullptr);
  const importer::onnx::Node* const add = file.maker(sum);
  REQUIRE(add != nullptr);
  CHECK(add->op == "Add");
  CHECK(add->attribute("axis")->integer == -1);
  CHECK(file.maker(list)->attribute("value")->tensor->int64s() ==
        std::vector<int64_t>{1, -1, 300});
  CHECK(file.maker("w") == nullptr);
}

TEST_CASE("values lie in raw data or in fields of their own, packed or not", "[import]") {
  using importer::onnx::Tensor;
  const auto read = [](const std::string& tensor) {
    const TemporaryFolder folder;
    writeFile(folder.path("x.onnx"), initializer(tensor + bytesField(8, "t")));
    const OnnxFile file(folder.path("x.onnx"));
    return file.initializer("t")->floats("t");
  };
  const std::string two = numberField(1, 2) + numberField(2, 1);
  CHECK(read(two + realField(4, 1.5F) + realField(4, -2)) == std::vector<float>{1.5F, -2});
  CHECK(read(two + bytesField(4, realField(4, 1.5F).substr(1) + realField(4, -2).substr(1))) ==
        std::vector<float>{1.5F, -2});
  CHECK(read(bytesField(1, varint(2)) + numberField(2, 10) + bytesField(9, {"\0\x3c\0\xc0", 4})) ==
        std::vector<float>{1, -2});
  CHECK(read(numberField(1, 1) + numberField(2, 16) + bytesField(9, "\x80\x3f")) ==
        std::vector<float>{1});
}

TEST_CASE("protocol buffers that end early or are none are refused", "[import]") {
  CHECK_THAT(refusal(""), Contains("holds no graph, so it is no ONNX model"));
  CHECK_THAT(refusal("\xff"), Contains("ends within a number"));
  CHECK_THAT(refusal(std::string(11, '\xff')), Contains("a number of more than 64 bits"));
  CHECK_THAT(refusal(std::string(9, '\xff') + "\x02"), Contains("a number of more than 64 bits"));
  CHECK_THAT(refusal("\x02" "a"), Contains("0 is no field"));
  CHECK_THAT(refusal(std::string("\x0b\0", 2)), Contains("field 1 has the unknown type 3"));
  CHECK_THAT(refusal("\x3a\x05" "abc"), Contains("field 7 has 5 bytes, 3 are left"));
  CHECK_THAT(refusal("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), Contains("bytes, 0 are left"));
  CHECK_THAT(refusal("\x39" "abc"), Contains("field 7 has 8 bytes, 3 are left"));
  CHECK_THAT(refusal(numberField(7, 1)), Contains("field 7 has type 0, expected 2"));
  CHECK_THAT(refusal(numberField(99, 1)), Contains("field 99 of type 0 is not known"));
  CHECK_THAT(refusal(graph("") + graph("")), Contains("holds two graphs"));
  CHECK_THAT(refusal(graph("") + bytesField(25, "")), Contains("holds functions"));
  CHECK_THAT(refusal(graph("") + bytesField(20, "")), Contains("for training"));
  CHECK_THAT(refusal(graph(bytesField(15, ""))), Contains("sparse initializers"));
  CHECK_THAT(refusal(graph(numberField(77, 0))), Contains("graph: field 77 of type 0"));
  CHECK(refusal(graph("")).empty());
  // Every beginning of a good file is refused, or is a file that lacks its end alone.
  const std::string good = syntheticVit(1);
  for (std::size_t size = 1; size < good.size(); size += 997) {
    INFO(size);
    const bool whole = size > good.size() - 4;
    CHECK(refusal(good.substr(0, size)).empty() == whole);
  }
}

TEST_CASE("constants that contradict themselves are refused by name", "[import]") {
  const auto says = [](const std::string& tensor, const std::string& reason) {
    CHECK_THAT(refusal(initializer(bytesField(8, "t") + tensor)),
               Contains("initializer t: " + reason));
  };
  const std::string two = numberField(1, 2);
  says(two + numberField(2, 1) + bytesField(9, floats(3)),
       "has 12 bytes, its shape [2] of type 1 asks for 8");
  says(two + numberField(2, 1), "has 0 bytes");
  says(two + numberField(2, 99) + bytesField(9, floats(2)), "has the unknown type 99");
  says(two + bytesField(9, floats(2)), "has the unknown type 0");
  says(two + numberField(2, 1) + bytesField(9, floats(2)) + bytesField(9, floats(2)),
       "holds its values twice");
  says(two + numberField(2, 1) + bytesField(9, floats(2)) + realField(4, 1),
       "holds its values twice");
  says(numberField(1, uint64_t(-2)) + numberField(2, 1), "has an extent of -2");
  says(numberField(1, uint64_t{1} << 40) + numberField(1, uint64_t{1} << 40) + numberField(2, 1),
       "has a shape beyond all sizes");
  says(numberField(2, 1) + [&] {
    std::string dims;
    for (int i = 0; i < 17; ++i) dims += numberField(1, 1);
    return dims;
  }(), "has a shape of 17 extents");
  says(two + numberField(2, 1) + bytesField(13, ""), "has its values in another file");
  says(two + numberField(2, 1) + numberField(14, 1), "has its values in another file");
  says(two + numberField(2, 6) + numberField(5, 1), "has its values in field 5");
  says(two + numberField(2, 1) + bytesField(4, "abc"), "field 4 has 3 bytes");
  says(two + numberField(2, 1) + numberField(7, 3) + numberField(7, 4),
       "has type 1 and values of int64");
  says(two + numberField(2, 7) + realField(4, 1) + realField(4, 1),
       "has type 7 and values of float32");
  says(two + numberField(2, 1) + bytesField(9, floats(2)) + numberField(50, 1),
       "field 50 of type 0 is not known");
  CHECK_THAT(refusal(initializer(two + numberField(2, 1) + bytesField(9, floats(2)))),
             Contains("an initializer without a name"));
  CHECK_THAT(refusal(initializer(bytesField(8, "a\nb"))), Contains("control characters"));
  CHECK_THAT(refusal(initializer(bytesField(8, std::string(2000, 'a')))),
             Contains("more than 1000 bytes"));
  OnnxWriter twice;
  twice.weights("t", {1}, {1});
  twice.weights("t", {1}, {1});
  CHECK_THAT(refusal(twice.bytes()), Contains("two initializers are named t"));
}

TEST_CASE("values that are not finite, and other types, are refused when weights are read", "[import]") {
  const auto read = [](uint64_t type, const std::string& raw, uint64_t count) {
    const TemporaryFolder folder;
    writeFile(folder.path("x.onnx"), initializer(OnnxWriter::tensor("t", {count}, type, raw)));
    return OnnxFile(folder.path("x.onnx")).initializer("t")->floats("initializer t");
  };
  const std::string one = realField(1, 1).substr(1);
  CHECK_THROWS_WITH(read(1, one + std::string("\0\0\xc0\x7f", 4), 2),
                    Contains("initializer t holds nan at element 1"));
  CHECK_THROWS_WITH(read(1, std::string("\0\0\x80\xff", 4), 1), Contains("t holds -inf at element 0"));
  CHECK_THROWS_WITH(read(10, std::string("\0\x7c", 2), 1), Contains("t holds inf at element 0"));
  CHECK_THROWS_WITH(read(6, one, 1), Contains("has type 6, expected float32, float16 or bfloat16"));
}

TEST_CASE("nodes that do not follow from what is before them are refused", "[import]") {
  CHECK_THAT(refusal(graph(named("Relu", "x", "y"))), Contains("node y (Relu): reads x, which nothing"));
  const std::string input = bytesField(11, bytesField(1, "x"));
  CHECK(refusal(graph(input + named("Relu", "x", "y"))).empty());
  CHECK_THAT(refusal(graph(input + named("Relu", "x", "y") + named("Relu", "x", "y"))),
             Contains("two nodes make y"));
  CHECK_THAT(refusal(graph(input + named("Relu", "x", "x"))),
             Contains("makes x, which is there already"));
  CHECK_THAT(refusal(graph(named("Relu", "z", "y") + named("Relu", "y", "z"))),
             Contains("reads z, which nothing before it makes"));
  CHECK_THAT(refusal(graph(bytesField(12, bytesField(1, "q")))), Contains("output q: nothing makes it"));
  CHECK_THAT(refusal(node(bytesField(3, "n") + bytesField(7, "com.microsoft"))),
             Contains("node n: is of the operators of com.microsoft"));
  CHECK_THAT(refusal(node(bytesField(3, "n") + bytesField(5, bytesField(1, "body") + bytesField(6, "")))),
             Contains("node n: attribute: holds a graph of its own"));
  const std::string axis = OnnxWriter::integer("axis", 1);
  CHECK_THAT(refusal(node(bytesField(3, "n") + axis + axis)),
             Contains("node n: attribute: two attributes are named axis"));
  CHECK_THAT(refusal(node(numberField(40, 1))), Contains("field 40 of type 0 is not known"));
}

}  // namespace
}  // namespace intformer::test
