#include "tools/kontor/watch_session.h"

#include <algorithm>
#include <utility>

#include "engine/server/json.h"
#include "engine/server/target.h"
#include "tools/kontor/reading.h"

namespace kontor {
namespace {

constexpr size_t kAccountsKept = 200;
constexpr size_t kRatesKept = 120;
// A screen that stands still looks broken: who answers later than this counts as away.
constexpr std::chrono::seconds kConnectTime{2};
constexpr std::chrono::seconds kAnswerTime{10};

constexpr std::string_view kAccountFields =
    "profile.accountId,profile.name,profile.keyAccount,value.netValue,value.overdue,value.months.month,"
    "value.months.invoicedNet,growth.invoicedNet.yearOnYear,satisfaction.commitments.keptRate";

template <typename Message>
Status ReadInto(HttpClient* client, const std::string& target, Message* message) {
  KONTOR_ASSIGN_OR_RETURN(const std::string json, client->Get(target));
  message->Clear();
  return AnswerFromJson(json, message);
}

std::string WithoutBasis(view::v1::PortfolioView portfolio) {
  portfolio.clear_basis();
  return portfolio.SerializeAsString();
}

}  // namespace

Result<std::unique_ptr<WatchSession>> WatchSession::Make(HttpClientOptions options, size_t shown) {
  options.connect_time_max = kConnectTime;
  options.answer_time_max = kAnswerTime;
  KONTOR_ASSIGN_OR_RETURN(HttpClient client, HttpClient::Open(options));
  KONTOR_ASSIGN_OR_RETURN(std::unique_ptr<HttpEventReader> stream, HttpEventReader::Make(options));
  return std::unique_ptr<WatchSession>(new WatchSession(std::move(client), std::move(stream), options.url, shown));
}

WatchSession::WatchSession(HttpClient client, std::unique_ptr<HttpEventReader> stream, std::string server, size_t shown)
    : client_(std::move(client)), stream_(std::move(stream)), shown_(shown) {
  picture_.server = std::move(server);
}

bool WatchSession::IsFinal(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kUnauthenticated:
    case StatusCode::kPermissionDenied:
    case StatusCode::kNotFound:  // no Kontor that has these paths
      return true;
    default:
      return false;
  }
}

Status WatchSession::Look(WatchTime now) {
  const std::string shards_before = picture_.shards.SerializeAsString();
  const std::string portfolio_before = WithoutBasis(picture_.portfolio);
  const Status trouble_before = picture_.trouble;
  picture_.trouble = Read(now);
  if (picture_.trouble.ok()) {
    picture_.has_figures = true;
    picture_.trouble = stream_trouble_;
  }
  if (shards_before != picture_.shards.SerializeAsString() || portfolio_before != WithoutBasis(picture_.portfolio) ||
      trouble_before != picture_.trouble) {
    ++picture_.changes;
  }
  picture_.accounts.clear();
  for (const Account& account : accounts_) {
    if (picture_.accounts.size() < shown_) picture_.accounts.push_back(account.shown);
  }
  return picture_.trouble;
}

Status WatchSession::Read(WatchTime now) {
  KONTOR_RETURN_IF_ERROR(ReadInto(&client_, "/v1/shards", &picture_.shards));
  KeepRate(now);
  KONTOR_RETURN_IF_ERROR(ReadInto(&client_, "/v1/portfolio", &picture_.portfolio));
  return ReadAccounts();
}

void WatchSession::KeepRate(WatchTime now) {
  uint64_t position = 0;
  for (const api::v1::ShardSummary& shard : picture_.shards.shards()) position += shard.position();
  if (last_position_ && last_position_->second <= position && last_position_->first < now) {
    const std::chrono::duration<double> elapsed = now - last_position_->first;
    picture_.rates.push_back(static_cast<double>(position - last_position_->second) / elapsed.count());
    if (picture_.rates.size() > kRatesKept) picture_.rates.erase(picture_.rates.begin());
  }
  last_position_ = {now, position};
}

