#include "engine/shard/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace kontor {
namespace {

TEST(MailboxTest, LetterRunsRightHereBeforeTheLoopAndAfterIt) {
  Mailbox mailbox([] { FAIL() << "nobody is to be nudged"; });
  std::thread::id ran;
  const auto letter = [&ran] { ran = std::this_thread::get_id(); };
  mailbox.Ask(letter);
  EXPECT_EQ(ran, std::this_thread::get_id());
  mailbox.Open();
  mailbox.Close();
  ran = {};
  mailbox.Ask(letter);
  EXPECT_EQ(ran, std::this_thread::get_id());
}

TEST(MailboxTest, LoopRunsTheLetterAndTheAskerWaits) {
  std::atomic<int> nudges = 0;
  Mailbox mailbox([&nudges] { ++nudges; });
  mailbox.Open();
  std::thread::id ran;
  std::thread asker([&] { mailbox.Ask([&ran] { ran = std::this_thread::get_id(); }); });
  while (ran == std::thread::id()) {
    mailbox.Wait(std::chrono::milliseconds(1'000));
    mailbox.Answer();
  }
  asker.join();
  EXPECT_EQ(ran, std::this_thread::get_id());
  EXPECT_EQ(nudges, 1);
}

TEST(MailboxTest, WakeEndsTheNextWait) {
  Mailbox mailbox([] {});
  mailbox.Open();
  mailbox.Wake();
  mailbox.Wait(std::chrono::hours(1));
  std::thread waker([&mailbox] { mailbox.Wake(); });
  mailbox.Wait(std::chrono::hours(1));
  waker.join();
}

TEST(MailboxTest, CloseAnswersWhatHasCome) {
  std::atomic<bool> asked = false;
  Mailbox mailbox([&asked] { asked = true; });
  mailbox.Open();
  int answers = 0;
  std::thread asker([&] { mailbox.Ask([&answers] { ++answers; }); });
  while (!asked) mailbox.Wait(std::chrono::milliseconds(1));
  mailbox.Close();
  asker.join();
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace kontor
