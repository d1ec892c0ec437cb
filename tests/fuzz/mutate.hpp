#pragma once

#include <random>
#include <span>
#include <string>

namespace intformer::fuzz {

/// `text` with one to four changes: bits, bytes, numbers that are written out, words of the
/// dictionary, pieces taken out, doubled or moved, ends cut off. Only its first 8 KiB change.
std::string mutated(std::string text, std::span<const std::string> dictionary,
                    std::mt19937_64& random);

}  // namespace intformer::fuzz
