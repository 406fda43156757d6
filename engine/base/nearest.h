// The known word that a misspelt one was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kontor {

// The nearest of the words, by letters added, left out, changed or swapped; empty where none is near (at most two such
// slips, and fewer than half of the letters).
std::string Nearest(std::string_view word, const std::vector<std::string>& known);

// "; did you mean serve?", to stand behind what is wrong; empty where no word is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& known);

}  // namespace kontor
