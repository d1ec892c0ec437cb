// Pictures, sounds and what a host makes of them.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "sw/files/import_error.hpp"
#include "sw/signals/frames.hpp"
#include "sw/signals/log_mel.hpp"
#include "sw/signals/picture.hpp"
#include "sw/signals/sound.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using namespace signals;
using Catch::Matchers::Contains;

namespace {

TEST_CASE("pictures come out of PPM as they went in", "[signals]") {
  const TemporaryFolder folder;
  const Picture drawn = drawPicture(3, 20);
  writeFile(folder.path("x.ppm"), ppmBytes(drawn));
  const Picture read = readPpm(folder.path("x.ppm"));
  CHECK(read.width == 20);
  CHECK(read.height == 20);
  CHECK(read.pixels == drawn.pixels);
  writeFile(folder.path("y.ppm"), "P6#a\n 2 # b\n#c\n1\t255 abcdef");
  CHECK(readPpm(folder.path("y.ppm")).pixels == std::vector<uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
  CHECK(drawPicture(3, 20).pixels == drawn.pixels);
  CHECK(drawPicture(4, 20).pixels != drawn.pixels);
}

TEST_CASE("files that are no PPM are refused", "[signals]") {
  const auto says = [](const std::string& bytes, const std::string& reason) {
    const TemporaryFolder folder;
    writeFile(folder.path("x.ppm"), bytes);
    INFO(bytes);
    CHECK_THROWS_WITH(readPpm(folder.path("x.ppm")), Contains("x.ppm: ") && Contains(reason));
  };
  says("", "is no binary PPM (P6)");
  says("P3 1 1 255 0 0 0", "is no binary PPM (P6)");
  says("P6", "its width must be a number");
  says("P6 0 1 255 ", "its width must be a number from 1 to 8192");
  says("P6 -1 1 255 ", "its width must be");
  says("P6 8193 1 255 ", "its width must be");
  says("P6 99999999999999999999 1 255 ", "its width must be");
  says("P6 1 # no end", "its height must be");
  says("P6 1 1 65535 abcdef", "its largest value must be 255");
  says("P6 1 1 255", "its header does not end in white space");
  says("P6 1 1 255 ab", "2 bytes of pixels, 1 x 1 of them ask for 3");
  says("P6 1 1 255 abcd", "4 bytes of pixels");
}

TEST_CASE("sounds come out of WAV as they went in, past other parts", "[signals]") {
  const TemporaryFolder folder;
  const Sound drawn = drawSound(3, 0.5);
  REQUIRE(drawn.size() == 8000);
  std::string bytes = wavBytes(drawn);
  writeFile(folder.path("x.wav"), bytes);
  const Sound read = readWav(folder.path("x.wav"));
  REQUIRE(read.size() == drawn.size());
  for (std::size_t i = 0; i < read.size(); ++i)
    if (std::abs(read[i] - drawn[i]) > 1.0F / 32768) FAIL("sample " << i);
  bytes.insert(12, std::string("LIST\x03\0\0\0abc\0", 12));
  writeFile(folder.path("x.wav"), bytes);
  CHECK(readWav(folder.path("x.wav")) == read);
  CHECK(drawSound(3, 0.5) == drawn);
  CHECK(drawSound(4, 0.5) != drawn);
}

TEST_CASE("files that are no WAV, or another kind of it, are refused", "[signals]") {
  const std::string good = wavBytes({0.5F, -0.5F});
  const auto says = [](const std::string& bytes, const std::string& reason) {
    const TemporaryFolder folder;
    writeFile(folder.path("x.wav"), bytes);
    CHECK_THROWS_WITH(readWav(folder.path("x.wav")), Contains("x.wav: ") && Contains(reason));
  };
  const auto changed = [&](std::size_t at, char to) {
    std::string bytes = good;
    bytes[at] = to;
    return bytes;
  };
  says("", "is no WAV file");
  says(changed(8, 'X'), "is no WAV file");
  says(good.substr(0, 46), "a part has 4 bytes, 2 are left");
  says(good.substr(0, 36), "holds no samples");
  says(changed(20, 3), "samples of format 3 and 16 bits, expected PCM (1) of 16");
  says(changed(34, 8), "samples of format 1 and 8 bits");
  says(changed(22, 2), "2 channels, expected 1");
  says(changed(24, '\0'), "samples a second, expected 16000");
  says(changed(16, 15), "its format has fewer than 16 bytes");
  says(good.substr(0, 12) + good.substr(36), "its samples come before their format");
  says(changed(40, 3).substr(0, 47), "3 bytes are no samples of 16 bits");
}

TEST_CASE("mel filters are the published ones", "[signals]") {
  // Whisper's mel_filters.npz, of librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)
  const floating::FloatMatrix filters = melFilters(80);
  REQUIRE(filters.cols == 201);
  CHECK(filters.row(0)[0] == 0);
  CHECK(filters.row(0)[1] == Approx(0.02486259).epsilon(1e-5));
  CHECK(filters.row(1)[1] == Approx(0.00199082).epsilon(1e-4));
  CHECK(filters.row(1)[2] == Approx(0.02287177).epsilon(1e-5));
}

/// The spectrogram's value by the formula, one sum after the other, without what scales the logarithms.
double bandEnergy(const Sound& sound, uint32_t row, uint32_t band, uint32_t rows) {
  const auto at = [&](int64_t i) {
    const int64_t size = int64_t{rows} * 160;
    if (i < 0) i = -i;
    if (i >= size) i = 2 * size - 2 - i;
    return i < static_cast<int64_t>(sound.size()) ? double{sound[static_cast<std::size_t>(i)]} : 0.0;
  };
  const floating::FloatMatrix filters = melFilters(80);
  double energy = 0;
  for (int k = 0; k < 201; ++k) {
    double re = 0, im = 0;
    for (int n = 0; n < 400; ++n) {
      const double angle = 2 * std::numbers::pi * n / 400;
      const double value = at(int64_t{row} * 160 + n - 200) * (0.5 - 0.5 * std::cos(angle));
      re += value * std::cos(k * angle);
      im -= value * std::sin(k * angle);
    }
    energy += (re * re + im * im) * filters.row(band)[k];
  }
  return energy;
}

TEST_CASE("a log-mel spectrogram is the formula's", "[signals]") {
  const Sound sound = drawSound(5, 0.4);
  const uint32_t rows = 50;  // longer than the sound: silence behind it
  const floating::FloatMatrix mel = logMel(sound, 80, rows);
  std::vector<double> logs(std::size_t{rows} * 80);
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t b = 0; b < 80; b += 13)
      logs[r * 80 + b] = std::log10(std::max(1e-10, bandEnergy(sound, r, b, rows)));
  // The largest is among those that are not computed here: mel says which it is.
  const double top = 4 * std::ranges::max(mel.data) - 4;
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t b = 0; b < 80; b += 13) {
      INFO(r << ", " << b);
      CHECK(mel.row(r)[b] == Approx((std::max(logs[r * 80 + b], top - 8) + 4) / 4).margin(2e-4));
    }
  CHECK(std::ranges::min(mel.data) >= std::ranges::max(mel.data) - 2.0001F);
}

