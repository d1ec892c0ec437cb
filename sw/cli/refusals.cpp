#include "sw/cli/refusals.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "sw/compiler/compile.hpp"
#include "sw/embed/backend.hpp"
#include "sw/files/messages.hpp"

namespace intformer::cli {

int orRefuse(const std::function<int()>& body, const std::string& fit) {
  try {
    return body();
  } catch (const embed::BackendError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return error.stopped ? kStopped : kDifferent;
  } catch (const compiler::CompileError& error) {
    fmt::print(stderr, "{}{}{}\n", fit, fit.empty() ? "" : ": ", error.what());
  } catch (const std::exception& error) {  // a file, a tool, a model that contradicts itself
    fmt::print(stderr, "{}\n", files::messageOf(error));
  }
  return kRefused;
}

}  // namespace intformer::cli
