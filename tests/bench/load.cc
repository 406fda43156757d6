// Fills a topic with events, for benchmarks: the same arguments give the same bytes.
//
//   kontor_load BROKERS TOPIC EVENTS ACCOUNTS
//
// Over two years: interactions 40 %, commitments 12 %, deals 12 %, invoices and payments 23 %, costs 7 %, surveys 6 %.
// Of a hundred events one is a duplicate, a fifth of these from up to four million events before; two are up to 45 days
// late. Accounts follow Zipf(0.86). A seventh of them has three currencies, the others one. Prints what it sent as one
// JSON line.
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/money.h"
#include "engine/source/kafka_sink.h"
#include "kontor/event/v1/event.pb.h"

namespace kontor {
namespace {

constexpr double kSkew = 0.86;
constexpr int64_t kSpanNanos = int64_t{730} * 86'400 * 1'000'000'000;
constexpr int64_t kLateNanos = int64_t{45} * 86'400 * 1'000'000'000;
constexpr uint64_t kFarDuplicate = 4'000'000;
constexpr uint64_t kNearDuplicate = 10'000;

// SplitMix64 of a counter: event n is a function of n, so that a duplicate can be told again.
class Draws {
 public:
  explicit Draws(uint64_t n) : state_(n * 0x9E3779B97F4A7C15ULL + 0x1234567) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t bound) { return Next() % bound; }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t state_;
};

class Load {
 public:
  Load(uint64_t events, uint64_t accounts) : events_(events), accounts_(accounts), cumulated_(accounts) {
    double sum = 0;
    for (uint64_t i = 0; i < accounts; ++i) cumulated_[i] = sum += std::pow(static_cast<double>(i + 1), -kSkew);
  }

  // The n-th record: an event of its own, or one of those before again.
  OutRecord Record(uint64_t n) const {
    Draws draws(n);
    uint64_t told = n;
    if (n > 0 && draws.Below(100) == 0) {
      told = n - 1 - draws.Below(std::min(n, draws.Below(5) == 0 ? kFarDuplicate : kNearDuplicate));
    }
    event::v1::Event event = Event(told);
    OutRecord record;
    record.key = event.account_id();
    record.value = event.SerializeAsString();
    record.timestamp_ms = At(n) / 1'000'000;
    return record;
  }

 private:
  // When the n-th event is recorded, in nanoseconds since 1970: spread evenly over the span.
  int64_t At(uint64_t n) const {
    const int64_t begin = int64_t{FirstDay(Month(53 * 12)).value()} * 86'400 * 1'000'000'000;
    return begin + static_cast<int64_t>(static_cast<double>(n) / static_cast<double>(events_) * kSpanNanos);
  }

