#include "tools/kontor/import/sql_functions.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/civil.h"
#include "engine/base/money.h"

namespace kontor {
namespace {

// The subtype by which SQLite's JSON functions know JSON: json_object would quote it otherwise.
constexpr unsigned kJsonSubtype = 'J';
constexpr std::string_view kInvalidMark = "#kontor.invalid";
constexpr Nanos kLimit = static_cast<Nanos>(kNanosPerUnit) * kNanosPerUnit * kNanosPerUnit;  // 10^18 units

// The value of invalid(): JSON that is no event and no part of one. The reason holds nothing that JSON escapes, so it
// is found again however often the value was quoted.
std::string InvalidValue(std::string_view reason) {
  std::string text = fmt::format("{{\"{}\":\"", kInvalidMark);
  for (const char c : reason) {
    const bool control = static_cast<unsigned char>(c) < 0x20;
    text.push_back(c == '"' ? '\'' : c == '\\' ? '/' : control ? ' ' : c);
  }
  return text + "\"}";
}

std::string_view TextOf(sqlite3_value* value) {
  const unsigned char* text = sqlite3_value_text(value);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<size_t>(sqlite3_value_bytes(value))};
}

// As much of a value as a message shows.
std::string_view Shown(std::string_view text) {
  constexpr size_t kBytesMax = 64;
  if (text.size() <= kBytesMax) return text;
  size_t end = kBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end);
}

void ReturnText(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void ReturnJson(sqlite3_context* context, std::string_view json) {
  ReturnText(context, json);
  sqlite3_result_subtype(context, kJsonSubtype);
}

void ReturnInvalid(sqlite3_context* context, std::string_view reason) { ReturnJson(context, InvalidValue(reason)); }

// What an argument turned out to be.
struct Number {
  enum State {
    kNumber,
    kNull,
    kInvalid,  // a fault of the row: `text` is the value of invalid()
    kMistake,  // a fault of the mapping: `text` says which
  };
  State state = kNull;
  Nanos value = 0;
  std::string text;
};

Number NumberOf(sqlite3_value* value, std::string_view function) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return {Number::kNull, 0, ""};
    case SQLITE_INTEGER: {
      const Nanos nanos = static_cast<Nanos>(sqlite3_value_int64(value)) * kNanosPerUnit;
      if (nanos > -kLimit && nanos < kLimit) return {Number::kNumber, nanos, ""};
      return {Number::kInvalid, 0, InvalidValue(fmt::format("{}: '{}' is beyond 10^18", function, TextOf(value)))};
    }
    case SQLITE_TEXT: {
      const std::string_view text = TextOf(value);
      if (const auto nanos = ParseDecimal(text)) return {Number::kNumber, *nanos, ""};
      if (text.find(kInvalidMark) != std::string_view::npos) return {Number::kInvalid, 0, std::string(text)};
      return {Number::kInvalid, 0,
              InvalidValue(fmt::format("{}: '{}' is no decimal number such as -12.50", function, Shown(text)))};
    }
    case SQLITE_FLOAT:
      return {Number::kMistake, 0,
              fmt::format("{}: {} is a REAL, and binary floating point is not exact; give text ('1.5') or an integer",
                          function, TextOf(value))};
    default:
      return {Number::kMistake, 0, fmt::format("{}: a BLOB is no number; give text ('1.5') or an integer", function)};
  }
}

// Whether it is a number; what else it is becomes the result.
bool Take(sqlite3_context* context, const Number& number) {
  switch (number.state) {
    case Number::kNumber:
      return true;
    case Number::kNull:
      sqlite3_result_null(context);
      return false;
    case Number::kInvalid:
      ReturnJson(context, number.text);
      return false;
    case Number::kMistake:
      sqlite3_result_error(context, number.text.c_str(), -1);
      return false;
  }
  return false;
}

void ReturnDecimal(sqlite3_context* context, std::string_view function, Nanos value) {
  if (value <= -kLimit || value >= kLimit) {
    ReturnInvalid(context, fmt::format("{}: the result is beyond 10^18", function));
  } else {
    ReturnText(context, DecimalText(value));
  }
}

// "units":2,"nanos":550000000
std::string Parts(Nanos value) {
  const auto units = static_cast<int64_t>(value / kNanosPerUnit);
  const auto nanos = static_cast<int64_t>(value % kNanosPerUnit);
  return nanos == 0 ? fmt::format("\"units\":{}", units) : fmt::format("\"units\":{},\"nanos\":{}", units, nanos);
}

void Money(sqlite3_context* context, int, sqlite3_value** arguments) {
  const Number amount = NumberOf(arguments[0], "money");
  if (!Take(context, amount)) return;
  if (sqlite3_value_type(arguments[1]) == SQLITE_NULL) return sqlite3_result_null(context);
  const std::string_view currency = TextOf(arguments[1]);
  if (!IsIso4217(currency)) {
    return ReturnInvalid(context, fmt::format("money: '{}' is no ISO 4217 currency code", Shown(currency)));
  }
  ReturnJson(context, fmt::format("{{\"currency_code\":\"{}\",{}}}", currency, Parts(amount.value)));
}

