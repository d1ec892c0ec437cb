#pragma once

#include <exception>
#include <string>

namespace intformer::files {

/// What an exception says, in words for a user: place and reason, and nothing of the library that
/// threw it.
std::string messageOf(const std::exception& error);

}  // namespace intformer::files
