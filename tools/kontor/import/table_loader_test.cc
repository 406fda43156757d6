#include "tools/kontor/import/table_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace kontor {
namespace {

using ::testing::HasSubstr;

class TableLoaderTest : public ::testing::Test {
 protected:
  TableLoaderTest()
      : path_(::testing::TempDir() + "table_loader_test." + std::to_string(getpid()) + ".csv"),
        db_(*SqlDatabase::OpenTemporary()) {}
  ~TableLoaderTest() override { std::filesystem::remove(path_); }

  // Loads the text as the table `t`.
  void Load(const std::string& text, const CsvFormat& format = {}) {
    std::ofstream(path_, std::ios::binary) << text;
    rows_ = LoadTable({"t", path_}, format, stdin, &db_, &ledger_, nullptr);
  }
  std::string Error() const { return std::string(Text(rows_.status())); }
  // The rows of a query, '|' between columns and ';' between rows.
  std::string Query(const std::string& sql) {
    std::string out;
    auto statement = SqlStatement::Prepare(db_, sql);
    if (!statement.ok()) return std::string(Text(statement.status()));
    for (auto row = statement->Step(); row.ok() && *row; row = statement->Step()) {
      for (int i = 0; i < statement->column_count(); ++i)
        out += (i > 0 ? "|" : "") + std::string(statement->column_text(i));
      out += ";";
    }
    return out;
  }
  std::string Listed() const {
    std::string out;
    for (const ListedRow& row : ledger_.listed(RowTrouble::kInvalid)) out += row.where + ": " + row.reason + ";";
    return out;
  }

  std::string path_;
  SqlDatabase db_;
  RowLedger ledger_{10};
  Result<uint64_t> rows_ = Internal("nothing loaded");
};

TEST_F(TableLoaderTest, ColumnsAreTextAndLinesAreKept) {
  Load("id,price\n007,1.50\n8,\n");
  EXPECT_EQ(*rows_, 2);
  EXPECT_EQ(Query("SELECT line, id, price, typeof(id), typeof(price) FROM t"), "2|007|1.50|text|text;3|8||text|text;");
}

TEST_F(TableLoaderTest, LineIsThatOnWhichTheRowBegins) {
  Load("a,b\n1,\"x\ny\"\n\n2,z\n");
  EXPECT_EQ(Query("SELECT line, a FROM t"), "2|1;5|2;");
}

TEST_F(TableLoaderTest, ColumnNamedLineKeepsItsName) {
  Load("Line,b\n17,x\n");
  EXPECT_EQ(Query("SELECT csv_line, line, b FROM t"), "2|17|x;");
}

TEST_F(TableLoaderTest, WithoutHeaderColumnsAreNumbered) {
  Load("1,x\n2,y\n", {',', false});
  EXPECT_EQ(Query("SELECT line, c1, c2 FROM t"), "1|1|x;2|2|y;");
}

TEST_F(TableLoaderTest, ColumnWithoutANameIsNumbered) {
  Load(",name\n1,x\n");
  EXPECT_EQ(Query("SELECT c1, name FROM t"), "1|x;");
}

TEST_F(TableLoaderTest, AnyNameCanBeAColumn) {
  Load("Invoice No,\"say \"\"hi\"\"\",select\n1,2,3\n");
  EXPECT_EQ(Query(R"(SELECT "Invoice No", "say ""hi""", "select" FROM t)"), "1|2|3;");
}

TEST_F(TableLoaderTest, RaggedRowsAreListedAndLeftOut) {
  Load("a,b\n1,2\n3\n4,5,6\n7,8\n");
  EXPECT_EQ(*rows_, 4);
  EXPECT_EQ(Query("SELECT line, a, b FROM t"), "2|1|2;5|7|8;");
  EXPECT_EQ(Listed(), "t line 3: 1 fields where the first row has 2;t line 4: 3 fields where the first row has 2;");
}

TEST_F(TableLoaderTest, RowsThatAreNoTextAreListedAndLeftOut) {
  using std::string_literals::operator""s;
  Load("a,b\n1,caf\xE9\n2,caf\xC3\xA9\n3,\0\n"s);
  EXPECT_EQ(Query("SELECT a, b FROM t"), "2|café;");
  EXPECT_THAT(Listed(), HasSubstr("t line 2: field 2 is no UTF-8 text; convert the file, for instance with iconv"));
  EXPECT_EQ(ledger_.total(RowTrouble::kInvalid), 2);
}

TEST_F(TableLoaderTest, AMillionBytesInOneField) {
  const std::string big(1'000'000, 'x');
  Load("a\n" + big + "\n");
  EXPECT_EQ(Query("SELECT length(a) FROM t"), "1000000;");
}

TEST_F(TableLoaderTest, TwoColumnsOfOneNameAreRefused) {
  Load("id,ID\n1,2\n");
  EXPECT_THAT(Error(), HasSubstr("two columns are named ID"));
}

TEST_F(TableLoaderTest, EmptyFileIsRefused) {
  Load("");
  EXPECT_THAT(Error(), HasSubstr("the file is empty"));
}

TEST_F(TableLoaderTest, HeaderAloneIsATableWithoutRows) {
  Load("id,name\n");
  EXPECT_EQ(*rows_, 0);
  EXPECT_EQ(Query("SELECT count(*) FROM t"), "0;");
}

TEST_F(TableLoaderTest, MissingFileIsNamed) {
  const auto rows = LoadTable({"t", "/nowhere/x.csv"}, {}, stdin, &db_, &ledger_, nullptr);
  EXPECT_EQ(rows.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(Text(rows.status())), HasSubstr("cannot read /nowhere/x.csv"));
}

TEST(ParseCsvTableTest, TableIsNamedByTheArgumentOrTheFile) {
  const auto parts = [](std::string_view argument) {
    const auto csv = ParseCsvTable(argument);
    return csv.ok() ? csv->table + " <- " + csv->path : "refused";
  };
  EXPECT_EQ(parts("online_retail.csv"), "online_retail <- online_retail.csv");
  EXPECT_EQ(parts("/a/b.c/orders.2026.csv"), "orders.2026 <- /a/b.c/orders.2026.csv");
  EXPECT_EQ(parts("orders=x/y.csv"), "orders <- x/y.csv");
  EXPECT_EQ(parts("orders=-"), "orders <- -");
  EXPECT_EQ(parts("./a=b.csv"), "a=b <- ./a=b.csv");
  EXPECT_EQ(parts("-"), "refused");
  EXPECT_EQ(parts("=x.csv"), "refused");
  EXPECT_EQ(parts("x="), "refused");
}

TEST(ParseSeparatorTest, OneCharacterOrTab) {
  EXPECT_EQ(*ParseSeparator(";"), ';');
  EXPECT_EQ(*ParseSeparator("tab"), '\t');
  EXPECT_EQ(*ParseSeparator("\\t"), '\t');
  for (const char* bad : {"", "\"", "\n", "\r", ";;"}) EXPECT_FALSE(ParseSeparator(bad).ok()) << bad;
}

}  // namespace
}  // namespace kontor
