#include "sw/area/fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "sw/area/design.hpp"
#include "sw/area/terms.hpp"
#include "sw/numerics/median.hpp"

namespace intformer::area {
namespace {

using Coefficients = decltype(FamilyFit::coefficients);

/// Least squares with the columns of `used` alone; 0 elsewhere.
Eigen::VectorXd solve(const Eigen::MatrixXd& a, const Eigen::VectorXd& b,
                      const std::vector<bool>& used) {
  std::vector<Eigen::Index> columns;
  for (std::size_t i = 0; i < used.size(); ++i)
    if (used[i]) columns.push_back(static_cast<Eigen::Index>(i));
  Eigen::VectorXd all = Eigen::VectorXd::Zero(a.cols());
  if (columns.empty()) return all;
  Eigen::MatrixXd part(a.rows(), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i)
    part.col(static_cast<Eigen::Index>(i)) = a.col(columns[i]);
  const Eigen::VectorXd x = part.completeOrthogonalDecomposition().solve(b);
  for (std::size_t i = 0; i < columns.size(); ++i)
    all[columns[i]] = x[static_cast<Eigen::Index>(i)];
  return all;
}

Coefficients fitUnits(const std::vector<const Measured*>& devices, const std::vector<Plan>& plans) {
  Coefficients coefficients;
  for (const std::string_view unit : kUnits)
    for (const Figure& figure : kFitted) {
      std::vector<std::vector<double>> rows;
      std::vector<double> values;
      std::vector<Term> terms;
      for (std::size_t i = 0; i < devices.size(); ++i) {
        const double whole = static_cast<double>(devices[i]->of().*figure.member);
        terms = termsOf(unit, plans[i]);
        rows.emplace_back();
        for (const Term& term : terms) rows.back().push_back(term.value / whole);
        values.push_back(static_cast<double>(devices[i]->of(unit).*figure.member) / whole);
      }
      const std::vector<double> x = nonNegativeLeastSquares(rows, values);
      for (std::size_t i = 0; i < x.size(); ++i)
        if (const double rounded = std::round(x[i] * 1000) / 1000; rounded > 0)
          coefficients[std::string(unit)][std::string(figure.name)][std::string(terms[i].name)] =
              rounded;
    }
  return coefficients;
}

double predicted(const Coefficients& coefficients, const Plan& plan, std::string_view figure) {
  double sum = 0;
  for (const auto& [unit, figures] : coefficients)
    if (const auto found = figures.find(std::string(figure)); found != figures.end())
      for (const Term& term : termsOf(unit, plan))
        if (const auto factor = found->second.find(std::string(term.name));
            factor != found->second.end())
          sum += factor->second * term.value;
  return sum;
}

Error errorOf(const std::vector<double>& errors) {
  const auto rounded = [](double error) { return std::round(error * 1e4) / 1e4; };
  return {rounded(median(errors)), rounded(std::ranges::max(errors))};
}

FamilyFit fitFamily(const std::vector<const Measured*>& devices) {
  FamilyFit fit;
  fit.devices = static_cast<uint32_t>(devices.size());
  std::vector<Plan> plans;
  for (const Measured* device : devices) {
    plans.push_back(device->point.plan());
    for (const auto& [key, value] : settingsOf(plans.back())) {
      auto& [low, high] = fit.ranges.try_emplace(key, value, value).first->second;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  fit.coefficients = fitUnits(devices, plans);
  std::map<std::string, std::vector<double>> errors;
  for (std::size_t out = 0; out < devices.size() && devices.size() > 1; ++out) {
    std::vector<const Measured*> others = devices;
    std::vector<Plan> otherPlans = plans;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(out));
    otherPlans.erase(otherPlans.begin() + static_cast<std::ptrdiff_t>(out));
    const Coefficients rest = fitUnits(others, otherPlans);
    for (const Figure& figure : kFitted) {
      const double whole = static_cast<double>(devices[out]->of().*figure.member);
      errors[std::string(figure.name)].push_back(
          std::abs(predicted(rest, plans[out], figure.name) - whole) / whole);
    }
  }
  for (const auto& [figure, list] : errors) fit.errors[figure] = errorOf(list);
  return fit;
}

}  // namespace

std::vector<double> nonNegativeLeastSquares(const std::vector<std::vector<double>>& rows,
                                            const std::vector<double>& values) {
  const auto height = static_cast<Eigen::Index>(rows.size());
  const auto width = static_cast<Eigen::Index>(rows.at(0).size());
  Eigen::MatrixXd a(height, width);
  Eigen::VectorXd b(height), scale = Eigen::VectorXd::Ones(width);
  for (Eigen::Index i = 0; i < height; ++i) {
    b[i] = values[static_cast<std::size_t>(i)];
    for (Eigen::Index j = 0; j < width; ++j)
      a(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  for (Eigen::Index j = 0; j < width; ++j) {  // columns of one length, so that gains compare
    if (const double norm = a.col(j).norm(); norm > 0) scale[j] = norm;
    a.col(j) /= scale[j];
  }
  std::vector<bool> used(static_cast<std::size_t>(width), false);
  Eigen::VectorXd x = Eigen::VectorXd::Zero(width);
  for (Eigen::Index round = 0; round < 3 * width; ++round) {
    const Eigen::VectorXd gain = a.transpose() * (b - a * x);
    Eigen::Index best = -1;
    for (Eigen::Index j = 0; j < width; ++j)
      if (!used[static_cast<std::size_t>(j)] && gain[j] > 1e-9 * b.norm() &&
          (best < 0 || gain[j] > gain[best]))
        best = j;
    if (best < 0) break;
    used[static_cast<std::size_t>(best)] = true;
    for (;;) {
      const Eigen::VectorXd next = solve(a, b, used);
      double step = 1;  // towards it, as far as nothing becomes negative
      for (Eigen::Index j = 0; j < width; ++j)
        if (used[static_cast<std::size_t>(j)] && next[j] <= 0)
          step = std::min(step, x[j] / (x[j] - next[j]));
      if (!(step < 1)) {
        x = next;
        break;
      }
      x += step * (next - x);
      for (Eigen::Index j = 0; j < width; ++j)
        if (used[static_cast<std::size_t>(j)] && x[j] <= 1e-12) {
          used[static_cast<std::size_t>(j)] = false;
          x[j] = 0;
        }
    }
  }
  std::vector<double> result(static_cast<std::size_t>(width));
  for (Eigen::Index j = 0; j < width; ++j)
    result[static_cast<std::size_t>(j)] = std::max(0.0, x[j]) / scale[j];
  return result;
}

Table fitTable(std::span<const Measured> all) {
  Table table;
  if (!all.empty()) table = {all[0].design, all[0].tools, {}};
  std::map<std::string, std::vector<const Measured*>> families;
  for (const Measured& device : all)
    families[synthesis::targetName(device.point.target)].push_back(&device);
  for (const auto& [name, devices] : families) table.families[name] = fitFamily(devices);
  return table;
}

}  // namespace intformer::area
