#include "tools/kontor/demo/stories.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "tools/kontor/demo/bad_emitter.h"

namespace kontor::demo {
namespace {

std::vector<const Account*> InRole(const std::vector<Account>& accounts, Role role) {
  std::vector<const Account*> found;
  for (const Account& account : accounts) {
    if (account.role == role) found.push_back(&account);
  }
  return found;
}

Story Tell(std::string title, const std::vector<const Account*>& cast, std::string tale,
           std::vector<Story::Look> looks) {
  Story story{.title = std::move(title), .accounts = {}, .tale = std::move(tale), .looks = std::move(looks)};
  for (const Account* account : cast) story.accounts.push_back(account->id);
  return story;
}

// Breaks a text into lines of at most kWidth bytes; the first one begins with `first`, the others with as many blanks.
std::string Wrapped(std::string_view text, std::string_view first) {
  constexpr size_t kWidth = 110;
  std::string out(first);
  size_t column = first.size();
  bool fresh = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!fresh && column + 1 + word.size() > kWidth) {
      out.append("\n").append(first.size(), ' ');
      column = first.size();
      fresh = true;
    }
    if (!fresh) out.push_back(' ');
    column += word.size() + (fresh ? 0 : 1);
    out.append(word);
    fresh = false;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return out + "\n";
}

}  // namespace

std::vector<Story> TellStories(const Horizon& horizon, const std::vector<Account>& accounts) {
  const auto cast = [&](Role role) { return InRole(accounts, role); };
  const auto first = [&](Role role) -> const Account& { return *cast(role).front(); };
  const auto both = [&](Role one, Role other) { return std::vector{&first(one), &first(other)}; };
  std::vector<Story> stories;

  const Account& leaving = first(Role::kLeaving);
  stories.push_back(
      Tell("An account is quietly leaving", {&leaving},
           fmt::format(
               "{} never complained loudly. Two contacts left, orders shrank, a promise was broken, an issue took five "
               "weeks, the contract was not renewed, the last bills are unpaid, an offer has no answer, and nobody has "
               "been in touch for more than three months.",
               leaving.name),
           {{fmt::format("account {}", leaving.id),
             "a falling year and churned recurring revenue; a silence of many times its usual gap; overdue bills"},
            {fmt::format("account {} --as-of {}", leaving.id, DayText(*leaving.ending.fades_from - 30)),
             "the same when all was well"},
            {fmt::format("timeline {}", leaving.id), "how it thins out"}}));

  const Account& late = first(Role::kLatePayer);
  stories.push_back(
      Tell("A late payer", {&late},
           fmt::format("{} buys well and says so, and pays its bills some six weeks after they are due.", late.name),
           {{fmt::format("account {}", late.id),
             "days beyond terms, and what stands overdue at any time; and that it is content"}}));

  const Account& grown = first(Role::kGrownByPromises);
  stories.push_back(
      Tell("A key account grown by kept promises", {&grown},
           fmt::format(
               "{} became a key account on {}. Since then nearly every promise was kept by its first day, and offers "
               "were made before anybody asked, each larger than the last.",
               grown.name, DayText(*grown.key_account_from)),
           {{fmt::format("account {}", grown.id),
             "commitments kept; the average deal by month; year on year; and that it pays before it must"},
            {fmt::format("account {} --as-of {}", grown.id, DayText(*grown.key_account_from)),
             "where it stood on that day"}}));

  const std::vector<const Account*> webshop = cast(Role::kBadEmitter);
  stories.push_back(Tell(
      "A bad emitter", webshop,
      fmt::format("Since its release 4.2 on {} the webshop sends half of its events wrong: text for protobuf, "
                  "milliseconds for seconds, the order's number as key, an identity used twice. Each is kept with its "
                  "reason; nothing else is touched, and the shop's right events count.",
                  DayText(BadEmitter::ReleaseDay(horizon))),
      {{"rejected", "every reason that a record can have, and the conflicts"},
       {fmt::format("timeline {}", webshop.front()->id), "what it sent right"}}));

  const Account& voided = first(Role::kVoidedDeal);
  stories.push_back(Tell(
      "A wrong deal, voided and stated right", {&voided},
      fmt::format("At {} a deal was booked with a nought too many. Three days later it was voided and stated again.",
                  voided.name),
      {{fmt::format("account {}", voided.id), "booked as if the wrong one never was"},
       {fmt::format("timeline {}", voided.id), "both statements, the wrong one marked as voided"}}));

  const std::vector<const Account*> merged = both(Role::kSurvivor, Role::kAbsorbed);
  stories.push_back(
      Tell("Two accounts merged", merged,
           fmt::format("{} and {} are one firm under two numbers. Each goes on with its own events, whatever partition "
                       "they are on; from the merge on they "
                       "read as one.",
                       merged[0]->name, merged[1]->name),
           {{fmt::format("account {}", merged[1]->id), "the answer of its survivor, with the facts of both"}}));

  const std::vector<const Account*> mistaken = both(Role::kMistakenSurvivor, Role::kMistakenAbsorbed);
  stories.push_back(Tell("A merge taken back", mistaken,
                         fmt::format("{} and {} only share a name. They were one for three weeks, and are two again.",
                                     mistaken[0]->name, mistaken[1]->name),
                         {{fmt::format("account {}", mistaken[0]->id), "its own facts alone"},
                          {fmt::format("account {}", mistaken[1]->id), "and the other's"}}));

  const Account& untidy = first(Role::kUntidyBooks);
  stories.push_back(
      Tell("Contradictions kept, not dropped", {&untidy},
           fmt::format(
               "The facts of {} do not fit together: a payment over its invoice, one in another currency, one for an "
               "invoice nobody knows, a kept promise never made, a deal opened and won twice.",
               untidy.name),
           {{fmt::format("account {}", untidy.id),
             "its findings; and unapplied money, which is never guessed onto an invoice"}}));

  const Account& insolvent = first(Role::kInsolvent);
  stories.push_back(
      Tell("Money that will not come", {&insolvent},
           fmt::format("{} stopped paying, then closed. Its bills were written off; a tenth of one came after all.",
                       insolvent.name),
           {{fmt::format("account {}", insolvent.id), "what was written off, and net value without it"}}));

  std::vector<const Account*> group = cast(Role::kGroupParent);
  for (const Account* member : cast(Role::kGroupMember)) group.push_back(member);
  stories.push_back(
      Tell("A group in three currencies", group,
           fmt::format("{} has subsidiaries in three countries, each an account of its own.", group.front()->name),
           {{fmt::format("account {}", group.back()->id),
             "its parent; amounts in its own currency and in the "
             "reporting currency, with the rates used"}}));
  return stories;
}

