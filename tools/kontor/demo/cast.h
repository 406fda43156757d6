// Plays the stories: what befalls the accounts of the cast beside their ordinary life.
#pragma once

#include <vector>

#include "tools/kontor/demo/account.h"
#include "tools/kontor/demo/journal.h"
#include "tools/kontor/demo/key_account_work.h"
#include "tools/kontor/demo/ledger.h"
#include "tools/kontor/demo/relations.h"
#include "tools/kontor/demo/trade.h"

namespace kontor::demo {

// Ownership: borrows everything. Does nothing on an ordinary account.
class Cast {
 public:
  Cast(Pen* pen, Relations* relations, Ledger* ledger, Trade* trade, KeyAccountWork* work)
      : pen_(*pen), relations_(*relations), ledger_(*ledger), trade_(*trade), work_(*work) {}

  // Before the months are lived, between them and the payment runs, and at last.
  void Begin();
  void Play();
  void Finish();

 private:
  void Leave();
  void GrowByPromises();
  void WinWrongDeal();
  void MuddleBooks();
  void WriteOffAll();

  Pen& pen_;
  Relations& relations_;
  Ledger& ledger_;
  Trade& trade_;
  KeyAccountWork& work_;
};

// The two merges, one of them reverted, on the reference topic.
void WriteMerges(const Horizon& horizon, const std::vector<Account>& accounts, Journal* journal);

}  // namespace kontor::demo
