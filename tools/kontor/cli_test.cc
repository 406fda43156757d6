// The command line's words: what is understood, what is refused and how, and what options come to.

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "engine/portfolio/listed_figures.h"
#include "tools/kontor/cli_fixture.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/help.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

// Words.

TEST_F(CliTest, HelpListsTheCommands) {
  EXPECT_EQ(Run({"--help"}), kExitOk);
  for (const char* command : {"serve", "demo", "emit", "import", "accounts", "account", "timeline", "portfolio",
                              "shards", "rejected", "rebuild", "version"}) {
    EXPECT_THAT(out_.str(), HasSubstr(std::string("\n  ") + command + " "));
  }
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CliTest, HelpReadsWell) {
  EXPECT_EQ(Run({"--help"}), kExitOk);
  ExpectGolden("help.txt");
  EXPECT_EQ(Run({"serve", "--help"}), kExitOk);
  ExpectGolden("help_serve.txt");
  console_.width = 72;
  EXPECT_EQ(Run({"rejected", "-h"}), kExitOk);
  ExpectGolden("help_rejected_narrow.txt");
}

TEST_F(CliTest, EachCommandsHelpHasAnExample) {
  for (const char* command :
       {"serve", "demo", "emit", "import", "accounts", "account", "timeline", "portfolio", "shards", "rejected",
        "rebuild", "watch", "doctor", "config", "completion", "man", "version"}) {
    EXPECT_EQ(Run({command, "--help"}), kExitOk);
    const std::string help = out_.str();
    EXPECT_THAT(help.substr(help.find("\nExample")), HasSubstr(std::string("kontor ") + command)) << command;
  }
}

TEST_F(CliTest, HelpFitsTheTerminal) {
  console_.width = 80;
  std::vector<std::string> commands = {""};
  CommandContext context{wiring_, console_};
  const std::unique_ptr<CLI::App> program = MakeProgram(&context);
  for (const CLI::App* command : CommandsOf(*program)) commands.push_back(command->get_name());
  for (const std::string& command : commands) {
    EXPECT_EQ(command.empty() ? Run({"--help"}) : Run({command, "--help"}), kExitOk);
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 80) << command << ": " << line;
  }
}

TEST_F(CliTest, HelpOfAccountsNamesTheFigures) {
  EXPECT_EQ(Run({"accounts", "--help"}), kExitOk);
  for (const std::string& figure : ListedFigureNames()) EXPECT_THAT(out_.str(), HasSubstr(figure));
}

