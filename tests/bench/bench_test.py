#!/usr/bin/env python3
"""Runs tools/bench with tiny counts on the tests' broker: it compares what the views show with what was sent, and prints
every figure that it promises. What the figures are says nothing here."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROMISED = {"consume_raw", "consume_parse", "ingest_log", "ingest_views", "rebuild", "read_account_p99", "freshness_p99",
            "rss", "disk_per_event", "write_amplification", "restart", "big_account_ratio"}
# flat_ratio is not: so few records are all there within a few looks, and have no tenths to compare.


def main():
    build = pathlib.Path(os.environ["KONTOR_BINARY"]).parent
    run = subprocess.run(
        [sys.executable, str(ROOT / "tools/bench"), "--quick", "--events", "20000", "--accounts", "1000", "--seconds", "1",
         "--brokers", os.environ["KONTOR_TEST_BROKER"], "--build", str(build)],
        stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"tools/bench exited with {run.returncode}")
    figures = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    missing = PROMISED - {figure["figure"] for figure in figures if figure["value"] > 0}
    if missing:
        sys.exit(f"not measured: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    main()
