#include "tests/import/synthetic_onnx.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <numbers>

#include "sw/model/random.hpp"

namespace intformer::test {

namespace {

template <typename Number>
std::string rawBytes(const std::vector<Number>& values) {
  std::string bytes(values.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

std::string varint(uint64_t number) {
  std::string bytes;
  for (; number > 127; number >>= 7) bytes += static_cast<char>((number & 127U) | 128U);
  return bytes + static_cast<char>(number);
}

std::string numberField(uint32_t field, uint64_t value) {
  return varint(uint64_t{field} << 3) + varint(value);
}

std::string bytesField(uint32_t field, const std::string& bytes) {
  return varint(uint64_t{field} << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string realField(uint32_t field, float value) {
  return varint(uint64_t{field} << 3 | 5) + rawBytes(std::vector{value});
}

std::string OnnxWriter::tensor(const std::string& name, const std::vector<uint64_t>& shape,
                               uint64_t type, const std::string& raw) {
  std::string bytes;
  for (const uint64_t extent : shape) bytes += numberField(1, extent);
  return bytes + numberField(2, type) + bytesField(8, name) + bytesField(9, raw);
}

void OnnxWriter::weights(const std::string& name, const std::vector<uint64_t>& shape,
                         const std::vector<float>& values) {
  raw(tensor(name, shape, 1, rawBytes(values)));
}

std::string OnnxWriter::node(const std::string& op, const std::vector<std::string>& inputs,
                             const std::string& attributes) {
  const std::string made = fmt::format("v{}", count_++);
  std::string bytes;
  for (const std::string& input : inputs) bytes += bytesField(1, input);
  nodes_ += bytesField(1, bytes + bytesField(2, made) + bytesField(3, fmt::format("/{}_{}", op, made)) +
                              bytesField(4, op) + attributes);
  return made;
}

std::string OnnxWriter::list(const std::vector<int64_t>& values) {
  return node("Constant", {},
              bytesField(5, bytesField(1, "value") +
                                bytesField(5, tensor("", {values.size()}, 7, rawBytes(values)))));
}

std::string OnnxWriter::number(float value) {
  return node("Constant", {},
              bytesField(5, bytesField(1, "value") +
                                bytesField(5, tensor("", {}, 1, rawBytes(std::vector{value})))));
}

std::string OnnxWriter::integers(const std::string& key, const std::vector<int64_t>& values) {
  std::string bytes = bytesField(1, key);
  for (const int64_t value : values) bytes += numberField(8, static_cast<uint64_t>(value));
  return bytesField(5, bytes + numberField(20, 7));
}

std::string OnnxWriter::integer(const std::string& key, int64_t value) {
  return bytesField(5, bytesField(1, key) + numberField(3, static_cast<uint64_t>(value)) +
                           numberField(20, 2));
}

std::string OnnxWriter::text(const std::string& key, const std::string& value) {
  return bytesField(5, bytesField(1, key) + bytesField(4, value) + numberField(20, 3));
}

void OnnxWriter::input(const std::string& name, const std::vector<uint64_t>& shape) {
  std::string dims;
  for (const uint64_t extent : shape)
    dims += bytesField(1, extent == 0 ? bytesField(2, "any") : numberField(1, extent));
  values_ += bytesField(
      11, bytesField(1, name) +
              bytesField(2, bytesField(1, numberField(1, 1) + bytesField(2, dims))));
}

std::string OnnxWriter::bytes() const {
  return numberField(1, 8) + bytesField(2, "tests") +
         bytesField(7, nodes_ + bytesField(2, "vit") + initializers_ + values_) +
         bytesField(8, numberField(2, 17));
}

namespace {

class VitWriter {
 public:
  VitWriter(uint64_t seed, const VitForm& form) : form_(form), random_(seed) {}

  std::string write() {
    file_.input("image", {0, 3, 8, 8});
    std::string stream = stem();
    for (int layer = 0; layer < 2; ++layer) stream = addLayer(stream);
    std::string result = norm(stream);
    if (form_.head) {
      weights("head.weight", {kWidth, 1}, 1);
      result = file_.node("MatMul", {result, "head.weight"});
    }
    file_.output(result);
    return file_.bytes();
  }

 private:
  static constexpr uint64_t kWidth = 24, kHeads = 3, kFfn = 32, kPatch = 4, kGrid = 2;

  std::string weights(const std::string& name, const std::vector<uint64_t>& shape, double deviation,
                      double mean = 0) {
    uint64_t count = 1;
    for (const uint64_t extent : shape) count *= extent;
    std::vector<float> values(count);
    for (float& value : values)
      value = static_cast<float>(mean + deviation * random_.normal());
    file_.weights(name, shape, values);
    return name;
  }
  std::string anyName() { return fmt::format("onnx::MatMul_{}", number_++); }

  std::string linear(const std::string& input, uint64_t depth, uint64_t cols) {
    const std::string map =
        weights(anyName(), {depth, cols}, 1 / std::sqrt(static_cast<double>(depth)));
    const std::string bias = weights(anyName(), {cols}, 0.1);
    return file_.node("Add", {bias, file_.node("MatMul", {input, map})});
  }

  std::string norm(const std::string& input) {
    const std::string gamma = weights(anyName(), {kWidth}, 0.2, 1);
    const std::string beta = weights(anyName(), {kWidth}, 0.2);
    if (form_.fused)
      return file_.node("LayerNormalization", {input, gamma, beta},
                        OnnxWriter::integer("axis", -1) +
                            bytesField(5, bytesField(1, "epsilon") + realField(2, 1e-6F)));
    const std::string axes =
        OnnxWriter::integers("axes", {form_.fault == "norm" ? 1 : -1});
    const std::string centred =
        file_.node("Sub", {input, file_.node("ReduceMean", {input}, axes)});
    const std::string square = file_.node("Pow", {centred, file_.number(2)});
    const std::string variance = file_.node("ReduceMean", {square}, axes);
    const std::string deviation =
        file_.node("Sqrt", {file_.node("Add", {variance, file_.number(1e-6F)})});
    const std::string scaled =
        file_.node("Mul", {file_.node("Div", {centred, deviation}), gamma});
    return file_.node("Add", {scaled, beta});
  }

  std::string gelu(const std::string& x) {
    if (form_.fused) return file_.node("Gelu", {x});
    const float divisor = form_.fault == "gelu" ? 1.5F : std::numbers::sqrt2_v<float>;
    const std::string erf = file_.node("Erf", {file_.node("Div", {x, file_.number(divisor)})});
    const std::string sum = file_.node("Add", {erf, file_.number(1)});
    return file_.node("Mul", {file_.node("Mul", {x, sum}), file_.number(0.5F)});
  }

  std::string scale(const std::string& branch) {
    if (!form_.scaled) return branch;
    return file_.node("Mul", {branch, weights(anyName(), {kWidth}, 0.2, 0.7)});
  }

  std::string heads(const std::string& rows, bool keys) {
    const auto count = static_cast<int64_t>(form_.fault == "heads" && keys ? 2 * kHeads : kHeads);
    const std::string shape = file_.node(
        "Concat", {file_.list({1}), file_.list({-1}), file_.list({count}),
                   file_.list({static_cast<int64_t>(kWidth) / count})},
        OnnxWriter::integer("axis", 0));
    return file_.node("Transpose", {file_.node("Reshape", {rows, shape})},
                      OnnxWriter::integers("perm", keys ? std::vector<int64_t>{0, 2, 3, 1}
                                                        : std::vector<int64_t>{0, 2, 1, 3}));
  }

  std::string addLayer(const std::string& stream) {
    const std::string first = norm(stream);
    const std::string key = linear(first, kWidth, kWidth);
    const std::string value = heads(linear(first, kWidth, kWidth), false);
    const std::string query = linear(first, kWidth, kWidth);
    const double width = static_cast<double>(kWidth) / kHeads;
    const std::string factor =
        file_.number(static_cast<float>(form_.fault == "scale" ? 0.5 : std::pow(width, -0.25)));
    const std::string left = file_.node("Mul", {heads(query, false), factor});
    const std::string right = file_.node("Mul", {heads(key, true), factor});
    std::string logits = file_.node("MatMul", {left, right});
    if (form_.fault == "mask") logits = file_.node("Add", {logits, file_.number(1)});
    const std::string weighted = file_.node(
        "MatMul", {file_.node("Softmax", {logits}, OnnxWriter::integer("axis", -1)), value});
    const std::string turned = file_.node(
        "Transpose", {weighted},
        OnnxWriter::integers("perm", form_.fault == "perm" ? std::vector<int64_t>{0, 1, 2, 3}
                                                           : std::vector<int64_t>{0, 2, 1, 3}));
    const std::string context = file_.node("Reshape", {turned, file_.list({1, -1, kWidth})});
    const std::string middle =
        file_.node("Add", {scale(linear(context, kWidth, kWidth)), stream});
    const std::string hidden = gelu(linear(norm(middle), kWidth, kFfn));
    return file_.node("Add", {scale(linear(hidden, kFfn, kWidth)), middle});
  }

  std::string positions() {
    if (!form_.resized) return weights("positions", {1, 1 + kGrid * kGrid, kWidth}, 0.5);
    const std::string table = weights("positions", {1, 9, kWidth}, 0.5);
    const std::string square = file_.node("Reshape", {table, file_.list({1, 3, 3, kWidth})});
    const std::string turned =
        file_.node("Transpose", {square}, OnnxWriter::integers("perm", {0, 3, 1, 2}));
    const std::string resized = file_.node(
        "Resize", {turned, "", "", file_.list({1, kWidth, kGrid, kGrid})},
        OnnxWriter::text("mode", "cubic") +
            OnnxWriter::text("coordinate_transformation_mode", "half_pixel"));
    const std::string back =
        file_.node("Transpose", {resized}, OnnxWriter::integers("perm", {0, 2, 3, 1}));
    return file_.node("Concat",
                      {weights("class.position", {1, 1, kWidth}, 0.5),
                       file_.node("Reshape", {back, file_.list({1, -1, kWidth})})},
                      OnnxWriter::integer("axis", 1));
  }

  std::string stem() {
    const auto side = static_cast<int64_t>(kPatch);
    const int64_t stride = form_.fault == "stride" ? side / 2 : side;
    const std::string kernel = weights("patch.weight", {kWidth, 3, kPatch, kPatch}, 0.1);
    const std::string conv = file_.node(
        "Conv",
        {file_.node("Cast", {"image"}, OnnxWriter::integer("to", 1)), kernel,
         weights("patch.bias", {kWidth}, 0.1)},
        OnnxWriter::integers("kernel_shape", {side, side}) +
            OnnxWriter::integers("strides", {stride, stride}) +
            OnnxWriter::integers("pads", {0, 0, 0, 0}));
    const std::string flat = file_.node("Reshape", {conv, file_.list({1, kWidth, -1})});
    const std::string rows =
        file_.node("Transpose", {flat}, OnnxWriter::integers("perm", {0, 2, 1}));
    const std::string token = weights("class.token", {1, 1, kWidth}, 0.5);
    const std::string tokens =
        file_.node("Concat", {file_.node("Expand", {token, file_.list({1, 1, 1})}), rows},
                   OnnxWriter::integer("axis", 1));
    return file_.node("Add", {tokens, positions()});
  }

  VitForm form_;
  model::Random random_;
  OnnxWriter file_;
  int number_ = 1000;
};

}  // namespace

std::string syntheticVit(uint64_t seed, const VitForm& form) {
  return VitWriter(seed, form).write();
}

}  // namespace intformer::test
