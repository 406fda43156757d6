#!/usr/bin/env python3
"""kontor doctor on a real broker: what is wrong is produced, and named with what to do."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

GOOD = ["retention.ms=-1", "message.timestamp.type=LogAppendTime", "max.message.bytes=2097152"]


class DoctorTest(e2e.EngineTestCase):
    def doctor(self, *options):
        """(exit code, the checks as "verdict about: what > remedy")"""
        topics = [*self.topics(), "--rejected-topic", self.rejected]
        listen = () if "--listen" in options else ("--listen", "127.0.0.1:0")
        status, out, err = self.run_kontor("doctor", "--json", *topics, *listen, *options)
        told = json.loads(out)
        self.assertEqual(sum(told[verdict] for verdict in ("ok", "warning", "failed")), len(told["checks"]), err)
        rows = [f"{c['verdict']} {c['about']}: {c['what']} > {c.get('remedy', '')}" for c in told["checks"]]
        return status, rows

    def expect(self, rows, verdict, *parts):
        found = [row for row in rows if row.startswith(verdict) and all(part in row for part in parts)]
        self.assertTrue(found, f"{verdict} {parts}:\n" + "\n".join(rows))

    def send(self, partitioner, count=100):
        """Records with keys, by librdkafka's partitioner of that name."""
        lines = "".join(f"account-{i}\tvalue\n" for i in range(count))
        self.kcat("-P", "-t", self.events, "-K", "\t", "-X", f"partitioner={partitioner}", data=lines.encode())

    def test_good_topics_are_well(self):
        self.create_topic(self.events, 4, *GOOD)
        self.send("murmur2_random")
        status, rows = self.doctor("--data-dir", self.folder / "new")
        self.assertEqual(status, 0, rows)
        self.expect(rows, "ok", "broker", self.broker)
        self.expect(rows, "ok", f"topic {self.events}", "4 partitions")
        self.expect(rows, "ok", "cleanup.policy=delete")
        self.expect(rows, "ok", "keeps its records for ever")
        self.expect(rows, "ok", "LogAppendTime")
        self.expect(rows, "ok", "max.message.bytes=2097152")
        self.expect(rows, "warning", "1 copy of each record")  # the broker stands alone
        self.expect(rows, "ok", "partitioner: the last 100 records")
        self.expect(rows, "ok", "clock", "the broker's word")
        self.expect(rows, "ok", f"topic {self.reference}", "serve makes it")

    def test_wrong_partitioner_is_found(self):
        self.create_topic(self.events, 4, *GOOD)
        self.send("consistent_random")
        status, rows = self.doctor()
        self.assertEqual(status, 1)
        self.expect(rows, "failed partitioner", "of the last 100 records", "--partitioner crc32")
        status, rows = self.doctor("--partitioner", "crc32")
        self.assertEqual(status, 0, rows)
        self.expect(rows, "ok partitioner")

    def test_wrong_settings_of_topics_are_found(self):
        wrong = ["cleanup.policy=compact", "retention.ms=1000", "max.message.bytes=1000", "min.insync.replicas=2"]
        self.create_topic(self.events, 2, *wrong, "message.timestamp.type=CreateTime")
        self.create_topic(self.reference, 3)
        status, rows = self.doctor()
        self.assertEqual(status, 1)
        events = f"topic {self.events}"
        self.expect(rows, "failed", events, "cleanup.policy=compact")
        self.expect(rows, "warning", events, "retention.ms=1000", "retention.ms=-1")
        self.expect(rows, "warning", events, "max.message.bytes=1000")
        self.expect(rows, "failed", events, "min.insync.replicas=2", "no record can be acknowledged")
        self.expect(rows, "warning", events, "CreateTime")
        self.expect(rows, "failed", f"topic {self.reference}", "must have one")

    def test_missing_topic_is_found(self):
        status, rows = self.doctor()
        self.assertEqual(status, 1)
        self.expect(rows, "failed", f"topic {self.events}: not there", "kafka-topics.sh --create")

    def test_beside_a_running_engine_and_on_its_folder_afterwards(self):
        self.create_topic(self.events, 2, *GOOD)
        engine = self.serve().listening().ready()
        self.assertEqual(self.partitions(self.rejected), 1)
        port = engine.url.rpartition(":")[2]
        options = ("--data-dir", self.folder / "data", "--listen", f"127.0.0.1:{port}")
        status, rows = self.doctor(*options)
        self.assertEqual(status, 0, rows)
        self.expect(rows, "ok folder", "an engine runs on")
        self.expect(rows, "ok listen", "in use")
        for topic in (self.reference, self.rejected):  # as the engine made them
            self.expect(rows, "ok", f"topic {topic}", "keeps its records for ever")
            self.expect(rows, "ok", f"topic {topic}", "max.message.bytes=2097152")
        engine.ready()  # undisturbed
        self.assertEqual(engine.stop(), 0)
        status, rows = self.doctor(*options)
        self.assertEqual(status, 0, rows)
        self.expect(rows, "ok stores", "3 shards")
        self.assertEqual(self.serve().listening().ready().stop(), 0)
        self.events += "x"  # other topics than the folder's
        status, rows = self.doctor(*options)
        self.assertEqual(status, 1)
        self.expect(rows, "failed folder", "its topic of events is", "--data-dir")


if __name__ == "__main__":
    unittest.main()
