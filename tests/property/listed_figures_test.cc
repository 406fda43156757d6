// What lists of accounts are in the order of, against the accounts' views: every figure of these is there, and each is
// the one that is shown.
#include "engine/portfolio/listed_figures.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>

#include "engine/query/engine_queries.h"
#include "engine/server/json.h"
#include "tests/property/engine_fixture.h"

namespace kontor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using testing::IsEmpty;
using Json = nlohmann::json;

// Every field that is no message of others, by its path.
void CollectFields(const Descriptor& message, const std::string& before, std::set<std::string>* fields) {
  static const std::set<const Descriptor*> kWhole = {view::v1::Amount::descriptor(), view::v1::Ratio::descriptor(),
                                                     type::v1::Money::descriptor(), type::v1::Date::descriptor(),
                                                     google::protobuf::Timestamp::descriptor()};
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.message_type() == nullptr || kWhole.contains(field.message_type())) {
      fields->insert(before + field.name());
    } else {
      CollectFields(*field.message_type(), before + field.name() + ".", fields);
    }
  }
}

// What a view shows beside figures that one account has one of: the paths' beginnings, and why nothing is ordered by
// it.
const std::map<std::string, std::string> kNotListed = {
    {"profile.account_id", "a name, by which a list without a figure is ordered"},
    {"profile.name", "a word"},
    {"profile.segment", "a word, to filter by"},
    {"profile.industry", "a word, to filter by"},
    {"profile.country", "a word, to filter by"},
    {"profile.parent", "a word"},
    {"profile.manager", "a word, to filter by"},
    {"profile.tier", "a word"},
    {"profile.absorbed", "words"},
    {"profile.merged_into", "a word, and only where another id was asked for"},
    {"profile.key_account", "yes or no"},
    {"value.payment_behaviour.currency_code", "tells which item it is"},
    {"value.months", "a figure for each month"},
    {"value.waiting_allocations.", "documents"},
    {"growth.booked.ttm", "value.booked.ttm"},
    {"growth.invoiced_net.ttm", "value.invoiced_net.ttm"},
    {"growth.collected.ttm", "value.collected.ttm"},
    {"growth.deals_won", "value.deals_won"},
    {"growth.invoiced_net_retention.movements.month", "tells which item it is"},
    {"growth.invoiced_net_retention.missing_rates", "tells why there is no figure"},
    {"growth.recurring_retention.movements.month", "tells which item it is"},
    {"growth.recurring_retention.missing_rates", "tells why there is no figure"},
    {"growth.coverage", "a figure for each target whose period holds the day"},
    {"growth.months", "a figure for each month"},
    {"satisfaction.csat.scale_", "tells which item it is"},
    {"satisfaction.csat_ttm.scale_", "tells which item it is"},
    {"satisfaction.ces.scale_", "tells which item it is"},
    {"satisfaction.ces.easy_end", "tells which item it is"},
    {"satisfaction.ces_ttm.scale_", "tells which item it is"},
    {"satisfaction.ces_ttm.easy_end", "tells which item it is"},
    {"satisfaction.months", "a figure for each month"},
};

TEST(ListedFiguresTableTest, EveryFigureOfTheViewsIsThereOnce) {
  std::set<std::string> fields;
  CollectFields(*view::v1::AccountProfile::descriptor(), "profile.", &fields);
  CollectFields(*view::v1::ValueView::descriptor(), "value.", &fields);
  CollectFields(*view::v1::GrowthView::descriptor(), "growth.", &fields);
  CollectFields(*view::v1::SatisfactionView::descriptor(), "satisfaction.", &fields);
  for (const auto& [beginning, why] : kNotListed) {
    const size_t left_out =
        std::erase_if(fields, [&begin = beginning](const std::string& field) { return field.starts_with(begin); });
    EXPECT_GT(left_out, 0U) << beginning;
  }
  fields.insert("findings");
  std::set<std::string_view> names;
  for (const ListedFigure& figure : kListedFigures) {
    EXPECT_TRUE(names.insert(figure.name).second) << figure.name;
    EXPECT_EQ(fields.erase(std::string(figure.field)), 1U) << figure.field;
  }
  EXPECT_THAT(fields, IsEmpty());
}

std::string JsonName(std::string_view field) {
  std::string name;
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '_') name += field[i];
    if (field[i] == '_') name += static_cast<char>(std::toupper(field[++i]));
  }
  return name;
}

