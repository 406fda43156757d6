#include "engine/server/field_paths.h"

#include <gmock/gmock.h>

#include "kontor/api/v1/api.pb.h"

namespace kontor {
namespace {

using ::testing::HasSubstr;

std::string Trimmed(std::string_view paths, api::v1::ListAccountsResponse message) {
  const Result<FieldPaths> parsed = FieldPaths::Parse(paths, *api::v1::ListAccountsResponse::GetDescriptor());
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  parsed->Trim(&message);
  return message.ShortDebugString();
}

api::v1::ListAccountsResponse Sample() {
  api::v1::ListAccountsResponse message;
  for (const char* id : {"a", "b"}) {
    api::v1::AccountSummary* account = message.add_accounts();
    account->mutable_profile()->set_account_id(id);
    account->mutable_profile()->set_name("N");
    account->mutable_profile()->mutable_opened_at()->set_seconds(1);
    account->set_findings(2);
  }
  message.set_next_page_token("t");
  return message;
}

TEST(FieldPathsTest, PathsLeadThroughListsAndMessages) {
  EXPECT_EQ(Trimmed("accounts.profile.accountId", Sample()),
            R"(accounts { profile { account_id: "a" } } accounts { profile { account_id: "b" } })");
  EXPECT_EQ(Trimmed("nextPageToken", Sample()), R"(next_page_token: "t")");
  EXPECT_EQ(Trimmed("accounts.findings,nextPageToken", Sample()),
            R"(accounts { findings: 2 } accounts { findings: 2 } next_page_token: "t")");
  EXPECT_EQ(Trimmed("covers", Sample()), "");
}

TEST(FieldPathsTest, WiderPathHoldsTheNarrowerOne) {
  EXPECT_EQ(Trimmed("accounts.profile.name,accounts", Sample()), Trimmed("accounts", Sample()));
  EXPECT_EQ(Trimmed("accounts,accounts.profile.name", Sample()), Trimmed("accounts", Sample()));
}

TEST(FieldPathsTest, UnknownPathsAreNamed) {
  for (const char* path :
       {"accounts.profile.nickname", "account_id", "accounts.profile.account_id", "accounts.", ".accounts",
        "accounts..profile", "accounts.profile.openedAt.seconds", "accounts.findings.n"}) {
    const auto parsed =
        FieldPaths::Parse(std::string("nextPageToken,") + path, *api::v1::ListAccountsResponse::descriptor());
    ASSERT_FALSE(parsed.ok()) << path;
    EXPECT_THAT(std::string(Text(parsed.status())), HasSubstr(fmt::format("fields: there is no '{}'", path)));
  }
  EXPECT_EQ(Text(FieldPaths::Parse("accounts.profile.nmae", *api::v1::ListAccountsResponse::descriptor()).status()),
            "fields: there is no 'accounts.profile.nmae' in this answer: 'nmae' is no field of AccountProfile; did you "
            "mean name?");
  EXPECT_EQ(
      Text(FieldPaths::Parse("profile.accountId", *api::v1::ListAccountsResponse::descriptor()).status()),
      "fields: there is no 'profile.accountId' in this answer: 'profile' is no field of ListAccountsResponse; did "
      "you mean accounts.profile.accountId?");
  for (const char* paths : {"", ",", "covers,", "covers,,basis"}) {
    EXPECT_EQ(FieldPaths::Parse(paths, *api::v1::ListAccountsResponse::descriptor()).status().code(),
              StatusCode::kInvalidArgument)
        << paths;
  }
}

}  // namespace
}  // namespace kontor
