// What `kontor watch` knows of a running engine, and how it learns it: shards and totals are asked for at intervals,
// changed accounts are told by the stream, and of these the ones that are shown are read.
//
// Threads: one; Interrupt and SetShown by any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/server/http_client.h"
#include "engine/server/http_event_reader.h"
#include "kontor/api/v1/api.pb.h"
#include "kontor/view/v1/view.pb.h"

namespace kontor {

using WatchTime = std::chrono::steady_clock::time_point;

struct WatchedAccount {
  std::string id;
  view::v1::AccountView now;       // the fields that are shown
  view::v1::AccountView before;    // the same of the time before
  std::optional<WatchTime> moved;  // not while it was watched: nothing
};

// What there is to show.
struct WatchPicture {
  std::string server;
  Status trouble;  // why figures are not those of now, or changes not told
  bool has_figures = false;
  uint64_t changes = 0;  // counts pictures that differ by more than the time
  api::v1::ListShardsResponse shards;
  view::v1::PortfolioView portfolio;
  std::vector<double> rates;             // records folded a second, from look to look, oldest first
  std::vector<WatchedAccount> accounts;  // what moved last first; behind it the largest
};

class WatchSession {
 public:
  // shown: how many accounts are. InvalidArgument where the URL is none that is spoken here.
  static Result<std::unique_ptr<WatchSession>> Make(HttpClientOptions options, size_t shown);

  // Reads all anew. The picture's trouble; after some codes it makes no sense to look again (IsFinal).
  Status Look(WatchTime now);
  // Takes what the stream tells until then, and opens it anew where it has ended.
  void Follow(WatchTime until);
  const WatchPicture& picture() const { return picture_; }

  void SetShown(size_t accounts) { shown_ = accounts; }
  // Ends what waits, for good.
  void Interrupt();

  // Whether an answer will be the same, however often it is asked for.
  static bool IsFinal(const Status& status);

 private:
  struct Account {
    WatchedAccount shown;
    bool is_stale = true;
  };

  WatchSession(HttpClient client, std::unique_ptr<HttpEventReader> stream, std::string server, size_t shown);
  Status Read(WatchTime now);
  Status ReadAccounts();
  Status FillUp();
  // The account's row; the end where it has none.
  std::list<Account>::iterator Find(const std::string& id);
  void KeepRate(WatchTime now);
  void Take(const ServerEvent& event);
  void Moved(const std::string& id, WatchTime now);

  HttpClient client_;
  const std::unique_ptr<HttpEventReader> stream_;
  bool streams_ = false;
  Status stream_trouble_;
  std::string last_event_id_;

  std::atomic<size_t> shown_;
  std::list<Account> accounts_;  // as in the picture; once it was read, each under the id that it answers by
  std::optional<std::pair<WatchTime, uint64_t>> last_position_;
  WatchPicture picture_;

  std::mutex mutex_;
  std::condition_variable interrupt_;
  bool interrupted_ = false;  // guarded by mutex_
};

}  // namespace kontor
