#include "sw/float/float_graph.hpp"

#include <map>

#include "sw/float/run_float.hpp"
#include "tests/catch.hpp"
#include "tests/float/small_graphs.hpp"

namespace intformer::test {

using namespace floating;

namespace {

TensorId named(const FloatGraph& graph, const std::string& name) {
  for (TensorId id = 0; id < graph.tensors.size(); ++id)
    if (graph.tensors[id].name == name) return id;
  FAIL("no tensor " << name);
  return kNoTensor;
}

TEST_CASE("parameters come with names and shapes, tables first", "[float]") {
  std::map<std::string, ParameterShape> shapes;
  std::vector<std::string> names;
  const FloatGraph graph = smallGraph(1);
  visitParameters(graph, [&](const std::string& name, const ParameterShape& shape,
                             const std::vector<float>&) {
    names.push_back(name);
    shapes[name] = shape;
  });
  CHECK(names.front() == "embedding.words");
  CHECK(names.back() == "last.beta");
  CHECK(shapes.size() == names.size());
  CHECK(shapes["embedding.words"] == ParameterShape{11, 6});
  CHECK(shapes["embedding.positions"] == ParameterShape{8, 6});
  CHECK_FALSE(shapes.contains("embedding.segments"));
  CHECK(shapes["layer0.value.weights"] == ParameterShape{6, 6});
  CHECK(shapes["layer0.output.bias"] == ParameterShape{6});
}

TEST_CASE("who reads a tensor last, and which weights read it", "[float]") {
  const FloatGraph graph = smallGraph(1);
  const std::vector<std::size_t> last = lastReaders(graph);
  CHECK(operatorName(graph.operators[last[named(graph, "sum")]]) == "layer0.residual");
  CHECK(operatorName(graph.operators[last[named(graph, "layer0.norm")]]) == "layer0.value");
  CHECK(last[named(graph, "last")] == graph.operators.size());
  CHECK(mapsThatRead(graph, named(graph, "layer0.norm")).size() == 3);
  CHECK(mapsThatRead(graph, named(graph, "sum")).empty());
  CHECK(inputsOf(graph.operators[last[named(graph, "sum")]]) ==
        std::vector{named(graph, "layer0.context"), named(graph, "sum")});
}

TEST_CASE("a graph without its last blocks is that of fewer layers", "[float]") {
  const std::vector<std::vector<uint32_t>> tokens = {{1, 7, 3, 10, 2}, {4}};
  FloatGraph first = smallGraph(3);
  const FloatValues values = runFloat(first, tokens);
  const FloatMatrix whole = values[first.output];
  const FloatMatrix middle = values[first.blocks[1].output];
  keepBlocks(first, 3);
  CHECK(floatOutput(first, tokens).data == whole.data);
  keepBlocks(first, 2);
  CHECK(first.blocks.size() == 2);
  CHECK(first.operators.size() == smallGraph(2).operators.size());
  const FloatValues fewer = runFloat(first, tokens);
  CHECK(fewer[first.blocks[1].output].data == middle.data);
  CHECK(floatOutput(first, tokens).data == fewer[first.output].data);
  CHECK(fewer[first.output].data != whole.data);
}

TEST_CASE("what a token sees, as columns of any sequence", "[float]") {
  const auto same = [](const Mask& mask, int32_t low, bool lowMoves, int32_t high,
                       bool highMoves) {
    return mask.low == low && mask.lowMoves == lowMoves && mask.high == high &&
           mask.highMoves == highMoves;
  };
  CHECK(same(Reach{}.mask(7), 0, false, 7, false));
  CHECK(same(kCausal.mask(7), 0, false, 1, true));
  CHECK(same(Reach{2, 3}.mask(7), -2, true, 4, true));
}

}  // namespace
}  // namespace intformer::test