Status WatchSession::ReadAccounts() {
  const auto known = static_cast<size_t>(std::max<int64_t>(0, picture_.portfolio.accounts()));
  if (accounts_.size() < std::min(shown_.load(), known)) KONTOR_RETURN_IF_ERROR(FillUp());
  size_t row = 0;
  for (auto account = accounts_.begin(); account != accounts_.end() && row < shown_;) {
    const auto here = account++;
    if (!here->is_stale) {
      ++row;
      continue;
    }
    TargetText target("/v1/accounts/" + PercentEncode(here->shown.id));
    view::v1::AccountView view;
    const Status read = ReadInto(&client_, target.Add("fields", kAccountFields).str(), &view);
    if (read.code() == StatusCode::kNotFound) {  // it has nothing but voided events
      accounts_.erase(here);
      continue;
    }
    KONTOR_RETURN_IF_ERROR(read);
    // One that was merged into another answers as that one, which was told of as well and may have a row already.
    if (const std::string& id = view.profile().account_id(); id != here->shown.id) {
      if (Find(id) != accounts_.end()) {
        accounts_.erase(here);
        continue;
      }
      here->shown.id = id;
    }
    here->shown.before = std::exchange(here->shown.now, std::move(view));
    here->is_stale = false;
    ++row;
  }
  return OkStatus();
}

// Until enough have moved, the largest are worth a look.
Status WatchSession::FillUp() {
  TargetText target("/v1/accounts");
  target.Add("order_by", "ttm_net_value desc").Add("page_size", std::to_string(shown_.load()));
  target.Add("fields", "accounts.profile.accountId");
  api::v1::ListAccountsResponse largest;
  KONTOR_RETURN_IF_ERROR(ReadInto(&client_, target.str(), &largest));
  for (const api::v1::AccountSummary& summary : largest.accounts()) {
    const std::string& id = summary.profile().account_id();
    if (Find(id) == accounts_.end()) accounts_.emplace_back().shown.id = id;
  }
  return OkStatus();
}

std::list<WatchSession::Account>::iterator WatchSession::Find(const std::string& id) {
  return std::find_if(accounts_.begin(), accounts_.end(), [&](const Account& row) { return row.shown.id == id; });
}

void WatchSession::Follow(WatchTime until) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    if (!streams_) stream_trouble_ = stream_->Open("/v1/stream", last_event_id_);
    streams_ = stream_trouble_.ok();
    if (!streams_) {
      std::unique_lock lock(mutex_);
      interrupt_.wait_until(lock, until, [this] { return interrupted_; });
      return;
    }
    const Result<std::optional<ServerEvent>> event = stream_->Next(left);
    if (!event.ok()) {
      streams_ = false;  // opened anew at once; what is wrong then stays
    } else if (event->has_value()) {
      Take(**event);
    }
  }
}

void WatchSession::Take(const ServerEvent& event) {
  last_event_id_ = event.id;
  if (event.event != "reset" && event.event != "changed") return;
  api::v1::ChangedAccounts changed;
  if (!AnswerFromJson(event.data, &changed).ok()) return;
  if (event.event == "reset" || changed.truncated()) {
    for (Account& account : accounts_) account.is_stale = true;
  }
  const WatchTime now = std::chrono::steady_clock::now();
  std::vector<std::string> ids(changed.account_ids().begin(), changed.account_ids().end());
  std::sort(ids.begin(), ids.end(), std::greater<>());  // they come in no order: let it be the same each time
  if (ids.size() > kAccountsKept) ids.erase(ids.begin(), ids.end() - kAccountsKept);
  for (const std::string& id : ids) Moved(id, now);
}

void WatchSession::Moved(const std::string& id, WatchTime now) {
  const auto found = Find(id);
  if (found == accounts_.end()) {
    accounts_.emplace_front().shown.id = id;
    if (accounts_.size() > kAccountsKept) accounts_.pop_back();
  } else {
    accounts_.splice(accounts_.begin(), accounts_, found);
  }
  accounts_.front().shown.moved = now;
  accounts_.front().is_stale = true;
}

void WatchSession::Interrupt() {
  client_.Interrupt();
  stream_->Interrupt();
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  interrupt_.notify_all();
}

}  // namespace kontor
