#pragma once

#include "sw/board_host/runner.hpp"
#include "sw/embed/integer_backend.hpp"
#include "sw/embed/program_cache.hpp"

namespace intformer::board_host {

/// Cycles of a program by the performance model, with these inputs.
uint64_t expectedCycles(const Program& program, const Graph& graph, const TensorValues& inputs,
                        const Plan& plan);

/// The integers on a board, whose table of tokens stays with the host; every last hidden state is
/// compared with the golden model. run() throws CompileError, BackendError for a difference or a
/// device that stopped, and LinkError.
class BoardBackend : public embed::IntegerBackend {
 public:
  /// `runner` must outlive it.
  BoardBackend(const quantizer::QuantizedModel& model, Runner& runner)
      : IntegerBackend(model), runner_(runner) {}

  /// One sentence after the other: all of a length have one program, and of a length that comes
  /// again the cable brings its tokens alone.
  [[nodiscard]] uint32_t batchTokens() const override { return 1; }
  [[nodiscard]] const embed::DeviceWork* work() const override { return &work_; }
  /// What went over the cable before the runs.
  [[nodiscard]] const LoadResult& loaded() const { return loaded_; }
  /// Programs that had to be compiled.
  [[nodiscard]] uint64_t compiled() const { return compiled_; }

 private:
  TensorValues compute(const std::vector<uint32_t>& lengths, const TensorValues& inputs) override;
  /// The program for these lengths, with an image that is ready to load.
  embed::CompiledBatch& prepare(const std::vector<uint32_t>& lengths, const TensorValues& inputs);
  void compare(const Tensor& got, const Tensor& golden);
  void count(const tb::DeviceRun& run);

  Runner& runner_;
  embed::DeviceWork work_;
  LoadResult loaded_;
  uint64_t compiled_ = 0;
  embed::ProgramCache programs_{embed::kProgramCacheBytes};
};

}  // namespace intformer::board_host
