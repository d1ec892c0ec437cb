#pragma once

#include "sw/model/bert.hpp"

namespace intformer::test {

/// An encoder of two layers from token ids, with sizes that divide nothing.
inline model::ModelSpec smallSpec() {
  model::ModelSpec spec;
  spec.name = "small";
  spec.width = 24;
  spec.heads = 3;
  spec.ffn = 40;
  spec.layers = 2;
  spec.vocabulary = 50;
  spec.positions = 16;
  spec.types = 2;
  return spec;
}

}  // namespace intformer::test
