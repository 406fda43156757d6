#include "engine/server/http_server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <future>
#include <list>
#include <optional>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/server/http_api.h"
#include "engine/server/http_session.h"
#include "engine/server/routes.h"

namespace kontor {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// How long to wait after an accept that failed: descriptors may have run out.
constexpr std::chrono::milliseconds kAcceptPause{100};
// Between two looks at whether a record that a reader waits for is folded.
constexpr std::chrono::milliseconds kWaitPauseMin{1};
constexpr std::chrono::milliseconds kWaitPauseMax{50};

// The address to listen on: of several that a name has, the first of IPv4.
Result<tcp::endpoint> Resolve(std::string_view listen) {
  const size_t colon = listen.rfind(':');
  std::string_view host = listen.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (colon == std::string_view::npos || host.empty() || (!bracketed && host.find(':') != std::string_view::npos)) {
    return InvalidArgument("--listen: '{}' is no HOST:PORT; write it as {} or [::1]:8686", listen, kDefaultListen);
  }
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string port(listen.substr(colon + 1));
  const bool digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoi(port) > 65535) {
    return InvalidArgument("--listen: '{}' has no port from 0 to 65535 behind its colon; 0 takes any that is free",
                           listen);
  }
  asio::io_context io;
  error_code error;
  const auto found = tcp::resolver(io).resolve(host, port, tcp::resolver::passive, error);
  if (error || found.empty())
    return InvalidArgument("--listen: '{}' has no address: {}; name this machine, or one of its addresses", host,
                           error.message());
  for (const auto& entry : found) {
    if (entry.endpoint().address().is_v4()) return entry.endpoint();
  }
  return found.begin()->endpoint();
}

Status CheckLimits(const HttpServerOptions& options) {
  if (options.threads < 1 || options.threads > 256) return InvalidArgument("--http-threads: must be 1 to 256");
  if (options.connections_max < 1) return InvalidArgument("--http-connections-max: must be at least 1");
  if (options.streams_max >= options.connections_max) {
    return InvalidArgument(
        "--http-streams-max: must be less than --http-connections-max, {}, or streams could take all",
        options.connections_max);
  }
  if (options.page_size_max < 1) return InvalidArgument("--http-page-size-max: must be at least 1");
  if (options.header_bytes_max < 1'024 || options.header_bytes_max > (1 << 20)) {
    return InvalidArgument("--http-header-bytes-max: must be 1 KiB to 1 MiB");
  }
  return OkStatus();
}

// The address, where it may be listened on.
Result<tcp::endpoint> Admit(const HttpServerOptions& options) {
  KONTOR_RETURN_IF_ERROR(CheckLimits(options));
  KONTOR_ASSIGN_OR_RETURN(const tcp::endpoint endpoint, Resolve(options.listen));
  if (!endpoint.address().is_loopback() && options.auth_token.empty()) {
    return FailedPrecondition(
        "--listen: {} is reached from other machines, so readers must show a token; name its file with "
        "--auth-token-file, or listen on {}",
        options.listen, kDefaultListen);
  }
  return endpoint;
}

Status Bind(tcp::acceptor* acceptor, const tcp::endpoint& endpoint, const std::string& listen) {
  error_code error;
  if (acceptor->open(endpoint.protocol(), error); !error) {
    acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor->non_blocking(true, error);  // who was there may be gone when it is taken
  if (!error) return OkStatus();
  return Unavailable("cannot listen on {}: {}; name another address with --listen HOST:PORT", listen, error.message());
}

}  // namespace

class HttpServer::Core final : public HttpSessionHost {
 public:
  Core(HttpServerOptions options, const api::v1::VersionInfo& version, const Queries* queries, ChangeFeed* feed)
      : options_(std::move(options)),
        traffic_(Routes().size()),
        api_(queries, version, options_.page_size_max, /*streams=*/true, MetricsOf()),
        feed_(feed),
        work_(asio::make_work_guard(io_)),
        acceptor_(io_),
        accept_pause_(io_),
        stream_timer_(io_),
        pool_(options_.threads) {}

