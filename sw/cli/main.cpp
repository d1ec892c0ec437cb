#include "sw/cli/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"intformer: integer-only Transformer accelerators, from a config to equal bits"};
  int status = 0;
  intformer::cli::addGenerate(app, status);
  intformer::cli::addCompile(app, status);
  intformer::cli::addEstimate(app, status);
  intformer::cli::addRun(app, status);
  intformer::cli::addSynth(app, status);
  intformer::cli::addTokenize(app, status);
  intformer::cli::addImport(app, status);
  intformer::cli::addQuantize(app, status);
  intformer::cli::addEmbed(app, status);
  intformer::cli::addClassify(app, status);
  intformer::cli::addSearch(app, status);
  intformer::cli::addAccuracy(app, status);
  return intformer::cli::runCommandLine(app, status, argc, argv);
}
