#!/usr/bin/env python3
"""Sums up ctest's JUnit files: names what failed and what did not run, and ends with "N passed, N failed".

    tools/dev/summary.py [--left-out FILE --because WHY [--left-out-fails]] JUNIT...

The file names tests that were left out on purpose, one a line. Exits 1 if a test failed, or if none passed.
"""

import argparse
import html
import pathlib
import re
import sys

# Not parsed as XML: a test's output may hold bytes that XML does not allow, and ctest writes them as they come.
CASE = re.compile(r'<testcase name="([^"]*)"[^>]*status="(\w+)"[^>]*>\s*(?:<skipped message="([^"]*)"/>)?')


def outcome(status, reason):
    if status == "run":
        return "passed"
    if status == "disabled":
        return "disabled"
    if status == "notrun" and reason.startswith("SKIP_"):
        return "skipped"
    return "failed"  # also what could not run because its program was not built


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("junit", nargs="*", type=pathlib.Path)
    parser.add_argument("--left-out", type=pathlib.Path)
    parser.add_argument("--because", default="left out")
    parser.add_argument("--left-out-fails", action="store_true")
    args = parser.parse_args()

    tests = {"passed": [], "failed": [], "skipped": [], "disabled": []}
    for path in args.junit:
        text = path.read_text(encoding="utf-8", errors="replace")
        for name, status, reason in CASE.findall(text):
            tests[outcome(status, reason)].append(f"{html.unescape(name)} ({path.stem})")
    left_out = args.left_out.read_text().split("\n")[:-1] if args.left_out else []

    def show(title, names):
        if names:
            print(f"{title}:")
            for name in names:
                print(f"  {name}")

    show("Failed", tests["failed"])
    show("Disabled in the code", tests["disabled"])
    show("Not run, by their own decision", tests["skipped"])
    show(f"Not run, {args.because}", left_out)

    passed = len(tests["passed"])
    failed = len(tests["failed"]) + (len(left_out) if args.left_out_fails else 0)
    if not passed and not failed:
        print("No test ran.")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