void Decimal(sqlite3_context* context, int, sqlite3_value** arguments) {
  const Number number = NumberOf(arguments[0], "dec");
  if (Take(context, number)) ReturnJson(context, fmt::format("{{{}}}", Parts(number.value)));
}

void Add(sqlite3_context* context, int, sqlite3_value** arguments) {
  const Number a = NumberOf(arguments[0], "dec_add");
  const Number b = NumberOf(arguments[1], "dec_add");
  if (Take(context, a) && Take(context, b)) ReturnDecimal(context, "dec_add", a.value + b.value);
}

void Subtract(sqlite3_context* context, int, sqlite3_value** arguments) {
  const Number a = NumberOf(arguments[0], "dec_sub");
  const Number b = NumberOf(arguments[1], "dec_sub");
  if (Take(context, a) && Take(context, b)) ReturnDecimal(context, "dec_sub", a.value - b.value);
}

// The factors without their trailing zeros are small enough to multiply; the zeros are put back, or taken off what has
// too many decimals.
void Multiply(sqlite3_context* context, int, sqlite3_value** arguments) {
  Number a = NumberOf(arguments[0], "dec_mul");
  Number b = NumberOf(arguments[1], "dec_mul");
  if (!Take(context, a) || !Take(context, b)) return;
  if (a.value == 0 || b.value == 0) return ReturnText(context, "0");
  int power = -9;  // nanos times nanos, in nanos
  for (Nanos* factor : {&a.value, &b.value}) {
    for (; *factor % 10 == 0; *factor /= 10) ++power;
  }
  Nanos product = 0;
  bool fits = !__builtin_mul_overflow(a.value, b.value, &product);
  for (; fits && power > 0; --power) fits = !__builtin_mul_overflow(product, Nanos{10}, &product);
  for (; fits && power < 0; ++power, product /= 10) {
    if (product % 10 != 0) {
      return ReturnInvalid(context, fmt::format("dec_mul: '{} x {}' has more than nine decimals",
                                                Shown(TextOf(arguments[0])), Shown(TextOf(arguments[1]))));
    }
  }
  if (!fits) return ReturnInvalid(context, "dec_mul: the result is beyond 10^18, or has more than nine decimals");
  ReturnDecimal(context, "dec_mul", product);
}

void Negate(sqlite3_context* context, int, sqlite3_value** arguments) {
  const Number number = NumberOf(arguments[0], "dec_neg");
  if (Take(context, number)) ReturnDecimal(context, "dec_neg", -number.value);
}

