#include "sw/cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <numeric>

#include "sw/cli/kinds.hpp"
#include "sw/cli/numbers.hpp"
#include "sw/files/streams.hpp"
#include "sw/places/places.hpp"

namespace intformer::cli {
namespace {

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string didYouMean(const std::string& written, const std::vector<std::string>& names) {
  const std::string near = nearestName(written, names);
  return near.empty() ? "" : fmt::format("; did you mean {}?", near);
}

bool takesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// Whether a word before "--" is to be an option: "-5 degrees" and "- a point" are sentences.
bool looksLikeOption(const std::string& word) {
  if (word.size() < 2 || word[0] != '-') return false;
  return word[1] == '-' || std::isalpha(static_cast<unsigned char>(word[1])) != 0;
}

/// One command's words, as they are read.
class Reader {
 public:
  Reader(CLI::App& command, std::string name) : command_(command), name_(std::move(name)) {}

  Arguments read(const std::vector<std::string>& words) {
    bool onlyArguments = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (!onlyArguments && word == "--")
        onlyArguments = true;
      else if (!onlyArguments && looksLikeOption(word))
        i += readOption(word, i + 1 < words.size() ? &words[i + 1] : nullptr);
      else
        arguments_.push_back(word);
    }
    if (!help_) {
      placeArguments();
      checkPresence();
      checkFiles();
    }
    if (!arguments_.empty()) result_.words.emplace_back("--");
    std::ranges::move(arguments_, std::back_inserter(result_.words));
    return std::move(result_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw UsageError(name_.empty() ? what : fmt::format("{}: {}", name_, what));
  }
  [[nodiscard]] std::vector<std::string> optionNames() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : command_.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
  }

  CLI::Option& optionOf(const std::string& name, const std::string& word) const {
    CLI::Option* option = command_.get_option_no_throw(name);
    if (option != nullptr && !option->get_positional()) return *option;
    for (const CLI::App* command : command_.get_subcommands({}))
      if (command->get_option_no_throw(name) != nullptr)
        refuse(fmt::format("{} belongs to a command, behind whose name it stands: {} {}", name,
                           command->get_name(), name));
    std::string hint = didYouMean(name, optionNames());
    const bool takesText = std::ranges::any_of(command_.get_options(), [](const CLI::Option* o) {
      return o->get_positional() && o->get_type_name() == kind::kSentences;
    });
    if (hint.empty() && takesText) hint = "; a sentence that begins with - comes behind --";
    refuse(fmt::format("unknown option {}{}", name.empty() ? word : name, hint));
  }

  /// How many of the following words belong to the option.
  std::size_t readOption(const std::string& word, const std::string* following) {
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, equals);
    CLI::Option& option = optionOf(name, word);
    const bool again = ++given_[&option] > 1;
    if (!takesValue(option)) {
      if (equals != std::string::npos) refuse(name + " takes no value");
      if (name == "--help" || name == "-h") help_ = true;
      result_.words.push_back(name);
      return 0;
    }
    if (again && option.get_items_expected_max() == 1) refuse(name + " is given twice");
    const bool attached = equals != std::string::npos;
    if (!attached && isMissing(following))
      refuse(fmt::format("{}: its value is missing{}{}: {}", name,
                         following == nullptr ? "" : " before ",
                         following == nullptr ? "" : *following, option.get_description()));
    option.allow_extra_args(false);
    result_.words.push_back(name);
    result_.words.push_back(
        checkedValue(option, name, attached ? word.substr(equals + 1) : *following));
    return attached ? 0 : 1;
  }

  /// Whether no value follows, but the end or another option.
  [[nodiscard]] bool isMissing(const std::string* following) const {
    if (following == nullptr || *following == "--") return true;
    if (!looksLikeOption(*following)) return false;
    const CLI::Option* option =
        command_.get_option_no_throw(following->substr(0, following->find('=')));
    return option != nullptr && !option->get_positional();
  }

