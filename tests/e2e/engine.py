"""A running engine for end-to-end tests: the built program, on the real broker, seen only from outside.

    KONTOR_BINARY        the program
    KONTOR_TEST_BROKER   host:port of a broker; tools/test sets it, by hand: tools/dev/broker start

Each case has a temporary folder and topics of its own. Nothing here waits a fixed time: what is waited for is asked for
again until it is there or the deadline has passed, which fails the case with what was seen last.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; generous, for it is only ever used up by what fails
STOPS_WITHIN = 5  # seconds from SIGTERM to the end of the process: what the engine promises


def wait_until(what, probe, patience=PATIENCE, describe=lambda: ""):
    """Asks until the probe gives something true, and gives that."""
    deadline = time.monotonic() + patience
    while True:
        seen = probe()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s in vain: {what}\n{describe()}")
        time.sleep(0.02)


def quoted(text):
    """As one segment of a path, or one value of a query."""
    return urllib.parse.quote(text, safe="")


def free_port():
    """A port that is free, as is the one after it, which a broker's controller takes."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


class OwnBroker:
    """A real broker that a test has to itself, by tools/dev/broker: it may be stopped, and halted in what it does."""

    def __init__(self, folder, settings=""):
        self.folder = pathlib.Path(folder)
        self.settings = settings
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"

    def run(self, command, folder=None):
        """(exit status, what it said) of one command of the script."""
        env = {
            **os.environ,
            "KONTOR_BROKER_PORT": str(self.port),
            "KONTOR_BROKER_DIR": str(folder or self.folder),
            "KONTOR_BROKER_SETTINGS": self.settings,
        }
        done = subprocess.run(
            [ROOT / "tools/dev/broker", command],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def halt(self):
        """Its connections stay, and nothing is answered any more."""
        self._signal(signal.SIGSTOP)

    def go_on(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        os.kill(int((self.folder / "pid").read_text()), number)


class Engine:
    """One `kontor serve`. Use it as a context, or stop it: the process is never left behind."""

    def __init__(self, binary, folder, log, arguments):
        self.folder = pathlib.Path(folder)
        self.log = pathlib.Path(log)
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(
                [binary, "serve", "--data-dir", self.folder, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.url = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def said(self):
        return self.log.read_text(errors="replace")

    def running(self):
        return self.process.poll() is None

    def listening(self):
        """Waits until HTTP is answered; gives the engine."""

        def port():
            if not self.running():
                raise AssertionError(f"kontor serve ended with {self.process.returncode}:\n{self.said()}")
            return re.search(r" at http://\S+:(\d+);", self.said())

        self.url = f"http://127.0.0.1:{wait_until('an open port', port, describe=self.said).group(1)}"
        return self

    def ready(self):
        wait_until("readyz", lambda: self.get_status("/readyz")[0] == 200, describe=lambda: self.describe("/readyz"))
        return self

    def describe(self, path):
        return f"{self.get_status(path)}\n{self.said()}" if self.running() else self.said()

    def get_status(self, path):
        """(HTTP status, JSON), errors too."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def get(self, path):
        status, answer = self.get_status(path)
        if status != 200:
            raise AssertionError(f"{path}: {status} {answer}\n{self.said()}")
        return answer

    def every(self, path, field):
        """All rows of a list, page by page."""
        rows, token = [], ""
        while True:
            asked = f"{path}{'&' if '?' in path else '?'}page_size=1000"
            page = self.get(f"{asked}&page_token={quoted(token)}" if token else asked)
            rows += page.get(field, [])
            token = page.get("nextPageToken", "")
            if not token:
                return rows

    def shards(self):
        return self.get("/v1/shards").get("shards", [])

    def position(self):
        """Records in all logs."""
        return sum(int(shard.get("position", 0)) for shard in self.shards())

    def has_read(self, ends):
        """Waits until everything up to these offsets, {(topic, partition): end}, is in logs, views and totals."""

        def lag_is_zero():
            read = {(s["topic"], s.get("partition", 0)): int(s.get("nextOffset", 0)) for s in self.shards()}
            return all(read.get(shard, -1) >= end for shard, end in ends.items())

        def settled():
            portfolio = self.get_status("/v1/portfolio")[1]
            if not portfolio.get("settled"):
                return None
            logged = {(s["topic"], s.get("partition", 0)): int(s.get("position", 0)) for s in self.shards()}
            basis = portfolio["basis"]
            folded = basis.get("positions", []) + [basis.get("referencePosition", {})]
            seen = {(p.get("topic"), p.get("partition", 0)): int(p.get("position", 0)) for p in folded}
            return all(seen.get(shard, 0) == position for shard, position in logged.items())

        wait_until(f"lag 0 at {ends}", lag_is_zero, describe=lambda: self.describe("/v1/shards"))
        wait_until("settled totals", settled, describe=lambda: self.describe("/v1/shards"))
        return self

    def digests(self):
        """{(topic, partition): (records, log digest, views digest)}"""
        return {
            (s["topic"], s.get("partition", 0)): (int(s.get("digestPosition", 0)), s["logDigest"], s["viewsDigest"])
            for s in self.get("/v1/shards?digest=true")["shards"]
        }

    def stop(self):
        """SIGTERM; the exit status. Raises where the engine takes longer than it promises."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=STOPS_WITHIN)

    def kill(self):
        """SIGKILL, unless it has ended."""
        if self.running():
            self.process.kill()
        self.process.wait()


class EngineTestCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.binary = os.environ.get("KONTOR_BINARY") or str(ROOT / "build/dev/kontor")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kontor-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.name = f"e2e-{uuid.uuid4().hex[:12]}"
        self.events = f"{self.name}.events"
        self.reference = f"{self.name}.reference"
        self.rejected = f"{self.name}.rejected"
        self.engines = 0

    @property
    def broker(self):
        broker = os.environ.get("KONTOR_TEST_BROKER")
        if not broker:
            self.fail(
                "This test needs a Kafka broker. Run it by tools/test; or run tools/dev/broker start and give the "
                "address that it prints in KONTOR_TEST_BROKER."
            )
        return broker

    # The command line.

    def run_kontor(self, *arguments, **options):
        """One command to its end: (exit status, standard output, standard error)."""
        done = subprocess.run(
            [self.binary, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=280, **options
        )
        return done.returncode, done.stdout, done.stderr

    def kontor(self, *arguments, **options):
        """The standard output of a command that must succeed."""
        status, out, err = self.run_kontor(*arguments, **options)
        self.assertEqual(status, 0, f"kontor {arguments}:\n{out}{err}")
        return out

    def topics(self):
        """Options of commands that send."""
        return ["--brokers", self.broker, "--topic", self.events, "--reference-topic", self.reference]

    def emit(self, *events):
        """Sends, whatever the engine will make of it."""
        self.kontor("emit", "--unchecked", *self.topics(), input="".join(json.dumps(event) + "\n" for event in events))

    def serve(self, *arguments, folder="data", topic=None, group=None, listen="127.0.0.1:0"):
        """Starts an engine on this case's topics; it is ended with the case."""
        self.engines += 1
        engine = Engine(
            self.binary,
            self.folder / folder,
            self.folder / f"engine-{self.engines}.log",
            [
                *("--listen", listen, "--brokers", self.broker, "--topic", topic or self.events),
                *("--reference-topic", self.reference, "--rejected-topic", self.rejected),
                *("--group-id", group or f"{self.name}.{folder}"),
                *map(str, arguments),
            ],
        )
        self.addCleanup(engine.kill)
        return engine

    def refused(self, *arguments, **options):
        """Starts an engine that must not start: exit 1 and what it said."""
        engine = self.serve(*arguments, **options)
        status = engine.process.wait(timeout=PATIENCE)
        self.assertEqual(status, 1, engine.said())
        return engine.said()

    # The broker.

    def create_topic(self, name, partitions=1, *settings):
        """By Kafka's own tool, as tools/dev/broker does: a topic that keeps its records for ever."""
        command = ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{ROOT}/build/kafka-jars/*"]
        command += ["org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.broker, "--create"]
        command += ["--topic", name, "--partitions", str(partitions)]
        for setting in settings or ["retention.ms=-1"]:
            command += ["--config", setting]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.ends(name)

    def kcat(self, *arguments, data=b""):
        command = ["kcat", "-q", "-b", self.broker, *arguments]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout

    def partitions(self, topic):
        """How many it has once it is made and led."""

        def led():
            # A broker that is busy may not answer in kcat's own five seconds.
            command = ["kcat", "-q", "-b", self.broker, "-L", "-J", "-t", topic]
            told = subprocess.run(command, capture_output=True, text=True, check=False)
            parts = json.loads(told.stdout)["topics"][0].get("partitions", []) if told.returncode == 0 else []
            return len(parts) if parts and all(p.get("leader", -1) >= 0 for p in parts) else 0

        return wait_until(f"topic {topic}", led)

    def ends(self, *topics):
        """{(topic, partition): the offset after its last record}, as the broker tells it."""
        ends = {}
        for topic in topics:
            for partition in range(self.partitions(topic)):

                def end(asked=f"{topic}:{partition}:-1"):
                    # A leader that was only just elected does not answer at once.
                    command = ["kcat", "-q", "-b", self.broker, "-Q", "-t", asked]
                    told = subprocess.run(command, capture_output=True, text=True, check=False)
                    return re.search(r"offset (\d+)", told.stdout)

                ends[topic, partition] = int(wait_until(f"the end of {topic}/{partition}", end).group(1))
        return ends

    def send_raw(self, value, key=None, topic=None):
        """One record of exactly these bytes; value None is a tombstone."""
        file = self.folder / "raw"
        options = ["-P", "-t", topic or self.events, *(["-k", key] if key is not None else [])]
        if value is None:
            self.kcat(*options, "-Z", "-K", "\t", data=f"{key}\t\n".encode())
            return
        file.write_bytes(value)
        self.kcat(*options, str(file))

    def value_at(self, offset, topic=None, partition=0):
        """The value of one record as its bytes."""
        where = ["-t", topic or self.events, "-p", str(partition), "-o", str(offset)]
        return self.kcat("-C", *where, "-c", "1", "-f", "%s")


def copy_folder(source, target):
    """The data folder of an engine that does not run, as a folder of its own."""
    shutil.copytree(source, target)
    return target