std::string GuideText(const std::vector<Story>& stories, std::string_view server_url, std::string_view brokers,
                      Instant now) {
  KONTOR_CHECK(!stories.empty());
  std::string out = "What this portfolio tells\n\n";
  int number = 0;
  for (const Story& story : stories) {
    out += fmt::format("{:2}. {} ({})\n", ++number, story.title, fmt::join(story.accounts, ", "));
    out += Wrapped(story.tale, "    ");
    for (const Story::Look& look : story.looks) {
      out += fmt::format("    $ kontor {} --server {}\n", look.command, server_url);
      out += Wrapped(look.expect, "      -> ");
    }
    out += '\n';
  }

  const std::string account = fmt::format("{}/v1/accounts/{}", server_url, stories.front().accounts.front());
  const Instant year_ago = StartOfUtcDay(AddMonths(UtcDay(now), -12));
  const std::string opened =
      fmt::format(R"({{"event_id":"1","source":"me","account_id":"ME","occurred_at":"{}","account_opened":{{}}}})",
                  InstantText(year_ago));
  const std::vector<std::pair<std::string, std::string_view>> tries = {
      {fmt::format("kontor watch --server {}", server_url), "the portfolio live: how fast, and the accounts that move"},
      {fmt::format("kontor accounts --server {}", server_url), "every account with its main figures"},
      {fmt::format("kontor portfolio --server {}", server_url), "the same figures over all of them"},
      {fmt::format("kontor shards --digest --server {}", server_url),
       "one hash of the log and one of the views, a partition; another run gives the same"},
      {fmt::format("echo '{}' |\n        kontor emit --brokers {} --wait --server {}", opened, brokers, server_url),
       "an account of your own; kontor timeline ME shows it"},
      {fmt::format("kontor rejected --server {}", server_url), "what was refused, and why"},
      {fmt::format("kontor rejected --reemit ID --brokers {} --server {}", brokers, server_url),
       "one of these again, as it came: nothing was mended, so it is refused again"},
      {fmt::format("curl '{}'", account), "one account as programs read it"},
      {fmt::format("curl '{}?as_of={}'", account, InstantText(year_ago)), "the same as it was a year ago"},
  };
  out += "Try next\n\n";
  for (const auto& [command, expect] : tries) out += fmt::format("    $ {}\n      {}\n", command, expect);
  out += "\nThe same --seed and --now tell the same for ever. The live trickle goes on until you stop it (Ctrl-C).\n";
  return out;
}

}  // namespace kontor::demo
