// Views for the tests of printing: one account and the portfolio, with every block filled.
#pragma once

#include "engine/server/fake_queries.h"

namespace kontor {

// Two accounts (one of them "acme", whole), a portfolio, a timeline, records and shards.
void FillWithSamples(FakeQueries* queries);

}  // namespace kontor
