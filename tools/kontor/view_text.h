// The views of an account and of the portfolio as blocks of text.
#pragma once

#include <string>

#include "kontor/view/v1/view.pb.h"
#include "tools/kontor/console.h"

namespace kontor {

// Everything about one account. asked: the id that was asked for, which may be merged into this one. months: how many
// of the last ones are told month by month.
std::string AccountText(const std::string& asked, const view::v1::AccountView& account, int months,
                        const Console& console);
std::string PortfolioText(const view::v1::PortfolioView& portfolio, int months, const Console& console);

// What an answer rests on, in one sentence.
std::string BasisText(const view::v1::Basis& basis, const Console& console);
// A warning where a part is shown; empty where the whole is.
std::string CoveringsText(const view::v1::Coverings& covers, const Console& console);

}  // namespace kontor
