#include "tools/kontor/service.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

namespace kontor {
namespace {

// A manager's end of the protocol: a datagram socket, named in the environment.
class ServiceManagerTest : public ::testing::Test {
 protected:
  ServiceManagerTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "kontor-notify-XXXXXX").string();
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    const std::string path = folder + "/socket";
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~ServiceManagerTest() override {
    close(socket_);
    std::filesystem::remove_all(folder_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
  // What was sent and not taken yet, a datagram at a time; empty where nothing was.
  std::string Take() {
    char bytes[4096];
    const ssize_t size = recv(socket_, bytes, sizeof bytes, 0);
    return size < 0 ? "" : std::string(bytes, static_cast<size_t>(size));
  }

  std::filesystem::path folder_;
  int socket_ = -1;
};

TEST_F(ServiceManagerTest, IsToldOfReadinessAndOfTheEnd) {
  ServiceManager manager;
  EXPECT_TRUE(manager.listens());
  manager.Ready("2 shards");
  EXPECT_EQ(Take(), "READY=1\nSTATUS=2 shards\n");
  manager.Stopping();
  EXPECT_EQ(Take(), "STOPPING=1\nSTATUS=stopping\n");
}

TEST_F(ServiceManagerTest, AStatusIsToldWhenItChanges) {
  ServiceManager manager;
  manager.Ready("lag 3");
  Take();
  manager.Tick(true, "lag 3");
  EXPECT_EQ(Take(), "");
  manager.Tick(true, "lag 0");
  EXPECT_EQ(Take(), "STATUS=lag 0\n");
}

TEST_F(ServiceManagerTest, TheWatchdogIsFedTwiceInItsTimeByWhoIsAlive) {
  setenv("WATCHDOG_USEC", "3000000", 1);
  ServiceManager manager;
  EXPECT_EQ(manager.interval(), std::chrono::milliseconds(1'500));
  manager.Ready("");
  Take();
  manager.Tick(true, "");
  EXPECT_EQ(Take(), "WATCHDOG=1\n");
  manager.Tick(false, "");
  EXPECT_EQ(Take(), "");
  manager.Tick(true, "");
  EXPECT_EQ(Take(), "WATCHDOG=1\n");
}

TEST_F(ServiceManagerTest, AWatchdogOfAnotherProcessIsNotOurs) {
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  ServiceManager manager;
  manager.Tick(true, "");
  EXPECT_EQ(Take(), "");
}

TEST_F(ServiceManagerTest, WithoutAManagerNothingIsSaid) {
  unsetenv("NOTIFY_SOCKET");
  ServiceManager manager;
  EXPECT_FALSE(manager.listens());
  manager.Ready("2 shards");
  EXPECT_EQ(Take(), "");
}

}  // namespace
}  // namespace kontor
