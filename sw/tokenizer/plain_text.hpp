#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace intformer::tokenizer {

/// Text that someone brought, for people to read: at most `most` characters, then "..." and the
/// number of bytes; control characters, which a terminal might obey, and bytes that are no UTF-8 as
/// \xNN.
std::string plainText(std::string_view text, std::size_t most = 400);

}  // namespace intformer::tokenizer
