#include "tools/kontor/import/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kontor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Row {
  int64_t line;
  std::vector<std::string> fields;
  bool operator==(const Row&) const = default;
};

class CsvReaderTest : public ::testing::Test, private CsvSink {
 protected:
  std::vector<Row> Read(const std::string& text, char separator = ',') {
    rows_.clear();
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    std::fwrite(text.data(), 1, text.size(), file.get());
    std::rewind(file.get());
    status_ = ReadCsv(file.get(), "test.csv", separator, this);
    return rows_;
  }
  std::string Error() const { return std::string(Text(status_)); }

  Status status_;
  Status row_status_;

 private:
  void OnField(std::string_view field) override { fields_.emplace_back(field); }
  Status OnRow(int64_t line) override {
    rows_.push_back({line, std::exchange(fields_, {})});
    return row_status_;
  }

  std::vector<Row> rows_;
  std::vector<std::string> fields_;
};

TEST_F(CsvReaderTest, FieldsAndLines) {
  EXPECT_THAT(Read("a,b\n1,2\n"), ElementsAre(Row{1, {"a", "b"}}, Row{2, {"1", "2"}}));
  EXPECT_TRUE(status_.ok());
}

TEST_F(CsvReaderTest, LastLineMayLackItsEnd) { EXPECT_THAT(Read("a\nb"), ElementsAre(Row{1, {"a"}}, Row{2, {"b"}})); }

TEST_F(CsvReaderTest, QuotesHoldSeparatorsAndQuotes) {
  EXPECT_THAT(Read("\"a,b\",\"7\"\" DISC\",\"\"\n"), ElementsAre(Row{1, {"a,b", "7\" DISC", ""}}));
}

TEST_F(CsvReaderTest, RowBeginsWhereItsFirstLineStands) {
  EXPECT_THAT(Read("h,i\n\"one\ntwo\n\nthree\",x\ny,\"z\n\"\nlast,row\n"),
              ElementsAre(Row{1, {"h", "i"}}, Row{2, {"one\ntwo\n\nthree", "x"}}, Row{6, {"y", "z\n"}},
                          Row{8, {"last", "row"}}));
}

TEST_F(CsvReaderTest, CarriageReturnsCountOnce) {
  EXPECT_THAT(Read("a\r\nb\r\n\"c\r\nd\"\r\ne\r\n"),
              ElementsAre(Row{1, {"a"}}, Row{2, {"b"}}, Row{3, {"c\r\nd"}}, Row{5, {"e"}}));
  EXPECT_THAT(Read("a\rb\rc"), ElementsAre(Row{1, {"a"}}, Row{2, {"b"}}, Row{3, {"c"}}));
}

TEST_F(CsvReaderTest, EmptyLinesAreCountedAndPassedOver) {
  EXPECT_THAT(Read("\n\na\n\r\nb\n\n"), ElementsAre(Row{3, {"a"}}, Row{5, {"b"}}));
}

TEST_F(CsvReaderTest, ByteOrderMarkIsNoText) {
  EXPECT_THAT(Read("\xEF\xBB\xBFid\n7\n"), ElementsAre(Row{1, {"id"}}, Row{2, {"7"}}));
}

TEST_F(CsvReaderTest, SpacesBelongToTheField) { EXPECT_THAT(Read(" a , b\t\n"), ElementsAre(Row{1, {" a ", " b\t"}})); }

TEST_F(CsvReaderTest, OtherSeparators) {
  EXPECT_THAT(Read("a;b,c\n", ';'), ElementsAre(Row{1, {"a", "b,c"}}));
  EXPECT_THAT(Read("a\tb\n", '\t'), ElementsAre(Row{1, {"a", "b"}}));
}

TEST_F(CsvReaderTest, RowsLongerThanAChunk) {
  const std::string field(1'000'000, 'x');
  EXPECT_THAT(Read("h\n\"" + field + "\n" + field + "\"\nend\n"),
              ElementsAre(Row{1, {"h"}}, Row{2, {field + "\n" + field}}, Row{4, {"end"}}));
}

// Every place of a chunk's end within quotes and line ends.
TEST_F(CsvReaderTest, ChunksEndAnywhere) {
  for (size_t shift = 0; shift < 16; ++shift) {
    const std::string pad((1 << 18) - shift, 'p');
    EXPECT_THAT(Read(pad + "\r\n\"q\"\"\r\nq\",r\r\ns\r\n"),
                ElementsAre(Row{1, {pad}}, Row{2, {"q\"\r\nq", "r"}}, Row{4, {"s"}}))
        << shift;
  }
}

TEST_F(CsvReaderTest, QuoteInsideAFieldIsAnError) {
  EXPECT_THAT(Read("a\nb\n5\" disk\nc\n"), ElementsAre(Row{1, {"a"}}, Row{2, {"b"}}));
  EXPECT_EQ(status_.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Error(), HasSubstr("test.csv line 3: a quote stands inside a field"));
}

TEST_F(CsvReaderTest, QuoteThatNeverEndsIsAnError) {
  Read("a,b\n1,2\n3,\"4\n5,6\n");
  EXPECT_EQ(status_.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Error(), HasSubstr("test.csv line 3: a quoted field begins in this row and never ends"));
}

TEST_F(CsvReaderTest, ErrorOfTheSinkEndsReading) {
  row_status_ = ResourceExhausted("full");
  EXPECT_THAT(Read("a\nb\nc\n"), ElementsAre(Row{1, {"a"}}));
  EXPECT_EQ(Error(), "full");
}

}  // namespace
}  // namespace kontor
