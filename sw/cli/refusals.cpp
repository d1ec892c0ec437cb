#include "sw/cli/refusals.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

#include "sw/compiler/compile.hpp"
#include "sw/embed/backend.hpp"

namespace intformer::cli {

int orRefuse(const std::function<int()>& body, const std::string& fit) {
  try {
    return body();
  } catch (const BackendError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return error.stopped ? kStopped : kDifferent;
  } catch (const std::invalid_argument& error) {  // a model or batch that contradicts itself
    fmt::print(stderr, "{}\n", error.what());
  } catch (const CompileError& error) {
    fmt::print(stderr, "{}{}{}\n", fit, fit.empty() ? "" : ": ", error.what());
  } catch (const std::runtime_error& error) {  // a file, a tool
    fmt::print(stderr, "{}\n", error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "out of memory\n");
  }
  return kRefused;
}

}  // namespace intformer::cli