  std::string checkedValue(const CLI::Option& option, const std::string& name,
                           const std::string& value) {
    const std::string type = option.get_type_name();
    if (isNumberType(type)) {
      if (const std::string fault = numberFault(type, option.get_delimiter(), value);
          !fault.empty())
        refuse(fmt::format("{} {}: {}", name, value.empty() ? "''" : value, fault));
      return plainNumber(option.get_delimiter(), value);
    }
    checkFile(type, name, value);
    const bool isText = type == kind::kTextFile && !files::isStandard(value);
    return isText ? places::hereOrOwn(value) : value;
  }

  void checkFile(const std::string& type, const std::string& name, const std::string& value) {
    const bool isFile = type == kind::kTextFile || type == kind::kOutFile ||
                        type == kind::kConfig || type == kind::kModel || type == kind::kFolder ||
                        type == kind::kModelOut || type == kind::kDataFile;
    if (isFile && value.empty()) refuse(name + " '': a name is asked for");
    if (isFile && !files::isStandard(value))
      files_.push_back({name, value, type == kind::kOutFile});
    if (!files::isStandard(value)) return;
    if (type == kind::kTextFile || type == kind::kSentences) useOnce(input_, name, "input");
    if (type == kind::kOutFile) {
      useOnce(output_, name, "output");
      result_.dataToStandardOutput = true;
    }
    if (type == kind::kConfig)
      refuse(name + " -: a config is a file, whose name goes into the design; write it to one first");
    if (type == kind::kModel)
      refuse(name + " -: a model is a file or folder, which a pipe cannot be; write it to one first");
    if (type == kind::kDataFile)
      refuse(name + " -: its bytes are read from a file, which a pipe cannot be; write it to one first");
    if (type == kind::kModelOut)
      refuse(name + " -: a model file is no stream; name a file");
    if (type == kind::kFolder) refuse(name + " -: a folder is asked for");
  }

  /// What is written must not be read, or written twice: the first would be lost.
  void checkFiles() const {
    for (std::size_t i = 0; i < files_.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if ((files_[i].written || files_[k].written) && areOne(files_[i].path, files_[k].path))
          refuse(fmt::format("{} and {} both name {}; give one of them another file",
                             files_[k].option, files_[i].option, files_[i].path));
  }

  /// Devices and pipes may be named again: nothing is lost that a file would keep.
  static bool areOne(const std::string& a, const std::string& b) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (const auto status = fs::status(a, error); fs::exists(status))
      return fs::is_regular_file(status) && fs::equivalent(a, b, error);
    return fs::weakly_canonical(a, error) == fs::weakly_canonical(b, error);
  }

  void useOnce(std::string& user, const std::string& name, const char* what) const {
    if (!user.empty())
      refuse(fmt::format("{} and {} both name standard {}; give one of them a file", user, name,
                         what));
    user = name;
  }

  /// Gives every positional option as many arguments as it takes: a list takes what is left.
  void placeArguments() {
    std::vector<CLI::Option*> places;
    CLI::Option* list = nullptr;
    std::size_t single = 0;
    for (CLI::Option* option : command_.get_options()) {
      if (!option->get_positional()) continue;
      places.push_back(option);
      if (option->get_items_expected_max() > 1)
        list = option;
      else
        ++single;
    }
    if (list == nullptr && arguments_.size() > single)
      refuse(fmt::format("'{}' is one argument too many{}", arguments_[single],
                         didYouMean("--" + arguments_[single], optionNames())));
    std::size_t next = 0;
    for (CLI::Option* option : places) {
      std::size_t count = 1;
      if (option == list) {
        count = arguments_.size() - std::min(arguments_.size(), single);
        // Told how many come, CLI11 takes each as it is.
        if (count != 0) option->expected(static_cast<int>(count))->allow_extra_args(false);
      }
      for (; count != 0 && next < arguments_.size(); --count, ++next) {
        ++given_[option];
        arguments_[next] = checkedValue(*option, option->get_name(), arguments_[next]);
      }
    }
  }

