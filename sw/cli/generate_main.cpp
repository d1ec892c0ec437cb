#include "sw/cli/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"intformer's generator alone, for the build of verilated designs"};
  int status = 0;
  intformer::cli::addGenerate(app, status);
  return intformer::cli::runCommandLine(app, status, argc, argv);
}
