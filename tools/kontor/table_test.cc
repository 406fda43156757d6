#include "tools/kontor/table.h"

#include <gmock/gmock.h>

#include <memory>

namespace kontor {
namespace {

Table Sample() {
  Table table({Left("Account"), Words("Name"), Right("Value EUR")});
  table.Add({"acme", "Acme Werke", "1,234.50"});
  table.Add({"株式", "日本の会社", "–"});
  table.Add({"b", "", "0.00"});
  return table;
}

TEST(TableTest, ColumnsAreAlignedByWhatIsShown) {
  EXPECT_EQ(Sample().Text({}),
            "Account  Name        Value EUR\n"
            "───────  ──────────  ─────────\n"
            "acme     Acme Werke   1,234.50\n"
            "株式     日本の会社          –\n"
            "b                         0.00\n");
}

TEST(TableTest, NarrowTerminalCutsWordsAndNoNumbers) {
  Console console;
  console.width = 28;
  EXPECT_EQ(Sample().Text(console),
            "Account  Name      Value EUR\n"
            "───────  ────────  ─────────\n"
            "acme     Acme We…   1,234.50\n"
            "株式     日本の…           –\n"
            "b                       0.00\n");
}

TEST(TableTest, SpareColumnsAreLeftOutAndNamed) {
  Table table({Left("Id"), Spare(Right("Small")), Right("Value"), Spare(Right("Other"))});
  table.Add({"a", "1", "2", "3"});
  Console console;
  console.width = 16;
  EXPECT_EQ(table.Text(console),
            "Id  Small  Value\n"
            "──  ─────  ─────\n"
            "a       1      2\n"
            "Left out for\n"
            "  want of room:\n"
            "  Other.\n");
}

TEST(TableTest, WhatCanBeSparedBestGoesFirst) {
  Table table({Left("Id"), Spare(Right("Third")), Spare(Right("First"), 2), Spare(Right("Second"))});
  table.Add({"a", "1", "2", "3"});
  Console console;
  console.width = 20;
  EXPECT_THAT(table.Text(console), ::testing::StartsWith("Id  Third  Second\n"));
  console.width = 12;
  EXPECT_THAT(table.Text(console), ::testing::StartsWith("Id  Third\n"));
}

TEST(TableTest, SpareColumnsGoBeforeWordsAreCutOffTooFar) {
  Table table({Words("Name", 10), Spare(Left("Other"))});
  table.Add({"Acme Werke GmbH", "spare"});
  Console console;
  console.width = 17;
  EXPECT_THAT(table.Text(console), ::testing::HasSubstr("Acme Werk…  spare\n"));
  console.width = 16;
  EXPECT_THAT(table.Text(console), ::testing::HasSubstr("Acme Werke GmbH\n"));
  console.width = 8;
  EXPECT_THAT(table.Text(console), ::testing::HasSubstr("Acme We…\n"));
}

TEST(TableTest, WhatStillDoesNotFitIsToldLineByLine) {
  Console console;
  console.width = 24;
  EXPECT_EQ(Sample().Text(console),
            "Account    acme\n"
            "Name       Acme Werke\n"
            "Value EUR  1,234.50\n"
            "\n"
            "Account    株式\n"
            "Name       日本の会社\n"
            "Value EUR  –\n"
            "\n"
            "Account    b\n"
            "Value EUR  0.00\n");
}

TEST(TableTest, ColourIsOnlyWhereItIsShown) {
  Table table({Left(""), Right("")});
  table.Add({Cell("late", Style::kBad), "1"});
  EXPECT_EQ(table.Text({}), "late  1\n");
  Console console;
  console.colour = true;
  EXPECT_EQ(table.Text(console), "\x1b[31mlate\x1b[0m  1\n");
}

TEST(TableTest, WithoutTitlesThereIsNoHead) {
  Table table({Left(""), Words("")});
  table.Add({"Segment", "enterprise"});
  EXPECT_EQ(table.Text({}), "Segment  enterprise\n");
}

TEST(TableTest, WithoutRowsThereIsNothing) { EXPECT_EQ(Table({Left("Account")}).Text({}), ""); }

TEST(TableTest, CellsCannotSteerTheTerminal) {
  Table table({Left("")});
  table.Add({"a\x1b[2Jb\n"});
  EXPECT_EQ(table.Text({}), "a\uFFFD[2Jb\n");
}

}  // namespace
}  // namespace kontor
