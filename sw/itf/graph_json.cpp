#include "sw/itf/graph_json.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>

namespace intformer::itf {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json append(const std::vector<T>& values, std::vector<uint8_t>& blob) {
  const std::size_t at = (blob.size() + 7) / 8 * 8;
  blob.resize(at + values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(blob.data() + at, values.data(), values.size() * sizeof(T));
  return {{"at", at}, {"count", values.size()}};
}

class Writer {
 public:
  explicit Writer(std::vector<uint8_t>& blob) : blob_(blob) {}
  [[nodiscard]] Json take() { return std::move(json_); }

  template <typename T>
    requires std::integral<T> || std::same_as<T, std::string>
  void operator()(const char* key, const T& value) {
    json_[key] = value;
  }
  template <typename E>
    requires std::is_enum_v<E>
  void operator()(const char* key, E value, E) {
    json_[key] = static_cast<unsigned>(value);
  }
  template <std::integral T>
  void operator()(const char* key, const std::vector<T>& values) {
    json_[key] = append(values, blob_);
  }
  void operator()(const char* key, const std::vector<Scale>& scales) {
    std::vector<uint16_t> multipliers;
    std::vector<uint8_t> shifts;
    for (const Scale& scale : scales) {
      multipliers.push_back(scale.multiplier);
      shifts.push_back(scale.shift);
    }
    json_[key] = {{"multipliers", append(multipliers, blob_)}, {"shifts", append(shifts, blob_)}};
  }
  template <typename T>
  void optional(const char* key, const T& value, const T& usual) {
    if (value != usual) (*this)(key, value);
  }
  void tensor(const char* key, TensorId id, Presence) {
    json_[key] = id == kNoTensor ? Json() : Json(id);
  }
  template <typename Part>
  void list(const char* key, const std::vector<Part>& parts) {
    Json& items = json_[key] = Json::array();
    for (const Part& part : parts) {
      Writer inner(blob_);
      Part::fields(inner, part);
      items.push_back(inner.take());
    }
  }
  template <typename Variant>
  void choice(const char* key, const Variant& variant) {
    match(variant, [&]<typename Kind>(const Kind& value) {
      Writer inner(blob_);
      inner("kind", std::string(Traits<Kind>::kKind));
      Traits<Kind>::fields(inner, value);
      json_[key] = inner.take();
    });
  }

 private:
  Json json_ = Json::object();
  std::vector<uint8_t>& blob_;
};

class Reader {
 public:
  /// `where` names the part in messages.
  Reader(const Json& json, std::span<const uint8_t> blob, std::size_t tensors, std::string where)
      : json_(json), blob_(blob), tensors_(tensors), where_(std::move(where)) {
    if (!json.is_object()) fail("", "is not a JSON object");
  }

  template <std::integral T>
  void operator()(const char* key, T& value) {
    const Json& json = at(key);
    if constexpr (std::same_as<T, bool>) {
      if (!json.is_boolean()) fail(key, "must be true or false");
      value = json.get<bool>();
    } else {
      if (!json.is_number_integer() || (json.is_number_unsigned()
              ? json.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<T>::max())
              : json.get<int64_t>() < static_cast<int64_t>(std::numeric_limits<T>::min())))
        fail(key, "is no number of its range: " + json.dump().substr(0, 40));
      value = json.get<T>();
    }
  }
  void operator()(const char* key, std::string& value) {
    if (!at(key).is_string()) fail(key, "must be a string");
    value = at(key).get<std::string>();
  }
  template <typename E>
    requires std::is_enum_v<E>
  void operator()(const char* key, E& value, E last) {
    uint8_t number = 0;
    (*this)(key, number);
    if (number > static_cast<uint8_t>(last)) fail(key, fmt::format("{} is not known", number));
    value = static_cast<E>(number);
  }
  template <typename T>
    requires std::is_arithmetic_v<T>
  void operator()(const char* key, std::vector<T>& values) {
    uint64_t begin = 0, count = 0;
    Reader part(at(key), blob_, tensors_, where_ + "." + key);
    part("at", begin);
    part("count", count);
    if (begin > blob_.size() || count > (blob_.size() - begin) / sizeof(T))
      fail(key, fmt::format("{} values at byte {} lie beyond the data", count, begin));
    values.resize(count);
    if (count != 0) std::memcpy(values.data(), blob_.data() + begin, count * sizeof(T));
  }
  void operator()(const char* key, std::vector<Scale>& scales) {
    std::vector<uint16_t> multipliers;
    std::vector<uint8_t> shifts;
    Reader part(at(key), blob_, tensors_, where_ + "." + key);
    part("multipliers", multipliers);
    part("shifts", shifts);
    if (multipliers.size() != shifts.size()) fail(key, "has another count of shifts");
    scales.resize(shifts.size());
    for (std::size_t i = 0; i < scales.size(); ++i) scales[i] = {multipliers[i], shifts[i]};
  }
  template <typename T>
  void optional(const char* key, T& value, const T& usual) {
    value = usual;
    if (json_.contains(key)) (*this)(key, value);
  }
  void tensor(const char* key, TensorId& id, Presence need) {
    id = kNoTensor;
    if (need == Presence::Optional && at(key).is_null()) return;
    (*this)(key, id);
    if (id >= tensors_) fail(key, fmt::format("names tensor {} of {}", id, tensors_));
  }
  template <typename Part>
  void list(const char* key, std::vector<Part>& parts) {
    const Json& items = at(key);
    if (!items.is_array()) fail(key, "must be a list");
    parts.clear();
    for (const Json& item : items) {
      Reader inner(item, blob_, tensors_, fmt::format("{}.{}[{}]", where_, key, parts.size()));
      Part::fields(inner, parts.emplace_back());
      inner.finish();
    }
  }
  template <typename... Kinds>
  void choice(const char* key, std::variant<Kinds...>& variant) {
    std::string kind;
    Reader inner(at(key), blob_, tensors_, where_ + "." + key);
    inner("kind", kind);
    const auto read = [&]<typename Kind>(Kind value) {
      if (kind != Traits<Kind>::kKind) return false;
      Traits<Kind>::fields(inner, value);
      inner.finish();
      variant = std::move(value);
      return true;
    };
    if (!(read(Kinds()) || ...)) fail(key, "is of the unknown kind " + kind);
  }
  /// Refuses fields that nothing has asked for: a newer program's.
  void finish() const {
    for (const auto& [key, value] : json_.items())
      if (!asked_.contains(key)) fail(key, "is not known");
  }