  void checkPresence() const {
    std::string missing;
    for (const CLI::Option* option : command_.get_options()) {
      const bool given = given_.contains(option);
      if (option->get_required() && !given)
        missing += fmt::format("{}{} is missing: {}", missing.empty() ? "" : "\n" + name_ + ": ",
                               option->get_name(), option->get_description());
      if (!given) continue;
      for (const CLI::Option* needed : option->get_needs())
        if (!given_.contains(needed))
          refuse(fmt::format("{} is for {} alone; give both", option->get_name(),
                             needed->get_name()));
      for (const CLI::Option* other : option->get_excludes())
        if (given_.contains(other))
          refuse(fmt::format("{} and {} exclude each other", option->get_name(),
                             other->get_name()));
    }
    if (!missing.empty()) refuse(missing);
  }

  CLI::App& command_;
  std::string name_;
  Arguments result_;
  std::vector<std::string> arguments_;
  std::map<const CLI::Option*, int> given_;
  std::string input_, output_;  ///< who uses the standard streams
  struct File {
    std::string option, path;
    bool written;
  };
  std::vector<File> files_;
  bool help_ = false;
};

/// The task of a command that has several: the first word that is no option and no option's value.
/// Taken out of the words, which may hold options before and behind it. Throws UsageError.
CLI::App& takeTask(CLI::App& command, std::vector<std::string>& words) {
  const std::vector<CLI::App*> tasks = command.get_subcommands({});
  std::string names;
  for (const CLI::App* task : tasks) names += (names.empty() ? "" : ", ") + task->get_name();
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (looksLikeOption(words[i])) {
      const bool value = words[i].find('=') == std::string::npos &&
                         std::ranges::any_of(tasks, [&](const CLI::App* task) {
                           const CLI::Option* option = task->get_option_no_throw(words[i]);
                           return option != nullptr && takesValue(*option);
                         });
      i += value ? 1 : 0;
      continue;
    }
    const std::string word = words[i];
    for (CLI::App* task : tasks)
      if (task->get_name() == word) {
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
        return *task;
      }
    throw UsageError(
        fmt::format("{}: unknown task {}; it is one of {}", command.get_name(), word, names));
  }
  throw UsageError(fmt::format("{}: which task? {}", command.get_name(), names));
}

}  // namespace

std::string nearestName(const std::string& written, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = written.size() / 3 + 2;  // changes that are no typing error any more
  for (const std::string& name : names)
    if (const std::size_t changes = distance(written, name); changes < least) {
      least = changes;
      best = name;
    }
  return best;
}

Arguments checkedArguments(CLI::App& app, std::vector<std::string> words) {
  if (words.empty()) return {};
  if (looksLikeOption(words[0])) return Reader(app, "").read(words);
  CLI::App* command = nullptr;
  std::vector<std::string> names;
  for (CLI::App* candidate : app.get_subcommands({})) {
    names.push_back(candidate->get_name());
    if (names.back() == words[0]) command = candidate;
  }
  if (command == nullptr) {
    std::string text = "unknown command " + words[0] + didYouMean(words[0], names) + "\ncommands:";
    for (const std::string& name : names) text += " " + name;
    throw UsageError(text);
  }
  std::vector<std::string> path = {words[0]};
  words.erase(words.begin());
  const bool help = !words.empty() && (words[0] == "--help" || words[0] == "-h");
  if (!command->get_subcommands({}).empty() && !help) {
    command = &takeTask(*command, words);
    path.push_back(command->get_name());
  }
  const std::string name = path.size() == 1 ? path[0] : path[0] + " " + path[1];
  Arguments result = Reader(*command, name).read(words);
  result.words.insert(result.words.begin(), path.begin(), path.end());
  return result;
}

}  // namespace intformer::cli
