#include "gen/emit/system_path.hpp"

namespace intformer {

std::vector<EmittedFile> emitSystem(const Plan& plan) {
  return {emitLoad(plan),     emitStore(plan),     emitFetch(plan),
          emitDispatch(plan), emitCauses(plan),    emitRegisters(plan), emitTop(plan)};
}

}  // namespace intformer
