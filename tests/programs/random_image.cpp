#include "tests/programs/random_image.hpp"

#include <array>

namespace intformer::test {
namespace {

void putScale(std::array<uint8_t, 11>& record, unsigned multiplierByte, unsigned shiftByte,
              int low, int high, RandomSource& random) {
  const int64_t multiplier = random.chance(4) ? 0 : random.range(0x8000, 0xffff);
  const int64_t shift = random.chance(8) ? random.range(1, 47) : random.range(low, high);
  record[multiplierByte] = static_cast<uint8_t>(multiplier);
  record[multiplierByte + 1] = static_cast<uint8_t>(multiplier >> 8);
  record[shiftByte] = static_cast<uint8_t>(shift);
}

std::array<uint8_t, 11> randomRecord(uint32_t planes, RandomSource& random) {
  std::array<uint8_t, 11> record{};
  const int64_t bound = int64_t{1} << random.range(0, 30);
  const int64_t bias = random.range(-bound, bound);
  for (unsigned byte = 0; byte < 4; ++byte) record[byte] = static_cast<uint8_t>(bias >> (8 * byte));
  if (planes == 6) {  // LayerNorm: any gain
    record[4] = static_cast<uint8_t>(random.below(256));
    record[5] = static_cast<uint8_t>(random.below(256));
    return record;
  }
  putScale(record, 4, 6, 14, 26, random);
  record[7] = static_cast<uint8_t>(random.below(256));
  if (planes == 11) putScale(record, 8, 10, 13, 24, random);
  return record;
}

}  // namespace

std::vector<uint8_t> randomImage(const Plan& plan, const RandomLayout& layout,
                                 RandomSource& random) {
  std::vector<uint8_t> image(layout.end);
  uint64_t address = layout.constants;
  for (uint32_t set = 0; set < kConstSets; ++set) {
    for (const uint32_t planes : {8U, 11U, 6U}) {
      const ConstantWords& places = layout.constantWords;
      if (planes != 11 && places.requantize == places.twoScale) continue;  // one for all
      for (uint32_t panel = 0; panel < places.panels; ++panel) {
        for (uint32_t channel = 0; channel < plan.dim; ++channel) {
          const auto record = randomRecord(planes, random);
          for (uint32_t plane = 0; plane < planes; ++plane)
            image[address + plane * plan.dim + channel] = record[plane];
        }
        address += uint64_t{planes} * plan.dim;
      }
    }
  }
  for (uint32_t i = 0; i < kListRows; ++i)
    image[layout.lists + 4 * i] = static_cast<uint8_t>(random.below(kTableRows));
  for (address = layout.data; address < layout.output; ++address)
    image[address] = static_cast<uint8_t>(random.below(256));
  return image;
}

}  // namespace intformer::test
