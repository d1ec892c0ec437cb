#include "sw/cli/commands.hpp"

namespace intformer::cli {

void addCommands(CLI::App& app, int& status) {
  addGenerate(app, status);
  addCompile(app, status);
  addEstimate(app, status);
  addRun(app, status);
  addSynth(app, status);
  addTokenize(app, status);
  addImport(app, status);
  addQuantize(app, status);
  addEmbed(app, status);
  addClassify(app, status);
  addFeatures(app, status);
  addSearch(app, status);
  addAccuracy(app, status);
  addBoard(app, status);
  addStudy(app, status);
}

}  // namespace intformer::cli
