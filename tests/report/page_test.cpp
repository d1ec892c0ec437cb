#include <map>
#include <regex>

#include "sw/report/html.hpp"
#include "sw/report/svg.hpp"
#include "tests/catch.hpp"
#include "tests/report/page.hpp"
#include "tests/report/sample.hpp"

using namespace intformer;
using namespace intformer::report;
using namespace intformer::report_test;

TEST_CASE("the check of pages finds what is not well-formed") {
  CHECK(faultOf("<!DOCTYPE html><p>a<br/></p>").empty());
  CHECK_FALSE(faultOf("<p><b></p></b>").empty());
  CHECK_FALSE(faultOf("<p>").empty());
  CHECK_FALSE(faultOf("a < b").empty());
}

TEST_CASE("the report is a well-formed page that needs nothing from outside") {
  const Sample sample;
  const std::string page = reportHtml(sample.run());
  CHECK(faultOf(page).empty());
  for (const auto* foreign : {"<script", "http:", "https:", "url(", "@import", "src=", "<link"})
    CHECK(page.find(foreign) == std::string::npos);
  for (const auto* section : {"operators", "stalls", "roofline", "timeline", "memory"})
    CHECK(page.find(std::string("<section id=\"") + section + "\">") != std::string::npos);
}

TEST_CASE("the report names every operator, those of layers together and one by one") {
  const Sample sample;
  const std::string page = reportHtml(sample.run());
  CHECK(page.find("layer*.ffn&lt;*&gt; (2)") != std::string::npos);
  for (const auto& op : sample.program.operators)
    CHECK(page.find(escape(op.name)) != std::string::npos);
}

TEST_CASE("every unit's bar of causes has the full length") {
  const Sample sample;
  const std::string page = reportHtml(sample.run());
  const std::size_t begin = page.find("<section id=\"stalls\">");
  const std::string stalls = page.substr(begin, page.find("</section>", begin) - begin);
  const std::regex bar("<rect x=\"[0-9.]+\" y=\"([0-9.]+)\" width=\"([0-9.]+)\" height=\"22.00\"");
  std::map<std::string, double> length;
  for (std::sregex_iterator it(stalls.begin(), stalls.end(), bar), end; it != end; ++it)
    length[(*it)[1]] += std::stod((*it)[2]);
  REQUIRE(length.size() == activitySpecs().size());
  for (const auto& [y, width] : length) CHECK(width == Approx(850).margin(0.1));
}

TEST_CASE("a page says what the device does not count") {
  Sample sample;
  sample.plan.counters = Counters::Basic;
  RunData run = sample.run();
  for (std::size_t i = 0; i < run.counters.size(); ++i)
    if (!counterSpecs()[i].isIn(Counters::Basic)) run.counters[i] = ~uint64_t{0};
  const std::string page = reportHtml(run);
  CHECK(faultOf(page).empty());
  CHECK(page.find("not counted by this device (registers.counters = basic)") != std::string::npos);
  CHECK(page.find("18,446,744") == std::string::npos);
  CHECK(page.find("18.4 ") == std::string::npos);
}

TEST_CASE("a page of a run without any cycle can be written") {
  const Sample sample;
  RunData run = sample.run();
  run.cycles = 0;
  run.times.assign(run.times.size(), {});
  run.counters.assign(run.counters.size(), 0);
  for (auto& op : run.operators) op.cycles = 0;
  const std::string page = reportHtml(run);
  CHECK(faultOf(page).empty());
  CHECK(page.find("nan") == std::string::npos);
  CHECK(page.find("inf") == std::string::npos);
}

TEST_CASE("numbers are short and readable") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(shortNumber(0) == "0");
  CHECK(shortNumber(999) == "999");
  CHECK(shortNumber(1000) == "1 k");
  CHECK(shortNumber(1234) == "1.23 k");
  CHECK(shortNumber(999'600) == "1.00 M");
  CHECK(shortNumber(7'296'037) == "7.30 M");
  CHECK(escape("a<b & \"c\"") == "a&lt;b &amp; &quot;c&quot;");
}
