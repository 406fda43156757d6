#include "tools/kontor/demo/population.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "tools/kontor/demo/random.h"

namespace kontor::demo {
namespace {

// The stream that draws what accounts are; those of their lives are their numbers.
constexpr uint64_t kPopulationStream = 1;

struct Part {
  Role role;
  std::string_view country;
  Segment segment;
};
// Who plays in the stories.
constexpr std::array<Part, kCastSize> kCast = {{
    {Role::kLeaving, "NL", Segment::kMidMarket},
    {Role::kLatePayer, "IT", Segment::kMidMarket},
    {Role::kGrownByPromises, "DE", Segment::kEnterprise},
    {Role::kBadEmitter, "FR", Segment::kSmallBusiness},
    {Role::kBadEmitter, "DE", Segment::kSmallBusiness},
    {Role::kVoidedDeal, "GB", Segment::kMidMarket},
    {Role::kSurvivor, "CH", Segment::kMidMarket},
    {Role::kAbsorbed, "CH", Segment::kMidMarket},
    {Role::kMistakenSurvivor, "DE", Segment::kMidMarket},
    {Role::kMistakenAbsorbed, "GB", Segment::kSmallBusiness},
    {Role::kUntidyBooks, "US", Segment::kMidMarket},
    {Role::kInsolvent, "ES", Segment::kSmallBusiness},
    {Role::kGroupParent, "US", Segment::kEnterprise},
    {Role::kGroupMember, "US", Segment::kMidMarket},
    {Role::kGroupMember, "GB", Segment::kMidMarket},
    {Role::kGroupMember, "FI", Segment::kMidMarket},
    {Role::kOrdinary, "AT", Segment::kMidMarket},
}};

Character DrawCharacter(Random* random, Segment segment, const Market& market) {
  Character character;
  // Two draws, so that few are large and many are small.
  const int64_t size = random->Between(100, 1000) * random->Between(250, 1000) / 1000;
  switch (segment) {
    case Segment::kEnterprise:
      character.monthly_cents = 1'500'000 + size * 14'000;
      character.touches_permille = random->Between(2600, 5600);
      character.orders_permille = random->Between(900, 1800);
      character.deals_permille = random->Between(250, 480);
      character.promises_permille = random->Between(350, 850);
      character.issues_permille = random->Between(150, 420);
      character.discount_permille = random->Between(90, 210);
      character.contract_permille = random->Chance(850) ? random->Between(250, 450) : 0;
      break;
    case Segment::kMidMarket:
      character.monthly_cents = 250'000 + size * 2'000;
      character.touches_permille = random->Between(1000, 2300);
      character.orders_permille = random->Between(450, 1000);
      character.deals_permille = random->Between(110, 240);
      character.promises_permille = random->Between(120, 360);
      character.issues_permille = random->Between(70, 220);
      character.discount_permille = random->Between(30, 120);
      character.contract_permille = random->Chance(700) ? random->Between(250, 450) : 0;
      break;
    case Segment::kSmallBusiness:
      character.monthly_cents = 35'000 + size * 250;
      character.touches_permille = random->Between(350, 900);
      character.orders_permille = random->Between(250, 600);
      character.deals_permille = random->Between(50, 110);
      character.promises_permille = random->Between(30, 110);
      character.issues_permille = random->Between(30, 110);
      character.discount_permille = random->Between(0, 45);
      character.contract_permille = random->Chance(450) ? random->Between(250, 500) : 0;
      break;
  }
  character.monthly_cents = character.monthly_cents * market.price_permille / 1000;
  character.growth_permille = random->Around(45, 260);
  character.wins_permille = random->Between(380, 620);
  character.keeps_permille = random->Between(620, 900);
  character.mood = random->Around(54, 45);
  character.mood_drift = random->Around(0, 14);
  constexpr std::array<int64_t, 4> kTerms = {14, 30, 45, 60};
  constexpr std::array<int64_t, 4> kTermWeights = {180, 560, 160, 100};
  character.terms_days = kTerms[random->Weighted(kTermWeights)];
  character.pays_after_due_days = random->Around(1, 11);
  character.pays_spread_days = random->Between(4, 16);
  character.pays_in_runs = segment == Segment::kEnterprise && random->Chance(550);
  return character;
}

std::string DrawName(Random* random, const Account& account, std::set<std::string>* taken) {
  for (int attempt = 0;; ++attempt) {
    std::string name = fmt::format("{} {}", account.stem, random->Pick(account.industry->trades));
    if (attempt > 4) name += fmt::format(" {}", random->Pick(Towns()));
    if (attempt > 20) name += fmt::format(" {}", account.number);
    name += fmt::format(" {}", random->Pick(account.market->legal_forms));
    if (taken->insert(name).second) return name;
  }
}

const Market& DrawMarket(Random* random) {
  std::vector<int64_t> weights;
  for (const Market& market : Markets()) weights.push_back(market.weight);
  return Markets()[random->Weighted(weights)];
}

Segment DrawSegment(Random* random) {
  constexpr std::array<int64_t, 3> kWeights = {120, 330, 550};
  return static_cast<Segment>(random->Weighted(kWeights));
}

// Two of three were customers before the history begins, and all of the cast.
Day DrawOpening(Random* random, const Horizon& horizon, bool of_cast) {
  if (of_cast) return OnWorkday(horizon.start() - static_cast<int32_t>(random->Between(600, 4200)));
  if (random->Chance(640)) return OnWorkday(horizon.start() - static_cast<int32_t>(random->Between(120, 4200)));
  return OnWorkday(horizon.start() +
                   static_cast<int32_t>(random->Between(10, (horizon.today - horizon.start()) * 9 / 10)));
}

// What happens to an account of no story.
void DrawFate(Random* random, const Horizon& horizon, Account* account) {
  const Day settled = std::max(account->opened, horizon.start()) + 270;
  if (settled + 60 < horizon.today && random->Chance(110)) {
    const auto fades = static_cast<int32_t>(random->Between(0, horizon.today - settled - 30));
    account->ending.fades_from = settled + fades;
    account->ending.silent_from = settled + fades + static_cast<int32_t>(random->Between(100, 200));
    account->ending.closes_on = *account->ending.silent_from + static_cast<int32_t>(random->Between(40, 160));
    return;
  }
  const bool large = account->segment == Segment::kEnterprise;
  if (!random->Chance(large ? 450 : account->segment == Segment::kMidMarket ? 70 : 0)) return;
  const Day earliest = std::max(account->opened + 200, horizon.start() + 40);
  if (earliest + 60 >= horizon.today) return;
  account->key_account_from =
      earliest + static_cast<int32_t>(random->Between(0, (horizon.today - earliest - 30) * 2 / 3));
  account->tier = "A";
  if (random->Chance(100) && *account->key_account_from + 500 < horizon.today) {
    account->released_on = OnWorkday(*account->key_account_from + 480);
  }
}

// What it buys and how it feels, month by month: growth, season, noise, and the fading where there is one.
void DrawCourse(Random* random, const Horizon& horizon, Account* account) {
  const Character& character = account->character;
  constexpr int64_t kOne = 1'000'000;
  int64_t grown = kOne;
  int64_t mood = character.mood;
  for (Month month = horizon.first; month <= horizon.last; ++month) {
    const Day first = FirstDay(month);
    const int64_t season = account->industry->season_permille[MonthOfYear(month)];
    int64_t volume = character.monthly_cents * (grown / 1000) / 1000 * season / 1000;
    volume = volume * random->Around(1000, 160) / 1000;
    int64_t felt = mood;
    if (account->FadesAt(first)) {
      const int64_t months = (first - *account->ending.fades_from) / 30 + 1;
      volume = volume * std::max<int64_t>(1000 - 130 * months, 180) / 1000;
      felt -= std::min<int64_t>(12 * months, 90);
    }
    account->volume_cents.push_back(volume);
    account->mood.push_back(std::clamp<int64_t>(felt, -90, 96));
    const bool waits = account->role == Role::kGrownByPromises && first < *account->key_account_from;
    grown += grown * (waits ? 30 : character.growth_permille) / 12'000;
    const int64_t years = (month - horizon.first) / 12;
    mood += (character.mood + years * character.mood_drift - mood) / 6 + random->Around(0, 16);
  }
}

void CastPart(const Horizon& horizon, Account* account) {
  Character& character = account->character;
  Ending& ending = account->ending;
  const Day today = horizon.today;
  switch (account->role) {
    case Role::kLeaving:
      character.monthly_cents = 2'800'000;
      character.growth_permille = 60;
      character.touches_permille = 4200;
      character.contract_permille = 0;  // signed in its story
      character.deals_permille = 0;
      character.mood = 66;
      character.mood_drift = 0;
      character.orders_permille = 3600;
      character.pays_after_due_days = 0;
      character.pays_spread_days = 5;
      ending.fades_from = today - 300;
      ending.silent_from = today - 104;
      ending.unpaid_from = today - 70;
      break;
    case Role::kLatePayer:
      character.monthly_cents = 2'300'000;
      character.orders_permille = 3000;
      character.deals_permille = 0;  // steady, so that nothing else draws the eye
      character.terms_days = 30;
      character.pays_after_due_days = 45;
      character.pays_spread_days = 12;
      character.mood = 70;
      character.growth_permille = 90;
      break;
    case Role::kGrownByPromises:
      character.monthly_cents = 3'400'000;
      character.growth_permille = 360;  // once it is a key account
      character.contract_permille = 250;
      character.touches_permille = 5200;
      character.orders_permille = 2400;
      character.deals_permille = 0;     // its deals come of the offers of its story
      character.promises_permille = 0;  // and its promises stand there, too
      character.issues_permille = 120;
      character.mood = 48;
      character.mood_drift = 14;
      character.pays_after_due_days = -3;
      character.pays_spread_days = 3;
      account->key_account_from = std::max(horizon.start() + 45, today - 900);
      account->tier = "A";
      break;
    case Role::kVoidedDeal:
      character.deals_permille = 100;
      break;
    case Role::kAbsorbed:
      ending.silent_from = today - 190;  // people talk to its survivor from the merge on
      break;
    case Role::kUntidyBooks:
      character.orders_permille = 1200;
      break;
    case Role::kInsolvent:
      character.monthly_cents = 420'000;
      character.orders_permille = 1600;
      character.contract_permille = 0;
      ending.fades_from = today - 420;
      ending.silent_from = today - 300;
      ending.unpaid_from = today - 400;
      ending.closes_on = OnWorkday(today - 240);
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<Account> Populate(uint64_t seed, const Horizon& horizon, int32_t count) {
  KONTOR_CHECK(count >= kCastSize);
  Random random(seed, kPopulationStream);
  std::vector<Account> accounts;
  accounts.reserve(static_cast<size_t>(count));
  std::set<std::string> names;
  std::vector<size_t> heads;               // who may have subsidiaries
  const uint64_t id_salt = random.Next();  // one for all, or identities could meet
  for (int32_t index = 0; index < count; ++index) {
    const auto place = static_cast<size_t>(index);
    const Part* part = place < kCast.size() ? &kCast[place] : nullptr;
    Account account;
    account.number = 1001 + index;
    account.id = fmt::format("A{}", account.number);
    account.prices_of_year = DateOf(horizon.start()).year;
    account.id_salt = id_salt;
    account.role = part != nullptr ? part->role : Role::kOrdinary;
    account.segment = part != nullptr ? part->segment : DrawSegment(&random);
    account.market = part != nullptr ? &MarketOf(part->country) : &DrawMarket(&random);
    account.industry = &random.Pick(Industries());
    account.stem = random.Pick(account.market->stems);
    account.manager = random.Pick(Managers());
    account.tier = account.segment == Segment::kEnterprise ? "A" : account.segment == Segment::kMidMarket ? "B" : "C";
    account.opened = DrawOpening(&random, horizon, part != nullptr);
    account.character = DrawCharacter(&random, account.segment, *account.market);
    if (part != nullptr) {
      CastPart(horizon, &account);
    } else {
      DrawFate(&random, horizon, &account);
    }

    // Whose name and industry it shares.
    const Account* kin = nullptr;
    if (account.role == Role::kAbsorbed || account.role == Role::kMistakenAbsorbed) kin = &accounts.back();
    if (account.role == Role::kGroupMember) kin = &accounts[12];
    if (part == nullptr && account.segment != Segment::kEnterprise && random.Chance(70) && !heads.empty()) {
      kin = &accounts[heads[random.Below(heads.size())]];
    }
    if (kin != nullptr) {
      account.stem = kin->stem;
      account.industry = kin->industry;
      if (account.role == Role::kGroupMember || account.role == Role::kOrdinary) account.parent = kin->id;
    }
    account.name = DrawName(&random, account, &names);
    DrawCourse(&random, horizon, &account);
    if (part == nullptr && account.segment == Segment::kEnterprise) heads.push_back(place);
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace kontor::demo
