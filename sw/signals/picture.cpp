#include "sw/signals/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include "sw/files/files.hpp"
#include "sw/model/random.hpp"

namespace intformer::signals {

using files::ImportError;
using model::Random;

namespace {

constexpr uint64_t kLargest = 256 << 20;
constexpr uint32_t kMostPixels = 8192;  // of a side

/// The numbers of a PPM's header: white space before each, and comments to the line's end.
class Header {
 public:
  Header(const std::string& path, std::string_view text) : path_(path), rest_(text) {}

  uint32_t number(const char* what, uint32_t most) {
    skip();
    uint64_t value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && digits < 9 && rest_[digits] >= '0' && rest_[digits] <= '9';
         ++digits)
      value = value * 10 + static_cast<uint64_t>(rest_[digits] - '0');
    if (digits == 0 || value < 1 || value > most)
      refuse(fmt::format("its {} must be a number from 1 to {}", what, most));
    rest_.remove_prefix(digits);
    return static_cast<uint32_t>(value);
  }
  /// What follows one character of white space.
  std::string_view data() {
    if (rest_.empty() || !isSpace(rest_.front())) refuse("its header does not end in white space");
    return rest_.substr(1);
  }
  [[noreturn]] void refuse(const std::string& reason) const {
    throw ImportError(fmt::format("{}: {}", path_, reason));
  }

 private:
  static bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  void skip() {
    while (!rest_.empty() && (isSpace(rest_.front()) || rest_.front() == '#')) {
      const bool comment = rest_.front() == '#';
      const std::size_t end = comment ? rest_.find('\n') : 0;
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    }
  }

  const std::string& path_;
  std::string_view rest_;
};

using Colour = std::array<double, 3>;

Colour drawColour(Random& random) {
  return {255 * random.uniform(), 255 * random.uniform(), 255 * random.uniform()};
}

/// An ellipse or a rectangle, turned, filled with a colour that turns into another one.
struct Shape {
  double x, y, width, height, turn, waves, phase;
  bool round;
  Colour from, to;

  Shape(Random& random, double side)
      : x(side * random.uniform()),
        y(side * random.uniform()),
        width(side * (0.03 + 0.35 * random.uniform())),
        height(side * (0.03 + 0.35 * random.uniform())),
        turn(std::numbers::pi * random.uniform()),
        waves(random.below(3) == 0 ? 1 + 6 * random.uniform() : 0.25),
        phase(2 * std::numbers::pi * random.uniform()),
        round(random.below(2) == 0),
        from(drawColour(random)),
        to(drawColour(random)) {}

  void paint(double column, double row, Colour& colour) const {
    const double dx = column - x, dy = row - y;
    const double u = (dx * std::cos(turn) + dy * std::sin(turn)) / width;
    const double v = (dy * std::cos(turn) - dx * std::sin(turn)) / height;
    if (round ? u * u + v * v > 1 : std::abs(u) > 1 || std::abs(v) > 1) return;
    const double part = 0.5 + 0.5 * std::sin(std::numbers::pi * waves * u + phase);
    for (std::size_t c = 0; c < 3; ++c) colour[c] = from[c] + part * (to[c] - from[c]);
  }
};

}  // namespace

Picture readPpm(const std::string& path) {
  const files::FileBytes file = files::readWhole(path, kLargest);
  const std::string_view text = file.text();
  Header header(path, text.substr(std::min<std::size_t>(2, text.size())));
  if (!text.starts_with("P6")) header.refuse("is no binary PPM (P6)");
  Picture picture;
  picture.width = header.number("width", kMostPixels);
  picture.height = header.number("height", kMostPixels);
  if (header.number("largest value", 65535) != 255)
    header.refuse("its largest value must be 255: pixels of 8 bits");
  const std::string_view data = header.data();
  const std::size_t wanted = 3 * std::size_t{picture.width} * picture.height;
  if (data.size() != wanted)
    header.refuse(fmt::format("{} bytes of pixels, {} x {} of them ask for {}", data.size(),
                              picture.width, picture.height, wanted));
  picture.pixels.assign(data.begin(), data.end());
  return picture;
}

std::string ppmBytes(const Picture& picture) {
  return fmt::format("P6\n{} {}\n255\n", picture.width, picture.height) +
         std::string(picture.pixels.begin(), picture.pixels.end());
}

Picture drawPicture(uint64_t seed, uint32_t side) {
  Random random(seed ^ 0x70696374757265);
  Picture picture{side, side, std::vector<uint8_t>(3 * std::size_t{side} * side)};
  const Colour top = drawColour(random), bottom = drawColour(random);
  std::vector<Shape> shapes;
  for (uint32_t count = 4 + random.below(20); shapes.size() < count;)
    shapes.emplace_back(random, side);
  const double noise = 12 * random.uniform();
  for (uint32_t y = 0; y < side; ++y)
    for (uint32_t x = 0; x < side; ++x) {
      Colour colour;
      for (std::size_t c = 0; c < 3; ++c)
        colour[c] = top[c] + (bottom[c] - top[c]) * y / std::max(1U, side - 1);
      for (const Shape& shape : shapes) shape.paint(x, y, colour);
      for (std::size_t c = 0; c < 3; ++c)
        picture.at(x, y)[c] = static_cast<uint8_t>(
            std::clamp(std::lround(colour[c] + noise * random.normal()), 0L, 255L));
    }
  return picture;
}

}  // namespace intformer::signals
