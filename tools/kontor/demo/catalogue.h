// What the demo's firm is: a maker of measuring instruments, its markets, price list, people, and the words they use.
//
// All of it is invented. Constant data only; every span lives as long as the program.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace kontor::demo {

// A country that the firm sells in. Local time is a fixed distance from UTC: zone rules change, and the demo must not.
struct Market {
  std::string_view country;   // ISO 3166-1 alpha-2
  std::string_view currency;  // ISO 4217
  std::string_view erp;       // the source of its invoices
  int64_t tax_permille;
  int64_t utc_offset_hours;
  int64_t price_permille;  // of the price list in euros
  int64_t weight;          // how many accounts are there
  std::span<const std::string_view> stems;
  std::span<const std::string_view> legal_forms;
};
std::span<const Market> Markets();
// Requires: one of Markets().
const Market& MarketOf(std::string_view country);

struct Industry {
  std::string_view name;
  std::span<const std::string_view> trades;  // what its firms call themselves: "Pharma", "Foods"
  std::array<int64_t, 12> season_permille;   // of buying, January to December
};
std::span<const Industry> Industries();

enum class Segment { kEnterprise, kMidMarket, kSmallBusiness };
std::string_view SegmentName(Segment segment);

enum class ProductKind { kEquipment, kConsumable, kSubscription };

struct Product {
  std::string_view id;
  std::string_view description;
  ProductKind kind;
  int64_t list_cents;     // in euros, in the first year; a month for subscriptions
  int64_t cost_permille;  // of the list price: what it costs us
};
// In falling order of price.
std::span<const Product> Products(ProductKind kind);

// Words.
std::span<const std::string_view> Towns();
std::span<const std::string_view> FirstNames();
std::span<const std::string_view> LastNames();
std::span<const std::string_view> Managers();
std::span<const std::string_view> ContactDepartments();
std::span<const std::string_view> SalesSubjects();
std::span<const std::string_view> ServiceSubjects();
std::span<const std::string_view> IssueSubjects();
std::span<const std::string_view> PromiseSubjects();
std::span<const std::string_view> NeedSubjects();
std::span<const std::string_view> LossReasons();
std::span<const std::string_view> Competitors();
std::span<const std::string_view> Partners();

}  // namespace kontor::demo
