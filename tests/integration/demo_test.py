#!/usr/bin/env python3
"""`kontor demo --exit`: the same seed and start give the same log and views, and no folder in use is touched."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

DIGEST = re.compile(r"^  (?:log  |views) ([0-9a-f]{64})$", re.MULTILINE)


class DemoTest(e2e.EngineTestCase):
    def demo(self, *options):
        out = self.kontor("demo", "--exit", "--listen", "127.0.0.1:0", *options)
        self.assertRegex(out, r"(?m)^[1-9]\d* accounts, [1-9]\d* of them key accounts, ")
        return out[out.index(" accounts, ") :], DIGEST.findall(out)

    def test_the_same_seed_and_start_give_the_same_log_and_views(self):
        start = ("--seed", 7, "--now", "2026-01-01")
        kept = self.folder / "kept"
        summary, digests = self.demo(*start, "--data-dir", kept)
        self.assertEqual(len(set(digests)), 6, "two shards and the reference, each with a log and views of its own")
        self.assertEqual(self.demo(*start), (summary, digests))

        told = self.kontor("shards", "--digest", "--data-dir", kept)
        self.assertEqual(set(re.findall(r"\b[0-9a-f]{64}\b", told)), set(digests))

        other = self.demo("--seed", 8, "--now", "2026-01-01")[1]
        self.assertFalse(set(other) & set(digests))

    def test_a_folder_that_is_not_empty_is_refused(self):
        folder = self.folder / "taken"
        folder.mkdir()
        (folder / "mine.txt").write_text("mine")
        status, _, err = self.run_kontor("demo", "--exit", "--data-dir", folder)
        self.assertEqual(status, 1)
        self.assertIn(f"data directory {folder}: is not empty", err)
        self.assertEqual([file.name for file in folder.iterdir()], ["mine.txt"])


if __name__ == "__main__":
    unittest.main()
