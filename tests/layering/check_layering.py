#!/usr/bin/env python3
"""Checks the walls between Kontor's rooms: who may include whom, which library is known where, no clock
and no chance in projections, no floats in state.

    tests/layering/check_layering.py [ROOT]

Reads every C++ file under engine, projections and tools/kontor, and the schemas of stored state. Prints one line for
each violation and exits 1 if there is one, or if there was nothing to check.
"""

import pathlib
import re
import sys

# Bottom up; a room may include itself and every room above its own line.
ROOMS = [
    "proto",
    "engine/base",
    "engine/event",
    "engine/source",
    "engine/log",
    "engine/views",
    "projections",
    "engine/shard",
    "engine/portfolio",
    "engine/query",
    "engine/server",
    "engine/metrics",
    "tools/kontor",
]

# Projections are pure: of the rooms below them they know these only. Of each other they know what all share: the
# state and its fold, and above it how a state is read; no view knows another one.
PROJECTIONS_MAY = ("proto", "engine/base", "engine/event")
STATE_CONTRACT = re.compile(r"engine/views/state_\w+\.h")
SHARED_PROJECTIONS = ["projections/account", "projections/reading"]

# A fold gives the same at any time and place: it asks no clock and no chance. Tests may, for histories by a seed.
CHANCE = re.compile(r"engine/base/(clock|distribution)\.h|chrono|ctime|random|time\.h|sys/time\.h")

# Library: (how its headers begin, which files may name them, in words).
LIBRARIES = {
    "RocksDB": (r"rocksdb/", r"(.*/)?rocks_[^/]*", "rocks_* files"),
    "librdkafka": (r"(librdkafka/|rdkafka)", r"(.*/)?kafka_[^/]*", "kafka_* files"),
    "Boost.Beast and Asio": (r"boost/(beast|asio)\b", r"engine/server/.*", "engine/server"),
    "prometheus-cpp": (r"prometheus/", r"engine/metrics/families\.(h|cc)", "engine/metrics/families"),
    "gRPC": (r"grpc", r"engine/server/.*", "engine/server"),
    "Abseil, containers aside": (r"absl/(?!container/)", r"engine/base/status\.h", "engine/base/status.h"),
}

# What is kept, and what is added to it: the shared state and fold, what projections contribute, whatever is named a
# state, its contract in engine/views, and any schema of state.
STATE_FILES = re.compile(
    r"projections/account/.*\.(h|cc)"
    r"|projections/.*(state[^/]*|_projection)\.(h|cc)"
    r"|engine/views/state_[^/]*\.(h|cc)"
    r"|proto/.*state.*\.proto"
)
FLOATING = re.compile(r"\b(double|float|double_t|float_t)\b")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]*)"|<([^>]*)>)', re.MULTILINE)
# What is no code, or would be mistaken for the beginning of it: numbers come first for their digit separators.
TOKEN = re.compile(
    r"""(?P<number>\b\d(?:'?[\w.])*)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""",
    re.VERBOSE | re.DOTALL,
)


def blank(text, kinds):
    """The text with tokens of these kinds blanked out, its lines where they were."""

    def one(match):
        if match.lastgroup == "mark":  # the innermost group that closed last is the raw string's own
            kind = "raw"
        else:
            kind = match.lastgroup
        return re.sub(r"[^\n]", " ", match.group()) if kind in kinds else match.group()

    return TOKEN.sub(one, text)


def room_of(path):
    """The room that a path of the repository, or an include written from its root, lies in; None if in none."""
    if path.startswith("kontor/") and path.endswith((".pb.h", "_descriptors.h")):
        return "proto"
    for room in ROOMS:
        if path.startswith(room + "/"):
            return room
    return None


def is_test(path):
    return path.endswith(("_test.cc", "_bench.cc"))


def is_ours(include, quoted):
    """Whether an include means a header of this repository. Quotes alone do not say so: libraries come in them too."""
    if include.startswith(("engine/", "projections/", "tools/", "tests/", "kontor/", ".")):
        return True
    return quoted and "/" not in include


def arrow(path, include):
    """Why the file may not include this header of ours; None if it may."""
    room, target = room_of(path), room_of(include)
    if room is None:
        return "lies in no known room; name the room in tests/layering/check_layering.py and in its place in the order"
    if include.startswith("tests/"):
        return None if is_test(path) else "only tests may include what lies in tests/"
    if target is None:
        return "is no header of a known room; ours are written from the repository's root, a library's in <>"
    if ROOMS.index(target) > ROOMS.index(room):
        return f"{room} may not know {target}: arrows point down the list of rooms only"
    if room == "projections":
        if target == "projections":
            own, other = ("/".join(name.split("/")[:2]) for name in (path, include))
            below = SHARED_PROJECTIONS
            if own in below:
                below = below[: below.index(own)]
            if other != own and other not in below:
                return f"of other projections {own} may know {' and '.join(below) or 'none'}"
        elif target not in PROJECTIONS_MAY and not STATE_CONTRACT.fullmatch(include):
            return f"projections may not know {target}, but for engine/views/state_*.h"
    return None


def library(path, include):
    """Why the file may not include this header of a library; None if it may."""
    for name, (headers, files, where) in LIBRARIES.items():
        if re.match(headers, include) and not re.fullmatch(files, path):
            return f"{name} is named in {where} only"
    return None


def chance(path, include):
    """Why the file may not include this header, for what it gives differs from run to run; None if it may."""
    if room_of(path) == "projections" and not is_test(path) and CHANCE.fullmatch(include):
        return "a projection asks no clock and no chance; what time it is, is told to it"
    return None


def violations(root):
    """(number of files read, list of violations)."""
    sources = [
        path
        for folder in ("engine", "projections", "tools/kontor")
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in (".h", ".cc", ".hpp", ".cpp", ".ipp", ".inc")
    ]
    schemas = sorted((root / "proto").rglob("*.proto"))
    found = []
    for file in sources + schemas:
        path = file.relative_to(root).as_posix()
        text = file.read_text(encoding="utf-8")

        def report(position, what):
            found.append(f"{path}:{text.count(chr(10), 0, position) + 1}: {what}")

        if file in sources:
            for match in INCLUDE.finditer(blank(text, {"comment", "raw"})):
                quoted, angled = match.groups()
                include = quoted or angled
                why = library(path, include)
                if is_ours(include, quoted is not None):
                    why = arrow(path, include)
                why = why or chance(path, include)
                if why:
                    report(match.start(), f"includes {include}: {why}")
        if STATE_FILES.fullmatch(path) and not is_test(path):
            for match in FLOATING.finditer(blank(text, {"comment", "raw", "string"})):
                report(match.start(), f"{match.group()} in a state: states hold integers, strings and instants only")
    return len(sources), found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__ + "/../../..").resolve()
    count, found = violations(root)
    for line in found:
        print(line)
    if count == 0:
        print(f"{root}: no source was found, so nothing was checked")
        return 1
    print(f"{count} files read, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
