#pragma once

#include <cstdint>
#include <span>

namespace intformer::link {

/// CRC-32 as zlib has it: reflected 0xEDB88320, init and xor ~0. `before`: of the bytes in front.
[[nodiscard]] uint32_t crc32(std::span<const uint8_t> bytes, uint32_t before = 0);

}  // namespace intformer::link
