#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sw/link/board_link.hpp"

/// Tests of a board's memory over the cable. They overwrite it, and return what is wrong, for
/// people; nothing where nothing is.
namespace intformer::board_host {

/// Every bit of the bus alone, and every bit left out, at address 0.
std::optional<std::string> testDataLines(link::BoardLink& link);

/// Gives every word a value of its own, all of them before one is read: of the whole memory, or of
/// blocks at every power of two, between which every address line differs.
/// `progress` is told bytes of `total`.
std::optional<std::string> testAddresses(
    link::BoardLink& link, bool whole,
    const std::function<void(uint64_t done, uint64_t total)>& progress = {});

/// Bytes that testAddresses() tests.
uint64_t testedBytes(const link::BoardIdentity& board, bool whole);

}  // namespace intformer::board_host
