// Bodies of events, made the same way for the history and for the live trickle.
//
// All money is whole cents in integers; what is computed (a discount, a tax) is rounded to cents half up.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "kontor/event/v1/event.pb.h"
#include "kontor/type/v1/type.pb.h"
#include "tools/kontor/demo/account.h"
#include "tools/kontor/demo/random.h"

namespace kontor::demo {

// The sources that emit, beside the ERPs of the markets.
inline constexpr std::string_view kCrm = "crm";
inline constexpr std::string_view kBank = "bank";
inline constexpr std::string_view kHelpdesk = "helpdesk";
inline constexpr std::string_view kSurveys = "surveys";
inline constexpr std::string_view kMetering = "metering";
inline constexpr std::string_view kWebshop = "webshop";

type::v1::Money Cents(std::string_view currency, int64_t cents);
type::v1::Decimal Whole(int64_t units);
// numerator / denominator, half up. Requires: numerator >= 0, denominator > 0.
int64_t Rounded(int64_t numerator, int64_t denominator);

// Names an entity; `name_space` where it is another system's than the event's source.
void Refer(type::v1::EntityRef* ref, std::string_view id, std::string_view name_space = {});

// What one document sells, in the account's currency.
struct Basket {
  std::vector<type::v1::Line> lines;
  int64_t net_cents = 0;
  int64_t list_cents = 0;

  void Append(const Basket& other);
};
// Goods worth about target_cents at the prices of that day (they rise by a fortieth each January). Never empty.
Basket DrawBasket(Random* random, const Account& account, ProductKind kind, Day day, int64_t target_cents);
// The same goods, so many times.
Basket Times(const Basket& basket, int64_t factor);
int64_t TaxCents(const Account& account, int64_t net_cents);

event::v1::InvoiceIssued InvoiceOf(const Account& account, std::string_view invoice, const Basket& basket, Day issued);
// A payment that the bank books; an allocation for each (invoice, cents).
struct Share {
  std::string invoice;
  int64_t cents = 0;
};
event::v1::PaymentReceived PaymentOf(const Account& account, std::string_view payment, int64_t cents,
                                     const std::vector<Share>& shares);

// A conversation in that mood (-100 to 100).
event::v1::InteractionRecorded Conversation(Random* random, const Account& account, Day day, int64_t mood);
event::v1::SurveyAnswered NpsAnswer(Random* random, int64_t mood);
// On a scale of 1 to 5, or of 1 to 7.
event::v1::SurveyAnswered CsatAnswer(Random* random, int64_t mood, bool seven_points);
// 1 to 7, 7 being easy; or 1 to 5, 1 being easy.
event::v1::SurveyAnswered CesAnswer(Random* random, int64_t mood, bool low_is_easy);
event::v1::IssueRaised Issue(Random* random, std::string_view issue);
event::v1::CommitmentMade Promise(Random* random, std::string_view promise, Day due);
// Somebody of the account, or nothing where nobody is known on that day.
std::optional<std::string> SomeContact(Random* random, const Account& account, Day day);

}  // namespace kontor::demo
