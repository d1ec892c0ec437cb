#include "gen/emit/operand_table.hpp"

#include <fmt/format.h>

namespace intformer {
namespace {

std::string quoted(Field field) { return fmt::format("`{}`", fieldSpec(field).name); }

std::string extentText(Extent extent) {
  switch (extent) {
    case Extent::One: return "1";
    case Extent::Chunks: return "`chunks`";
    case Extent::ChunkWords: return "`chunk_words`";
    case Extent::MatmulRows: return "`matmul_rows`";
    case Extent::DepthTiles: return "ceil(`depth` / DIM)";
    case Extent::ColumnTiles: return "ceil(`cols` / DIM)";
    case Extent::PanelsOfB: return "ceil(`cols` / DIM), transposed ceil(`depth` / DIM)";
    case Extent::RowsOfB: return "`depth`, transposed `cols`";
    case Extent::Panels: return "`panels`";
    case Extent::Rows: return "`rows`";
  }
  return "";
}

std::string partsText(uint8_t parts) {
  constexpr std::pair<StatisticsPart, std::string_view> names[] = {
      {Maximum, "maximum"},
      {SoftmaxSum, "softmax sum"},
      {NormSum, "S1 and S2"},
      {SoftmaxScalar, "softmax scalars"},
      {NormScalar, "LayerNorm scalars"}};
  std::string text;
  for (const auto& [part, name] : names)
    if ((parts & part) != 0) text += fmt::format("{}{}", text.empty() ? ": " : ", ", name);
  return text;
}

std::string conditionText(const OperandSpec& operand) {
  std::string text;
  if (operand.when) text += fmt::format(", if {} is 1", quoted(*operand.when));
  if (operand.unless)
    text += fmt::format("{} {} is 0", text.empty() ? ", if" : " and", quoted(*operand.unless));
  return text;
}

std::string strideText(const OperandSpec& operand) {
  if (!operand.stride) return "";
  return (operand.byList ? "list[block] * " : "") + quoted(*operand.stride);
}

std::string unitsText(const OperandSpec& operand) {
  std::string text = operand.units.timesDim ? "DIM" : std::to_string(operand.units.count);
  if (operand.units.doubledBy)
    text += fmt::format(", {} if {} is 1", 2 * operand.units.count,
                        quoted(*operand.units.doubledBy));
  if (operand.step) text += fmt::format(", every {}", quoted(*operand.step));
  return text;
}

}  // namespace

std::string operandTable(Opcode opcode) {
  std::string text;
  for (const OperandSpec& operand : operandSpecs(opcode))
    text += fmt::format("| {} {}s{}{} | {} | {} | {} | {} | {} |\n",
                        operand.write ? "writes" : "reads", spaceName(operand.space),
                        partsText(operand.parts), conditionText(operand), quoted(operand.address),
                        extentText(operand.blocks), strideText(operand), extentText(operand.rows),
                        unitsText(operand));
  if (text.empty()) return text;
  return "\n| operand | first | blocks | block to block | rows of a block | units of a row |\n"
         "|---|---|---|---|---|---|\n" + text;
}

}  // namespace intformer
