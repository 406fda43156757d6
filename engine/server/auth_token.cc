#include "engine/server/auth_token.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "engine/base/sha256.h"

namespace kontor {
namespace {

constexpr size_t kTokenBytesMax = 4096;
constexpr std::string_view kScheme = "bearer ";

std::string ErrorText(int error) { return std::generic_category().message(error); }

// Closes what open() gave.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<std::string> ReadAuthToken(const std::string& path) {
  // Not blocking: a pipe without a writer must not hold us up. What is checked is what is read, so the file is opened
  // first.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    const int error = errno;
    if (error == ENOENT) {
      return NotFound("auth-token-file: there is no {}; make it with: (umask 077; openssl rand -hex 32 > {})", path,
                      path);
    }
    return PermissionDenied("auth-token-file: {} cannot be opened: {}", path, ErrorText(error));
  }
  struct stat facts = {};
  if (fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return InvalidArgument("auth-token-file: {} is no regular file", path);
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return PermissionDenied("auth-token-file: others than its owner may use {} (mode {:04o}); do: chmod 600 {}", path,
                            facts.st_mode & 07777U, path);
  }
  std::array<char, kTokenBytesMax + 1> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return PermissionDenied("auth-token-file: {} cannot be read: {}", path, ErrorText(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > kTokenBytesMax) return InvalidArgument("auth-token-file: {} holds more than {} bytes", path, kTokenBytesMax);
  std::string_view token(bytes.data(), size);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.remove_suffix(1);
  if (token.empty()) return InvalidArgument("auth-token-file: {} is empty; write the token into it", path);
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7F'; })) {
    return InvalidArgument("auth-token-file: {} must hold one line of visible ASCII, without spaces", path);
  }
  return std::string(token);
}

bool ShowsToken(std::string_view authorization, std::string_view token) {
  if (authorization.size() < kScheme.size()) return false;
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return false;
  }
  // Hashes are compared, whole: neither the length nor the place of the first difference shows.
  const Sha256Hash shown = Sha256::Of(authorization.substr(kScheme.size()));
  const Sha256Hash expected = Sha256::Of(token);
  unsigned difference = 0;
  for (size_t i = 0; i < shown.size(); ++i) difference |= static_cast<unsigned>(shown[i] ^ expected[i]);
  return difference == 0;
}

}  // namespace kontor
