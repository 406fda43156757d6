#!/usr/bin/env python3
"""kontor watch on a real terminal (a pseudo one), and where there is none; the engine is a stub that answers JSON."""

import fcntl
import http.server
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
import unittest

PATIENCE = 60  # seconds, only ever used up by what fails
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
POSITION = {"topic": "kontor.events", "position": "7"}
BASIS = {"now": "2026-11-24T09:30:05Z", "reportingZone": "UTC", "reportingCurrency": "EUR"}
ACCOUNT = {"profile": {"accountId": "acme", "name": "Acme Werke"}, "basis": BASIS}
ANSWERS = {
    "/v1/shards": {"shards": [{"topic": "kontor.events", "state": "SHARD_STATE_RUNNING", "position": "7"}]},
    "/v1/portfolio": {"accounts": "1", "settled": True, "basis": BASIS},
    "/v1/accounts": {"accounts": [ACCOUNT], "basis": BASIS},
    "/v1/accounts/acme": ACCOUNT,
}


class Stub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802: the name that the server asks for
        path = self.path.partition("?")[0]
        if path == "/v1/stream":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b'id: kontor.events/0@7\nevent: changed\ndata: {"accountIds":["acme"]}\n\n')
            self.wfile.flush()
            self.server.ends.wait()
            return
        body = json.dumps(ANSWERS[path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class StubServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address=("127.0.0.1", 0)):
        super().__init__(address, Stub)
        self.ends = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.ends.set()
        self.shutdown()
        self.server_close()


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, command, rows, columns, **variables):
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **variables}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.seen = b""

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def read(self):
        if select.select([self.master], [], [], 0.05)[0]:
            self.seen += os.read(self.master, 65536)

    def frame(self):
        """The last whole frame, as lines of plain text."""
        frames = re.findall(rb"\x1b\[H(.*?)\x1b\[J", self.seen, re.S)
        text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", frames[-1]) if frames else b""
        return text.decode(errors="replace").replace("\r", "").split("\n")

    def until(self, what, probe):
        deadline = time.monotonic() + PATIENCE
        while not probe():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain: {what}\n{self.seen[-3000:]!r}")
            self.read()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.server = StubServer()
        self.addCleanup(lambda: self.server.stop())
        self.port = self.server.server_address[1]

    def watch(self, rows=24, columns=80, **variables):
        command = [os.environ["KONTOR_BINARY"], "watch", "--interval", "0.05"]
        terminal = Terminal([*command, "--server", f"http://127.0.0.1:{self.port}"], rows, columns, **variables)
        self.addCleanup(terminal.close)
        return terminal

    def ends(self, terminal):
        """Waits for the end: the exit code, after the terminal was found as it was."""
        terminal.until("the end", lambda: terminal.process.poll() is not None)
        terminal.until("the first screen again", lambda: terminal.seen.rfind(LEAVE) > terminal.seen.rfind(ENTER))
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.before)
        self.assertIn(b"\x1b[?25h", terminal.seen)  # the cursor
        return terminal.process.returncode

    def test_frames_fit_the_terminal_and_follow_its_size(self):
        terminal = self.watch()
        terminal.until("the account", lambda: any("Acme Werke" in line for line in terminal.frame()))
        self.assertIn(ENTER, terminal.seen)
        frame = terminal.frame()
        self.assertLessEqual(len(frame), 24)
        self.assertEqual(max(map(len, frame)), 80)
        terminal.resize(10, 120)
        terminal.until("the new size", lambda: max(map(len, terminal.frame())) == 120)
        self.assertLessEqual(len(terminal.frame()), 10)
        terminal.type(b"q")
        self.assertEqual(self.ends(terminal), 0)

    def test_signals_end_it_and_suspend_it(self):
        for end in (lambda terminal: terminal.type(b"\x03"), lambda terminal: terminal.process.terminate()):
            terminal = self.watch()
            terminal.until("a frame", lambda terminal=terminal: "live" in terminal.frame()[0])
            end(terminal)
            self.assertEqual(self.ends(terminal), 0)
        terminal = self.watch()
        terminal.until("a frame", lambda: "live" in terminal.frame()[0])
        terminal.type(b"\x1a")
        terminal.until("the first screen", lambda: LEAVE in terminal.seen)
        terminal.until("to be stopped", lambda: os.waitpid(terminal.process.pid, os.WUNTRACED | os.WNOHANG)[0] != 0)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.until("the screen again", lambda: terminal.seen.rfind(ENTER) > terminal.seen.rfind(LEAVE))
        terminal.type(b"q")
        self.assertEqual(self.ends(terminal), 0)

    def test_goes_on_when_the_server_is_back(self):
        terminal = self.watch()
        terminal.until("a frame", lambda: "live" in terminal.frame()[0])
        self.server.stop()
        terminal.until("that nobody answers", lambda: "no answer" in terminal.frame()[0])
        self.assertTrue(any("Acme Werke" in line for line in terminal.frame()))
        self.server = StubServer(("127.0.0.1", self.port))
        terminal.until("that it is back", lambda: "live" in terminal.frame()[0])
        terminal.type(b"q")
        self.assertEqual(self.ends(terminal), 0)

    def test_plain_without_a_terminal(self):
        command = [os.environ["KONTOR_BINARY"], "watch", "--interval", "0.05"]
        command += ["--server", f"http://127.0.0.1:{self.port}"]
        plain = {**os.environ, "LC_ALL": "C"}
        once = subprocess.run([*command, "--once"], capture_output=True, text=True, check=True, env=plain)
        self.assertIn("Acme Werke", once.stdout)
        self.assertTrue(once.stdout.isascii(), once.stdout)
        self.assertNotIn("\x1b", once.stdout)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=plain) as going:
            self.assertTrue(going.stdout.readline().startswith("Kontor"))
            self.server.stop()
            self.assertIn("trying again", going.stderr.readline())
            going.terminate()


if __name__ == "__main__":
    unittest.main()
