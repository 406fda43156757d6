# Makes a file part of a program: cmake -DINPUT=file -DOUTPUT=stem -DSYMBOL=kName -P embed.cmake writes OUTPUT.h and
# OUTPUT.cc, which declare and hold its bytes as kontor::kName, and kontor::kNameSize.
file(READ "${INPUT}" digits HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${digits}")
get_filename_component(name "${OUTPUT}" NAME)
file(WRITE "${OUTPUT}.h" "#pragma once
#include <cstddef>
namespace kontor {
extern const unsigned char ${SYMBOL}[];
extern const std::size_t ${SYMBOL}Size;
}  // namespace kontor
")
file(WRITE "${OUTPUT}.cc" "#include \"kontor/${name}.h\"
namespace kontor {
const unsigned char ${SYMBOL}[] = {${bytes}};
const std::size_t ${SYMBOL}Size = sizeof(${SYMBOL});
}  // namespace kontor
")
