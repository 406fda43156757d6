// The timeline of an account: its events in the world's order, each with its place in the log and what it changed.
#include <google/protobuf/arena.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "engine/event/json.h"
#include "engine/query/engine_queries.h"
#include "engine/query/recorded_at.h"
#include "engine/query/summary.h"
#include "engine/shard/logged_event.h"
#include "projections/account/voids.h"
#include "projections/growth/growth_figures.h"
#include "projections/satisfaction/satisfaction_figures.h"
#include "projections/value/value_figures.h"

namespace kontor {
namespace {

// Where an event stands in the world's order; ties go by partition and position.
struct Place {
  Instant at;
  Partition partition;
  Position position;
  auto operator<=>(const Place&) const = default;
};

// "1700000000000000000.3.1041": the place of the last entry shown.
std::string TokenOf(const Place& place) {
  return fmt::format("{}.{}.{}", place.at.value(), place.partition.value(), place.position.value());
}

Result<Place> PlaceOf(const std::string& token) {
  const Status bad = InvalidArgument("page_token: '{}' is not one that a timeline gave; begin without it", token);
  int64_t at = 0;
  int32_t partition = 0;
  uint64_t position = 0;
  const char* const end = token.data() + token.size();
  auto read = std::from_chars(token.data(), end, at);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != '.') return bad;
  read = std::from_chars(read.ptr + 1, end, partition);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != '.') return bad;
  read = std::from_chars(read.ptr + 1, end, position);
  if (read.ec != std::errc() || read.ptr != end) return bad;
  return Place{Instant(at), Partition(partition), Position(position)};
}

std::set<std::string> FiguresOf(const std::vector<Measure>& measures) {
  std::set<std::string> names;
  for (const auto* figures : {&ValueFigures(), &GrowthFigures(), &SatisfactionFigures()}) {
    for (const Figure& figure : *figures) {
      const bool touched = std::any_of(figure.inputs.begin(), figure.inputs.end(), [&measures](Measure input) {
        return std::binary_search(measures.begin(), measures.end(), input);
      });
      if (touched) names.insert(std::string(figure.view) + "." + std::string(figure.field));
    }
  }
  return names;
}

Status Fill(const AccountFold& fold, const AccountReader::Held& held, const Place& place, Instant t,
            view::v1::TimelineEntry* entry) {
  google::protobuf::Arena arena;
  KONTOR_ASSIGN_OR_RETURN(const LoggedRecord logged, ReadLogged(*held.log, place.position, &arena));
  if (logged.event == nullptr) return NotAccepted(place.position);
  const event::v1::Event& event = *logged.event;
  *entry->mutable_occurred_at() = event.occurred_at();
  entry->set_topic(held.shard->id().topic);
  entry->set_partition(place.partition.value());
  entry->set_position(place.position.value());
  entry->set_source(event.source());
  entry->set_event_id(event.event_id());
  entry->set_account_id(event.account_id());
  entry->set_actor(event.actor());
  entry->set_body(std::string(BodyName(event)));
  entry->set_summary(SummaryOf(event));
  entry->set_understood(IsUnderstood(event));
  // A void has no instant in the world: it acts from the beginning.
  entry->set_ahead(place.at > t && !event.has_event_voided());
  entry->set_recorded_at_type(logged.record->timestamp_type());
  if (const auto at = RecordedAt(*logged.record)) *entry->mutable_recorded_at() = *at;
  entry->set_event_json(EventToJson(event));

  // What it changed is what taking it out would change back; what is ahead has changed nothing yet.
  const VersionRows source(&held.version);
  ScratchRows rows(&source);
  entry->set_voided(IsVoided(IdentityOf(event), held.version.account(), &rows));
  if (!entry->voided() && entry->understood() && place.at <= t) {
    fold.Fold(event, true, -1, held.version.account(), &rows);
    for (const std::string& figure : FiguresOf(rows.ChangedMeasures())) entry->add_changed(figure);
  }
  return rows.status();
}

}  // namespace

Result<api::v1::TimelineResponse> EngineQueries::Timeline(const AccountId& account, const Page& page,
                                                          const ReadAt& at) const {
  const Moment moment = MomentOf(at);
  std::optional<Place> after;
  if (!page.token.empty()) {
    KONTOR_ASSIGN_OR_RETURN(after, PlaceOf(page.token));
  }
  KONTOR_ASSIGN_OR_RETURN(const std::shared_ptr<const ReferenceReading> reference, reader_->Reference());
  const Merges merges = reference->state.MergesAt(moment.t);
  const std::vector<AccountId> members = merges.MembersOf(account);

  // The first of each account, merged by place; one more than the page tells whether there is a next one.
  ShardVersions versions;
  KONTOR_ASSIGN_OR_RETURN(const std::vector<AccountReader::Held> held, reader_->Hold(members, &versions));
  std::map<Place, const AccountReader::Held*> places;
  const auto wanted = static_cast<size_t>(page.size) + 1;
  for (const AccountReader::Held& one : held) {
    const Partition partition = one.shard->id().partition;
    size_t found = 0;
    const Instant from = after ? after->at : kInstantMin;
    KONTOR_RETURN_IF_ERROR(one.version.ScanEvents(from, Position(0), [&](Instant event_at, Position position) {
      if ((moment.as_of && event_at > *moment.as_of) || found == wanted) return false;
      const Place place{event_at, partition, position};
      if (after && place <= *after) return true;
      places.emplace(place, &one);
      ++found;
      return true;
    }));
  }
  if (places.empty() && !after) {
    const std::string up_to = moment.as_of ? " up to " + InstantText(*moment.as_of) : "";
    return NotFound("account '{}' has no event{}; `kontor accounts` lists those that have", account.value(), up_to);
  }

  api::v1::TimelineResponse response;
  std::optional<Place> last;
  for (const auto& [place, account_held] : places) {
    if (response.entries_size() == page.size) {
      response.set_next_page_token(TokenOf(*last));
      break;
    }
    KONTOR_RETURN_IF_ERROR(Fill(reader_->fold(), *account_held, place, moment.t, response.add_entries()));
    last = place;
  }
  RenderBasis(moment, PositionsOf(versions), reference->position, response.mutable_basis());
  return response;
}

}  // namespace kontor
