#!/usr/bin/env python3
"""`/metrics` of a running engine, read as Prometheus reads it, and the alert rules, which name nothing else."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import urllib.request

import yaml
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

RULES = e2e.ROOT / "deploy/prometheus/kontor.rules.yml"


def won(number):
    return {
        "event_id": str(number),
        "source": "crm",
        "account_id": "acme",
        "occurred_at": "2025-06-01T00:00:00Z",
        "deal_won": {"deal": {"id": f"d-{number}"}, "amount": {"currency_code": "EUR", "units": "10"}},
    }


class MetricsTest(e2e.EngineTestCase):
    def scrape(self, engine):
        with urllib.request.urlopen(engine.url + "/metrics", timeout=e2e.PATIENCE) as answer:
            self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            return answer.read().decode()

    def value(self, engine, name, **labels):
        return sum(
            sample.value
            for family in text_string_to_metric_families(self.scrape(engine))
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def test_a_running_engine_tells_of_its_work(self):
        self.create_topic(self.events, 2)
        self.emit(*(won(number) for number in range(3)))
        self.send_raw(b"no event", key="acme")
        with self.serve().listening() as engine:
            e2e.wait_until(
                "all is read", lambda: self.value(engine, "kontor_shard_log_records", topic=self.events) == 4
            )
            self.assertEqual(self.value(engine, "kontor_records_total", disposition="accepted"), 3)
            self.assertEqual(self.value(engine, "kontor_records_rejected_total", reason="undecodable"), 1)
            running = {"state": "running", "topic": self.events}
            e2e.wait_until("both shards", lambda: self.value(engine, "kontor_shard_state", **running) == 2)
            self.assertEqual(self.value(engine, "kontor_shard_lag_records"), 0)
            self.assertGreater(self.value(engine, "kontor_append_seconds_count"), 0)
            self.assertGreater(self.value(engine, "kontor_rocksdb_wal_bytes_total", store="log"), 0)
            self.assertGreater(self.value(engine, "kontor_http_request_seconds_count", route="/metrics", code="2xx"), 0)
            e2e.wait_until("a broker", lambda: self.value(engine, "kontor_kafka_brokers_connected") >= 1)
            e2e.wait_until("dead letters", lambda: self.value(engine, "kontor_dead_letters_waiting") == 0)
            text = self.scrape(engine)
        if promtool := shutil.which("promtool"):
            checked = subprocess.run([promtool, "check", "metrics"], input=text, text=True, capture_output=True)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
            subprocess.run([promtool, "check", "rules", RULES], check=True, stdout=subprocess.DEVNULL)

        told = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
        rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
        self.assertGreater(len(rules), 5)
        for rule in rules:
            named = set(re.findall(r"\bkontor_\w+", rule["expr"]))
            self.assertTrue(named, rule)
            self.assertLessEqual({re.sub(r"_(count|sum|bucket)$", "", name) for name in named}, told, rule["alert"])


if __name__ == "__main__":
    unittest.main()