floating::ModelShape pictureShape() {
  floating::ModelShape shape;
  shape.width = 4;
  shape.positions = 5;
  shape.frame = 12;  // patches of 2 x 2
  return shape;
}

TEST_CASE("frames of a picture are a token without pixels and its patches", "[signals]") {
  const TemporaryFolder folder;
  Picture picture{4, 4, std::vector<uint8_t>(48)};
  for (std::size_t i = 0; i < 48; ++i) picture.pixels[i] = static_cast<uint8_t>(5 * i);
  writeFile(folder.path("x.ppm"), ppmBytes(picture));
  const Frames frames =
      readFrames(importer::InputKind::Picture, pictureShape(), folder.path("x.ppm"));
  CHECK(frames.sequences == std::vector<std::vector<uint32_t>>{{0, 1, 1, 1, 1}});
  REQUIRE(frames.values.size() == 60);
  for (std::size_t i = 0; i < 12; ++i) CHECK(frames.values[i] == 0);
  // The second patch, of columns 2 and 3: red of both rows, then green.
  const auto pixel = [](int x, int y, int colour) { return 5 * (3 * (4 * y + x) + colour) / 255.0F; };
  CHECK(frames.values[24] == pixel(2, 0, 0));
  CHECK(frames.values[25] == pixel(3, 0, 0));
  CHECK(frames.values[26] == pixel(2, 1, 0));
  CHECK(frames.values[28] == pixel(2, 0, 1));
  CHECK(frames.values[36] == pixel(0, 2, 0));
  writeFile(folder.path("x.ppm"), ppmBytes(drawPicture(1, 5)));
  CHECK_THROWS_WITH(readFrames(importer::InputKind::Picture, pictureShape(), folder.path("x.ppm")),
                    Contains("5 x 5 pixels, the model takes 4 x 4"));
}

TEST_CASE("the first of some frames are those of a shorter one", "[signals]") {
  const Frames whole = drawFrames(importer::InputKind::Picture, pictureShape(), 2);
  const Frames first = firstOf(whole, 2);
  CHECK(first.sequences == std::vector<std::vector<uint32_t>>{{0, 1}});
  CHECK(std::ranges::equal(first.values, std::span(whole.values).first(24)));
  Frames both = whole;
  both.add(first);
  CHECK(both.sequences.size() == 2);
  CHECK(both.batch().frames.size() == 84);
}

}  // namespace
}  // namespace intformer::test
