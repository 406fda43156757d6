#!/usr/bin/env python3
"""Faults and bad input at the engine's faces: each meets a clear word, and nothing is harmed or stops."""

import json
import pathlib
import random
import shutil
import string
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402


def event(number, body, account="acme", at="2025-06-01T00:00:00Z"):
    return {"event_id": str(number), "source": "crm", "account_id": account, "occurred_at": at, **body}


def won(deal, units):
    return {"deal_won": {"deal": {"id": deal}, "amount": {"currency_code": "EUR", "units": str(units)}}}


class FoldersAndPortsTest(e2e.EngineTestCase):
    def test_a_folder_in_use_or_not_ours_is_refused(self):
        self.create_topic(self.events)
        first = self.serve().listening().ready()
        self.assertIn("another process has it open", self.refused(group=f"{self.name}.second"))
        first.ready()

        port = first.url.rpartition(":")[2]
        said = self.refused(listen=f"127.0.0.1:{port}", folder="beside")
        self.assertIn(port, said)
        self.assertEqual(first.get_status("/healthz")[0], 200)
        self.assertEqual(first.stop(), 0)

        said = self.refused(topic=f"{self.name}.other")
        self.assertIn(self.events, said)

        foreign = self.folder / "foreign"
        foreign.mkdir()
        (foreign / "mine.txt").write_text("mine")
        self.assertIn("holds files that are not Kontor's", self.refused(folder="foreign"))
        self.assertEqual([file.name for file in foreign.iterdir()], ["mine.txt"])
        self.assertEqual(self.serve().listening().ready().stop(), 0)

    def test_a_folder_is_read_as_it_was_told_in_and_what_contradicts_that_is_said(self):
        self.create_topic(self.events)
        told_in = ("--reporting-currency", "USD", "--reporting-zone", "Europe/Berlin")
        engine = self.serve(*told_in).listening().ready()
        self.emit(event(1, won("d1", 5)))
        engine.has_read(self.ends(self.events))
        self.assertEqual(engine.stop(), 0)

        def basis(*options):
            told = json.loads(self.kontor("portfolio", "--json", "--data-dir", self.folder / "data", *options))["basis"]
            return told["reportingCurrency"], told["reportingZone"]

        def refusal(command, *options):
            status, _, said = self.run_kontor(command, "--data-dir", self.folder / "data", *options)
            self.assertEqual(status, 1, said)
            return said

        self.assertEqual(basis(), ("USD", "Europe/Berlin"))
        self.assertEqual(basis("--reporting-currency", "EUR"), ("EUR", "Europe/Berlin"))
        self.assertIn("its days are cut by Europe/Berlin", refusal("portfolio", "--reporting-zone", "UTC"))
        self.kontor("rebuild", "--data-dir", self.folder / "data", "--reporting-zone", "UTC")
        self.assertEqual(basis(), ("USD", "UTC"))

        shutil.rmtree(self.folder / "data" / "instance")
        self.assertIn("instance/ is missing", refusal("portfolio"))
        self.assertEqual(self.serve(*told_in).listening().ready().stop(), 0)
        self.assertEqual(basis(), ("USD", "Europe/Berlin"))

    def test_beyond_this_machine_only_with_a_token(self):
        engine = self.serve(listen="0.0.0.0:0")
        self.assertNotEqual(engine.process.wait(timeout=e2e.PATIENCE), 0)
        self.assertIn("--auth-token-file", engine.said())


class TopicsTest(e2e.EngineTestCase):
    def test_a_missing_topic_is_waited_for_and_the_others_are_made(self):
        engine = self.serve().listening()
        e2e.wait_until(
            "the missing topic to be named",
            lambda: self.events in str(engine.get_status("/readyz")[1].get("reasons")),
            describe=lambda: engine.describe("/readyz"),
        )
        self.assertEqual(engine.get_status("/readyz")[0], 503)
        self.create_topic(self.events, 2)
        engine.ready()
        self.emit(event(1, won("d1", 5)))
        engine.has_read(self.ends(self.events))
        self.assertEqual(engine.get("/v1/portfolio")["accounts"], "1")
        for topic in (self.reference, self.rejected):
            self.assertEqual(self.partitions(topic), 1)


