#!/usr/bin/env python3
"""What an engine logs: one JSON object a line, to its last word, and nothing of whom or what its events tell."""

import json
import pathlib
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

ACCOUNT = "nobody-knows-4711"
SECRET = "sesame-open-0815"
TOLD = "a confidential remark"


class LogsTest(e2e.EngineTestCase):
    def test_lines_are_json_without_accounts_payloads_or_secrets(self):
        self.create_topic(self.events)
        event = {
            "event_id": "e-1",
            "source": "crm",
            "account_id": ACCOUNT,
            "occurred_at": "2025-06-01T00:00:00Z",
            "deal_won": {"deal": {"id": "d-1"}, "amount": {"currency_code": "EUR", "units": "10"}},
        }
        self.emit(event)
        self.send_raw(TOLD.encode(), key=ACCOUNT)
        token = self.folder / "token"
        token.touch(mode=0o600)
        token.write_text(SECRET)
        engine = self.serve("--log-format", "json", "--log-level", "debug", "--auth-token-file", token).listening()

        def ask(path):
            request = urllib.request.Request(engine.url + path, headers={"Authorization": f"Bearer {SECRET}"})
            with urllib.request.urlopen(request, timeout=e2e.PATIENCE) as answer:
                return answer.read().decode()

        def answer_of(path):
            try:
                return ask(path)
            except urllib.error.HTTPError:
                return None

        e2e.wait_until("readiness", lambda: answer_of("/readyz"), describe=engine.said)
        e2e.wait_until("both records", lambda: '"position":"2"' in ask("/v1/shards").replace(" ", ""), describe=engine.said)
        # Its shard has the records before it is read from.
        account = e2e.wait_until("the account", lambda: answer_of(f"/v1/accounts/{ACCOUNT}"), describe=engine.said)
        self.assertIn(ACCOUNT, account)
        self.assertIn(ACCOUNT, ask("/v1/records"))
        self.assertEqual(engine.stop(), 0)

        lines = [json.loads(line) for line in engine.said().splitlines()]
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertLessEqual({"time", "level", "what"}, line.keys())
            self.assertIn(line["level"], ("debug", "info", "warn", "error"))
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        for secret in (ACCOUNT, SECRET, TOLD):
            self.assertNotIn(secret, engine.said())

    def test_why_it_does_not_start_is_a_line_of_the_log(self):
        (self.folder / "file").touch()
        said = self.refused(folder="file/data")
        words = said.splitlines()[-1].removeprefix("kontor: ")
        self.assertRegex(words, "^data directory ")
        said = self.refused("--log-format", "json", folder="file/data")
        lines = [json.loads(line) for line in said.splitlines()]
        self.assertEqual((lines[-1]["level"], lines[-1]["what"]), ("error", words))


if __name__ == "__main__":
    unittest.main()
