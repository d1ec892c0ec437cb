// What the program refuses rather than to leave it without effect, and what it says then.
#include <fmt/format.h>
#include <sys/stat.h>

#include "tests/cli/support.hpp"

namespace intformer::test {
namespace {

struct Refused {
  const char* line;  ///< MODEL: a trained one's file; PICTURES: one that reads such; FOLDER: can be written; PIPE: nobody writes
  const char* reason;
};

constexpr Refused kRefused[] = {
    {"run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --backend golden "
     "--mem-latency 5", "golden knows no memory"},
    {"run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --backend golden "
     "--memory ddr4", "golden knows no memory"},
    {"run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --memory ddr4 "
     "--mem-latency 5", "--mem-latency 5: --memory ddr4 has latencies of its own"},
    {"estimate configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --memory ddr3 "
     "--mem-latency 100", "--mem-latency 100: --memory ddr3 has latencies of its own"},
    {"compile configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --out FOLDER --memory "
     "sdram --mem-latency 5", "--mem-latency 5: --memory sdram has latencies of its own"},
    {"estimate configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --memory ddr5",
     "--memory ddr5: must be one of fixed, ddr4"},
    {"run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --backend golden "
     "--mem-stall 0.1", "the golden knows no stalls"},
    {"run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --backend emulator "
     "--mem-stall 0.1", "the emulator knows no stalls"},
    {"run configs/tiny4.toml --config configs/tiny4.toml --seq 5",
     "configs/tiny4.toml: a hardware config, not a model"},
    {"run configs/models/tiny.toml --config configs/models/tiny.toml --seq 5",
     "configs/models/tiny.toml: a model, not a hardware config"},
    {"estimate --tables configs/models/tiny.toml", "exclude each other"},
    {"estimate --tables --seq 5", "exclude each other"},
    {"compile configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --out FOLDER --name x",
     "--name x: it is of model.h, which a trained model's program has alone"},
    {"compile MODEL --config configs/tiny4.toml --seq 5 --explain --name x", "give --out, too"},
    {"compile configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --out FOLDER "
     "--row-block 1000000", "--row-block 1000000: 5 tokens have no more rows than 8"},
    {"compile MODEL --config configs/tiny4.toml --lengths 4000 --out FOLDER", "--lengths 4000: "},
    {"embed --model MODEL --backend float --config configs/tiny4.toml x",
     "--backend float runs on no device"},
    {"embed --model MODEL --backend float --set vector.lanes=2 x",
     "--backend float runs on no device"},
    {"generate configs/tiny4.toml --out MODEL", "is a file; a folder is asked for"},
    {"generate MODEL --out FOLDER", "is no text; a hardware config is TOML"},
    {"generate configs --out FOLDER", "configs: is a folder, not a hardware config"},
    {"generate PIPE --out FOLDER", "pipe: is a pipe; write it to a file first"},
    {"generate /dev/stdin --out FOLDER", "/dev/stdin: is a device, not a file"},  // /dev/null
    {"generate /dev/urandom --out FOLDER", "/dev/urandom: is a device, not a file"},
    {"estimate PIPE --config configs/tiny4.toml --seq 5", "pipe: is a pipe"},
    {"estimate configs/models/tiny.toml --config PIPE --seq 5", "pipe: is a pipe"},
    {"estimate /dev/zero --config configs/tiny4.toml --seq 5", "/dev/zero: is a device"},
    {"generate configs/models/tiny.toml --out FOLDER", "lists the keys of a hardware config"},
    {"embed --model PICTURES x", "a vision-transformer reads pictures, not texts; features, run"},
    {"search --model PICTURES --corpus README.md x", "reads pictures, not texts"},
    {"classify --model PICTURES x", "reads pictures, not texts"},
    {"tokenize --model PICTURES x", "reads pictures, not texts"},
    {"accuracy --model PICTURES --corpus README.md --queries 1 --lines 2", "reads pictures, not texts"},
    {"features --model MODEL --drawn 1", "a bert-encoder reads texts; embed takes it"},
    {"features --model PICTURES", "give pictures by one of --input FILE, --folder FOLDER and --drawn N"},
    {"features --model PICTURES --drawn 1 --folder tests", "give pictures by one of"},
    {"features --model PICTURES --folder README.md", "README.md: is no folder"},
    {"features --model PICTURES --folder tests", "tests: holds no *.ppm"},
    {"features --model PICTURES --input README.md", "README.md: is no binary PPM (P6)"},
    {"features --model PICTURES --input -", "--input -: its bytes are read from a file"},
    {"run PICTURES --config configs/tiny4.toml --sentence x", "reads pictures; give --input FILE"},
    {"run PICTURES --config configs/tiny4.toml --encoder-only", "--encoder-only: a trained model begins"},
    {"run PICTURES --config configs/tiny4.toml --seq 6", "--seq 6: "},
    {"run PICTURES --config configs/tiny4.toml --seq 5 --input README.md",
     "--seq 5 and --input: a file has a length of its own"},
    {"run MODEL --config configs/tiny4.toml --input README.md", "reads texts; give --sentence"},
    {"run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --input README.md",
     "--input: only a trained model reads one"},
    {"compile PICTURES --config configs/tiny4.toml --out FOLDER --name x",
     "which a trained model's program has alone, of a model that reads texts"},
    {"quantize PICTURES --out FOLDER --drawn 0", "--drawn 0 leaves no pictures to calibrate on"},
    {"quantize PICTURES --out FOLDER --calibrate README.md", "README.md: is no folder"},
};

TEST_CASE("what would have no effect is refused by name", "[cli]") {
  const Examples examples;
  REQUIRE(mkfifo(examples.path("pipe").c_str(), 0600) == 0);
  for (const Refused& refused : kRefused) {
    std::string line = refused.line;
    for (const auto& [word, path] : {std::pair{"MODEL", examples.model},
                                     std::pair{"FOLDER", examples.path("folder")},
                                     std::pair{"PICTURES", examples.pictures},
                                     std::pair{"PIPE", examples.path("pipe")}})
      if (const std::size_t at = line.find(word); at != std::string::npos)
        line.replace(at, std::string(word).size(), path);
    expectRefusal(line, refused.reason);
  }
}

TEST_CASE("a figure that nothing measured is not in the report", "[cli]") {
  const Examples examples;
  const std::string json = examples.path("report.json");
  const std::string run = "run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --json " +
                          json + " --backend ";
  expectFine(run + "golden");
  for (const char* key : {"cycles", "sim_khz", "memory", "bytes_read", "mismatches"})
    CHECK_THAT(readText(json), !containsText(fmt::format("\"{}\"", key)));
  expectFine(run + "emulator");
  for (const char* key : {"cycles", "sim_khz", "utilization"})
    CHECK_THAT(readText(json), !containsText(fmt::format("\"{}\"", key)));
  CHECK_THAT(readText(json), containsText("\"mismatches\": 0"));
}

TEST_CASE("a value of --set may be quoted as in a file", "[cli]") {
  const Examples examples;
  expectFine("generate configs/tiny4.toml --set 'vector.family=\"ibert\"' --out " +
             examples.path("design"));
}

}  // namespace
}  // namespace intformer::test
