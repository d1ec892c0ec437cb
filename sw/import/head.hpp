#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sw/float/float_matrix.hpp"

namespace intformer::importer {

enum class HeadKind : uint8_t {
  Pooler,    ///< of a plain encoder: a vector per text, the pooler's
  Sequence,  ///< BertForSequenceClassification: a logit per label for a text or a pair of texts
  Tokens,    ///< BertForTokenClassification: a logit per label for every token
};

/// What makes scores of logits.
enum class ScoreFunction : uint8_t { None, Sigmoid, Softmax, Tanh };

/// What a trained model makes of an encoder's last hidden states, in float32.
struct Head {
  HeadKind kind = HeadKind::Pooler;
  std::optional<floating::AffineMap> pooler;      ///< width x width, then tanh; not of Tokens
  std::optional<floating::AffineMap> classifier;  ///< width x labels; not of Pooler
  std::vector<std::string> labels;                ///< the classifier's columns
  ScoreFunction function = ScoreFunction::None;
};

/// As files and options say them: "pooler", "sequence", "tokens"; "none", "sigmoid", ...
const char* headName(HeadKind kind);
const char* functionName(ScoreFunction function);
/// The one of that name; none: there is no such.
std::optional<HeadKind> headNamed(const std::string& name);
std::optional<ScoreFunction> functionNamed(const std::string& name);

/// What readHead found, and what of the folder it leaves out; lines for people.
struct HeadNotes {
  std::vector<std::string> lines;
  std::vector<std::string> leftOut;
};

/// The head of the folder's model, as `architectures` of its config.json names it; of a plain
/// encoder, or one with a head that is not known, its pooler; none where it has none. Labels,
/// problem type and score function are taken as transformers and sentence-transformers take them
/// (docs/9-models.md). `unused`: names of the tensors that the encoder has not taken; those that the
/// head takes leave the list. Throws ImportError with file, key or tensor, value and reason.
std::optional<Head> readHead(const std::string& directory, uint32_t width,
                             std::vector<std::string>& unused, HeadNotes& notes);

}  // namespace intformer::importer
