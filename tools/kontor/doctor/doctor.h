// All checks, and how they are told.
#pragma once

#include <string>

#include "tools/kontor/console.h"
#include "tools/kontor/doctor/check.h"
#include "tools/kontor/options.h"

namespace kontor {

// Makes every check and prints what was found. Exit code 1 where one failed.
int RunDoctor(const DoctorOptions& options, const Console& console);

Checks RunChecks(const DoctorOptions& options);

std::string ChecksText(const Checks& checks, const Console& console);
std::string ChecksJson(const Checks& checks);

}  // namespace kontor
