#include "tools/kontor/import/row_ledger.h"

#include <csv.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kontor {

std::string_view RowTroubleText(RowTrouble trouble) {
  switch (trouble) {
    case RowTrouble::kInvalid:
      return "invalid";
    case RowTrouble::kUnacknowledged:
      return "not acknowledged";
    case RowTrouble::kNoted:
      return "noted";
  }
  return "";
}

std::string ReasonClass(std::string_view reason) {
  std::string text;
  for (size_t i = 0; i < reason.size(); ++i) {
    const char open = reason[i];
    text.push_back(open);
    if (open != '\'' && open != '[') continue;
    const size_t end = reason.find(open == '[' ? ']' : '\'', i + 1);
    if (end == std::string_view::npos) continue;
    if (open == '\'') text += "…";
    i = end;
    text.push_back(reason[end]);
  }
  return text;
}

Status RowLedger::OpenFile(const std::string& path) {
  file_.reset(std::fopen(path.c_str(), "w"));
  path_ = path;
  if (file_ == nullptr) return InvalidArgument("cannot write the list of rows to {}: {}", path, std::strerror(errno));
  std::fputs("what,where,event_id,reason\n", file_.get());
  return OkStatus();
}

void RowLedger::Enter(ListedRow row) {
  const std::lock_guard lock(mutex_);
  Page& page = pages_[static_cast<size_t>(row.trouble)];
  ++page.total;
  std::string reason = ReasonClass(row.reason);
  if (page.by_reason.size() >= kReasonsMax && !page.by_reason.contains(reason)) reason = "other reasons";
  ++page.by_reason[reason];
  if (file_ != nullptr) {
    const std::string_view what = RowTroubleText(row.trouble);
    for (const std::string_view field : {what, std::string_view(row.where), std::string_view(row.event_id)}) {
      csv_fwrite(file_.get(), field.data(), field.size());
      std::fputc(',', file_.get());
    }
    csv_fwrite(file_.get(), row.reason.data(), row.reason.size());
    std::fputc('\n', file_.get());
  }
  if (page.listed.size() < listed_max_) page.listed.push_back(std::move(row));
}

Status RowLedger::CloseFile() {
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr) return OkStatus();
  const bool failed = std::ferror(file_.get()) != 0;
  if (std::fclose(file_.release()) != 0 || failed) {
    return Unavailable("the list of rows in {} is not whole: {}", path_, std::strerror(errno));
  }
  return OkStatus();
}

uint64_t RowLedger::total(RowTrouble trouble) const {
  const std::lock_guard lock(mutex_);
  return pages_[static_cast<size_t>(trouble)].total;
}

std::map<std::string, uint64_t> RowLedger::by_reason(RowTrouble trouble) const {
  const std::lock_guard lock(mutex_);
  return pages_[static_cast<size_t>(trouble)].by_reason;
}

std::vector<ListedRow> RowLedger::listed(RowTrouble trouble) const {
  const std::lock_guard lock(mutex_);
  return pages_[static_cast<size_t>(trouble)].listed;
}

}  // namespace kontor