  ~Core() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    pool_.stop();
    pool_.join();
  }

  Status Listen(const tcp::endpoint& endpoint) {
    KONTOR_RETURN_IF_ERROR(Bind(&acceptor_, endpoint, options_.listen));
    port_ = acceptor_.local_endpoint().port();
    asio::post(io_, [this] { Accept(); });
    thread_ = std::thread([this] { io_.run(); });
    return OkStatus();
  }

  uint16_t port() const { return port_; }

  bool Stop(std::chrono::milliseconds deadline) {
    if (!thread_.joinable()) return true;
    asio::post(io_, [this] { Drain(); });
    const bool drained = drained_.get_future().wait_for(deadline) == std::future_status::ready;
    io_.stop();
    thread_.join();
    while (!sessions_.empty()) sessions_.begin()->second.session->Close();
    return drained;
  }

  const HttpServerOptions& options() const override { return options_; }
  bool stopping() const override { return stopping_; }
  HttpTraffic& traffic() override { return traffic_; }

  void Run(HttpRequest request, std::chrono::steady_clock::time_point until, Answered done) override {
    const auto now = std::chrono::steady_clock::now();
    auto question = std::make_shared<Question>(
        Question{std::move(request), until, now, std::min(until, now + options_.wait_time_max), std::move(done)});
    Ask(std::move(question));
  }

  ChangeFeed* feed() override { return feed_; }

  bool BeginStream(HttpSession* session) override {
    if (streaming_.size() >= options_.streams_max) return false;
    streaming_.insert(session);
    if (streaming_.size() == 1) FollowFeed();
    return true;
  }

  void OnIdle(HttpSession* session, bool idle) override {
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    std::optional<std::list<HttpSession*>::iterator>& place = found->second.idle;
    if (place) idle_.erase(*place);
    place.reset();
    if (idle) place = idle_.insert(idle_.end(), session);
    if (idle && accept_waits_) Accept();
  }

  void OnClosed(HttpSession* session) override {
    streaming_.erase(session);
    sessions_.erase(session);
    traffic_.SetConnections(sessions_.size());
    if (stopping_) {
      if (sessions_.empty()) drained_.set_value();
    } else if (accept_waits_) {
      Accept();
    }
  }

 private:
  struct Question {
    HttpRequest request;
    std::chrono::steady_clock::time_point until;
    std::chrono::steady_clock::time_point asked;
    std::chrono::steady_clock::time_point wait_until;  // for a record to be folded
    Answered done;
  };

  // Has the question answered on the pool. One that waits for a record holds no thread meanwhile: it is asked again,
  // the sooner the younger it is.
  void Ask(std::shared_ptr<Question> question) {
    asio::post(pool_, [this, question = std::move(question)]() mutable {
      HttpAnswer answer;
      if (std::chrono::steady_clock::now() < question->until) answer = api_.Answer(question->request);
      // The session must not end on this thread, so it goes back whole.
      asio::post(io_, [this, question = std::move(question), answer = std::move(answer)]() mutable {
        const auto now = std::chrono::steady_clock::now();
        if (!answer.not_yet || now >= question->wait_until || stopping_) return question->done(std::move(answer));
        const auto pause =
            std::clamp<std::chrono::steady_clock::duration>((now - question->asked) / 4, kWaitPauseMin, kWaitPauseMax);
        auto timer = std::make_shared<asio::steady_timer>(io_, pause);
        timer->async_wait(
            [this, timer, question = std::move(question)](error_code) mutable { Ask(std::move(question)); });
      });
    });
  }

  // Has batches made of what changes, and streams look at them, while there is one.
  void FollowFeed() {
    stream_timer_.expires_after(options_.stream_interval);
    stream_timer_.async_wait([this](error_code error) {
      if (error || streaming_.empty()) return;
      if (feed_->Cut()) {
        const std::vector<HttpSession*> streaming(streaming_.begin(), streaming_.end());  // one may close
        for (HttpSession* session : streaming) session->WakeStream();
      }
      FollowFeed();
    });
  }

  struct Entry {
    std::shared_ptr<HttpSession> session;
    std::optional<std::list<HttpSession*>::iterator> idle;  // its place in idle_
  };

  std::function<std::string()> MetricsOf() const {
    if (!options_.metrics) return {};
    return [this] { return options_.metrics(traffic_); };
  }

  // Looks for room once a newcomer is there: who was idle before that may no longer be.
  void Accept() {
    accept_waits_ = false;
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code error) {
      if (stopping_) return;
      const bool full = sessions_.size() >= options_.connections_max;
      accept_waits_ = full && idle_.empty();
      if (accept_waits_) return;
      tcp::socket socket(io_);
      if (!error) acceptor_.accept(socket, error);
      if (error) {
        accept_pause_.expires_after(kAcceptPause);
        accept_pause_.async_wait([this](error_code) { Accept(); });
        return;
      }
      if (full) idle_.front()->Close();
      auto session = std::make_shared<HttpSession>(std::move(socket), this);
      sessions_[session.get()] = {session, std::nullopt};
      traffic_.SetConnections(sessions_.size());
      session->Begin();
      Accept();
    });
  }

  void Drain() {
    stopping_ = true;
    error_code ignored;  // nothing is lost where the acceptor cannot be closed
    acceptor_.close(ignored);
    accept_pause_.cancel();
    stream_timer_.cancel();
    if (sessions_.empty()) return drained_.set_value();
    std::list<std::shared_ptr<HttpSession>> all;  // draining takes sessions off the map
    for (const auto& [session, entry] : sessions_) all.push_back(entry.session);
    for (const auto& session : all) session->Drain();
  }

  const HttpServerOptions options_;
  HttpTraffic traffic_;
  const HttpApi api_;
  ChangeFeed* const feed_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  asio::steady_timer stream_timer_;
  uint16_t port_ = 0;

  // Of the input/output thread, as long as it runs.
  std::list<HttpSession*> idle_;  // longest idle first
  std::unordered_map<HttpSession*, Entry> sessions_;
  std::unordered_set<HttpSession*> streaming_;  // of these
  bool accept_waits_ = false;                   // for a connection to end or to fall idle
  bool stopping_ = false;
  std::promise<void> drained_;

  asio::thread_pool pool_;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                      const api::v1::VersionInfo& version, const Queries* queries,
                                                      ChangeFeed* feed) {
  KONTOR_ASSIGN_OR_RETURN(const tcp::endpoint endpoint, Admit(options));
  auto core = std::make_unique<Core>(options, version, queries, feed);
  KONTOR_RETURN_IF_ERROR(core->Listen(endpoint));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

Status HttpServer::CheckOptions(const HttpServerOptions& options) { return Admit(options).status(); }

Status HttpServer::CheckListen(const HttpServerOptions& options) {
  KONTOR_ASSIGN_OR_RETURN(const tcp::endpoint endpoint, Admit(options));
  asio::io_context io;
  tcp::acceptor acceptor(io);
  return Bind(&acceptor, endpoint, options.listen);
}

uint16_t HttpServer::port() const { return core_->port(); }
bool HttpServer::Stop(std::chrono::milliseconds deadline) { return core_->Stop(deadline); }

}  // namespace kontor
