#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace intformer::signals {

/// Pixels row by row, red, green and blue of each.
struct Picture {
  uint32_t width = 0;
  uint32_t height = 0;
  std::vector<uint8_t> pixels;

  uint8_t* at(uint32_t x, uint32_t y) { return &pixels[3 * (std::size_t{y} * width + x)]; }
  [[nodiscard]] const uint8_t* at(uint32_t x, uint32_t y) const {
    return &pixels[3 * (std::size_t{y} * width + x)];
  }
};

/// Reads a binary PPM of 8 bits (P6, https://netpbm.sourceforge.net/doc/ppm.html), one picture in the
/// file. Throws ImportError with the file and what is wrong of it.
Picture readPpm(const std::string& path);
std::string ppmBytes(const Picture& picture);

/// A picture of no particular thing, always the same for a seed: a shaded ground, shapes of one colour,
/// of stripes and of shades before each other, and noise of the kind that cameras have.
Picture drawPicture(uint64_t seed, uint32_t side);

}  // namespace intformer::signals