 private:
  const Json& at(const char* key) {
    asked_.insert(key);
    const auto found = json_.find(key);
    if (found == json_.end()) fail(key, "is missing");
    return *found;
  }
  [[noreturn]] void fail(const std::string& key, const std::string& reason) const {
    throw GraphFormatError(
        fmt::format("{}{}{} {}", where_, key.empty() ? "" : ".", key, reason));
  }

  const Json& json_;
  std::span<const uint8_t> blob_;
  std::size_t tensors_;
  std::string where_;
  std::set<std::string> asked_;
};

/// The fields of a tensor, as an operator's Traits list its own.
template <typename Archive, typename Info>
void tensorFields(Archive& archive, Info& info) {
  archive("name", info.name);
  archive("type", info.type, ElementType::Index);
  archive("rows", info.rows);
  archive("cols", info.cols);
  archive("role", info.role, TensorRole::Constant);
  archive("group_cols", info.groupCols);
}

}  // namespace

nlohmann::ordered_json graphToJson(const Graph& graph, std::vector<uint8_t>& blob) {
  Json tensors = Json::array();
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    Writer writer(blob);
    tensorFields(writer, graph.tensors[id]);
    if (graph.tensors[id].role == TensorRole::Constant) {
      const auto values = graph.constants.find(id);
      writer("values", values == graph.constants.end() ? std::vector<int16_t>()
                                                       : values->second.data);
    }
    tensors.push_back(writer.take());
  }
  Json operators = Json::array();
  for (const Operator& op : graph.operators) {
    Writer writer(blob);
    writer.choice("operator", op);
    operators.push_back(std::move(writer.take()["operator"]));
  }
  return {{"name", graph.name}, {"tensors", std::move(tensors)},
          {"operators", std::move(operators)}};
}

Graph graphFromJson(const nlohmann::ordered_json& json, std::span<const uint8_t> blob) {
  const auto list = [&](const char* key) -> const Json& {
    if (!json.is_object() || !json.contains(key) || !json[key].is_array())
      throw GraphFormatError(fmt::format("graph.{} is missing or no list", key));
    return json[key];
  };
  Graph graph;
  const Json& tensors = list("tensors");
  Reader(json, blob, tensors.size(), "graph")("name", graph.name);
  std::set<std::string> names;
  for (const Json& tensor : tensors) {
    const std::string where = fmt::format("graph.tensors[{}]", graph.tensors.size());
    Reader reader(tensor, blob, tensors.size(), where);
    TensorInfo& info = graph.tensors.emplace_back();
    tensorFields(reader, info);
    if (info.role == TensorRole::Constant) {
      Tensor values;
      values.type = info.type, values.rows = info.rows, values.cols = info.cols;
      reader("values", values.data);
      if (!values.data.empty())
        graph.constants[static_cast<TensorId>(graph.tensors.size() - 1)] = std::move(values);
    }
    reader.finish();
    if (!names.insert(graph.tensors.back().name).second)
      throw GraphFormatError(where + ".name is another tensor's too");
  }
  for (const Json& op : list("operators")) {
    const std::string key = fmt::format("operators[{}]", graph.operators.size());
    const Json holder = {{key, op}};
    Reader(holder, blob, tensors.size(), "graph")
        .choice(key.c_str(), graph.operators.emplace_back());
  }
  return graph;
}

nlohmann::ordered_json appendDoubles(const std::vector<double>& values,
                                     std::vector<uint8_t>& blob) {
  return append(values, blob);
}

std::vector<double> doublesFromJson(const nlohmann::ordered_json& json,
                                    std::span<const uint8_t> blob) {
  const Json holder = {{"values", json}};
  std::vector<double> values;
  Reader(holder, blob, 0, "numbers")("values", values);
  return values;
}

}  // namespace intformer::itf
