#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gen/plan.hpp"

/// What a device is called wherever people or hosts are told of it.
namespace intformer {

/// "base16", or with what --set changed in the config file, "base16 (array.dim=8)".
std::string deviceName(const Plan& plan);

/// Hash of every number that can change what the device does or how long it takes: FNV-1a, 64 bits,
/// of a line "size=value\n" for each size in the order of gen/tables/sizes.cpp, then "family=pwl\n".
/// The name is not part of it: the same device under another name runs the same programs.
/// It guards against mix-ups, not against malice.
uint64_t configHash(const Plan& plan);
/// "0x0123456789abcdef"
std::string configHashText(const Plan& plan);

/// The whole plan: name, overrides, config_hash, interface_version, family, all sizes and what
/// follows from them.
nlohmann::ordered_json planJson(const Plan& plan);

/// What the JSON of every report begins with: generator (program and version), config (deviceName)
/// and plan.
nlohmann::ordered_json reportHead(const Plan& plan);

/// "memory latency 100 cycles", or "memory latency 300 cycles, stall 0.2 (seed 1)"; of DRAM, which
/// has a name, "memory ddr4: ...".
std::string memoryText(std::string_view dram, uint32_t latency, double stall, uint64_t seed);

}  // namespace intformer