TEST_F(CliTest, HelpAndVersionAreFoundAsElsewhere) {
  ASSERT_EQ(Run({"serve", "--help"}), kExitOk);
  const std::string of_serve = out_.str();
  EXPECT_EQ(Run({"help", "serve"}), kExitOk);
  EXPECT_EQ(out_.str(), of_serve);
  EXPECT_EQ(Run({"help"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("\n  serve "));
  EXPECT_EQ(Run({"--version"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("kontor 1.2.3\n"));
}

TEST_F(CliTest, FoldersHaveNames) {
  for (const char* command : {"serve", "rebuild", "demo", "doctor", "accounts"}) {
    EXPECT_EQ(Run({command, "--data-dir", ""}), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr("--data-dir: must not be empty"));
  }
}

TEST_F(CliTest, TopicsHaveNames) {
  for (const char* topic : {"--topic", "--reference-topic", "--rejected-topic"}) {
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".."), std::string("kontor events"), std::string("a/b"),
          std::string("\xc3\xa4"), std::string("x\n"), std::string(250, 'x')}) {
      EXPECT_EQ(Run({"serve", "--data-dir", "d", topic, name}), kExitUsage) << name;
      EXPECT_THAT(err_.str(),
                  AllOf(HasSubstr(std::string(topic) + ": '"), HasSubstr("is no name of a topic; Kafka takes")));
    }
    for (const std::string& name : {std::string("..."), std::string("_A.z-9"), std::string(249, 'x')}) {
      EXPECT_EQ(Run({"serve", "--data-dir", "d", topic, name}), 7) << err_.str();
    }
  }
}

TEST_F(CliTest, EachTopicIsOfOneRole) {
  const std::vector<std::string> names = {"--topic", "--reference-topic", "--rejected-topic"};
  for (const auto& command :
       {std::vector<std::string>{"serve", "--data-dir", "d"}, {"doctor"}, {"config"}, {"config", "doctor"}}) {
    for (size_t i = 0; i < names.size(); ++i) {
      for (size_t j = i + 1; j < names.size(); ++j) {
        std::vector<std::string> words = command;
        words.insert(words.end(), {names[i], "t", names[j], "t"});
        EXPECT_EQ(Run(words), kExitUsage);
        EXPECT_THAT(err_.str(), StartsWith("kontor: " + names[i] + " and " + names[j] +
                                           " both name t; give each a topic of its own\n"));
      }
    }
    std::vector<std::string> words = command;
    words.insert(words.end(), {"--rejected-topic", "kontor.events"});  // which is --topic's default
    EXPECT_EQ(Run(words), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr("--topic and --rejected-topic both name kontor.events"));
  }
  for (const auto& command : {std::vector<std::string>{"emit"}, {"import", "--mapping", "m.sql", "a.csv"}}) {
    std::vector<std::string> words = command;
    words.insert(words.end(), {"--topic", "kontor.reference"});
    EXPECT_EQ(Run(words), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr("--topic and --reference-topic both name kontor.reference"));
  }
}

TEST_F(CliTest, UnknownCommandNamesTheNearest) {
  EXPECT_EQ(Run({"acounts", "--json"}), kExitUsage);
  EXPECT_EQ(err_.str(), "kontor: 'acounts' is no command; did you mean accounts?\nTry 'kontor --help'.\n");
  for (const std::vector<std::string>& asked : {std::vector<std::string>{"acounts", "--help"}, {"help", "acounts"}}) {
    EXPECT_EQ(Run(asked), kExitUsage);
    EXPECT_EQ(err_.str(), "kontor: 'acounts' is no command; did you mean accounts?\nTry 'kontor --help'.\n");
    EXPECT_THAT(out_.str(), IsEmpty());
  }
  EXPECT_EQ(Run({"explode"}), kExitUsage);
  EXPECT_EQ(err_.str(), "kontor: 'explode' is no command\nTry 'kontor --help'.\n");
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(CliTest, UnknownOptionNamesTheNearest) {
  EXPECT_EQ(Run({"accounts", "--jsn"}), kExitUsage);
  EXPECT_EQ(err_.str(), "kontor: --jsn is no option here; did you mean --json?\nTry 'kontor accounts --help'.\n");
  EXPECT_EQ(Run({"account", "--as-off=2026-01-01"}), kExitUsage);  // that the ID is missing comes second
  EXPECT_THAT(err_.str(), HasSubstr("--as-off is no option here; did you mean --as-of?"));
  EXPECT_EQ(Run({"portfolio", "acme"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'acme' is one word too many"));
}

TEST_F(CliTest, MissingAndContradictingWordsAreNamed) {
  EXPECT_EQ(Run({}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("name a command"));
  EXPECT_EQ(Run({"account"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("ID is required"));
  EXPECT_EQ(Run({"serve"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--data-dir is required"));
  EXPECT_EQ(Run({"accounts", "--server", "http://x", "--data-dir", "d"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("excludes"));
}

TEST_F(CliTest, WrongValuesAreNamedWithWhatIsRight) {
  EXPECT_EQ(Run({"accounts", "--now", "soon"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--now: 'soon' is no instant"));
  EXPECT_EQ(Read({"accounts", "--reporting-currency", "EURO"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'EURO' is no currency"));
  EXPECT_EQ(Read({"accounts", "--reporting-zone", "Mars/Base"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("Mars/Base"));
  EXPECT_EQ(Run({"accounts", "--limit", "0"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--limit: '0' is no whole number from 1 on; --all shows every row"));
  EXPECT_EQ(Run({"account", "acme", "--months", "-1"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--months: '-1' is no whole number from 0 on"));
  EXPECT_EQ(Run({"accounts", "--auth-token-file", "/no/such/file"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--auth-token-file: there is no /no/such/file"));
  EXPECT_EQ(Run({"emit", "--partitioner", "random"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'random' is neither"));
  for (const char* seed : {"x", "-1", "1.5"}) {
    EXPECT_EQ(Run({"demo", "--seed", seed}), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr(std::string("--seed: '") + seed + "' is no whole number from 0 on"));
  }
  for (const char* brokers : {"a b", "a:x", "a:0", "a:70000", ":1", "a:1,,b:1", "http://a/b"}) {
    EXPECT_EQ(Run({"emit", "--brokers", brokers}), kExitUsage) << brokers;
    EXPECT_THAT(err_.str(), AllOf(HasSubstr("--brokers: '"), HasSubstr("is no HOST:PORT; write brokers as")));
  }
  EXPECT_EQ(Run({"emit", "--kafka", "sasl.password=@nopw"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("there is no file 'nopw'; name the one that holds the value"));
  EXPECT_EQ(Run({"emit", "--kafka", "acks"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--kafka: 'acks' must be NAME=VALUE or NAME=@FILE"));
  EXPECT_EQ(Run({"emit", "--kafka", "linger.m=5"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("has no such property; did you mean linger.ms?"));
  EXPECT_EQ(Run({"serve", "--data-dir", "d", "--listen", "3"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--listen: '3' is no HOST:PORT; write it as 127.0.0.1:8686 or [::1]:8686"));
  EXPECT_EQ(Run({"demo", "--listen", "0.0.0.0:1"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("must show a token; name its file with --auth-token-file"));
}

TEST_F(CliTest, BrokersMayBeWrittenAsLibrdkafkaTakesThem) {
  for (const char* brokers : {"a", "a:1", "a:1, b:2", "[::1]:9092", "[::1]", "SASL_SSL://a", "SASL_SSL://a:1"}) {
    EXPECT_EQ(Run({"serve", "--data-dir", "d", "--brokers", brokers}), 7) << err_.str();
    EXPECT_EQ(served_.broker.kafka.brokers, brokers);
  }
}

// Variables.

TEST_F(CliTest, VariablesThatNearlyAreOptionsAreErrors) {
  wiring_.environment = {{"KONTOR_BROKRES", "b:1"}};
  for (const char* command : {"accounts", "emit", "config"}) {
    EXPECT_EQ(Run({command}), kExitUsage) << command;
    EXPECT_EQ(err_.str(), "kontor: KONTOR_BROKRES in the environment is no option; did you mean KONTOR_BROKERS?\n");
  }
}

TEST_F(CliTest, NearestVariableIsTheCommandsOwn) {
  for (const auto& [variable, command, nearest] : {std::tuple("KONTOR_LISTN", "serve", "KONTOR_LISTEN"),
                                                   {"KONTOR_LISTN", "doctor", "KONTOR_LISTEN"},
                                                   {"KONTOR_LISTN", "import", "KONTOR_LIST"},
                                                   {"KONTOR_SERVE_LISTN", "import", "KONTOR_SERVE_LISTEN"}}) {
    wiring_.environment = {{variable, "x"}};
    EXPECT_EQ(Run({"config", command}), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr(std::string("did you mean ") + nearest + "?"));
  }
}

TEST_F(CliTest, VariablesOfOthersAreLetBe) {
  for (const char* name :
       {"KONTOR_FOO", "KONTOR_TEST", "KONTOR_NEW", "KONTOR_TOP", "KONTOR_SEND", "KONTOR_BINARY", "KONTOR_BROKER_DIR",
        "KONTOR_BROKER_HEAP", "KONTOR_BROKER_PORT", "KONTOR_SHARED_DATA", "KONTOR_SHARED_DATA_REQUIRED",
        "KONTOR_TEST_BROKER", "KONTOR_TEST_SEED", "KONTOR_UPDATE_GOLDEN",
        // Kubernetes' of a service that is called kontor.
        "KONTOR_PORT", "KONTOR_PORT_8686_TCP", "KONTOR_PORT_8686_TCP_ADDR", "KONTOR_PORT_8686_TCP_PORT",
        "KONTOR_PORT_8686_TCP_PROTO", "KONTOR_SERVICE_HOST", "KONTOR_SERVICE_PORT"}) {
    wiring_.environment[name] = "x";
  }
  EXPECT_EQ(Run({"serve", "--data-dir", "d"}), 7) << err_.str();
}

// The file of options.

class OptionsFileTest : public CliTest {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  int ServeWith(const std::string& text) {
    std::ofstream(path_) << text;
    return Run({"serve", "--data-dir", "d", "--config", path_});
  }
  const std::string path_ = ::testing::TempDir() + "cli-test-options-" + std::to_string(getpid()) + ".toml";
};

TEST_F(OptionsFileTest, TextMayHoldAnything) {
  EXPECT_EQ(ServeWith(R"(
kafka = ["client.rack=abc#def", "security.protocol=PLAINTEXT",  # a comment
         'ssl.key.location=/etc/k#y.pem',
]
group-id = "a\"b"
topic = "\u0030"
member-id = """x
y"""
)"),
            7)
      << err_.str();
  EXPECT_THAT(served_.broker.kafka.properties,
              ElementsAre(Pair("client.rack", "abc#def"), Pair("security.protocol", "PLAINTEXT"),
                          Pair("ssl.key.location", "/etc/k#y.pem")));
  EXPECT_EQ(served_.broker.kafka.group_id, "a\"b");
  EXPECT_EQ(served_.topics.events, "0");
  EXPECT_EQ(served_.broker.kafka.member_id, "x\ny");
}

TEST_F(OptionsFileTest, OneTopicOfTwoRolesIsToldWithBothPlaces) {
  wiring_.environment = {{"KONTOR_REJECTED_TOPIC", "t"}};
  EXPECT_EQ(ServeWith("\ntopic = \"t\"\n"), kExitUsage);
  EXPECT_THAT(err_.str(),
              HasSubstr("kontor: KONTOR_REJECTED_TOPIC, " + path_ + ":2: --topic and --rejected-topic both name t; "));
}

TEST_F(OptionsFileTest, TheDoctorIsGivenWhatTheEngineIsStartedWith) {
  wiring_.environment = {{"KONTOR_SERVE_LISTEN", "127.0.0.1:1"}};
  EXPECT_EQ(Run({"doctor", "--config", "deploy/kontor.toml"}), 6) << err_.str();
  EXPECT_EQ(examined_.data_dir, "/var/lib/kontor");
  EXPECT_EQ(examined_.listen, "127.0.0.1:1");
}

TEST_F(OptionsFileTest, NumbersAndInstantsNeedNoQuotes) {
  EXPECT_EQ(ServeWith("now = 2026-11-24\n[ serve ]\nhttp-header-bytes-max = 1_024\nhttp-idle-time-max = 0.5\n"), 7)
      << err_.str();
  EXPECT_EQ(served_.reporting.now, ParseInstant("2026-11-24"));
  EXPECT_EQ(served_.http.header_bytes_max, 1024U);
  EXPECT_EQ(served_.http.idle_time_max, std::chrono::milliseconds(500));
}

TEST_F(OptionsFileTest, ASectionsEmptyListShutsOutTheListOfAll) {
  EXPECT_EQ(ServeWith("kafka = [\"client.rack=a\"]\n[serve]\nkafka = []\n"), 7) << err_.str();
  EXPECT_THAT(served_.broker.kafka.properties, IsEmpty());
}

TEST_F(OptionsFileTest, WhatIsWrongIsToldWithItsLine) {
  for (const auto& [text, said] : std::vector<std::pair<std::string, std::string>>{
           {"\ntopic = a\n", ":2: this is no TOML: "},
           {"topic = \"a\"\ntopic = \"b\"\n", ":2: this is no TOML: "},
           {"\ntopic = [\"a\", \"b\"]\n", ":2: --topic takes one value, and no list"},
           {"\ntopic = []\n", ":2: --topic takes one value, and no list"},
           {"\ntopic = \"\"\n",
            ":2: topic must be a value that is not empty, as \"text\", 12 or true, or a list of such"},
           {"\nkafka = [[\"a=b\"]]\n", ":2: kafka must be a value that is not empty"},
           {"\n\n[serve.listen]\nx = 1\n", ":3: listen must be a value that is not empty"},
           {"\nlistn = 1\n", ":2: 'listn' is no option; did you mean listen?"},
           {"\nserve = 1\n", ":2: 'serve' is a command, whose options stand in a section: write [serve]"},
           {"\n[[serve]]\nlisten = 1\n", ":2: 'serve' is a command, whose options stand in a section: write [serve]"},
           {"\n[serv]\n", ":2: [serv] is no command with options; did you mean serve?"},
           {"\n\n[serve]\nlistn = 1\n", ":4: 'listn' is no option of kontor serve; did you mean listen?"}}) {
    EXPECT_EQ(ServeWith(text), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr(path_ + said)) << text;
  }
}

// What is in force.

TEST_F(CliTest, ConfigFindsWhatServeWould) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--listen", "3"},
                                                {"--listen", "127.0.0.1:99999"},
                                                {"--listen", "0.0.0.0:1"},
                                                {"--kafka", "security.protocol=tls"},
                                                {"--lsten", "x"},
                                                {"--http-threads", "1000"},
                                                {"--http-streams-max", "1000"}}) {
    std::vector<std::string> words = {"serve", "--data-dir", "d"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(Run(words), kExitUsage);
    const std::string of_serve = err_.str();
    EXPECT_THAT(of_serve, HasSubstr(wrong.front()));
    words.insert(words.begin(), "config");
    EXPECT_EQ(Run(words), kExitUsage);
    EXPECT_EQ(err_.str(), of_serve);
    words.erase(words.begin() + 1);  // the command is serve, unless another is named
    EXPECT_EQ(Run(words), kExitUsage);
    EXPECT_EQ(err_.str(), of_serve);
  }
}

TEST_F(CliTest, ConfigGivesTheHelpOfTheCommandBehindIt) {
  for (const char* command : {"serve", "accounts"}) {
    EXPECT_EQ(Run({command, "--help"}), kExitOk);
    const std::string of_command = out_.str();
    EXPECT_THAT(of_command, HasSubstr(std::string("kontor ") + command));
    for (const char* help : {"-h", "--help"}) {
      EXPECT_EQ(Run({"config", command, help}), kExitOk) << err_.str();
      EXPECT_EQ(out_.str(), of_command);
    }
  }
}

// Commands that run the engine.

TEST_F(CliTest, ServeHasItsDefaults) {
  EXPECT_EQ(Run({"serve", "--data-dir", "d"}), 7);
  EXPECT_EQ(served_.data_dir, "d");
  EXPECT_EQ(served_.http.listen, "127.0.0.1:8686");
  EXPECT_EQ(served_.broker.kafka.brokers, "localhost:9092");
  EXPECT_EQ(served_.broker.kafka.group_id, "kontor");
  EXPECT_EQ(served_.broker.partitioner, Partitioner::kMurmur2);
  EXPECT_EQ(served_.topics.events, "kontor.events");
  EXPECT_EQ(served_.topics.reference, "kontor.reference");
  EXPECT_EQ(served_.topics.rejected, "kontor.rejected");
  EXPECT_FALSE(served_.reporting.currency.has_value());
  EXPECT_FALSE(served_.reporting.zone.has_value());
  EXPECT_FALSE(served_.reporting.now.has_value());
}

TEST_F(CliTest, ServeTakesEveryOption) {
  const std::string password = ::testing::TempDir() + "cli-test-password-" + std::to_string(getpid());
  std::ofstream(password) << "hunter2\n";
  std::filesystem::permissions(password, std::filesystem::perms::owner_read);
  EXPECT_EQ(Run({"serve",
                 "--brokers",
                 "a:1,b:2",
                 "--topic",
                 "t",
                 "--reference-topic",
                 "r",
                 "--rejected-topic",
                 "x",
                 "--data-dir",
                 "d",
                 "--listen",
                 "[::1]:0",
                 "--reporting-currency",
                 "USD",
                 "--reporting-zone",
                 "Europe/Berlin",
                 "--now",
                 "2026-11-24T10:30:00+01:00",
                 "--kafka",
                 "security.protocol=SASL_SSL",
                 "--kafka",
                 "sasl.username=a=b",
                 "--kafka",
                 "sasl.password=@" + password,
                 "--group-id",
                 "g",
                 "--member-id",
                 "m",
                 "--partitioner",
                 "crc32"}),
            7)
      << err_.str();
  std::filesystem::remove(password);
  EXPECT_EQ(served_.broker.kafka.brokers, "a:1,b:2");
  EXPECT_EQ(served_.topics.events, "t");
  EXPECT_EQ(served_.topics.reference, "r");
  EXPECT_EQ(served_.topics.rejected, "x");
  EXPECT_EQ(served_.http.listen, "[::1]:0");
  EXPECT_EQ(served_.reporting.currency, Currency("USD"));
  EXPECT_EQ(served_.reporting.zone->name(), "Europe/Berlin");
  EXPECT_EQ(served_.reporting.now, ParseInstant("2026-11-24T09:30:00Z"));
  EXPECT_THAT(served_.broker.kafka.properties,
              ElementsAre(Pair("sasl.password.file", password), Pair("sasl.username", "a=b"),
                          Pair("security.protocol", "SASL_SSL")));
  EXPECT_EQ(served_.broker.kafka.group_id, "g");
  EXPECT_EQ(served_.broker.kafka.member_id, "m");
  EXPECT_EQ(served_.broker.partitioner, Partitioner::kCrc32);
}

TEST_F(CliTest, ServeTakesItsHttpLimits) {
  EXPECT_EQ(Run({"serve", "--data-dir", "d", "--http-header-bytes-max", "2048", "--http-streams-max", "0",
                 "--http-page-size-max", "7", "--http-wait-time-max", "0.5"}),
            7);
  EXPECT_EQ(served_.http.header_bytes_max, 2048U);
  EXPECT_EQ(served_.http.streams_max, 0U);
  EXPECT_EQ(served_.http.page_size_max, 7);
  EXPECT_EQ(served_.http.wait_time_max, std::chrono::milliseconds(500));
  for (const char* time : {"0", "-1", "soon", "", "1e9"}) {
    EXPECT_EQ(Run({"serve", "--data-dir", "d", "--http-idle-time-max", time}), kExitUsage) << time;
  }
}

TEST_F(CliTest, DemoAndRebuildTakeTheirOptions) {
  EXPECT_EQ(Run({"demo", "--seed", "42", "--exit", "--now", "2026-11-24", "--data-dir", "fresh"}), 8);
  EXPECT_EQ(demonstrated_.seed, 42U);
  EXPECT_TRUE(demonstrated_.exit);
  EXPECT_EQ(demonstrated_.reporting.now, ParseInstant("2026-11-24"));
  EXPECT_EQ(demonstrated_.data_dir, "fresh");
  EXPECT_EQ(Run({"rebuild", "--data-dir", "d"}), 9);
  EXPECT_EQ(rebuilt_.data_dir, "d");
  EXPECT_EQ(Run({"doctor", "--data-dir", "d", "--auth-token-file", "/no/such/file", "--brokers", "b:1"}), 6);
  EXPECT_EQ(examined_.data_dir, "d");
  EXPECT_EQ(examined_.auth_token_file, "/no/such/file");  // whether it is there is the doctor's to say
  EXPECT_EQ(examined_.broker.kafka.brokers, "b:1");
}

TEST_F(CliTest, VersionIsPrinted) {
  EXPECT_EQ(Run({"version"}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("kontor 1.2.3\n"));
  EXPECT_EQ(Run({"version", "--json"}), kExitOk);
  EXPECT_EQ(out_.str(), "{\"version\":\"1.2.3\"}\n");
}

}  // namespace
}  // namespace kontor
