#pragma once

/// What the value of an option or argument is. Every one that takes text names its kind with
/// ->type_name(...): help shows it, and the command line is checked by it (sw/cli/arguments.hpp).
namespace intformer::cli::kind {

inline constexpr const char* kTextFile = "TEXT-FILE";  ///< read; "-" is standard input
inline constexpr const char* kDataFile = "FILE";       ///< read, as bytes
inline constexpr const char* kOutFile = "OUT-FILE";    ///< written; "-" is standard output
inline constexpr const char* kConfig = "CONFIG";       ///< a hardware config, *.toml
inline constexpr const char* kModel = "MODEL";         ///< a file or folder that holds a model
inline constexpr const char* kModelOut = "MODEL-FILE";  ///< *.itf, written
inline constexpr const char* kFolder = "FOLDER";
inline constexpr const char* kSentence = "SENTENCE";
inline constexpr const char* kSentences = "SENTENCES";  ///< "-" stands for the lines of stdin
inline constexpr const char* kSetting = "KEY=VALUE";
inline constexpr const char* kCycles = "FROM:TO";
inline constexpr const char* kLengths = "LENGTHS";
inline constexpr const char* kWord = "WORD";  ///< a name of the user's own
inline constexpr const char* kPort = "PORT";  ///< a serial port's path
inline constexpr const char* kChoice = "NAME";  ///< one of those that the option lists

}  // namespace intformer::cli::kind
