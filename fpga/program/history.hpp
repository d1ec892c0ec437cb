#pragma once

#include <filesystem>
#include <string>

#include "sw/files/streams.hpp"

namespace intformer::fpga {

/// A table of devices by commit, as fpga/history.md is one.
class History {
 public:
  /// Throws std::runtime_error where it cannot be read or written: before hours of work.
  explicit History(const std::filesystem::path& path);

  /// Appends a row "| commit | device | figures |"; one of the same commit and device is replaced.
  void add(const std::string& commit, const std::string& device, const std::string& figures);

 private:
  [[nodiscard]] std::string text() const;

  std::filesystem::path path_;
  files::OutputFile out_;
};

}  // namespace intformer::fpga
