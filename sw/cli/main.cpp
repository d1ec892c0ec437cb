#include "sw/cli/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"intformer: integer-only Transformer accelerators, from a config to equal bits"};
  int status = 0;
  intformer::cli::addCommands(app, status);
  return intformer::cli::runCommandLine(app, status, argc, argv);
}