  event::v1::Event Event(uint64_t n) const {
    Draws draws(~n);
    event::v1::Event event;
    event.set_event_id(fmt::format("{:016x}", Draws(n ^ 0xABCDEF).Next()) + std::to_string(n));
    event.set_source("load");
    const auto at = std::lower_bound(cumulated_.begin(), cumulated_.end(), draws.Unit() * cumulated_.back());
    const uint64_t account = std::min<uint64_t>(static_cast<uint64_t>(at - cumulated_.begin()), accounts_ - 1);
    event.set_account_id("account-" + std::to_string(account));
    int64_t occurred = At(n);
    if (draws.Below(50) == 0) occurred -= static_cast<int64_t>(draws.Below(kLateNanos));
    *event.mutable_occurred_at() = TimestampOf(Instant(occurred));
    event.set_actor("agent-" + std::to_string(draws.Below(40)));
    // Entities are few a day and account, so that facts of one meet.
    const std::string entity = std::to_string(n / 1'000 * 8 + draws.Below(8));
    static constexpr std::array<const char*, 3> kCurrencies = {"EUR", "USD", "GBP"};
    const char* currency = kCurrencies[account % 7 == 0 ? draws.Below(3) : account % 3];
    const type::v1::Money money =
        MoneyOf(Currency(currency), static_cast<Nanos>(100 + draws.Below(1'000'000)) * (kNanosPerUnit / 100));
    const auto day = [occurred](int32_t days) {
      return DateProto(Day(static_cast<int32_t>(occurred / 86'400'000'000'000) + days));
    };
    const uint64_t kind = draws.Below(100);
    if (kind < 40) {
      auto* body = event.mutable_interaction_recorded();
      body->set_channel(static_cast<event::v1::Channel>(1 + draws.Below(9)));
      body->set_direction(event::v1::DIRECTION_OUTBOUND);
      body->set_department(draws.Below(2) == 0 ? "sales" : "service");
      body->set_duration_seconds(static_cast<uint32_t>(draws.Below(3'600)));
      body->set_sentiment(static_cast<int32_t>(draws.Below(201)) - 100);
    } else if (kind < 46) {
      event.mutable_survey_answered()->set_kind(event::v1::SURVEY_KIND_NPS);
      event.mutable_survey_answered()->set_answer(static_cast<int32_t>(draws.Below(11)));
    } else if (kind < 52) {
      event.mutable_commitment_made()->mutable_commitment()->set_id(entity);
      *event.mutable_commitment_made()->mutable_due() = day(14);
      event.mutable_commitment_made()->set_department("service");
    } else if (kind < 58) {
      event.mutable_commitment_kept()->mutable_commitment()->set_id(entity);
    } else if (kind < 63) {
      event.mutable_deal_opened()->mutable_deal()->set_id(entity);
      *event.mutable_deal_opened()->mutable_amount() = money;
    } else if (kind < 67) {
      event.mutable_deal_won()->mutable_deal()->set_id(entity);
      *event.mutable_deal_won()->mutable_amount() = money;
    } else if (kind < 70) {
      event.mutable_deal_lost()->mutable_deal()->set_id(entity);
    } else if (kind < 82) {
      auto* body = event.mutable_invoice_issued();
      body->mutable_invoice()->set_id(entity);
      *body->mutable_net() = money;
      *body->mutable_gross() = money;
      *body->mutable_due() = day(30);
    } else if (kind < 93) {
      auto* body = event.mutable_payment_received();
      body->mutable_payment()->set_id(std::to_string(n));
      *body->mutable_amount() = money;
      auto* allocation = body->add_allocations();
      allocation->mutable_invoice()->set_id(entity);
      *allocation->mutable_amount() = money;
    } else {
      event.mutable_cost_incurred()->set_kind(event::v1::COST_KIND_STAFF_TIME);
      *event.mutable_cost_incurred()->mutable_amount() = money;
    }
    return event;
  }

  const uint64_t events_;
  const uint64_t accounts_;
  std::vector<double> cumulated_;
};

int Main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: kontor_load BROKERS TOPIC EVENTS ACCOUNTS\n", stderr);
    return 2;
  }
  KafkaOptions options;
  options.brokers = argv[1];
  const uint64_t events = std::strtoull(argv[3], nullptr, 10);
  const Load load(events, std::max<uint64_t>(1, std::strtoull(argv[4], nullptr, 10)));
  Result<std::unique_ptr<KafkaSink>> sink = KafkaSink::Open(options, Partitioner::kMurmur2);
  if (!sink.ok()) {
    std::fprintf(stderr, "%s\n", std::string(Text(sink.status())).c_str());
    return 1;
  }
  std::atomic<uint64_t> failed = 0;
  uint64_t bytes = 0;
  for (uint64_t n = 0; n < events; ++n) {
    OutRecord record = load.Record(n);
    record.topic = argv[2];
    bytes += record.value->size();
    const Status status = (*sink)->Send(std::move(record), [&failed](const Status& sent, Partition, Offset) {
      if (!sent.ok()) ++failed;
    });
    if (!status.ok()) ++failed;
  }
  const Status flushed = (*sink)->Flush(std::chrono::minutes(5));
  if (!flushed.ok() || failed > 0) {
    std::fprintf(stderr, "%llu events were not acknowledged\n", static_cast<unsigned long long>(failed.load()));
    return 1;
  }
  std::printf("{\"events\":%llu,\"mean_bytes\":%.1f}\n", static_cast<unsigned long long>(events),
              static_cast<double>(bytes) / static_cast<double>(std::max<uint64_t>(events, 1)));
  return 0;
}

}  // namespace
}  // namespace kontor

int main(int argc, char** argv) { return kontor::Main(argc, argv); }
