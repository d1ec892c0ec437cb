#include "bench/figures.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace intformer::bench {
namespace {

/// Four significant digits; whole numbers as they are.
std::string numberText(double value) {
  if (value == std::round(value) && std::abs(value) < 1e15)
    return fmt::format("{}", static_cast<int64_t>(value));
  const int whole = value == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
  return fmt::format("{:.{}f}", value, std::clamp(4 - whole, 0, 6));
}

}  // namespace

std::string Goal::text() const {
  return fmt::format("{} {:g}", atLeast ? ">=" : "<=", value);
}

Figures::Figures() : terminal_(isatty(STDOUT_FILENO) != 0) {}
Figures::~Figures() { clearLine(); }

void Figures::clearLine() {
  if (lineShown_) fmt::print("\r\033[K");
  lineShown_ = false;
}

void Figures::section(const std::string& title) {
  clearLine();
  fmt::print("{}{}\n", figures_.empty() ? "" : "\n", title);
  section_ = title;
}

void Figures::add(Figure figure) {
  clearLine();
  std::string goal;
  if (figure.goal)
    goal = figure.goal->text() + (figure.goal->met(figure.value) ? "" : "  MISSED");
  fmt::print("  {:<62} {:>12} {:<6} {}\n", figure.name, numberText(figure.value), figure.unit,
             goal);
  std::fflush(stdout);
  names_.push_back(section_ + ": " + figure.name);
  figures_.push_back(std::move(figure));
}

void Figures::measuring(const std::string& what) {
  if (!terminal_) return;
  clearLine();
  fmt::print("  ... {}", what);
  std::fflush(stdout);
  lineShown_ = true;
}

std::size_t Figures::missed() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      figures_, [](const Figure& f) { return f.goal && !f.goal->met(f.value); }));
}

std::string Figures::json() const {
  auto list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    nlohmann::ordered_json entry;
    entry["name"] = names_[i];
    entry["value"] = figure.value;
    entry["unit"] = figure.unit;
    entry["goal"] = figure.goal ? nlohmann::ordered_json(figure.goal->text()) : nullptr;
    list.push_back(std::move(entry));
  }
  return list.dump(2) + "\n";
}

Seconds bestOf(int runs, const std::function<void()>& body) {
  Seconds best;
  for (int run = 0; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t ticks = std::clock();
    body();
    best.cpu = std::min(best.cpu, static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    best.wall = std::min(best.wall, wall.count());
  }
  return best;
}

}  // namespace intformer::bench
