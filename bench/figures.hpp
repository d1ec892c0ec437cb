#pragma once

#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace intformer::bench {

/// What a figure should reach.
struct Goal {
  bool atLeast = true;  ///< else at most
  double value = 0;

  [[nodiscard]] bool met(double figure) const {
    return atLeast ? figure >= value : figure <= value;
  }
  [[nodiscard]] std::string text() const;  ///< ">= 97"
};
inline Goal atLeast(double value) { return {true, value}; }
inline Goal atMost(double value) { return {false, value}; }

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<Goal> goal;
};

/// The figures so far. Each is printed when it is known; on a terminal a line below them says what
/// is being measured.
class Figures {
 public:
  Figures();
  ~Figures();
  Figures(const Figures&) = delete;
  Figures& operator=(const Figures&) = delete;

  /// What follows is about this; the names in the JSON begin with it.
  void section(const std::string& title);
  void add(Figure figure);
  void measuring(const std::string& what);

  [[nodiscard]] std::size_t missed() const;
  /// A list of {name, value, unit, goal}; goal is a text as ">= 97", or null.
  [[nodiscard]] std::string json() const;

 private:
  void clearLine();

  std::vector<Figure> figures_;
  std::vector<std::string> names_;  ///< with their sections, as in the JSON
  std::string section_;
  bool terminal_;
  bool lineShown_ = false;
};

/// Least seconds of several runs, of the clock on the wall and of this process's threads together.
struct Seconds {
  double wall = 1e30;
  double cpu = 1e30;
};
Seconds bestOf(int runs, const std::function<void()>& body);

}  // namespace intformer::bench
