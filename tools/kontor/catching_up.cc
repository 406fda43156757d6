#include "tools/kontor/catching_up.h"

#include <fmt/format.h>

#include <utility>

#include "tools/kontor/text.h"

namespace kontor {

std::optional<std::string> CatchingUp::Look(std::chrono::steady_clock::time_point now,
                                            const std::vector<ShardStatus>& shards) {
  if (last_ && now - last_->at < kInterval) return std::nullopt;
  uint64_t folded = 0;  // readers see them
  int64_t behind = 0;   // readers do not: in the log, or in Kafka alone
  bool all_known = true;
  for (const ShardStatus& shard : shards) {
    folded += shard.folded.value();
    behind += static_cast<int64_t>(shard.end.value() - shard.folded.value()) + OffsetsBehind(shard);
    all_known = all_known && shard.watermarks.high >= 0;
  }
  const std::optional<Reading> before = std::exchange(last_, Reading{now, folded});
  if (!before || folded < before->folded) return std::nullopt;  // a partition moved away: no rate can be told

  const std::chrono::duration<double> elapsed = now - before->at;
  const double rate = static_cast<double>(folded - before->folded) / elapsed.count();
  const double left = rate > 0 ? static_cast<double>(behind) / rate : 0;
  if (left > std::chrono::duration<double>(kInterval).count()) {
    told_ = true;
    return fmt::format("catching up: {} records behind, {}/s, {} left", CountText(behind), NumberText(rate, 0),
                       DurationText(left));
  }
  if (!told_ || !all_known || (behind > 0 && rate == 0)) return std::nullopt;
  told_ = false;
  return fmt::format("caught up: {} records", CountText(static_cast<int64_t>(folded)));
}

}  // namespace kontor
