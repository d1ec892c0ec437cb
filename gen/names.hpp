#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "gen/emit/emit.hpp"

namespace intformer {

/// The names of a device's modules and packages: those of rtl/ with the device's name before them,
/// "base16_fifo" for `fifo`, or in the place of the project's, "base16_pkg" for `intformer_pkg`.
/// So devices of several configs and versions and a user's own modules live in one design.
class DeviceNames {
 public:
  /// `sources`: all files of the design; each defines a module or package of its own name.
  DeviceNames(std::string device, std::span<const EmittedFile> sources);

  /// The device's copy of a source: its path and every word of its text that one of the sources
  /// defines. In comments words of one part stay, because they are also English: a fifo.
  [[nodiscard]] EmittedFile copyOf(const EmittedFile& source) const;

 private:
  [[nodiscard]] std::string nameOf(std::string_view word) const;

  std::string device_;
  std::set<std::string, std::less<>> defined_;
};

/// What a word of SystemVerilog stands in.
enum class WordPlace : uint8_t { Code, Comment, String };

/// A word (an identifier, a number or English) and where it begins in its text.
struct Word {
  std::string_view text;
  std::size_t begin;
  WordPlace place;
};

/// All words of a SystemVerilog text, in order.
std::vector<Word> wordsOf(std::string_view text);

}  // namespace intformer
