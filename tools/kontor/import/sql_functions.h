// The functions that a mapping has beside SQLite's own: exact decimals, money, days and instants.
//
//   money(amount, currency)    {"currency_code":"EUR","units":2,"nanos":550000000}: kontor.type.v1.Money
//   dec(number)                {"units":6}: kontor.type.v1.Decimal
//   day('2026-11-24')          {"year":2026,"month":11,"day":24}: kontor.type.v1.Date
//   instant(local, zone)       '2011-07-01T07:26:00Z' from the time that clocks showed there: '2011-07-01T08:26:00' or
//                              '2011-07-01 08:26' or '2011-07-01', and an IANA name. The first of two; where the clocks
//                              skip it, the instant at which they do.
//   dec_add(a, b)  dec_sub(a, b)  dec_mul(a, b)  dec_neg(a)      the exact result as text, '-1234.5'
//   dec_sum(a)                 the exact sum of a group, as text; NULLs are passed over, and none at all give NULL
//   dec_cmp(a, b)              -1, 0 or 1
//   dec_valid(a)               1 where a is such a number, else 0
//   invalid(reason)            a value that makes its row invalid, for that reason
//
// Numbers are decimal text ('-12.50': no exponent, at most nine decimals, 10^18 at most) or SQL integers. No binary
// floating point touches money: a REAL, which 1.5 is in SQL, is a mistake in the mapping and ends the query; write
// '1.5'. NULL gives NULL.
//
// Text that is no number, and a result that would not be exact, are faults of a row and not of the mapping: the
// function gives the value of invalid(), which every function passes on, so that the row which comes to hold it is told
// by InvalidReason, and the others go on. Only dec_cmp ends the query, since its answer may decide what a row is: ask
// dec_valid first where the data may be dirty.
//
// All are pure; the objects are JSON to SQLite (json_object takes them as they are) as long as they do
// not pass through a table, a view that is materialized, or a comparison: then wrap them in json().
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "tools/kontor/import/sqlite.h"

namespace kontor {

Status RegisterSqlFunctions(SqlDatabase* db);

// The reason, where the text holds the value of invalid() anywhere within.
std::optional<std::string> InvalidReason(std::string_view text);

}  // namespace kontor
