// The OpenAPI 3.1 document of the HTTP interface: paths and parameters from the table of routes, schemas and their
// words from the proto files, so that neither can say what the other does not.
#pragma once

#include <cstdint>
#include <string>

namespace kontor {

std::string OpenApiText(const std::string& version, int32_t page_size_max);

}  // namespace kontor
