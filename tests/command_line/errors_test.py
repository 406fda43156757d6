#!/usr/bin/env python3
"""The table of errors: whatever a user can meet, with the whole message. Each says what, where and what to do."""

import fcntl
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

DONE, FAILED, USAGE = 0, 1, 2
NOBODY = "127.0.0.1:1"  # no broker and no server is there
EVENT = {"event_id": "1", "source": "crm", "account_id": "a", "occurred_at": "2026-01-01T00:00:00Z"}

NO_BROKER = (
    f"no Kafka broker answers at {NOBODY} (Local: Broker transport failure); start one there, name others with "
    "--brokers, or see to security.protocol and SASL (--kafka)"
)
SEND_AGAIN = "once that is mended, send the whole file again: what came before is not counted twice"


def split_remedy(message):
    """As the doctor tells it: what is wrong > what to do."""
    return message.replace("; ", " > ", 1)


class ErrorsTest(e2e.EngineTestCase):
    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def made(self, name):
        path = self.folder / name
        path.mkdir()
        return path

    def meet(self, words, variables):
        """(exit code, what was said). An engine that waits instead of ending is stopped after its first warning."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KONTOR_")}
        out = self.folder / "out"
        with open(out, "w", encoding="utf-8") as to:
            process = subprocess.Popen(
                [self.binary, *map(str, words)],
                env={**clean, **variables},
                stdin=subprocess.DEVNULL,
                stdout=to,
                stderr=subprocess.PIPE,
                text=True,
            )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        said = []
        for line in process.stderr:
            logged = re.match(r"\S+Z (info|warn|error) (.*\n)", line)
            if logged is None:
                said.append(line)
            elif logged[1] == "warn" and not logged[2].startswith("kafka: "):
                said.append(logged[2])
                process.terminate()
                break
        process.stderr.read()
        code = process.wait(timeout=e2e.PATIENCE)
        if words[0] == "doctor" and code != USAGE:
            checks = json.loads(out.read_text())["checks"]
            told = [c for c in checks if c["verdict"] == "failed" or c["what"].startswith("not checked")]
            said += [f"{c['verdict']} {c['about']}: {c['what']} > {c['remedy']}\n" for c in told]
        else:
            said.append(out.read_text())
        return code, "".join(said)

    def expect(self, what, words, code, *lines, **variables):
        """`…` in a line stands for whatever the machine or a library says there."""
        with self.subTest(what=what, words=[str(word) for word in words]):
            met, said = self.meet(words, variables)
            wanted = "".join(f"{line}\n" for line in lines)
            pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
            if not re.fullmatch(pattern, said):
                self.assertEqual(said, wanted)
            self.assertEqual(met, code)

    def of_a_newer_version(self, name, store):
        """The folder of an engine that has stored events, one store of it as a later program would have it."""
        engine = self.serve(folder=name).listening().ready()
        (path,) = e2e.wait_until(f"the store {store}", lambda: list((self.folder / name).glob(store)))
        self.assertEqual(engine.stop(), 0)
        kind = {"instance": "kontor.instance", "log": "kontor.log"}[path.name]
        written = chr(len(kind)) + kind + chr(99)
        command = ["ldb", f"--db={path}", "--hex", "put", "0x" + b"meta:format".hex(), "0x" + written.encode().hex()]
        subprocess.run(command, check=True, capture_output=True)
        return path

    def test_each_says_what_where_and_what_to_do(self):
        data = self.folder / "data"
        alone = ("--brokers", NOBODY, "--listen", "127.0.0.1:0")
        serve = ("serve", *alone, "--data-dir")
        doctor = ("doctor", "--json", "--brokers", NOBODY, "--listen", "127.0.0.1:0", "--data-dir")
        events = self.file("events.jsonl", json.dumps({**EVENT, "account_opened": {}}) + "\n")
        csv = self.file("orders.csv", "id\n7\n")
        mapping = self.file(
            "mapping.sql",
            "select json_object('event_id', id, 'source', 'shop', 'account_id', 'a', 'occurred_at',"
            " '2026-01-01T00:00:00Z', 'account_opened', json_object()) as event from orders\n",
        )

        # Broker absent.
        self.expect("broker absent", [*serve, data], DONE, f"topic kontor.events: {NO_BROKER}")
        self.expect("broker absent", ["emit", "--brokers", NOBODY, events], FAILED, f"kontor: {NO_BROKER}")
        importing = ["import", "--brokers", NOBODY, "--mapping", mapping, csv]
        self.expect("broker absent", importing, FAILED, f"kontor: {NO_BROKER}")
        unchecked = "not checked, for no broker answers > mend the broker, and ask again"
        self.expect(
            "broker absent",
            [*doctor, self.folder / "new"],
            FAILED,
            f"failed broker: {split_remedy(NO_BROKER)}",
            *(f"warning {left}: {unchecked}" for left in ("topics", "partitioner")),
        )
        self.expect(
            "server absent",
            ["accounts", "--server", f"http://{NOBODY}"],
            FAILED,
            f"kontor: no Kontor answers at http://{NOBODY} (Connection refused): start one with 'kontor serve', name "
            "another with --server URL, or read a stopped one's folder with --data-dir DIR",
        )
        instead = "start one with 'kontor serve', or name another with --server URL"
        absent = f"no Kontor answers at http://{NOBODY} (Connection refused): {instead}"
        watching = ["watch", "--once", "--server", f"http://{NOBODY}"]
        self.expect("server absent", watching, FAILED, f"kontor: {absent}")

        # Topic absent.
        topic = f"topic {self.events}"
        no_topic = (
            f"{topic}: there is none of that name at {self.broker}; create it, as kontor doctor tells, or name another "
            "with --topic"
        )
        there = ["--brokers", self.broker, "--topic", self.events, "--reference-topic", self.reference]
        apart = ["--listen", "127.0.0.1:0", "--rejected-topic", self.rejected, "--group-id", self.name]
        self.expect(
            "topic absent",
            ["serve", *there, *apart, "--data-dir", self.folder / "waits"],
            DONE,
            f"{topic} is not there yet: create it with the number of partitions that you want (retention.ms=-1); it is "
            "waited for",
        )
        self.expect("topic absent", ["emit", *there, events], FAILED, f"line 1: {no_topic}", SEND_AGAIN, "0 of 1 …")
        self.expect(
            "topic absent",
            ["import", *there, "--mapping", mapping, csv],
            FAILED,
            *("         1  rows of orders read", "         1  rows from the mapping, 1 valid"),
            *("         1  events sent, 0 acknowledged", "1 event was not acknowledged:", f"         1  {no_topic}"),
            *("  it is:", f"    row 1 (7): {no_topic}"),
        )
        self.expect(
            "topic absent",
            ["doctor", "--json", *there, "--listen", "127.0.0.1:0", "--data-dir", self.folder / "new"],
            FAILED,
            f"failed {topic}: not there > create it with as many partitions as you want to spread over cores and "
            f"instances: kafka-topics.sh --create --topic {self.events} --partitions 4 --config retention.ms=-1 "
            "--config max.message.bytes=2097152",
            f"warning partitioner: not checked, for {self.events} was not found > mend the topic, and ask again",
        )

        # Wrong partitioner.
        self.create_topic(self.events, 4, "retention.ms=-1", "message.timestamp.type=LogAppendTime")
        lines = "".join(f"account-{i}\tvalue\n" for i in range(100))
        sent = ["-P", "-t", self.events, "-K", "\t", "-X", "partitioner=consistent_random"]
        self.kcat(*sent, data=lines.encode())
        self.expect(
            "wrong partitioner",
            ["doctor", "--json", *there, "--listen", "127.0.0.1:0", "--data-dir", self.folder / "new"],
            FAILED,
            "failed partitioner: … of the last 100 records with a key stand in another partition than murmur2 gives, the "
            f"first at {self.events}/…: such records are rejected; crc32 gives just these > start kontor serve with "
            "--partitioner crc32, or let emitters use murmur2",
        )

        # Folders.
        foreign = self.made("foreign")
        (foreign / "mine.txt").write_text("mine")
        no_folder = self.file("no_folder", "")
        locked = self.made("locked")
        lock = open(locked / "LOCK", "w", encoding="utf-8")
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        where = "kontor: data directory"
        in_use = "another process has it open; ask that one (--server URL), or stop it first"
        for command in ([*serve, locked], ["rebuild", "--data-dir", locked], ["accounts", "--data-dir", locked]):
            self.expect("folder locked", command, FAILED, f"{where} {locked}: {in_use}")
        not_ours = "holds files that are not Kontor's; give an empty folder, or one that Kontor made (--data-dir)"
        self.expect("folder foreign", [*serve, foreign], FAILED, f"{where} {foreign}: {not_ours}")
        no_writing = "give a folder that this user can write (--data-dir)"
        self.expect("no folder", [*serve, no_folder], FAILED, f"{where} {no_folder}: is not a folder; {no_writing}")
        for command in ("rebuild", "shards"):
            self.expect(
                "folder foreign",
                [command, "--data-dir", foreign],
                FAILED,
                f"{where} {foreign}: there is none of Kontor's; give the folder that `kontor serve` was started with",
            )
        self.expect(
            "folder foreign",
            ["demo", "--listen", "127.0.0.1:0", "--data-dir", foreign],
            FAILED,
            f"{where} {foreign}: is not empty; a demo starts on a fresh folder (--data-dir)",
        )
        # Nobody may make a folder there, not even root.
        said = f"{where} /proc/kontor: No such file or directory; {no_writing}"
        self.expect("no folder", [*serve, "/proc/kontor"], FAILED, said)
        self.expect(
            "no folder",
            [*doctor, "/proc/kontor"],
            FAILED,
            f"failed broker: {split_remedy(NO_BROKER)}",
            *(f"warning {left}: {unchecked}" for left in ("topics", "partitioner")),
            *(() if os.geteuid() == 0 else ("failed folder: /proc/kontor is not there, and /proc cannot be written: …",)),
            "failed disk: /proc is on a file system without any room, as of /proc and /sys: no log can be kept there > "
            "name another folder (--data-dir)",
        )

        # Newer version.
        newer = (
            "has format version 99, and this program knows version 1 only; use the program that wrote it, or one that "
            "says it reads both"
        )
        path = self.of_a_newer_version("newer_instance", "instance")
        for command in ([*serve, path.parent], ["accounts", "--data-dir", path.parent]):
            self.expect("newer version", command, FAILED, f"kontor: instance store {path} {newer}")
        path = self.of_a_newer_version("newer_log", f"shards/{self.events}-0/log")
        for command in ("accounts", "shards", "rebuild"):
            words = [command, "--data-dir", self.folder / "newer_log"]
            self.expect("newer version", words, FAILED, f"kontor: event log {path} {newer}")

        # Disk full, and not to be written: of 64 MiB, which is too little for an engine.
        disk = self.made("disk")
        mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "kontor", disk]
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        if mounted:
            self.addCleanup(subprocess.run, ["umount", disk], check=True)
            full = f"instance store {disk / 'data/instance'}: … MiB are free on its disk, and writing stops below 256; "
            self.expect("disk full", [*serve, disk / "data"], FAILED, f"kontor: {full}make room and start again")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            read_only = f"{where} {disk / 'new'}: Read-only file system; {no_writing}"
            self.expect("disk read-only", [*serve, disk / "new"], FAILED, read_only)
        else:
            with self.subTest("disk full and read-only"):
                self.skipTest("nothing may be mounted here")

        # Ports and addresses.
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        in_use = f"cannot listen on {address}: Address already in use; name another address with --listen HOST:PORT"
        at = ["--brokers", NOBODY, "--data-dir", self.folder / "never", "--listen"]
        self.expect("port taken", ["serve", *at, address], FAILED, f"kontor: {in_use}")
        for listen, said in [
            ("foo", "'foo' is no HOST:PORT; write it as 127.0.0.1:8686 or [::1]:8686"),
            ("[::1]:99999", "'[::1]:99999' has no port from 0 to 65535 behind its colon; 0 takes any that is free"),
            (
                "0.0.0.0:1",
                "0.0.0.0:1 is reached from other machines, so readers must show a token; name its file with "
                "--auth-token-file, or listen on 127.0.0.1:8686",
            ),
        ]:
            told = (f"kontor: --listen: {said}", "Try 'kontor serve --help'.")
            self.expect("bad address", ["serve", *at, listen], USAGE, *told)
        self.assertFalse((self.folder / "never").exists())

        # Tokens.
        missing, open_to_all = self.folder / "token", self.file("open_token", "secret\n", mode=0o644)
        for file, said in [
            (missing, f"there is no {missing}; make one with: (umask 077; openssl rand -hex 32 > {missing})"),
            (open_to_all, f"others than its owner may use {open_to_all} (mode 0644); do: chmod 600 {open_to_all}"),
        ]:
            self.expect(
                "token",
                ["serve", "--data-dir", data, "--auth-token-file", file],
                USAGE,
                f"kontor: --auth-token-file: {said}",
                "Try 'kontor serve --help'.",
            )
        self.expect(
            "password's file",
            ["emit", "--kafka", f"sasl.password=@{missing}"],
            USAGE,
            f"kontor: --kafka sasl.password: there is no file '{missing}'; name the one that holds the value: --kafka "
            "sasl.password=@FILE",
            "Try 'kontor emit --help'.",
        )
        mine, another = self.file("mine", "s3cret\n"), self.file("another", "guess\n")
        url = self.serve("--auth-token-file", mine, folder="guarded").listening().url
        waiting = ["emit", *there, "--wait", "--server", url]
        for shown, told in [
            ([], f"{url} asks for a token; name its file with --auth-token-file FILE"),
            (
                ["--auth-token-file", another],
                f"{url} asks for another token; name the file that it was started with (--auth-token-file FILE)",
            ),
        ]:
            self.expect("token", ["accounts", "--server", url, *shown], FAILED, f"kontor: {told}")
            self.expect("token", ["watch", "--once", "--server", url, *shown], FAILED, f"kontor: {told}")
            said = (f"kontor: sent, and not read yet: {told}", "1 of 1 events acknowledged")
            self.expect("token", [*waiting, *shown, events], FAILED, *said)
        waiting[-1] = f"http://{NOBODY}"
        said = (f"kontor: sent, and not read yet: {absent}", "1 of 1 events acknowledged")
        self.expect("server absent", [*waiting, events], FAILED, *said)

        # Words, variables, and files of options.
        for command, words, said in [
            ("", ["acounts"], "'acounts' is no command; did you mean accounts?"),
            (" serve", [*serve, data, "--lsten", "x"], "--lsten is no option here; did you mean --listen?"),
            (" serve", ["serve"], "--data-dir is required"),
            (" serve", ["serve", "--data-dir"], "--data-dir needs a value: DIR"),
            (" serve", ["serve", "--data-dir", "a", "--data-dir", "b"], "--data-dir is given more than once; give it once"),
            (" emit", ["emit", "--partitioner", "random"], "--partitioner: 'random' is neither murmur2 nor crc32"),
            (
                " emit",
                ["emit", "--kafka", "security.protocol=tls"],
                "--kafka security.protocol: 'tls' will not do; it takes plaintext, ssl, sasl_plaintext, sasl_ssl",
            ),
            (
                " emit",
                ["emit", "--kafka", "sasl.usrname=me"],
                "--kafka sasl.usrname: librdkafka … has no such property; did you mean sasl.username?",
            ),
            (
                " emit",
                ["emit", "--brokers", "a b"],
                "--brokers: 'a b' is no HOST:PORT; write brokers as kafka-1:9092,kafka-2:9092",
            ),
            (
                " serve",
                [*serve, data, "--topic", "kontor events"],
                "--topic: 'kontor events' is no name of a topic; Kafka takes 1 to 249 letters (a to z, A to Z), "
                "digits, '.', '_' and '-', and neither . nor .. alone",
            ),
            (
                " serve",
                [*serve, data, "--rejected-topic", "kontor.events"],
                "--topic and --rejected-topic both name kontor.events; give each a topic of its own",
            ),
            (
                " doctor",
                ["doctor", "--reference-topic", "kontor.rejected"],
                "--reference-topic and --rejected-topic both name kontor.rejected; give each a topic of its own",
            ),
            (
                " emit",
                ["emit", "--topic", "t", "--reference-topic", "t", events],
                "--topic and --reference-topic both name t; give each a topic of its own",
            ),
            (
                " import",
                [*importing, "--topic", "kontor.reference"],
                "--topic and --reference-topic both name kontor.reference; give each a topic of its own",
            ),
            (" demo", ["demo", "--seed", "-1"], "--seed: '-1' is no whole number from 0 on"),
            ("", ["help", "acounts"], "'acounts' is no command; did you mean accounts?"),
            (" completion", ["completion", "tcsh"], "SHELL: 'tcsh' is neither bash, zsh nor fish"),
        ]:
            self.expect("bad option", words, USAGE, f"kontor: {said}", f"Try 'kontor{command} --help'.")
        said = "kontor: 'serv' is no command with options; did you mean serve?"
        self.expect("bad option", ["config", "serv"], USAGE, said)
        said = "kontor: KONTOR_BROKRES in the environment is no option; did you mean KONTOR_BROKERS?"
        for command in ([*serve, data], ["accounts"], ["config"]):
            self.expect("bad variable", command, USAGE, said, KONTOR_BROKRES="x")
        said = ("kontor: KONTOR_LISTEN: --listen: 'x' is no HOST:PORT; write it as 127.0.0.1:8686 or [::1]:8686",)
        said += ("Try 'kontor serve --help'.",)
        self.expect("bad variable", ["config"], USAGE, *said, KONTOR_LISTEN="x")
        said = "kontor: KONTOR_LISTN in the environment is no option; did you mean KONTOR_LISTEN?"
        self.expect("bad variable", [*serve, data], USAGE, said, KONTOR_LISTN="x")
        none = self.folder / "none.toml"
        for command in (["serve", "--data-dir", data], ["config", "serve"]):
            self.expect(
                "bad file of options",
                [*command, "--config", none],
                USAGE,
                f"kontor: --config: {none} cannot be read: No such file or directory; give a file of options, or leave "
                "--config out",
            )
            for number, (text, said) in enumerate(
                [
                    ('[serv]\nlisten = "x"\n', "1: [serv] is no command with options; did you mean serve?"),
                    (
                        'topic = "t"\n[serve]\nlistn = "x"\n',
                        "3: 'listn' is no option of kontor serve; did you mean listen?",
                    ),
                    ("[[serve]]\n", "1: 'serve' is a command, whose options stand in a section: write [serve]"),
                    (
                        'listen = ""\n',
                        '1: listen must be a value that is not empty, as "text", 12 or true, or a list of such',
                    ),
                    ('topic = ["a", "b"]\n', "1: --topic takes one value, and no list"),
                    ("listen = here\n", "1: this is no TOML: …"),
                ]
            ):
                file = self.file(f"{number}.toml", text)
                self.expect("bad file of options", [*command, "--config", file], USAGE, f"kontor: {file}:{said}")
            for text, said in [
                ('topic = "t"\npartitioner = "random"\n', "2: --partitioner: 'random' is neither murmur2 nor crc32"),
                ('listen = "a#b"\n', "1: --listen: 'a#b' is no HOST:PORT; write it as 127.0.0.1:8686 or [::1]:8686"),
                ('listen = "3"\n', "1: --listen: '3' is no HOST:PORT; write it as 127.0.0.1:8686 or [::1]:8686"),
            ]:
                file = self.file("value.toml", text)
                told = (f"kontor: {file}:{said}", "Try 'kontor serve --help'.")
                self.expect("bad file of options", [*command, "--config", file], USAGE, *told)

        # Input.
        bad = self.file("bad.jsonl", '\n{"event_id":\n{"event_idd": "7"}\n{"occurred_at": "yesterday"}\n{"occurred_at": 7}\n')
        instant = 'occurred_at: must be an instant of RFC 3339, as "2026-11-24T09:30:00Z"'
        self.expect(
            "bad JSON line",
            ["emit", "--brokers", NOBODY, bad],
            FAILED,
            "line 2: no kontor.event.v1.Event in JSON: cannot be read as JSON: …",
            "line 3: no kontor.event.v1.Event in JSON: event_idd: there is no such field; did you mean event_id?",
            f"line 4: no kontor.event.v1.Event in JSON: {instant}, not 'yesterday'",
            f"line 5: no kontor.event.v1.Event in JSON: {instant}",
            SEND_AGAIN,
            "0 of 4 events acknowledged",
        )
        none = self.folder / "none"
        cannot = "cannot be read: No such file or directory; name a file of events, or - for standard input"
        self.expect("no file", ["emit", none], FAILED, f"kontor: {none} {cannot}")
        cannot = "cannot be read: Is a directory; name a file of events, or - for standard input"
        self.expect("a folder for a file", ["emit", self.folder], FAILED, f"kontor: {self.folder} {cannot}")
        counts = ("         0  rows from the mapping, 0 valid", "         0  events sent, 0 acknowledged")
        for text, said in [
            (
                "select id as event from order_\n",
                "1: SQL: no such table: order_; the tables are: orders; TABLE=FILE.csv names one",
            ),
            ("select nothing from nowhere\n", '1: SQL: near "nothing": syntax error'),
        ]:
            file = self.file("bad.sql", text)
            self.expect(
                "bad SQL mapping",
                ["import", "--dry-run", "--mapping", file, csv],
                FAILED,
                *("         1  rows of orders read", *counts),
                *(f"broken off: {file}:{said}", "  mend it, and try it with --dry-run"),
            )
        self.expect(
            "no mapping",
            ["import", "--dry-run", "--mapping", none, csv],
            FAILED,
            f"kontor: cannot read the mapping {none}: No such file or directory; name the file of the SQL query",
        )


if __name__ == "__main__":
    unittest.main()
