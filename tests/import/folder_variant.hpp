#pragma once

#include <nlohmann/json.hpp>

#include "tests/temporary_folder.hpp"

namespace intformer::test {

/// Changes a folder by the edits of scripts/folder_variants.py, which says what they are.
void applyEdits(const TemporaryFolder& folder, const nlohmann::json& edits);

}  // namespace intformer::test
