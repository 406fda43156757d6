#!/usr/bin/env python3
"""Tests tools/dev/broker: a broker with its own port and folder, whose topics outlive a stop and not a wipe."""

import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

from confluent_kafka.admin import AdminClient, NewTopic

BROKER = pathlib.Path(__file__).resolve().parents[2] / "tools/dev/broker"


def free_port():
    """A port that is free, as is the one after it, which the controller takes."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


class BrokerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kontor broker & ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.addCleanup(self.broker, "wipe")

    def broker(self, command, folder=None):
        """(exit status, what it said) of one command."""
        env = {**os.environ, "KONTOR_BROKER_PORT": str(self.port), "KONTOR_BROKER_DIR": str(folder or self.folder)}
        done = subprocess.run(
            [BROKER, command], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return done.returncode, done.stdout

    def kcat(self, *options, text=""):
        command = ["kcat", "-b", self.address, "-q", *options]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

    def test_topics_outlive_a_stop_and_not_a_wipe(self):
        status, said = self.broker("start")
        self.assertEqual(status, 0, said)
        self.assertIn(f"running on {self.address}", said)
        self.assertIn("already running", self.broker("start")[1])

        admin = AdminClient({"bootstrap.servers": self.address})
        for created in admin.create_topics([NewTopic("kept", 1, 1)]).values():
            created.result()
        self.assertEqual(admin.list_topics("absent", timeout=10).topics["absent"].partitions, {})
        self.kcat("-P", "-t", "kept", text="one\ntwo\n")

        status, said = self.broker("start", folder=self.folder / "other")
        self.assertEqual(status, 1)
        self.assertIn(f"port {self.port} is taken", said)

        self.assertEqual(self.broker("stop")[0], 0)
        self.assertEqual(self.broker("status")[0], 1)
        self.assertEqual(self.broker("start")[0], 0)
        self.assertEqual(self.broker("status")[0], 0)
        self.assertEqual(self.kcat("-C", "-t", "kept", "-e"), "one\ntwo\n")

        self.assertEqual(self.broker("wipe")[0], 0)
        self.assertFalse(self.folder.exists() and any(self.folder.iterdir()))


if __name__ == "__main__":
    unittest.main()
