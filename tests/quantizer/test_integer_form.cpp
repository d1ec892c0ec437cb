#include "sw/quantizer/integer_form.hpp"

#include "sw/graph/check.hpp"
#include "tests/catch.hpp"
#include "tests/float/small_graphs.hpp"

namespace intformer::test {

using namespace floating;

namespace {

using Catch::Matchers::Contains;

TensorId idOf(const Graph& graph, const std::string& name) {
  for (TensorId id = 0; id < graph.tensors.size(); ++id)
    if (graph.tensors[id].name == name) return id;
  return kNoTensor;
}

TEST_CASE("a tensor's widths follow from who makes and who reads it", "[quantizer]") {
  const FloatGraph source = smallGraph(2, kCausal);
  const quantizer::IntegerForm form = quantizer::integerForm(source);
  CHECK_NOTHROW(checkGraph(form.graph, false));
  REQUIRE(form.graph.operators.size() == source.operators.size());
  for (std::size_t i = 0; i < source.operators.size(); ++i)
    CHECK(operatorName(form.graph.operators[i]) == operatorName(source.operators[i]));
  const auto typeOf = [&](const std::string& name) {
    const TensorId id = idOf(form.graph, name);
    REQUIRE(id != kNoTensor);
    return form.graph.tensors[id].type;
  };
  CHECK(typeOf("sum") == ElementType::Int16);
  CHECK(typeOf("layer0.norm8") == ElementType::Int8);
  CHECK(idOf(form.graph, "layer0.norm16") == kNoTensor);  // only products read it
  CHECK(typeOf("layer0.query") == ElementType::Int8);
  CHECK(typeOf("layer0.context") == ElementType::Int8);
  CHECK(typeOf("layer1.residual") == ElementType::Int16);
  CHECK(typeOf("last8") == ElementType::Int8);
  CHECK(typeOf("last16") == ElementType::Int16);
  const Mask mask = operatorsOf<Attention>(form.graph).front()->segments.front().mask;
  CHECK((mask.high == 1 && mask.highMoves && mask.low == 0 && !mask.lowMoves));
}

TEST_CASE("a graph that integers cannot have is refused with both names", "[quantizer]") {
  const ModelShape shape = smallShape(1);
  const auto refuses = [&](const auto& grow, const std::string& reason) {
    FloatBuilder builder("small");
    const TensorId sum = builder.addEmbedding("sum", "embedding", shape);
    CHECK_THROWS_WITH(quantizer::integerForm(builder.take(grow(builder, sum))), Contains(reason));
  };
  refuses([](FloatBuilder& b, TensorId sum) { return b.addLinear("product", "p", sum, 5, {}); },
          "small: product: sum has no form of 8 bits");
  refuses([](FloatBuilder& b, TensorId sum) {
    const TensorId product = b.addLinear("product", "p", b.addNorm("norm", "n", sum, 1e-5), 5, {});
    return b.addNorm("again", "a", product, 1e-5);
  }, "small: again: product has no form of 16 bits");
  refuses([](FloatBuilder& b, TensorId sum) {
    return b.addLinear("product", "p", b.addNorm("norm", "n", sum, 1e-5), 5, {});
  }, "small: the graph's output: product is no LayerNorm's result");
}

}  // namespace
}  // namespace intformer::test
