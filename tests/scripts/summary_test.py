#!/usr/bin/env python3
"""Tests tools/dev/summary.py, which decides whether a test run passed, on JUnit files as ctest writes them."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SUMMARY = pathlib.Path(__file__).resolve().parents[2] / "tools/dev/summary.py"

PASSED = '<testcase name="A.Passes" classname="A" time="0.1" status="run">\n\t\t<system-out>fine</system-out>\n'
FAILED = '<testcase name="A.Fails" classname="A" time="0.1" status="fail">\n\t\t<failure message=""/>\n'
SKIPPED = (
    '<testcase name="A.Skips" classname="A" time="0" status="notrun">\n'
    '\t\t<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>\n'
)
NOT_BUILT = (
    '<testcase name="a_test_NOT_BUILT" classname="a" time="0" status="notrun">\n'
    '\t\t<skipped message="Unable to find executable"/>\n'
)
DISABLED = '<testcase name="A.Off" classname="A" time="0" status="disabled">\n'


class SummaryTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, *cases, options=()):
        """(exit status, lines printed) for a run of these cases in the dev preset."""
        (self.folder / "dev.xml").write_bytes("".join(cases).encode("latin-1"))
        command = [sys.executable, SUMMARY, *options, "--", self.folder / "dev.xml"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()

    def left_out(self, *names):
        file = self.folder / "left-out"
        file.write_text("".join(f"{name}\n" for name in names))
        return ["--left-out", file, "--because", "for a reason"]

    def test_counts_what_passed(self):
        self.assertEqual(self.run_on(PASSED, PASSED), (0, ["2 passed, 0 failed"]))

    def test_names_what_failed(self):
        self.assertEqual(self.run_on(PASSED, FAILED), (1, ["Failed:", "  A.Fails (dev)", "1 passed, 1 failed"]))

    def test_a_program_not_built_is_a_failure(self):
        status, lines = self.run_on(PASSED, NOT_BUILT)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))

    def test_no_test_is_a_failure(self):
        self.assertEqual(self.run_on(), (1, ["No test ran.", "0 passed, 0 failed"]))

    def test_nothing_but_skipped_tests_is_a_failure(self):
        status, lines = self.run_on(SKIPPED)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 0 failed"))

    def test_names_what_did_not_run(self):
        status, lines = self.run_on(PASSED, SKIPPED, DISABLED)
        self.assertEqual(status, 0)
        self.assertIn("  A.Skips (dev)", lines)
        self.assertIn("  A.Off (dev)", lines)
        self.assertEqual(lines[-1], "1 passed, 0 failed")

    def test_names_what_was_left_out(self):
        status, lines = self.run_on(PASSED, options=self.left_out("B.Reads", 'B.Of/"a;b c"'))
        self.assertEqual(status, 0)
        self.assertEqual(lines[-4:], ["Not run, for a reason:", "  B.Reads", '  B.Of/"a;b c"', "1 passed, 0 failed"])

    def test_what_was_left_out_may_be_a_failure(self):
        status, lines = self.run_on(PASSED, options=[*self.left_out("B.Reads"), "--left-out-fails"])
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))

    def test_output_that_is_no_xml_harms_nothing(self):
        noise = '<system-out>\x01\xff <b & ]]> status="fail"</system-out>\n'
        self.assertEqual(self.run_on(PASSED, noise, PASSED), (0, ["2 passed, 0 failed"]))


if __name__ == "__main__":
    unittest.main()
