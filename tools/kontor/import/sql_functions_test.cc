#include "tools/kontor/import/sql_functions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kontor {
namespace {

using ::testing::HasSubstr;

class SqlFunctionsTest : public ::testing::Test {
 protected:
  SqlFunctionsTest() : db_(*SqlDatabase::OpenTemporary()) { EXPECT_TRUE(RegisterSqlFunctions(&db_).ok()); }

  // The value of a SQL expression as text; "NULL", or "error: ..." where the query fails.
  std::string Value(const std::string& expression) {
    auto statement = SqlStatement::Prepare(db_, "SELECT " + expression);
    if (!statement.ok()) return "error: " + std::string(Text(statement.status()));
    const auto stepped = statement->Step();
    if (!stepped.ok()) return "error: " + std::string(Text(stepped.status()));
    if (statement->column_type(0) == SQLITE_NULL) return "NULL";
    return std::string(statement->column_text(0));
  }
  // Why the value makes its row invalid; empty where it does not.
  std::string Reason(const std::string& expression) { return InvalidReason(Value(expression)).value_or(""); }

  SqlDatabase db_;
};

TEST_F(SqlFunctionsTest, MoneyIsExactJson) {
  EXPECT_EQ(Value("money('2.55', 'EUR')"), R"({"currency_code":"EUR","units":2,"nanos":550000000})");
  EXPECT_EQ(Value("money('-0.000000001', 'EUR')"), R"({"currency_code":"EUR","units":0,"nanos":-1})");
  EXPECT_EQ(Value("money(-7, 'USD')"), R"({"currency_code":"USD","units":-7})");
  EXPECT_EQ(Value("dec('-12.5')"), R"({"units":-12,"nanos":-500000000})");
  EXPECT_EQ(Value("dec(0)"), R"({"units":0})");
}

TEST_F(SqlFunctionsTest, ObjectsAreJsonInsideJson) {
  EXPECT_EQ(Value("json_object('net', money('1.5', 'EUR'), 'due', day('2026-02-28'), 'q', dec(3))"),
            R"({"net":{"currency_code":"EUR","units":1,"nanos":500000000},)"
            R"("due":{"year":2026,"month":2,"day":28},"q":{"units":3}})");
}

TEST_F(SqlFunctionsTest, ArithmeticIsExactWhereBinaryFloatingPointIsNot) {
  EXPECT_EQ(Value("dec_add('0.1', '0.2')"), "0.3");
  EXPECT_EQ(Value("dec_sub(1, '0.150000006')"), "0.849999994");
  EXPECT_EQ(Value("dec_mul('12.345', -6)"), "-74.07");
  EXPECT_EQ(Value("dec_mul('0.00001', '0.0001')"), "0.000000001");
  EXPECT_EQ(Value("dec_mul('0.000000002', '0.5')"), "0.000000001");
  EXPECT_EQ(Value("dec_mul('999999999999999999', 1)"), "999999999999999999");
  EXPECT_EQ(Value("dec_mul(0, '123.456')"), "0");
  EXPECT_EQ(Value("dec_neg('-5.50')"), "5.5");
  EXPECT_EQ(Value("dec_neg(0)"), "0");
}

TEST_F(SqlFunctionsTest, ResultsThatWouldNotBeExactAreInvalid) {
  EXPECT_EQ(Reason("dec_mul('0.00001', '0.00001')"), "dec_mul: '0.00001 x 0.00001' has more than nine decimals");
  EXPECT_THAT(Reason("dec_mul('123456789.123456789', '987654321.987654321')"), HasSubstr("dec_mul"));
  EXPECT_THAT(Reason("dec_mul('1000000000', '1000000000')"), HasSubstr("beyond 10^18"));
  EXPECT_THAT(Reason("dec_add('999999999999999999', 1)"), HasSubstr("beyond 10^18"));
  EXPECT_THAT(Reason("dec(9223372036854775807)"), HasSubstr("beyond 10^18"));
}

TEST_F(SqlFunctionsTest, SumIsExactOverManyRows) {
  EXPECT_EQ(Value("(WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
                  " SELECT dec_sum('0.1') FROM n)"),
            "10000");
  EXPECT_EQ(Value("(SELECT dec_sum(column1) FROM (VALUES ('1.005'), (NULL), (2), ('-0.001')))"), "3.004");
  EXPECT_EQ(Value("(SELECT dec_sum(column1) FROM (VALUES (NULL)))"), "NULL");
  EXPECT_EQ(Value("(SELECT dec_sum(1) WHERE 0)"), "NULL");
}

TEST_F(SqlFunctionsTest, ComparesByValue) {
  EXPECT_EQ(Value("dec_cmp('10', '9.999999999')"), "1");
  EXPECT_EQ(Value("dec_cmp('1.50', '1.5')"), "0");
  EXPECT_EQ(Value("dec_cmp('-2', 1)"), "-1");
}

TEST_F(SqlFunctionsTest, RealIsRefusedWithItsRemedy) {
  for (const char* call :
       {"money(1.5, 'EUR')", "dec(1.5)", "dec_add('1', 1.5)", "dec_sub(1.5, '1')", "dec_mul(2, 1.5)", "dec_neg(1.5)",
        "dec_cmp(1.5, 1)", "dec_valid(1.5)", "dec_sum(1.5)", "money(cast('1.5' AS REAL), 'EUR')"}) {
    EXPECT_THAT(Value(call), HasSubstr("1.5 is a REAL, and binary floating point is not exact; give text ('1.5')"))
        << call;
  }
  EXPECT_THAT(Value("dec(x'31')"), HasSubstr("BLOB"));
}

TEST_F(SqlFunctionsTest, NullGivesNull) {
  for (const char* call :
       {"money(NULL, 'EUR')", "money('1', NULL)", "dec(NULL)", "dec_add(NULL, '1')", "dec_mul('1', NULL)",
        "dec_neg(NULL)", "dec_cmp(NULL, '1')", "day(NULL)", "instant(NULL, 'UTC')"}) {
    EXPECT_EQ(Value(call), "NULL") << call;
  }
}

TEST_F(SqlFunctionsTest, TextThatIsNoNumberMakesTheRowInvalid) {
  EXPECT_EQ(Reason("money('12,50', 'EUR')"), "money: '12,50' is no decimal number such as -12.50");
  for (const char* text : {"''", "' 1'", "'1e3'", "'1.'", "'.5'", "'1.0000000001'", "'0x10'", "'NaN'"}) {
    EXPECT_THAT(Reason(fmt::format("dec({})", text)), HasSubstr("is no decimal number")) << text;
    EXPECT_EQ(Value(fmt::format("dec_valid({})", text)), "0") << text;
  }
  EXPECT_EQ(Value("dec_valid('-12.5')"), "1");
  EXPECT_EQ(Reason("money('1', 'EURO')"), "money: 'EURO' is no ISO 4217 currency code");
}

TEST_F(SqlFunctionsTest, InvalidValuesTravelThroughEveryFunction) {
  for (const char* call :
       {"dec_add('x', 1)", "dec_sub(1, dec_neg('x'))", "dec_mul(dec_add('x', 1), 2)", "dec(dec_neg('x'))",
        "money(dec_mul('x', 1), 'EUR')", "(SELECT dec_sum(column1) FROM (VALUES ('1'), ('x')))"}) {
    EXPECT_THAT(Reason(call), HasSubstr("'x' is no decimal number")) << call;
  }
}

TEST_F(SqlFunctionsTest, InvalidReasonIsFoundHoweverDeeplyQuoted) {
  EXPECT_EQ(Reason("invalid('no account')"), "no account");
  EXPECT_EQ(Reason("invalid('says \"x\" \\ and' || char(10) || 'more')"), "says 'x' / and more");
  EXPECT_EQ(Reason("json_object('a', json_array(invalid('deep')))"), "deep");
  EXPECT_EQ(Reason("json_object('a', json_object('b', '' || invalid('quoted')))"), "quoted");
  EXPECT_EQ(Reason("json_object('a', '' || json_object('b', '' || invalid('twice')))"), "twice");
  EXPECT_EQ(Reason("'id-' || invalid('glued')"), "glued");
  EXPECT_EQ(InvalidReason(R"({"event_id":"1"})"), std::nullopt);
}

TEST_F(SqlFunctionsTest, CompareEndsTheQueryOnWhatIsNoNumber) {
  EXPECT_THAT(Value("dec_cmp('x', 1)"),
              HasSubstr("'x' is no decimal number such as -12.50 (ask dec_valid before dec_cmp)"));
}

TEST_F(SqlFunctionsTest, DaysMustExist) {
  EXPECT_EQ(Value("day('2024-02-29')"), R"({"year":2024,"month":2,"day":29})");
  EXPECT_EQ(Reason("day('2023-02-29')"), "day: '2023-02-29' is no day such as 2026-11-24");
  EXPECT_THAT(Value("day(20240229)"), HasSubstr("give text"));
}

TEST_F(SqlFunctionsTest, InstantFollowsTheClocksOfItsZone) {
  EXPECT_EQ(Value("instant('2010-12-01T08:26:00', 'Europe/London')"), "2010-12-01T08:26:00Z");
  EXPECT_EQ(Value("instant('2011-08-12 14:50', 'Europe/London')"), "2011-08-12T13:50:00Z");
  EXPECT_EQ(Value("instant('2011-08-12', 'Europe/London')"), "2011-08-11T23:00:00Z");
  EXPECT_EQ(Value("instant('2011-08-12T14:50:07.25', 'UTC')"), "2011-08-12T14:50:07.25Z");
  // Skipped on the morning of 27 March, shown twice on that of 30 October.
  EXPECT_EQ(Value("instant('2011-03-27T01:30:00', 'Europe/London')"), "2011-03-27T01:00:00Z");
  EXPECT_EQ(Value("instant('2011-03-27T02:30:00', 'Europe/London')"), "2011-03-27T01:30:00Z");
  EXPECT_EQ(Value("instant('2011-10-30T01:30:00', 'Europe/London')"), "2011-10-30T00:30:00Z");
  EXPECT_EQ(Value("instant('2011-10-30T02:30:00', 'Europe/London')"), "2011-10-30T02:30:00Z");
}

TEST_F(SqlFunctionsTest, InstantRefusesWhatIsNoLocalTime) {
  for (const char* text : {"", "yesterday", "2011-02-30T10:00:00", "2011-08-12T25:00:00", "2011-08-12T14:50:00Z"}) {
    EXPECT_THAT(Reason(fmt::format("instant('{}', 'UTC')", text)), HasSubstr("is no local time")) << text;
  }
  EXPECT_THAT(Value("instant('2011-08-12', 'Mars/Olympus')"), HasSubstr("time zone 'Mars/Olympus' is not in this"));
}

}  // namespace
}  // namespace kontor
