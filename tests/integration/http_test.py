#!/usr/bin/env python3
"""The HTTP interface over a running engine: its OpenAPI document against real answers, lists, streams, own writes."""

import http.client
import json
import pathlib
import sys
import unittest
import urllib.parse

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402


def event(number, body, account="acme", at="2025-06-01T00:00:00Z"):
    return {"event_id": str(number), "source": "crm", "account_id": account, "occurred_at": at, **body}


def opened(name, segment):
    return {"account_opened": {"fields": {"name": name, "segment": segment}}}


def won(deal, units, currency="EUR"):
    return {"deal_won": {"deal": {"id": deal}, "amount": {"currency_code": currency, "units": str(units)}}}


def closed(schema):
    """The schema with no room for fields that it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {name: closed(part) for name, part in schema.items()}
    if shut.get("type") == "object" and "properties" in shut:
        shut["additionalProperties"] = False
    return shut


class Stream:
    """A reader of server-sent events."""

    def __init__(self, url, last_event_id=None):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=e2e.PATIENCE)
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        self.connection.request("GET", "/v1/stream", headers=headers)
        self.answer = self.connection.getresponse()

    def next(self):
        """{field: value} of the next event; None at the end."""
        fields = {}
        while line := self.answer.readline().decode():
            if line == "\n" and fields:
                return fields
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                fields[name] = value
        return None

    def until(self, wanted):
        """Reads on to the first event that is wanted."""
        while event := self.next():
            if wanted(event):
                return event
        raise AssertionError("the stream ended")

    def close(self):
        self.connection.close()


class HttpTest(e2e.EngineTestCase):
    def setUp(self):
        super().setUp()
        self.create_topic(self.events, 2)
        self.engine = self.serve("--now", "2026-01-01", "--http-wait-time-max", "0.2").listening().ready()
        self.kontor_emit(
            event(1, opened("Acme", "large")),
            event(2, won("d1", 5)),
            event(3, opened("Blue GmbH", "small"), account="blue"),
            event(4, won("d2", 900), account="blue"),
            event(5, opened("Cyan", "large"), account="cyan"),
            event(6, won("d3", 70), account="cyan"),
            event(7, won("d4", 1, "SEK"), account="dune"),
            event(8, {"deal_won": {}}, account="eel"),
        )

    def kontor_emit(self, *events):
        """Sends, whatever the engine will make of it, and waits until it shows that."""
        lines = "".join(json.dumps(event) + "\n" for event in events)
        self.kontor("emit", "--unchecked", "--wait", "--server", self.engine.url, *self.topics(), input=lines)

    def ids(self, query):
        wait = f"&wait_for={self.events}/0@0" if query else ""  # a list by a figure then waits for the totals
        return [row["profile"]["accountId"] for row in self.engine.every(f"/v1/accounts?{query}{wait}", "accounts")]

    def test_answers_are_what_the_document_says(self):
        document = self.engine.get("/openapi.json")
        components = closed(document["components"])
        filled = {"/v1/records/{id}": f"/v1/records/{e2e.quoted(f'{self.events}/0@0')}"}
        checked = 0
        for path, item in document["paths"].items():
            content = item["get"]["responses"]["200"]["content"]
            if "application/json" not in content:
                continue
            schema = {**closed(content["application/json"]["schema"]), "components": components}
            validator = jsonschema.Draft202012Validator(schema)
            validator.validate(self.engine.get(filled.get(path, path.replace("{id}", "acme"))))
            self.assertTrue(list(validator.iter_errors({"nothing": 1})) or "openapi" in path, path)
            checked += 1
        self.assertGreater(checked, 10)
        error = {"$ref": "#/components/schemas/kontor.api.v1.ErrorStatus", "components": components}
        status, answer = self.engine.get_status("/v1/accounts?page_size=0")
        jsonschema.Draft202012Validator(error).validate(answer)
        self.assertEqual((status, answer["details"][0]["field"]), (400, "page_size"))

    def test_what_was_emitted_is_read_at_once_and_in_any_order(self):
        self.assertEqual(self.engine.get("/v1/accounts/acme")["value"]["dealsWon"]["lifetime"], "1")
        self.assertEqual(self.ids(""), ["acme", "blue", "cyan", "dune"])
        self.assertEqual(self.ids("order_by=booked%20desc"), ["blue", "cyan", "acme", "dune"])  # no rate: unknown
        self.assertEqual(self.ids("order_by=booked"), ["acme", "cyan", "blue", "dune"])
        self.assertEqual(self.ids("order_by=booked%20desc&segment=large"), ["cyan", "acme"])
        self.assertEqual(self.ids("text=gmbh"), ["blue"])
        self.assertEqual(self.ids("currency=SEK"), ["dune"])
        page = self.engine.get("/v1/accounts?order_by=booked&page_size=1")
        self.kontor_emit(event(9, won("d9", 10_000), account="acme"))  # moves behind; the next page goes on
        token = page["nextPageToken"]
        page = self.engine.get(f"/v1/accounts?order_by=booked&page_size=1&page_token={token}")
        self.assertEqual(page["accounts"][0]["profile"]["accountId"], "cyan")
        status, answer = self.engine.get_status(f"/v1/accounts?order_by=overdue&page_token={token}")
        self.assertEqual((status, answer["details"][0]["field"]), (400, "page_token"))

    def test_what_never_comes_is_not_waited_for_longer_than_the_bound(self):
        ahead = self.ends(self.events)[self.events, 0] + 5
        self.assertEqual(self.engine.get_status(f"/v1/portfolio?wait_for={self.events}/0@{ahead}")[0], 504)
        self.assertEqual(self.engine.get_status("/v1/portfolio?wait_for=other/0@0")[0], 400)

    def test_changes_of_merged_accounts_name_all_of_them(self):
        stream = Stream(self.engine.url)
        self.assertEqual(stream.next()["event"], "reset")
        merged = {"accounts_merged": {"survivor": "blue", "absorbed": "cyan"}}
        self.kontor_emit({"event_id": "m", "source": "crm", "occurred_at": "2025-06-02T00:00:00Z", **merged})
        self.assertEqual(stream.next()["event"], "reset")  # it may change any account
        self.kontor_emit(event(10, won("d10", 1), account="cyan"))
        told = json.loads(stream.until(lambda said: "cyan" in said.get("data", ""))["data"])
        self.assertEqual(sorted(told["accountIds"]), ["blue", "cyan"])
        for account in told["accountIds"]:
            self.assertEqual(self.engine.get(f"/v1/accounts/{account}")["profile"]["accountId"], "blue")
        stream.close()

    def test_changed_accounts_are_streamed_and_streams_are_told_the_end(self):
        first = Stream(self.engine.url)
        self.assertEqual(first.next()["event"], "reset")
        self.kontor_emit(event(10, won("d10", 1)))
        told = first.until(lambda said: "acme" in said.get("data", ""))
        self.assertEqual(told["event"], "changed")
        self.kontor_emit(event(11, won("d11", 1), account="blue"))
        seen = first.until(lambda said: "blue" in said.get("data", ""))
        first.close()
        again = Stream(self.engine.url, told["id"])
        self.assertEqual(again.next(), seen)
        lost = Stream(self.engine.url, f"{self.events}/0@999999")
        self.assertEqual(lost.next()["event"], "reset")
        self.assertEqual(self.engine.stop(), 0)
        for stream in (again, lost):
            self.assertEqual(stream.until(lambda said: said.get("event") == "end")["data"], "{}")
            self.assertIsNone(stream.next())


if __name__ == "__main__":
    unittest.main()
