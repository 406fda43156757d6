// How the doctor's tests say what a check is to tell.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "tools/kontor/doctor/check.h"

namespace kontor {

inline auto Is(Verdict verdict, const std::string& what, const std::string& remedy = "") {
  return ::testing::AllOf(::testing::Field(&Check::verdict, verdict),
                          ::testing::Field(&Check::what, ::testing::HasSubstr(what)),
                          ::testing::Field(&Check::remedy, ::testing::HasSubstr(remedy)));
}

}  // namespace kontor
