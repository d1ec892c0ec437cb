#include "sw/embed/npy.hpp"

#include <fmt/format.h>

#include <bit>

namespace intformer::embed {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");

std::string npyBytes(const floating::FloatMatrix& matrix) {
  constexpr std::size_t kAlignment = 64;  // of the data, as the format asks
  constexpr std::size_t kPrefix = 10;     // magic, version, length
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", matrix.rows,
                  matrix.cols);
  const std::size_t used = kPrefix + header.size() + 1;
  header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += '\x01';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(matrix.data.data()),
               matrix.data.size() * sizeof(float));
  return bytes;
}

}  // namespace intformer::embed
