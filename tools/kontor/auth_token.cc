#include "tools/kontor/auth_token.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace kontor {
namespace {

constexpr size_t kTokenBytesMax = 4096;

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
      return NotFound("there is no {}; make one with: (umask 077; openssl rand -hex 32 > {})", path, path);
    }
    return PermissionDenied("{} cannot be opened: {}; let this user read it, or name another file", path,
                            ErrorText(error));
  }
  struct stat facts = {};
  if (fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return InvalidArgument("{} is no regular file; name one that holds the token", path);
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return PermissionDenied("others than its owner may use {} (mode {:04o}); do: chmod 600 {}", path,
                            facts.st_mode & 07777U, path);
  }
  std::array<char, kTokenBytesMax + 1> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return PermissionDenied("{} cannot be read: {}; name another file", path, ErrorText(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > kTokenBytesMax)
    return InvalidArgument("{} holds more than {} bytes, which is no token; name another file", path, kTokenBytesMax);
  std::string_view token(bytes.data(), size);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.remove_suffix(1);
  if (token.empty() || !std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7F'; })) {
    return InvalidArgument(
        "{} must hold one line of visible ASCII without spaces; make one with: "
        "(umask 077; openssl rand -hex 32 > {})",
        path, path);
  }
  return std::string(token);
}

}  // namespace kontor