void Compare(sqlite3_context* context, int, sqlite3_value** arguments) {
  Number a = NumberOf(arguments[0], "dec_cmp");
  Number b = NumberOf(arguments[1], "dec_cmp");
  for (Number* number : {&a, &b}) {
    if (number->state != Number::kInvalid) continue;
    number->state = Number::kMistake;
    number->text = InvalidReason(number->text).value_or(number->text) + " (ask dec_valid before dec_cmp)";
  }
  if (!Take(context, a) || !Take(context, b)) return;
  sqlite3_result_int(context, a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
}

void Valid(sqlite3_context* context, int, sqlite3_value** arguments) {
  const Number number = NumberOf(arguments[0], "dec_valid");
  if (number.state == Number::kMistake) return static_cast<void>(Take(context, number));
  sqlite3_result_int(context, number.state == Number::kNumber ? 1 : 0);
}

struct Sum {
  Nanos value = 0;
  bool any = false;
  std::string invalid;
};

// What SQLite keeps of a group, zeroed at first. Its memory is aligned to 8 bytes only, a Nanos to 16: so the sum
// itself is kept elsewhere.
struct HeldSum {
  Sum* sum;
};

void SumStep(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto* held = static_cast<HeldSum*>(sqlite3_aggregate_context(context, sizeof(HeldSum)));
  if (held == nullptr) return sqlite3_result_error_nomem(context);
  if (held->sum == nullptr) held->sum = new Sum;
  Number number = NumberOf(arguments[0], "dec_sum");
  if (number.state == Number::kMistake) return static_cast<void>(Take(context, number));
  if (number.state == Number::kNumber) {
    held->sum->any = true;
    held->sum->value += number.value;
  } else if (number.state == Number::kInvalid && held->sum->invalid.empty()) {
    held->sum->invalid = std::move(number.text);
  }
}

void SumFinal(sqlite3_context* context) {
  const auto* held = static_cast<HeldSum*>(sqlite3_aggregate_context(context, 0));
  const std::unique_ptr<Sum> sum(held == nullptr ? nullptr : held->sum);
  if (sum == nullptr) return sqlite3_result_null(context);
  if (!sum->invalid.empty()) return ReturnJson(context, sum->invalid);
  if (!sum->any) return sqlite3_result_null(context);
  ReturnDecimal(context, "dec_sum", sum->value);
}

// Whether the argument is text to be read; what else it is becomes the result.
bool TakeText(sqlite3_context* context, sqlite3_value* value, std::string_view function) {
  if (sqlite3_value_type(value) == SQLITE_NULL) {
    sqlite3_result_null(context);
    return false;
  }
  if (sqlite3_value_type(value) != SQLITE_TEXT) {
    sqlite3_result_error(context, fmt::format("{}: give text, not a number or a BLOB", function).c_str(), -1);
    return false;
  }
  if (TextOf(value).find(kInvalidMark) != std::string_view::npos) {
    ReturnJson(context, TextOf(value));
    return false;
  }
  return true;
}

void CalendarDay(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (!TakeText(context, arguments[0], "day")) return;
  const std::string_view text = TextOf(arguments[0]);
  const auto day = ParseDay(text);
  if (!day) return ReturnInvalid(context, fmt::format("day: '{}' is no day such as 2026-11-24", Shown(text)));
  const CivilDate date = DateOf(*day);
  ReturnJson(context, fmt::format("{{\"year\":{},\"month\":{},\"day\":{}}}", date.year, date.month, date.day));
}

void LocalInstant(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (!TakeText(context, arguments[0], "instant") || !TakeText(context, arguments[1], "instant")) return;
  // A zone named by a constant is loaded once a query.
  auto* zone = static_cast<Zone*>(sqlite3_get_auxdata(context, 1));
  std::unique_ptr<Zone> loaded;
  if (zone == nullptr) {
    auto result = Zone::Load(TextOf(arguments[1]));
    if (!result.ok())
      return sqlite3_result_error(context, fmt::format("instant: {}", Text(result.status())).c_str(), -1);
    loaded = std::make_unique<Zone>(*std::move(result));
    zone = loaded.get();
  }
  const std::string_view text = TextOf(arguments[0]);
  std::string shown(text);
  if (shown.size() == 10) shown += "T00:00";
  if (shown.size() == 16) shown += ":00";
  const auto as_if_utc = ParseInstant(shown + "Z");
  if (!as_if_utc) {
    ReturnInvalid(context, fmt::format("instant: '{}' is no local time such as 2026-11-24T08:26:00", Shown(text)));
  } else {
    const Day day = Zone::Utc().LocalDay(*as_if_utc);
    ReturnText(context, InstantText(zone->InstantAt(day, *as_if_utc - Zone::Utc().StartOf(day))));
  }
  if (loaded != nullptr) {
    sqlite3_set_auxdata(context, 1, loaded.release(), [](void* held) { delete static_cast<Zone*>(held); });
  }
}

void Invalid(sqlite3_context* context, int, sqlite3_value** arguments) {
  const std::string_view reason = TextOf(arguments[0]);
  ReturnInvalid(context, reason.empty() ? "the mapping calls it invalid" : reason);
}

struct Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};

constexpr std::array kFunctions = {
    Function{"money", 2, Money},          Function{"dec", 1, Decimal},      Function{"dec_add", 2, Add},
    Function{"dec_sub", 2, Subtract},     Function{"dec_mul", 2, Multiply}, Function{"dec_neg", 1, Negate},
    Function{"dec_cmp", 2, Compare},      Function{"dec_valid", 1, Valid},  Function{"day", 1, CalendarDay},
    Function{"instant", 2, LocalInstant}, Function{"invalid", 1, Invalid},
};

constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
#ifdef SQLITE_RESULT_SUBTYPE
                       | SQLITE_RESULT_SUBTYPE
#endif
    ;

}  // namespace

Status RegisterSqlFunctions(SqlDatabase* db) {
  for (const Function& f : kFunctions) {
    KONTOR_CHECK(sqlite3_create_function_v2(db->handle(), f.name, f.arguments, kFlags, nullptr, f.call, nullptr,
                                            nullptr, nullptr) == SQLITE_OK);
  }
  KONTOR_CHECK(sqlite3_create_function_v2(db->handle(), "dec_sum", 1, kFlags, nullptr, nullptr, SumStep, SumFinal,
                                          nullptr) == SQLITE_OK);
  return OkStatus();
}

std::optional<std::string> InvalidReason(std::string_view text) {
  size_t at = text.find(kInvalidMark);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find_first_not_of("\\\": ", at + kInvalidMark.size());
  if (at == std::string_view::npos) return "the mapping calls it invalid";
  text.remove_prefix(at);
  return std::string(text.substr(0, text.find_first_of("\\\"")));
}

}  // namespace kontor
