#include "bench/cases.hpp"

#include <array>
#include <stdexcept>

#include "gen/config.hpp"
#include "sw/model/bert.hpp"

namespace intformer::bench {

using namespace model;

std::span<const Case> utilizationCases() {
  using Lengths = std::vector<uint32_t>;
  static const std::array cases = {
      Case{.name = "BERT-Base layer, l = 512", .model = "bert-base", .config = "base16",
           .sets = {}, .sequences = {512}, .goal = atLeast(97)},
      Case{.name = "attention core of BERT-Base, l = 128", .model = "attention-core",
           .config = "base16", .sets = {}, .sequences = {128}, .onRtl = true, .quick = true,
           .goal = atLeast(90)},
      Case{.name = "matmul 128x256x256, memory to memory", .model = "matmul-128x256x256",
           .config = "base16", .sets = {}, .sequences = {128}, .onRtl = true, .quick = true,
           .goal = atLeast(97)},
      Case{.name = "BERT-Base layer, l = 128, wide32 (256-bit port)", .model = "bert-base",
           .config = "wide32", .sets = {}, .sequences = {128}, .goal = atLeast(94)},
      Case{.name = "BERT-Base layer, l = 128, array64 (512-bit port)", .model = "bert-base",
           .config = "array64", .sets = {}, .sequences = {128}, .goal = atLeast(88)},
      Case{.name = "BERT-Base layer, l = 128, memory latency 400", .model = "bert-base",
           .config = "base16", .sets = {}, .sequences = {128}, .latency = 400, .onRtl = true},
      Case{.name = "BERT-Base layer, l = 128, 8 lanes", .model = "bert-base", .config = "base16",
           .sets = {"vector.lanes=8"}, .sequences = {128}},
      Case{.name = "BERT-Base layer, l = 128, 4 lanes", .model = "bert-base", .config = "base16",
           .sets = {"vector.lanes=4"}, .sequences = {128}},
      // One head, attention and feed-forward without LayerNorm, 1024 multipliers: ITA's four.
      Case{.name = "(S,E,P,F) = (64,64,64,64), attention32", .model = "ita-64",
           .config = "attention32", .sets = {}, .sequences = {64}, .quick = true,
           .goal = atLeast(83.0)},
      Case{.name = "(128,192,256,256), attention32", .model = "ita-128", .config = "attention32",
           .sets = {}, .sequences = {128}, .quick = true, .goal = atLeast(90.0)},
      Case{.name = "(192,256,128,128), attention32", .model = "ita-192", .config = "attention32",
           .sets = {}, .sequences = {192}, .quick = true, .goal = atLeast(89.7)},
      Case{.name = "(512,512,512,512), attention32", .model = "ita-512", .config = "attention32",
           .sets = {}, .sequences = {512}, .goal = atLeast(92.5)},
      Case{.name = "(64,64,64,64), batch of 8", .model = "ita-64", .config = "attention32",
           .sets = {}, .sequences = Lengths(8, 64), .quick = true, .goal = atLeast(95)},
      Case{.name = "(128,192,256,256), batch of 8", .model = "ita-128", .config = "attention32",
           .sets = {}, .sequences = Lengths(8, 128), .goal = atLeast(95)},
      Case{.name = "(192,256,128,128), batch of 8", .model = "ita-192", .config = "attention32",
           .sets = {}, .sequences = Lengths(8, 192), .goal = atLeast(95)},
      Case{.name = "(512,512,512,512), batch of 8", .model = "ita-512", .config = "attention32",
           .sets = {}, .sequences = Lengths(8, 512), .goal = atLeast(95)},
      // Short sequences: every weight is read for few rows.
      Case{.name = "BERT-Base layer, l = 8", .model = "bert-base", .config = "base16", .sets = {},
           .sequences = {8}, .onRtl = true, .quick = true},
      Case{.name = "BERT-Base layer, l = 16", .model = "bert-base", .config = "base16",
           .sets = {}, .sequences = {16}, .onRtl = true, .quick = true},
      Case{.name = "BERT-Base layer, l = 32", .model = "bert-base", .config = "base16",
           .sets = {}, .sequences = {32}, .onRtl = true},
      Case{.name = "BERT-Base layer, 8 sequences of 16", .model = "bert-base",
           .config = "base16", .sets = {}, .sequences = Lengths(8, 16), .onRtl = true},
      Case{.name = "BERT-Base layer, sequences of 128, 77, 30", .model = "bert-base",
           .config = "base16", .sets = {}, .sequences = {128, 77, 30}},
      Case{.name = "BERT-Large from token ids, 24 layers, l = 128", .model = "bert-large",
           .config = "base16", .sets = {}, .sequences = {128}, .layers = 24, .tokens = true},
  };
  return cases;
}

Job prepare(const std::string& config, std::span<const std::string> sets, const std::string& model,
            uint32_t layers, const std::vector<uint32_t>& sequences, bool tokens) {
  const ConfigResult device = loadConfig(config, sets);
  for (const Diagnostic& fault : device.diagnostics) throw std::runtime_error(fault.text());
  const ModelSpecResult spec = loadModelSpec(model);
  for (const Diagnostic& fault : spec.diagnostics) throw std::runtime_error(fault.text());
  Job job{*device.plan,
          buildModel(*spec.spec, layers, sequences, 1,
                     tokens ? EncoderInput::Tokens : EncoderInput::Activations),
          {}, 0};
  job.inputs = seededInputs(job.graph, 1);
  for (const Operator& op : job.graph.operators) job.macs += macs(job.graph, op);
  return job;
}

Job prepare(const Case& one) {
  return prepare(std::string("configs/") + one.config + ".toml", one.sets,
                 std::string("configs/models/") + one.model + ".toml", one.layers, one.sequences,
                 one.tokens);
}

Job prepareWhole(const std::string& config, const std::string& model, uint32_t tokens) {
  const ModelSpecResult spec = loadModelSpec(model);
  for (const Diagnostic& fault : spec.diagnostics) throw std::runtime_error(fault.text());
  return prepare(config, {}, model, spec.spec->layers, {tokens}, spec.spec->vocabulary != 0);
}

}  // namespace intformer::bench
