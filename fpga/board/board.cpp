#include "fpga/board/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "gen/toml_file.hpp"

namespace intformer::fpga_board {
namespace {

/// A table of the file, whose keys are taken one by one; those that nobody took are faults.
class Table {
 public:
  Table(const toml::table* table, std::string name, std::string& faults, const std::string& path)
      : table_(table), name_(std::move(name)), faults_(faults), path_(path) {}
  ~Table() {
    if (table_ == nullptr) return;
    for (const auto& [key, value] : *table_)
      if (!taken_.contains(std::string(key.str())))
        fault(std::string(key.str()), "is not known", value.source().begin.line);
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  [[nodiscard]] bool isThere() const { return table_ != nullptr; }

  Table part(const std::string& key, bool needed = true) {
    const toml::node* node = take(key);
    const toml::table* found = node == nullptr ? nullptr : node->as_table();
    if (found == nullptr && (needed || node != nullptr)) fault(key, "must be a table");
    return Table(found, nameOf(key), faults_, path_);
  }
  std::string text(const std::string& key) {
    const toml::node* node = take(key);
    if (node != nullptr && node->is_string() && !node->as_string()->get().empty())
      return node->as_string()->get();
    return fault(key, "must be a text"), "";
  }
  std::string text(const std::string& key, const std::set<std::string>& choices) {
    std::string value = text(key);
    if (value.empty() || choices.contains(value)) return value;
    std::string list;
    for (const std::string& choice : choices) list += (list.empty() ? "\"" : ", \"") + choice + '"';
    fault(key, fmt::format("must be one of {}; got \"{}\"", list, value));
    return value;
  }
  double number(const std::string& key, double least, double most) {
    const toml::node* node = take(key);
    const auto value = node == nullptr ? std::nullopt : node->value<double>();
    if (value && *value >= least && *value <= most) return *value;
    return fault(key, fmt::format("must be a number from {} to {}", least, most)), least;
  }
  uint32_t count(const std::string& key, uint32_t least, uint32_t most) {
    const double value = number(key, least, most);
    if (value != static_cast<uint32_t>(value)) fault(key, "must be a whole number");
    return static_cast<uint32_t>(value);
  }
  bool flag(const std::string& key) {
    const toml::node* node = take(key);
    const auto value = node == nullptr ? std::nullopt : node->value<bool>();
    if (!value) fault(key, "must be true or false");
    return value.value_or(false);
  }
  /// Of `size` texts; 0: of any number.
  std::vector<std::string> texts(const std::string& key, std::size_t size) {
    const toml::node* node = take(key);
    std::vector<std::string> values;
    if (node != nullptr && node->is_array())
      for (const toml::node& each : *node->as_array())
        values.push_back(each.value_or(std::string()));
    const bool good = std::ranges::find(values, "") == values.end() && !values.empty() &&
                      (size == 0 || values.size() == size);
    if (!good)
      fault(key, size == 0 ? "must be a list of texts" : fmt::format("must be {} texts", size));
    return good ? values : std::vector<std::string>(size);
  }
  [[nodiscard]] bool has(const std::string& key) const {
    return table_ != nullptr && table_->contains(key);
  }
  /// Key and text of all keys.
  std::vector<std::pair<std::string, std::string>> all(const std::set<std::string>& choices) {
    std::vector<std::pair<std::string, std::string>> values;
    if (table_ == nullptr) return values;
    for (const auto& [key, value] : *table_)
      values.emplace_back(key.str(), text(std::string(key.str()), choices));
    return values;
  }

 private:
  const toml::node* take(const std::string& key) {
    taken_.insert(key);
    return table_ == nullptr ? nullptr : table_->get(key);
  }
  [[nodiscard]] std::string nameOf(const std::string& key) const {
    return name_.empty() ? key : name_ + '.' + key;
  }
  void fault(const std::string& key, const std::string& what, uint32_t line = 0) {
    if (line == 0 && table_ != nullptr && table_->contains(key))
      line = table_->get(key)->source().begin.line;
    faults_ += fmt::format("{}{}{}: {}: {}", faults_.empty() ? "" : "\n", path_,
                           line == 0 ? "" : fmt::format(":{}", line), nameOf(key), what);
  }

  const toml::table* table_;
  std::string name_;
  std::string& faults_;
  const std::string& path_;
  std::set<std::string> taken_;
};

void addBus(Board& board, const std::string& port, const std::vector<std::string>& sites) {
  for (std::size_t k = 0; k < sites.size(); ++k)
    board.pins.push_back({fmt::format("{}[{}]", port, k), sites[k]});
}

void readSdram(Table& file, Board& board) {
  Table table = file.part("sdram");
  if (!table.isThere()) return;
  Sdram& s = board.sdram;
  s.dataBits = table.count("data_bits", 8, 32);
  s.rowBits = table.count("row_bits", 8, 14);
  s.columnBits = table.count("column_bits", 8, 12);
  s.bankBits = table.count("bank_bits", 1, 2);
  s.casLatency = table.count("cas_latency", 2, 3);
  s.gear = table.count("gear", 1, 2);
  s.invertedClock = table.flag("inverted_clock");
  s.refreshUs = table.number("refresh_us", 0.1, 1000);
  s.startUs = table.number("start_us", 1, 10000);
  struct {
    const char* key;
    double* ns;
  } const times[] = {{"rcd_ns", &s.rcdNs}, {"rp_ns", &s.rpNs},   {"ras_ns", &s.rasNs},
                     {"rc_ns", &s.rcNs},   {"rfc_ns", &s.rfcNs}, {"wr_ns", &s.wrNs},
                     {"mrd_ns", &s.mrdNs}};
  for (const auto& [key, ns] : times) *ns = table.number(key, 1, 1000);
  Table pins = table.part("pins");
  for (const auto& [key, port] : {std::pair{"clock", "sdram_clk_o"},
                                  {"clock_enable", "sdram_cke_o"},
                                  {"select", "sdram_cs_no"},
                                  {"ras", "sdram_ras_no"},
                                  {"cas", "sdram_cas_no"},
                                  {"write", "sdram_we_no"}})
    board.pins.push_back({port, pins.text(key)});
  addBus(board, "sdram_ba_o", pins.texts("bank", s.bankBits));
  addBus(board, "sdram_dqm_o", pins.texts("mask", s.dataBits / 8));
  addBus(board, "sdram_a_o", pins.texts("address", addressPins(s)));
  addBus(board, "sdram_dq_io", pins.texts("data", s.dataBits));
}

void readPins(Table& file, Board& board) {
  if (Table reset = file.part("reset", /*needed=*/false); reset.isThere()) {
    board.pins.push_back({"reset_i", reset.text("pin")});
    board.resetActiveLow = reset.text("active", {"low", "high"}) == "low";
  }
  Table uart = file.part("uart");
  board.pins.push_back({"uart_rx_i", uart.text("receive")});
  board.pins.push_back({"uart_tx_o", uart.text("transmit")});
  board.baud = uart.count("baud", 9600, 12'000'000);
  if (Table lights = file.part("lights", /*needed=*/false); lights.isThere()) {
    board.lightsActiveLow = lights.text("active", {"low", "high"}) == "low";
    for (const char* light : kLights)
      if (lights.has(light)) board.pins.push_back({fmt::format("{}_o", light), lights.text(light)});
  }
  Table held = file.part("held", /*needed=*/false);
  for (const auto& [site, level] : held.all({"low", "high"}))
    (level == "high" ? board.high : board.low).push_back({"held_" + site, site});
}

/// A site that two ports have.
void checkSites(const Board& board, const std::string& path, std::string& faults) {
  std::set<std::string> seen;
  for (const auto* pins : {&board.pins, &board.high, &board.low})
    for (const Pin& pin : *pins)
      if (!pin.site.empty() && !seen.insert(pin.site).second)
        faults += fmt::format("{}{}: pin {} is named twice", faults.empty() ? "" : "\n", path,
                              pin.site);
}

}  // namespace

uint32_t addressPins(const Sdram& sdram) {
  // Bit 10 says "all banks" and "close the row"; columns go around it.
  const uint32_t columns = sdram.columnBits > 10 ? sdram.columnBits + 1 : 11;
  return std::max(sdram.rowBits, columns);
}

bool Board::has(const std::string& port) const {
  return std::ranges::find(pins, port, &Pin::port) != pins.end();
}

Board readBoard(const std::string& path) {
  const TomlFile file = readToml(path, {"board file", "fpga/boards/ulx3s.toml"});
  if (file.fault) throw std::runtime_error(file.fault->text());
  Board board;
  board.name = std::filesystem::path(path).stem();
  std::string faults;
  {
    Table top(&file.table, "", faults, path);
    board.title = top.text("title");
    board.loader = top.texts("loader", 0);
    Table fpga = top.part("fpga");
    board.device = fpga.text("device", {"12k", "25k", "45k", "85k", "um-25k", "um-45k", "um-85k",
                                        "um5g-25k", "um5g-45k", "um5g-85k"});
    board.package = fpga.text("package");
    board.speed = fpga.count("speed", 6, 8);
    Table clock = top.part("clock");
    board.pins.push_back({"clock_i", clock.text("pin")});
    board.clockMhz = clock.number("mhz", 8, 400);
    board.systemMhz = clock.number("system_mhz", 10, 200);
    readPins(top, board);
    readSdram(top, board);
    checkSites(board, path, faults);
  }
  if (!faults.empty()) throw std::runtime_error(faults);
  return board;
}

}  // namespace intformer::fpga_board