// The item of a list that a figure is of, in the words of listed_figures.h.
Json ItemOf(const Json& list, const std::string& name) {
  if (name == "movements") return list.back();
  for (const Json& item : list) {
    const bool wanted = name == "paymentBehaviour" ? list.size() == 1 || item["currencyCode"] == "EUR"
                        : name.starts_with("csat") ? list.size() == 1
                                                   : item.value("scaleMin", 0) == 1 && item.value("scaleMax", 0) == 7 &&
                                                         item["easyEnd"] == "EASY_END_HIGH";
    if (wanted) return item;
  }
  return nullptr;
}

// What the view shows at the path; null where that is nothing.
Json Shown(const Json& view, std::string_view path) {
  Json at = view;
  while (!path.empty() && !at.is_null()) {
    const size_t end = std::min(path.find('.'), path.size());
    const std::string name = JsonName(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
    at = at.value(name, Json());
    if (at.is_array()) at = path.empty() ? Json(std::to_string(at.size())) : ItemOf(at, name);
  }
  return at;
}

// What it is ordered by.
std::optional<double> NumberOf(const Json& shown) {
  if (shown.is_null()) return std::nullopt;
  if (shown.is_number()) return shown.get<double>();
  if (shown.is_string()) {
    const std::string text = shown.get<std::string>();
    if (const auto instant = ParseInstant(text); text.ends_with('Z') && instant) {
      const int64_t whole_seconds = instant->value() / 1'000'000'000;
      const int64_t nanos = instant->value() % 1'000'000'000;
      return static_cast<double>(whole_seconds) + static_cast<double>(nanos) / 1e9;
    }
    return std::stod(text);
  }
  if (shown.contains("year")) return DayOf(CivilDate{shown["year"], shown["month"], shown["day"]})->value();
  if (shown.contains("currencyCode")) {
    const Nanos nanos =
        static_cast<Nanos>(std::stoll(shown.value("units", "0"))) * kNanosPerUnit + shown.value("nanos", 0);
    return static_cast<double>(nanos);
  }
  if (shown.contains("reporting")) return NumberOf(shown["reporting"]);
  return NumberOf(shown.value("value", Json()));
}

// The one value of an OrderedFigure.
Json ValueOf(Json figure) {
  figure.erase("name");
  figure.erase("unit");
  EXPECT_LE(figure.size(), 1U);
  return figure.empty() ? Json() : *figure.begin();
}

class ListedFiguresTest : public EngineFixture {
 protected:
  void SetUp() override {
    OpenShards(&relay_);
    reader_ = std::make_unique<AccountReader>(set_.get(), &fold_.fold(), Currency("EUR"));
    stage_ = std::make_unique<PortfolioStage>(reader_.get(), &clock_);
    relay_.Connect(stage_.get());
    stage_->Start();
    ReadTopics();
    queries_ = std::make_unique<EngineQueries>(reader_.get(), stage_.get(), &clock_, QueryConfig{});
  }
  void TearDown() override {
    stage_->Stop();
    EngineFixture::TearDown();
  }

  // Events of random histories, over random accounts and so many days, of more kinds of answers than these have.
  void EmitRich(uint64_t seed, int count, int64_t days) {
    std::mt19937_64 random(seed);
    for (event::v1::Event event : RandomHistory(seed, {.events = count, .entities = 40, .voids = false})) {
      const int64_t age = static_cast<int64_t>(random() % static_cast<uint64_t>(days * 86'400));
      event.mutable_occurred_at()->set_seconds(kFixtureMs / 1000 - age);
      if (event.survey_answered().kind() == event::v1::SURVEY_KIND_NPS) {
        event.mutable_survey_answered()->set_answer(static_cast<int32_t>(random() % 11));
      }
      if (event.has_interaction_recorded() && random() % 4 == 0) {
        event.mutable_interaction_recorded()->set_channel(static_cast<event::v1::Channel>(99));  // of a later version
      }
      Emit(event, Account(static_cast<int>(random() % kAccounts)));
    }
  }

  // What histories seldom come to within the asked month.
  void EmitMonth() {
    const auto invoice = [this](const std::string& account, int64_t units, int day) {
      Emit(Invoice("", "", fmt::format("of {} days", day), units, day * 24), AccountId(account));
    };
    const auto recurring = [this](const std::string& account, const std::string& day, int months, int amount) {
      Emit(MakeEvent("", "",
                     fmt::format("deal_won {{ deal {{ id: '{}' }} amount {{ currency_code: 'EUR' units: 1 }} "
                                 "recurring_amount {{ currency_code: 'EUR' units: {} }} first_day {{ {} }} "
                                 "term_months: {} }}",
                                 day, amount, day, months)),
           AccountId(account));
    };
    invoice("new", 10, 0);
    invoice("back", 10, -100);
    invoice("back", 10, 0);
    invoice("less", 20, -20);
    invoice("less", 10, 0);
    recurring("new", "year: 2026 month: 1 day: 1", 3, 5);
    recurring("back", "year: 2025 month: 6 day: 1", 3, 5);
    recurring("back", "year: 2026 month: 1 day: 1", 3, 5);
    recurring("less", "year: 2025 month: 11 day: 1", 2, 5);
    Emit(Void("", "", fmt::format("less/{}", events_)), AccountId("less"));
    recurring("less", "year: 2025 month: 10 day: 1", 3, 5);
    Emit(
        MakeEvent("", "",
                  "invoice_issued { invoice { id: 'due' } net { currency_code: 'EUR' units: 7 } gross { currency_code: "
                  "'EUR' units: 8 } due { year: 2025 month: 12 day: 20 } }"),
        AccountId("less"));
  }

  Relay relay_;
  std::unique_ptr<AccountReader> reader_;
  std::unique_ptr<PortfolioStage> stage_;
  std::unique_ptr<EngineQueries> queries_;
};

TEST_F(ListedFiguresTest, EachIsTheOneThatTheAccountsViewShows) {
  EmitReference("parameters_adopted { rate_age_days: 3000 }");
  EmitReference(
      "exchange_rate_published { base_currency: 'EUR' quote_currency: 'USD' rate { units: 1 nanos: 250000000 } "
      "day { year: 2019 month: 12 day: 1 } }");
  EmitReference("accounts_merged { survivor: 'account-0' absorbed: 'account-1' }");
  for (const int64_t days : {2'200, 400, 60}) EmitRich(static_cast<uint64_t>(days), 500, days);
  EmitMonth();
  WaitUntilFolded();
  while (!stage_->Read(std::chrono::seconds(30)).settled) std::this_thread::yield();

  std::map<std::string, Json> views;
  for (const AccountId& account : stage_->accounts().Accounts()) {
    view::v1::AccountView view;
    ASSERT_EQ(queries_->Account(account, {}, &view), OkStatus());
    views[account.value()] = Json::parse(*JsonText(view));
  }
  std::set<std::string_view> nowhere;  // else nothing is proved of them
  for (size_t figure = 0; figure < kListedFigures.size(); ++figure) {
    const std::string_view name = kListedFigures[figure].name;
    AccountsQuery query;
    query.order_by = figure;
    const auto list = queries_->ListAccounts(query);
    ASSERT_TRUE(list.ok()) << list.status();
    ASSERT_EQ(list->accounts_size(), static_cast<int>(views.size()));
    std::optional<double> before;
    bool first = true;
    bool anywhere = false;
    for (const api::v1::AccountSummary& row : list->accounts()) {
      const std::string what = fmt::format("{} of {}", name, row.profile().account_id());
      Json shown = Shown(views[row.profile().account_id()], kListedFigures[figure].field);
      const Json ordered = Json::parse(*JsonText(row.ordered_by()));
      if (shown.is_null() && ordered.contains("count")) shown = "0";  // left out of JSON, as every zero
      EXPECT_EQ(ordered["name"], name);
      EXPECT_NE(ordered["unit"], nullptr) << what;
      const std::optional<double> number = NumberOf(shown);
      EXPECT_EQ(NumberOf(ValueOf(ordered)), number) << what;
      if (!first && number) {
        ASSERT_TRUE(before) << what << " stands behind an unknown one";
        EXPECT_LE(*before, *number) << what;
      }
      anywhere |= number.value_or(0) != 0;
      before = number;
      first = false;
    }
    if (!anywhere) nowhere.insert(name);
    // The stage's own figure, to the last bit.
    ListWanted wanted;
    wanted.figure = figure;
    wanted.count = views.size();
    for (const ListPlace& place : stage_->accounts().List(wanted)) {
      Json shown = Shown(views[place.account.value()], kListedFigures[figure].field);
      if (shown.is_null() && place.figure == 0) continue;
      EXPECT_EQ(place.figure, NumberOf(shown)) << name << " of " << place.account.value();
    }
  }
  EXPECT_EQ(fmt::format("{}", fmt::join(nowhere, ", ")), "");
}

}  // namespace
}  // namespace kontor
