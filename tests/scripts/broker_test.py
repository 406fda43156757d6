#!/usr/bin/env python3
"""Tests tools/dev/broker: a broker with its own port and folder, whose topics outlive a stop and not a wipe."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from confluent_kafka.admin import AdminClient, NewTopic

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402


class BrokerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kontor broker & ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        own = e2e.OwnBroker(self.folder)
        self.port, self.address, self.broker = own.port, own.address, own.run
        self.addCleanup(self.broker, "wipe")

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
