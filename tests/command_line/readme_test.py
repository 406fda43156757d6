#!/usr/bin/env python3
"""The commands of README.md, as they are printed: each succeeds, and answers in the shape that is shown below it.

What installs or builds (tools/demo, apt, docker…) is left out. Addresses are those of this run, for a port that is free
on every machine cannot be printed.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import typing
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

README = e2e.ROOT / "README.md"
COLUMNS = 100  # of the terminal that README.md shows, where no line of it is as wide as its own
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_HERE = re.compile(r"(sudo|apt|apt-get|docker|tools/(demo|test|build|install)|tools/dev/install)\b")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
FIGURE = re.compile(r"–|\b[0-9a-f]{64}\b|\d[\d,.:]*")
HOME = "\x1b[H"  # where a frame begins

# What runs until it is ended, and what it must have said by then.
ENDLESS = {
    r"kontor watch\b(?!.*--once)": r"● live(.|\n)*\nAccount +Name",
    r"kontor serve\b": r"serving \S+ at http://",
    r"curl -N\b": r"(?m)^data: ",
}


class Command(typing.NamedTuple):
    text: str
    shown: list  # lines of its output, as far as they are printed


def is_whole(text):
    """Whether the shell asks for no further line."""
    checked = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True, check=False)
    return checked.returncode == 0 and "here-document" not in checked.stderr


def commands_of(section):
    """The commands of a section of README.md that can be run anywhere; of a block with prompts, with what it shows."""
    text = README.read_text(encoding="utf-8")
    chapter = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL).group(1)
    commands = []
    for block in BLOCK.findall(chapter):
        prompts = block.startswith("$ ")
        command, shown = "", []
        for line in block.splitlines():
            if command and not is_whole(command):
                command += "\n" + line
            elif prompts and not line.startswith("$ "):
                shown.append(line)
            else:
                commands.append(Command(command, shown))
                command, shown = line.removeprefix("$ "), []
        commands.append(Command(command, shown))
    return [command for command in commands if command.text and not NOT_HERE.match(command.text)]


def heads(lines):
    """The columns' titles of every table: what stands above a rule."""
    return [
        re.split(r" {2,}", above.strip())
        for above, rule in zip(lines, lines[1:])
        if re.fullmatch(r"[─ ]+", rule) and "─ " in rule
    ]


def shapes(lines):
    """Every line that is of no table, with its figures made alike and without its pictures."""
    told, in_table = [], False
    for line, below in zip(lines, [*lines[1:], ""]):
        if re.fullmatch(r"[─ ]+", below) and "─ " in below:
            in_table = True
        elif not line.strip() or line == "...":
            in_table = False
        elif not in_table:
            alike = re.sub(r"[█░▁▂▃▄▅▆▇·]+", "", FIGURE.sub("0", line))
            told.append(re.sub(r"\s+", " ", alike).strip())
    return told


class Terminal:
    """A command on a terminal of its own, and what it says there."""

    def __init__(self, command, columns, folder, env):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self.process = subprocess.Popen(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=folder,
            env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **env},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = b""

    def said(self):
        """All of it; of what draws frames the last one that is whole."""
        frames = self.raw.decode(errors="replace").split(HOME)
        text = ESCAPES.sub("", frames[-2] if len(frames) > 1 else frames[0])
        return re.sub(r"\r+\n?", "\n", text)

    def read_until(self, done):
        """Reads until that is so, or the command has ended."""
        limit = time.monotonic() + e2e.PATIENCE
        while not done(self.said()):
            if not select.select([self.master], [], [], max(0, limit - time.monotonic()))[0]:
                raise AssertionError(f"waited {e2e.PATIENCE} s in vain:\n{self.said()}")
            try:
                self.raw += os.read(self.master, 1 << 16)
            except OSError:  # nobody has the terminal any more
                return

    def end(self, number):
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        status = self.process.wait(e2e.PATIENCE)
        os.close(self.master)
        return status


class ReadmeTestCase(e2e.EngineTestCase):
    def setUp(self):
        super().setUp()
        os.symlink(self.binary, self.folder / "kontor")
        self.env = {"PATH": f"{self.folder}:{os.environ['PATH']}"}
        self.addresses = {}

    def run_command(self, command):
        """Runs it to its end, or as far as it must come; what it said."""
        text = command.text
        for printed, here in self.addresses.items():
            text = re.sub(printed, here, text)
        rules = [len(line) for line in command.shown if line.strip("─") == "" and line]
        terminal = Terminal(text, rules[0] if rules else COLUMNS, self.folder, self.env)
        endless = [said for what, said in ENDLESS.items() if re.match(what, command.text)]
        try:
            terminal.read_until(lambda said: endless and re.search(endless[0], said))
            if command.text.startswith("kontor serve"):
                self.addCleanup(lambda: self.assertEqual(terminal.end(signal.SIGTERM), 0, terminal.said()))
                return terminal.said()
        except AssertionError:
            terminal.end(signal.SIGKILL)
            raise
        status = terminal.end(signal.SIGTERM if endless else 0)
        if not endless:
            self.assertEqual(status, 0, f"{text}\n{terminal.said()}")
        else:
            self.assertNotIn(status, range(1, 128), f"{text}\n{terminal.said()}")
        return terminal.said()

    def check_shape(self, command, said):
        lines = said.splitlines()
        for head in heads(command.shown):
            self.assertIn(head, heads(lines), f"{command.text}\n{said}")
        for shape in shapes(command.shown):
            self.assertIn(shape, shapes(lines), f"{command.text}\n{said}")


class TourTest(ReadmeTestCase):
    def demo(self):
        """The demo that README.md shows, once its history is in."""
        with open(self.folder / "demo.log", "wb") as out:
            process = subprocess.Popen(
                [self.binary, "demo", "--now", "2026-11-24", "--listen", "127.0.0.1:0"], stdout=out, stderr=out
            )
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def told():
            return (self.folder / "demo.log").read_text(errors="replace")

        def guides():
            return process.poll() is not None or "kontor rejected" in told()

        e2e.wait_until("the demo's guide", guides, describe=told)
        return re.search(r"on a broker inside this process, (\S+); answers on (http://(\S+))", told()).groups()

    def test_its_commands_do_what_it_shows(self):
        commands = commands_of("A tour")
        self.assertGreater(len(commands), 10)
        broker, url, address = self.demo()
        self.env["KONTOR_SERVER"] = url
        self.addresses = {r"127\.0\.0\.1:8686": address, r"(?<=--brokers )\S+": broker}
        for command in commands:
            with self.subTest(command.text):
                self.check_shape(command, self.run_command(command))


class UseTest(ReadmeTestCase):
    def test_its_commands_do_what_they_say(self):
        commands = commands_of("Use it")
        self.assertGreater(len(commands), 5)
        broker = e2e.OwnBroker(self.folder / "broker")
        self.addCleanup(broker.run, "wipe")
        self.env |= {
            "KONTOR_BROKER_PORT": str(broker.port),
            "KONTOR_BROKER_DIR": str(broker.folder),
            "KONTOR_LISTEN": "127.0.0.1:0",
        }
        self.addresses = {r"127\.0\.0\.1:29092": broker.address, r"^tools/": f"{e2e.ROOT}/tools/"}
        for command in commands:
            said = self.run_command(command)
            if serving := re.search(r" at (http://\S+:\d+);", said):
                self.env["KONTOR_SERVER"] = serving.group(1)
        self.assertIn("KONTOR_SERVER", self.env)
        self.assertIn("acme", said)  # the last one shows what the others sent


if __name__ == "__main__":
    unittest.main()
