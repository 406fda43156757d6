// Each figure is declared once, with its inputs (law 6), and every field that a view shows is such a figure.
#include <gtest/gtest.h>

#include <google/protobuf/descriptor.h>

#include <set>
#include <string>
#include <vector>

#include "kontor/view/v1/view.pb.h"
#include "projections/growth/growth_figures.h"
#include "projections/satisfaction/satisfaction_figures.h"
#include "projections/value/value_figures.h"

namespace kontor {
namespace {

void ExpectDeclared(const google::protobuf::Descriptor& view, const std::string& name,
                    const std::vector<Figure>& figures) {
  std::set<std::string> declared;
  for (const Figure& figure : figures) {
    EXPECT_EQ(figure.view, name);
    EXPECT_TRUE(declared.insert(std::string(figure.field)).second) << figure.field << " is declared twice";
    EXPECT_FALSE(figure.inputs.empty()) << figure.field << " has no inputs";
  }
  std::set<std::string> shown;
  for (int i = 0; i < view.field_count(); ++i) shown.insert(view.field(i)->name());
  EXPECT_EQ(declared, shown);
}

TEST(FiguresTest, Law6EveryFieldOfAViewIsDeclaredOnceWithItsInputs) {
  ExpectDeclared(*view::v1::ValueView::descriptor(), "value", ValueFigures());
  ExpectDeclared(*view::v1::GrowthView::descriptor(), "growth", GrowthFigures());
  ExpectDeclared(*view::v1::SatisfactionView::descriptor(), "satisfaction", SatisfactionFigures());
}

}  // namespace
}  // namespace kontor
