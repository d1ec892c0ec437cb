#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/numerics/activation_table.hpp"

/// The operators in float64, as the textbooks have them: what the integers approximate.
/// Matrices are row-major.
namespace intformer::reference {

/// x * Phi(x), with the exact error function.
double gelu(double x);

/// Any kind of activation.
double activation(ActivationKind kind, double x);

/// GELU as published by I-BERT (Kim et al., 2021, equations 5 to 8): x/2 * (1 + L(x / sqrt 2)),
/// L(u) = sign(u) * (a * (min(|u|, -b) + b)^2 + 1), a = -0.2888, b = -1.769.
double ibertGelu(double x);
/// exp(p) for p in (-ln2, 0] as published by I-BERT (equation 13): 0.3585 (p + 1.353)^2 + 0.344.
double ibertExp(double p);

/// out[rows x cols] = input[rows x depth] * weights[depth x cols] + bias.
std::vector<double> linear(std::span<const double> input, std::span<const double> weights,
                           std::span<const double> bias, uint32_t rows, uint32_t depth,
                           uint32_t cols);

/// One row of one head: softmax of the logits, in nats, of the columns that it may see, times their
/// values, a row of `width` each. Without any it gives zeros.
std::vector<double> attention(std::span<const double> logits, std::span<const double> values,
                              uint32_t width);

/// (x - mean) / sqrt(variance + epsilon) * gamma + beta of one row.
std::vector<double> layerNorm(std::span<const double> row, std::span<const double> gamma,
                              std::span<const double> beta, double epsilon);
/// x / sqrt(mean of x^2 + epsilon) * gamma of one row.
std::vector<double> rmsNorm(std::span<const double> row, std::span<const double> gamma,
                            double epsilon);

}  // namespace intformer::reference
