#include "fpga/place/sdf.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace intformer::place {
namespace {

/// Words and brackets of a file, one after the other; a backslash takes the next character as it is.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  /// False at the end.
  bool next(std::string& word) {
    while (at_ < text_.size() && isBlank(text_[at_])) ++at_;
    word.clear();
    if (at_ == text_.size()) return false;
    if (text_[at_] == '(' || text_[at_] == ')') {
      word = text_[at_++];
      return true;
    }
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (isBlank(c) || c == '(' || c == ')') break;
      if (c == '\\' && at_ + 1 < text_.size()) c = text_[++at_];
      word += c;
    }
    return true;
  }

  std::string word() {
    std::string result;
    if (!next(result)) throw std::runtime_error("a file of delays that ends too early");
    return result;
  }

  void expect(const char* what) {
    if (word() != what) throw std::runtime_error("not a file of delays");
  }

  /// "(1:2:3)": the last, in ns from ps.
  double delay() {
    expect("(");
    const std::string triple = word();
    if (triple == ")") return 0;
    expect(")");
    return std::strtod(triple.c_str() + triple.rfind(':') + 1, nullptr) / 1000;
  }

 private:
  static bool isBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::pair<std::string, std::string> split(const std::string& pin) {
  const std::size_t slash = pin.rfind('/');
  if (slash == std::string::npos) throw std::runtime_error("not a pin of a cell: " + pin);
  return {pin.substr(0, slash), pin.substr(slash + 1)};
}

}  // namespace

TimingGraph readSdf(std::string_view text) {
  TimingGraph graph;
  Words words(text);
  words.expect("(");
  words.expect("DELAYFILE");
  std::string instance;
  for (std::string word; words.next(word);) {
    if (word == "INSTANCE") {
      instance = words.word();
      if (instance == ")") instance.clear();
    } else if (word == "INTERCONNECT") {
      const auto [fromCell, fromPin] = split(words.word());
      const auto [toCell, toPin] = split(words.word());
      graph.addWire(fromCell, fromPin, toCell, toPin, words.delay());
    } else if (word == "IOPATH") {
      const std::string from = words.word(), to = words.word();
      graph.addArc(instance, from, to, words.delay());
    } else if (word == "SETUPHOLD") {
      words.expect("(");
      words.word();  // edge
      const std::string pin = words.word();
      words.expect(")");
      words.expect("(");
      words.word();
      const std::string clock = words.word();
      words.expect(")");
      graph.addSetup(instance, pin, clock, words.delay());
    }
  }
  return graph;
}

}  // namespace intformer::place