class LargestEventsTest(e2e.EngineTestCase):
    """Events just below 1 MiB, which is what a value may have."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(1)

    def text(self, length):
        return "".join(self.random.choices(string.ascii_letters, k=length))

    def invoice(self, number, units, last):
        """240 lines of 4,365 bytes and one with a description of so many, which compression hardly makes fewer."""
        money = {"currency_code": "EUR", "units": str(units)}
        lines = [
            {"product": self.text(256), "description": self.text(length), "quantity": {"units": "1"}}
            for length in [4096] * 240 + [last]
        ]
        body = {"invoice": {"id": str(number)}, "net": money, "gross": money, "lines": lines}
        return event(number, {"invoice_issued": body})

    def send(self, *events):
        return self.run_kontor("emit", *self.topics(), input="".join(json.dumps(event) + "\n" for event in events))

    def test_they_go_wherever_the_topic_takes_them_and_else_it_is_said_what_to_do(self):
        large, largest = self.invoice(1, 5, last=0), self.invoice(2, 7, last=640)
        self.create_topic(self.events)
        status, out, err = self.send(large, largest)
        self.assertEqual(status, 1, out + err)
        self.assertIn("1 of 2 events acknowledged", out)
        self.assertIn("line 2: ", err)
        self.assertIn("raise the topic's max.message.bytes (2097152 ", err)

        self.events += ".large"
        self.create_topic(self.events, 1, "retention.ms=-1", "max.message.bytes=2097152")
        engine = self.serve("--now", "2026-01-01").listening().ready()
        status, out, err = self.send(large, largest, self.invoice(2, 8, last=640))
        self.assertEqual(status, 0, out + err)
        engine.has_read(self.ends(self.events))
        value = engine.get("/v1/accounts/acme/value")["value"]
        self.assertEqual(value["invoicedNet"]["lifetime"]["byCurrency"], [{"currencyCode": "EUR", "units": "12"}])

        conflict = self.value_at(2)
        self.assertGreater(len(conflict), (1 << 20) - 50)
        e2e.wait_until("its dead letter", lambda: self.ends(self.rejected)[self.rejected, 0] >= 1)
        self.assertEqual(self.value_at(0, topic=self.rejected), conflict)
        self.kontor("rejected", "--server", engine.url, "--brokers", self.broker, "--reemit", f"{self.events}/0@2")
        self.assertEqual(self.value_at(3), conflict)


class OwnBrokerTestCase(e2e.EngineTestCase):
    SETTINGS = ""

    def setUp(self):
        super().setUp()
        self.own = e2e.OwnBroker(self.folder / "broker", self.SETTINGS)
        self.addCleanup(self.own.run, "wipe")
        status, said = self.own.run("start")
        self.assertEqual(status, 0, said)

    @property
    def broker(self):
        return self.own.address


class BrokerMakesTopicsTest(OwnBrokerTestCase):
    """A broker as Kafka sets it up: it makes a topic for whoever sends to it."""

    SETTINGS = "auto.create.topics.enable=true"

    def there(self):
        return [topic["topic"] for topic in json.loads(self.kcat("-L", "-J"))["topics"]]

    def test_a_misspelt_topic_is_refused_and_not_made(self):
        line = json.dumps(event(1, won("d1", 5)))
        status, out, said = self.run_kontor("emit", *self.topics(), input=line)
        self.assertEqual((status, out), (1, "0 of 1 events acknowledged\n"))
        self.assertIn(f"topic {self.events}: there is none of that name", said)
        self.assertEqual(self.there(), [])
        self.kcat("-P", "-t", self.events, data=b"another client's")
        self.assertEqual(self.there(), [self.events])


class BrokerHangsTest(OwnBrokerTestCase):
    """A broker that keeps its connections and answers nothing, as on a machine that hangs."""

    def test_it_is_said_and_waited_for_and_never_holds_up_a_stop(self):
        self.create_topic(self.events)
        engine = self.serve().listening().ready()
        self.emit(event(1, won("d1", 5)))
        engine.has_read(self.ends(self.events))

        def warned():
            return "does not answer" in str(engine.get_status("/readyz")[1].get("warnings"))

        self.own.halt()
        self.addCleanup(self.own.go_on)
        e2e.wait_until("a warning of the silence", warned, describe=lambda: engine.describe("/readyz"))
        self.assertEqual(engine.get_status("/readyz")[0], 200)
        self.assertEqual(engine.get("/v1/portfolio")["accounts"], "1")

        self.own.go_on()
        self.emit(event(2, won("d2", 7), account="globex"))
        engine.has_read(self.ends(self.events))
        self.assertEqual(engine.get("/v1/portfolio")["accounts"], "2")
        e2e.wait_until("the end of the warning", lambda: not warned(), describe=lambda: engine.describe("/readyz"))

        self.own.halt()
        e2e.wait_until("the warning again", warned, describe=lambda: engine.describe("/readyz"))
        self.assertEqual(engine.stop(), 0)


class BadInputTest(e2e.EngineTestCase):
    def setUp(self):
        super().setUp()
        self.create_topic(self.events)
        self.engine = self.serve("--now", "2026-01-01").listening().ready()

    def records(self, disposition):
        return self.engine.every(f"/v1/records?disposition={disposition}", "records")

    def test_what_is_wrong_is_listed_dead_lettered_and_sent_again(self):
        self.emit(event(1, won("d1", 5)))
        good = self.value_at(0)
        self.send_raw(b"\xff\xfe no event", key="acme")
        self.send_raw(None, key="acme")
        self.send_raw(good, key="globex")
        self.emit(event(2, won("d2", -5)), event(3, won("d3", 5), at="1492-10-12T00:00:00Z"))
        self.emit(event(1, won("d1", 5)), event(1, won("d1", 6)), event(4, won("d4", 7)))
        self.engine.has_read(self.ends(self.events))

        reasons = {int(r.get("position", 0)): r["reason"] for r in self.records("rejected")}
        self.assertEqual(reasons.pop(1) in ("REJECT_REASON_UNDECODABLE", "REJECT_REASON_FRAMING"), True)
        self.assertEqual(
            reasons,
            {
                2: "REJECT_REASON_EMPTY",
                3: "REJECT_REASON_WRONG_KEY",
                4: "REJECT_REASON_OUT_OF_BOUNDS",
                5: "REJECT_REASON_IMPOSSIBLE_INSTANT",
            },
        )
        self.assertEqual([r["position"] for r in self.records("duplicate")], ["6"])
        self.assertEqual([r["position"] for r in self.records("conflict")], ["7"])
        view = self.engine.get("/v1/accounts/acme")
        self.assertEqual(view["value"]["booked"]["lifetime"]["byCurrency"], [{"currencyCode": "EUR", "units": "12"}])

        told = self.kontor("rejected", "--server", self.engine.url, "--all", "--json").splitlines()
        listed = [record for line in told for record in json.loads(line).get("records", [])]
        self.assertEqual({r["position"] for r in listed}, {"1", "2", "3", "4", "5", "7"})

        e2e.wait_until("six dead letters", lambda: self.ends(self.rejected)[self.rejected, 0] >= 6)
        letters = self.kcat("-C", "-t", self.rejected, "-e", "-f", "%h\n").decode(errors="replace")
        for header in ("topic", "partition", "offset", "exception.message"):
            self.assertEqual(letters.count(f"__connect.errors.{header}="), 6, letters)

        self.kontor("rejected", "--server", self.engine.url, "--brokers", self.broker, "--reemit", f"{self.events}/0@3")
        ends = self.ends(self.events)
        self.assertEqual(ends[self.events, 0], 10)
        self.assertEqual(self.value_at(9), good)
        self.engine.has_read(ends)
        self.assertEqual(self.records("rejected")[0]["reason"], "REJECT_REASON_WRONG_KEY")

    def test_a_line_that_is_no_event_is_listed_and_the_others_go(self):
        good = [json.dumps(event(number, won("d1", 5))) for number in (1, 2)]
        lines = [good[0], '{"event_id": 7, "deal_won": "x"}', "{", good[1]]
        status, out, err = self.run_kontor("emit", *self.topics(), input="\n".join(lines) + "\n")
        self.assertEqual(status, 1)
        self.assertIn("2 of 4 events acknowledged", out)
        self.assertIn("line 2: ", err)
        self.assertIn("line 3: ", err)
        self.assertEqual(self.ends(self.events), {(self.events, 0): 2})

    def test_a_merge_makes_two_accounts_one_and_its_reversal_two_again(self):
        def booked(account):
            view = self.engine.get(f"/v1/accounts/{account}")
            (money,) = view["value"]["booked"]["lifetime"]["byCurrency"]
            return view["profile"]["accountId"], money["units"]

        merge = {"accounts_merged": {"survivor": "acme", "absorbed": "globex"}}
        revert = {"merge_reverted": {"merge_event_id": "m1"}}
        self.emit(event(1, won("d1", 5)), event(2, won("d2", 7), account="globex"))
        reference = {"source": "crm", "occurred_at": "2025-07-01T00:00:00Z"}
        self.emit({"event_id": "m1", **reference, **merge})
        self.engine.has_read(self.ends(self.events, self.reference))
        self.assertEqual((booked("acme"), booked("globex")), (("acme", "12"), ("acme", "12")))
        timeline = self.engine.get("/v1/accounts/globex/timeline")
        self.assertEqual([entry["accountId"] for entry in timeline["entries"]], ["acme", "globex"])
        self.assertEqual(len(timeline["basis"]["positions"]), 1)  # both are on one shard
        self.assertEqual(self.engine.get("/v1/portfolio")["accounts"], "1")
        self.emit({"event_id": "m2", **reference, "occurred_at": "2025-08-01T00:00:00Z", **revert})
        self.engine.has_read(self.ends(self.events, self.reference))
        self.assertEqual((booked("acme"), booked("globex")), (("acme", "5"), ("globex", "7")))
        self.assertEqual(self.engine.get("/v1/portfolio")["accounts"], "2")


if __name__ == "__main__":
    unittest.main()
