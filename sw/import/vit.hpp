#pragma once

#include <string>
#include <vector>

#include "sw/float/float_model.hpp"

/// Vision transformers: a picture's patches, with a class token before them and a row of positions
/// for each, through layers that normalize before attention and feed-forward.
namespace intformer::importer::vit {

inline constexpr const char* kKind = "vision-transformer";
inline constexpr uint32_t kColours = 3;

/// Token ids: the class token has no patch, its frame is zero.
inline constexpr uint32_t kClassToken = 0, kPatchToken = 1;

/// Rows and columns of a picture's patches, and pixels of a patch's side.
uint32_t gridOf(const floating::ModelShape& shape);
uint32_t patchOf(const floating::ModelShape& shape);

/// Without parameters. A frame holds a patch's pixels as numbers from 0 to 1: all of one colour, then
/// of the next, row by row.
floating::FloatModel build(const floating::ModelShape& shape);

/// Why a shape of a model file is none of a vision transformer; empty: it is one.
std::string faultOf(const floating::ModelShape& shape);

/// Reads an ONNX file in which such a model is, with something behind its last LayerNorm or not.
/// LayerScale goes into the weights before it, the normalizing of pixels by ImageNet's mean and
/// deviation, which no file says, into those of the patches; positions for another number of patches
/// are interpolated as the file says. `ignored` receives the initializers of what is behind, `notes`
/// lines for people. Throws ImportError with the node that is not as it must be.
floating::FloatModel read(const std::string& path, std::vector<std::string>* ignored = nullptr,
                          std::vector<std::string>* notes = nullptr);

}  // namespace intformer::importer::vit
