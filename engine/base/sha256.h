// SHA-256 by OpenSSL, with the digest fetched once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kontor {

using Sha256Hash = std::array<uint8_t, 32>;

// One running hash. Threads: one at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);
  // The hash of all bytes so far; the next Update begins anew.
  Sha256Hash Finish();

  static Sha256Hash Of(std::string_view bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string HexText(const Sha256Hash& hash);

}  // namespace kontor
