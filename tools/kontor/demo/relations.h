// The account and we as people: contacts, conversations, promises, issues, surveys.
#pragma once

#include <string>

#include "tools/kontor/demo/pen.h"

namespace kontor::demo {

// What comes of a promise. kMissedSomehow draws one of those that follow it.
enum class PromiseEnd { kKeptInTime, kMissedSomehow, kRedated, kKeptLate, kBroken, kWithdrawn, kForgotten };

// Ownership: borrows the pen. Call Begin once, then LiveMonth for each month of the account's life in order.
class Relations {
 public:
  explicit Relations(Pen* pen) : pen_(*pen) {}

  // The account is opened, and its first people are known.
  void Begin();
  void LiveMonth(Month month);
  // The account is closed, where its ending says so.
  void Finish();

  // A promise and what came of it.
  void MakePromise(Instant at, Day due, PromiseEnd end);
  // The first of the people on that day leaves.
  void LoseContact(Day day);
  void RaiseIssue(Instant at, int32_t days_to_resolve);
  void AnswerNps(Instant at, int64_t mood);

 private:
  void DeclareContact(Day since, event::v1::PurchaseRole role);
  void Converse(Month month);
  void AskForOpinions(Month month);
  void ChangeFields(Month month);
  // Requires: not kKeptInTime, nor kMissedSomehow.
  void MissPromise(const std::string& promise, Day due, PromiseEnd end);

  Pen& pen_;
};

}  // namespace kontor::demo
