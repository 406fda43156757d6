#include "engine/base/sha256.h"

#include <openssl/evp.h>

#include "engine/base/check.h"

namespace kontor {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

namespace {

const EVP_MD* Digest() {
  static EVP_MD* digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  KONTOR_CHECK(digest != nullptr);
  return digest;
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  KONTOR_CHECK(context_->evp != nullptr && EVP_DigestInit_ex2(context_->evp, Digest(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::Update(std::string_view bytes) {
  KONTOR_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1);
}

Sha256Hash Sha256::Finish() {
  Sha256Hash hash;
  KONTOR_CHECK(EVP_DigestFinal_ex(context_->evp, hash.data(), nullptr) == 1);
  KONTOR_CHECK(EVP_DigestInit_ex2(context_->evp, Digest(), nullptr) == 1);
  return hash;
}

Sha256Hash Sha256::Of(std::string_view bytes) {
  thread_local Sha256 sha;
  sha.Update(bytes);
  return sha.Finish();
}

std::string HexText(const Sha256Hash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : hash) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace kontor
