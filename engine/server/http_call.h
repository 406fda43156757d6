// One request as the interface understands it: the route, and its parameters read and checked by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/query/queries.h"
#include "engine/server/routes.h"
#include "engine/server/target.h"

namespace kontor {

// The route of a path; null where there is none.
const Route* FindRoute(const Target& target);
// Refuses what the route does not take, and what is there twice: a misspelt name must not answer another question.
Status CheckParameters(const Target& target, const Route& route);

// Errors: InvalidArgument, the parameter's name first.
class HttpCall {
 public:
  HttpCall(const Route* route, Target target) : route_(route), target_(std::move(target)) {}

  const Route& route() const { return *route_; }
  const Target& target() const { return target_; }
  const std::string& segment(size_t index) const { return target_.segments[index]; }
  std::optional<std::string_view> Get(std::string_view name) const;

  Result<ReadAt> At() const;
  Result<Page> PageOf(int32_t page_size_max) const;
  // Everything of a list of accounts but the page and the instants.
  Result<AccountsQuery> Accounts() const;
  Result<log::v1::Disposition> Disposition() const;
  Result<bool> Flag(std::string_view name) const;
  // Nothing where the reader waits for none.
  Result<std::optional<TopicOffset>> WaitFor() const;

 private:
  const Route* route_;
  Target target_;
};

}  // namespace kontor
