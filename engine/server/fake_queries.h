// Readings that a test decides: what each question is answered with, and what was asked.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "engine/query/queries.h"

namespace kontor {

// Threads: the answers are set before the first question; questions come from any thread.
class FakeQueries : public Queries {
 public:
  struct Asked {
    std::string what;  // "accounts", "account a/7"…
    Page page;
    ReadAt at;
    log::v1::Disposition disposition = log::v1::DISPOSITION_UNSPECIFIED;
    bool digest = false;
    AccountsQuery accounts{};
  };

  // Answers. A map holds what is found; pages are those of the token asked for.
  std::map<std::string, api::v1::ListAccountsResponse> account_pages;
  std::map<std::string, view::v1::AccountView> accounts;
  std::map<std::string, api::v1::TimelineResponse> timeline_pages;
  view::v1::PortfolioView portfolio;
  std::map<log::v1::Disposition, api::v1::ListRecordsResponse> records;
  std::map<std::string, api::v1::RecordSummary> records_by_id;
  api::v1::ListShardsResponse shards;
  api::v1::Readiness readiness;
  Status failure;  // where not OK, what every question is answered with
  // Runs in the next question, on the thread that asks.
  void BeforeNext(std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    before_next_ = std::move(action);
  }

  Asked last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  Result<api::v1::ListAccountsResponse> ListAccounts(const AccountsQuery& query) const override {
    KONTOR_RETURN_IF_ERROR(Note("accounts", query.page, query.at));
    {
      const std::lock_guard lock(mutex_);
      last_.accounts = query;
    }
    return Find(account_pages, query.page.token, "page_token");
  }
  Status Account(const AccountId& account, const ReadAt& at, view::v1::AccountView* view) const override {
    KONTOR_RETURN_IF_ERROR(Note("account " + account.value(), {}, at));
    const auto found = accounts.find(account.value());
    if (found == accounts.end()) return NotFound("there is no account '{}'", account.value());
    *view = found->second;
    return OkStatus();
  }
  Result<api::v1::TimelineResponse> Timeline(const AccountId& account, const Page& page,
                                             const ReadAt& at) const override {
    KONTOR_RETURN_IF_ERROR(Note("timeline " + account.value(), page, at));
    return Find(timeline_pages, page.token, "page_token");
  }
  Result<view::v1::PortfolioView> Portfolio() const override {
    KONTOR_RETURN_IF_ERROR(Note("portfolio", {}, {}));
    return portfolio;
  }
  Result<api::v1::ListRecordsResponse> Records(log::v1::Disposition disposition, const Page& page) const override {
    KONTOR_RETURN_IF_ERROR(Note("records", page, {}, disposition));
    const auto found = records.find(disposition);
    return found == records.end() ? api::v1::ListRecordsResponse() : found->second;
  }
  Result<api::v1::RecordSummary> Record(const std::string& id) const override {
    KONTOR_RETURN_IF_ERROR(Note("record " + id));
    const auto found = records_by_id.find(id);
    if (found == records_by_id.end()) return NotFound("there is no record '{}'", id);
    return found->second;
  }
  Result<api::v1::ListShardsResponse> Shards(bool digest) const override {
    KONTOR_RETURN_IF_ERROR(Note("shards", {}, {}, log::v1::DISPOSITION_UNSPECIFIED, digest));
    return shards;
  }
  api::v1::Readiness Ready() const override { return readiness; }
  // Answers true once it was asked `folded_after` times.
  Result<bool> Folded(const TopicOffset& record) const override {
    if (record.topic != "kontor.events") return InvalidArgument("wait_for: there is no topic '{}'", record.topic);
    return folded_asked.fetch_add(1) >= folded_after;
  }
  std::atomic<int> folded_after = 0;
  mutable std::atomic<int> folded_asked = 0;

 private:
  Status Note(std::string what, Page page = {}, ReadAt at = {},
              log::v1::Disposition disposition = log::v1::DISPOSITION_UNSPECIFIED, bool digest = false) const {
    std::function<void()> action;
    {
      const std::lock_guard lock(mutex_);
      std::swap(action, before_next_);
      last_ = {std::move(what), std::move(page), at, disposition, digest};
    }
    if (action) action();
    return failure;
  }

  template <typename T>
  static Result<T> Find(const std::map<std::string, T>& pages, const std::string& token, std::string_view name) {
    const auto found = pages.find(token);
    if (found == pages.end()) return InvalidArgument("{}: '{}' is no page", name, token);
    return found->second;
  }

  mutable std::mutex mutex_;
  mutable Asked last_;
  mutable std::function<void()> before_next_;
};

}  // namespace kontor
