#!/usr/bin/env python3
"""Promises 2 and 4, seen from outside: an engine that is killed while it reads, ever again, ends with the log and the
views of one that was not; its views come out again from the log alone; its folder reads as its server answered."""

import json
import os
import pathlib
import random
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

SEED = int(os.environ.get("KONTOR_TEST_SEED", "20260101"))
EVENTS = 20_000
KILLS = 6
PARTITIONS = 3


def instant(second):
    return f"{2015 + second % 10}-{second % 12 + 1:02}-{second % 28 + 1:02}T{second % 24:02}:00:00Z"


def history(rng):
    """Events with what a log must tell apart: duplicates, conflicts, voids, late ones, and rejected ones."""
    sent = []
    for number in range(EVENTS):
        kind = rng.random()
        account = f"account-{rng.randrange(300)}"
        event = {"event_id": f"e{number}", "source": "crm", "account_id": account, "occurred_at": instant(number * 7)}
        money = {"currency_code": rng.choice(["EUR", "USD"]), "units": str(rng.randrange(10_000)), "nanos": 10_000_000}
        ref = {"id": f"{account}-{rng.randrange(40)}"}
        if kind < 0.05 and sent:
            event = dict(rng.choice(sent))
        elif kind < 0.07 and sent:
            event = {**rng.choice(sent), "occurred_at": instant(number)}
        elif kind < 0.10 and sent:
            target = rng.choice(sent)
            event["account_id"] = target["account_id"]
            event["event_voided"] = {"target_event_id": target["event_id"]}
        elif kind < 0.13:
            event["invoice_issued"] = {"invoice": ref, "net": {**money, "units": "-5", "nanos": 0}, "gross": money}
        elif kind < 0.15:
            event["occurred_at"] = "1492-10-12T00:00:00Z"
            event["deal_opened"] = {"deal": ref}
        elif kind < 0.45:
            event["invoice_issued"] = {"invoice": ref, "net": money, "gross": money}
        elif kind < 0.65:
            event["payment_received"] = {"payment": ref, "amount": money,
                                         "allocations": [{"invoice": ref, "amount": money}]}
        elif kind < 0.80:
            event["deal_won"] = {"deal": ref, "amount": money}
        else:
            event["interaction_recorded"] = {"channel": "CHANNEL_CALL"}
        sent.append(event)
    return sent


class KillTest(e2e.EngineTestCase):
    def fill(self, rng):
        self.create_topic(self.events, PARTITIONS)
        events = self.folder / "events.jsonl"
        events.write_text("".join(json.dumps(event) + "\n" for event in history(rng)))
        self.kontor("emit", "--unchecked", *self.topics(), events)
        for number in range(20):
            self.send_raw(rng.randbytes(rng.randrange(1, 200)), key=f"garbage-{number}")
        self.send_raw(None, key="tombstone")
        return self.ends(self.events)

    def digests_told(self, *where):
        return re.findall(r"\b[0-9a-f]{64}\b", self.kontor("shards", "--digest", *where))

    def test_a_killed_engine_ends_with_the_bytes_of_one_that_was_not(self):
        rng = random.Random(SEED)
        ends = self.fill(rng)
        everything = sum(ends.values())
        self.assertGreater(everything, EVENTS)

        calm = self.serve("--now", "2026-01-01", folder="calm").listening().ready().has_read(ends)
        expected = self.digests_told("--server", calm.url)
        self.assertEqual(len(expected), 2 * (PARTITIONS + 1))
        records = {(s["topic"], s.get("partition", 0)): int(s["position"]) for s in calm.shards() if "position" in s}
        self.assertEqual(records, ends)
        for disposition in ("accepted", "duplicate", "conflict", "rejected"):
            self.assertTrue(calm.get(f"/v1/records?disposition={disposition}")["records"], disposition)
        self.assertEqual(calm.stop(), 0)

        kills, cut_short = sorted(rng.randrange(everything) for _ in range(KILLS)), 0
        for at in kills:
            engine = self.serve("--now", "2026-01-01", folder="killed").listening()
            e2e.wait_until(f"{at} records read", lambda: engine.position() >= at, describe=engine.said)
            engine.kill()
            cut_short += engine.process.returncode == -9
        self.assertEqual(cut_short, KILLS)

        killed = self.serve("--now", "2026-01-01", folder="killed").listening().ready().has_read(ends)
        self.assertEqual(self.digests_told("--server", killed.url), expected)
        account = killed.get("/v1/accounts/account-7")
        timeline = killed.get("/v1/accounts/account-7/timeline?page_size=1000")
        self.assertEqual(killed.stop(), 0)

        folder = ["--data-dir", self.folder / "killed"]
        self.assertEqual(self.digests_told(*folder), expected)
        read = self.kontor("account", "account-7", "--now", "2026-01-01", "--json", *folder)
        self.assertEqual(json.loads(read), account)
        read = self.kontor("timeline", "account-7", "--all", "--now", "2026-01-01", "--json", *folder)
        entries = [entry for line in read.splitlines() for entry in json.loads(line).get("entries", [])]
        self.assertEqual(entries, timeline["entries"])

        self.assertIn(f"views folded anew from {everything} log records", self.kontor("rebuild", *folder))
        self.assertEqual(self.digests_told(*folder), expected)

    def test_sigterm_ends_it_in_time_while_it_reads(self):
        rng = random.Random(SEED + 1)
        ends = self.fill(rng)
        at = rng.randrange(sum(ends.values()) // 2)
        engine = self.serve().listening()
        e2e.wait_until(f"{at} records read", lambda: engine.position() >= at, describe=engine.said)
        self.assertEqual(engine.stop(), 0, engine.said())
        engine = self.serve().listening().ready().has_read(ends)
        self.assertEqual(engine.position(), sum(ends.values()))


if __name__ == "__main__":
    unittest.main()
