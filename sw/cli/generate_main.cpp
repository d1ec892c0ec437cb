#include "sw/cli/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"intformer's generator alone, for the build of verilated designs"};
  app.require_subcommand(1);
  int status = 0;
  intformer::cli::addGenerate(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  return status;
}
