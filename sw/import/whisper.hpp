#pragma once

#include <string>
#include <vector>

#include "sw/float/float_model.hpp"

/// Encoders of speech as Whisper's (Radford et al., 2022): two convolutions over a log-mel spectrogram,
/// the second of which halves its rows, positions, and layers that normalize before attention and
/// feed-forward.
namespace intformer::importer::whisper {

inline constexpr const char* kKind = "speech-encoder";

/// Rows of the spectrogram that a token reads: both convolutions reach one row to either side, the
/// second in steps of two, so token i reads rows 2 i - 2 to 2 i + 2.
inline constexpr uint32_t kRows = 5;
/// Numbers of a frame behind those rows: 1 for the first token and 0 for others. The first convolution
/// has no row before its first; these take what would be there to where GELU is zero.
inline constexpr uint32_t kEdge = 32;

/// Bands of the spectrogram.
uint32_t bandsOf(const floating::ModelShape& shape);

/// Without parameters. A token's frame is kRows rows of the spectrogram, then kEdge numbers.
floating::FloatModel build(const floating::ModelShape& shape);

/// Why a shape of a model file is none of a speech encoder; empty: it is one.
std::string faultOf(const floating::ModelShape& shape);

/// Reads `directory`/model.bin, a WhisperSpec of CTranslate2, whose decoder is left out. `ignored`
/// receives its variables, `notes` lines for people. Throws ImportError that names every missing or
/// misshapen variable, and those of the encoder that are not known.
floating::FloatModel read(const std::string& directory, std::vector<std::string>* ignored = nullptr,
                          std::vector<std::string>* notes = nullptr);

}  // namespace intformer::importer::whisper
