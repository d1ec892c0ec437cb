#include "sw/study/flat_page.hpp"

#include "tests/catch.hpp"
#include "tests/compiler/support.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::study;
using compiler::Fusion;

TEST_CASE("elements on the chip are those of FLAT's table 2") {
  // BERT-Base, a batch of 64, 16 rows at a time; the paper prints three digits.
  const auto of = [](uint64_t keys, Granularity granularity) {
    return static_cast<double>(flatElements({.keys = keys}, granularity));
  };
  CHECK(of(512, Granularity::Model) == Approx(4.03e8).epsilon(0.005));
  CHECK(of(512, Granularity::Batch) == Approx(6.29e6).epsilon(0.005));
  CHECK(of(512, Granularity::Head) == Approx(5.24e5).epsilon(0.005));
  CHECK(of(512, Granularity::Row) == Approx(1.43e5).epsilon(0.005));
  CHECK(of(4096, Granularity::Model) == Approx(1.45e10).epsilon(0.005));
  CHECK(of(4096, Granularity::Row) == Approx(1.12e6).epsilon(0.005));
  CHECK(of(65'536, Granularity::Head) == Approx(4.33e9).epsilon(0.005));
  CHECK(of(65'536, Granularity::Row) == Approx(1.78e7).epsilon(0.005));
}

TEST_CASE("less is fused, more bytes pass and more cycles; a point that does not fit says why") {
  Plan plan = configPlan("edge8");
  int done = 0;
  const Flat flat = studyFlat(plan, {96, 200}, {4, 8}, [&] { ++done; });
  CHECK(done == 4);
  REQUIRE(flat.points.size() == 4);
  for (const Point& point : flat.points) {
    INFO(point.keys << " keys, port of " << point.busBytes);
    const auto& [none, softmax, all] = point.ways;
    CHECK(none.fusion == Fusion::None);
    CHECK(all.fusion == Fusion::All);
    CHECK(none.cycles > all.cycles);
    CHECK(softmax.cycles * 102 >= all.cycles * 100);
    // Logits and weights of every pair, both ways, whole tiles of 8 columns.
    const uint64_t pairs = uint64_t{point.keys} * point.keys;
    CHECK(none.bytes - softmax.bytes >= 4 * pairs * 9 / 10);
    CHECK(softmax.bytes >= all.bytes + 2 * pairs * 9 / 10);
    CHECK(all.macs * static_cast<double>(all.cycles) == Approx(2.0 * 64 * static_cast<double>(pairs) / 64));
  }
  CHECK(flat.points[0].busBytes == 4);
  CHECK(flat.points[0].ways[0].cycles > flat.points[2].ways[0].cycles);

  plan.scratchWords = 128;
  const Flat small = studyFlat(plan, {96}, {8}, [] {});
  CHECK(small.points[0].ways[0].cycles == 0);
  CHECK(small.points[0].ways[0].refusal != "");
  CHECK(flatPage(small).find(small.points[0].ways[0].refusal.substr(0, 20)) != std::string::npos);
}

TEST_CASE("the page has a curve for each port, and every number of the study") {
  const Flat flat = studyFlat(configPlan("edge8"), {64, 128}, {4, 8}, [] {});
  const std::string page = flatPage(flat);
  std::size_t figures = 0;
  for (std::size_t at = page.find("<figure>"); at != std::string::npos; at = page.find("<figure>", at + 1))
    ++figures;
  CHECK(figures == 4);  // two of cycles, bytes, memory
  CHECK(page.find("nan") == std::string::npos);
  const auto json = flatJson(flat);
  REQUIRE(json["points"].size() == 4);
  CHECK(json["points"][3]["keys"] == 128);
  CHECK(json["points"][3]["fusion"]["all"]["cycles"] == flat.points[3].ways[2].cycles);
}
