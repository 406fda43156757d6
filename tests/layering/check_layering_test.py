#!/usr/bin/env python3
"""Plants each kind of violation in a small tree and expects it to be found, and what is allowed to pass."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_layering


class CheckLayeringTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def found(self, path, text):
        """The violations in a tree of this one file, besides one that is clean."""
        for name, content in (("engine/base/clean.h", "#pragma once\n"), (path, text)):
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return check_layering.violations(self.root)[1]

    def assert_passes(self, path, text):
        self.assertEqual(self.found(path, text), [])

    def assert_fails(self, path, text, expected):
        found = self.found(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertRegex(found[0], expected)
        (self.root / path).unlink()

    def test_arrows_point_down(self):
        for index, upper in enumerate(check_layering.ROOMS):
            for lower in check_layering.ROOMS[1:index]:
                if "projections" in (upper, lower) or lower == "proto":
                    continue  # they have rules of their own, tested below
                with self.subTest(upper=upper, lower=lower):
                    self.assert_passes(f"{upper}/a.cc", f'#include "{lower}/b.h"\n')
                    (self.root / upper / "a.cc").unlink()
                    self.assert_fails(f"{lower}/a.cc", f'#include "{upper}/b.h"\n', f"may not know {upper}")

    def test_projections_lie_between_views_and_shard(self):
        self.assert_passes("engine/shard/a.cc", '#include "projections/value/b.h"\n')
        self.assert_fails("projections/value/a.cc", '#include "engine/shard/b.h"\n', "may not know engine/shard")
        self.assert_fails("engine/views/a.cc", '#include "projections/value/b.h"\n', "may not know projections")

    def test_generated_code_is_below_all(self):
        self.assert_passes("engine/base/a.cc", '#include "kontor/type/v1/type.pb.h"\n')

    def test_own_room_is_allowed(self):
        self.assert_passes("engine/query/a.cc", '#include "engine/query/a.h"\n')

    def test_line_is_named(self):
        self.assert_fails("engine/log/a.h", '\n\n#include "engine/shard/b.h"\n', r"^engine/log/a\.h:3: ")

    def test_spelling_of_the_directive_does_not_matter(self):
        self.assert_fails("engine/log/a.h", '#  include  <engine/shard/b.h>\n', "may not know engine/shard")

    def test_commented_include_is_none(self):
        self.assert_passes("engine/log/a.h", '// #include "engine/shard/b.h"\n/*\n#include "engine/shard/b.h"\n*/\n')

    def test_include_relative_to_its_file(self):
        self.assert_fails("engine/log/a.cc", '#include "a.h"\n', "no header of a known room")

    def test_include_that_climbs(self):
        self.assert_fails("engine/log/a.cc", '#include "../shard/a.h"\n', "no header of a known room")

    def test_unknown_room(self):
        self.assert_fails("engine/attic/a.cc", '#include "engine/base/clean.h"\n', "no known room")
        self.assert_fails("engine/log/a.cc", '#include "engine/attic/a.h"\n', "no header of a known room")

    def test_only_tests_include_tests(self):
        self.assert_passes("engine/shard/a_test.cc", '#include "tests/support/b.h"\n')
        self.assert_fails("engine/shard/a.cc", '#include "tests/support/b.h"\n', "only tests")

    def test_projection_knows_what_it_may(self):
        self.assert_passes(
            "projections/value/a.cc",
            '#include "engine/base/b.h"\n'
            '#include "engine/event/b.h"\n'
            '#include "engine/views/state_table.h"\n'
            '#include "kontor/event/v1/event.pb.h"\n'
            '#include "projections/account/b.h"\n'
            '#include "projections/value/b.h"\n',
        )

    def test_projection_knows_no_more(self):
        for header in ("engine/log/b.h", "engine/source/b.h", "engine/views/view_store.h"):
            with self.subTest(header=header):
                self.assert_fails("projections/value/a.cc", f'#include "{header}"\n', "projections may not know")

    def test_projection_knows_no_other(self):
        expected = "projections/value may know projections/account and projections/reading"
        self.assert_fails("projections/value/a.cc", '#include "projections/growth/b.h"\n', expected)
        self.assert_fails("projections/account/a.cc", '#include "projections/value/b.h"\n', "may know none")

    def test_shared_projections_have_an_order(self):
        self.assert_passes("projections/value/a.cc", '#include "projections/reading/b.h"\n')
        self.assert_passes("projections/reading/a.cc", '#include "projections/account/b.h"\n')
        self.assert_fails("projections/account/a.cc", '#include "projections/reading/b.h"\n', "may know none")

    def test_projection_asks_no_clock_and_no_chance(self):
        for header in (
            '"engine/base/clock.h"',
            '"engine/base/distribution.h"',
            "<chrono>",
            "<ctime>",
            "<random>",
            "<time.h>",
            "<sys/time.h>",
        ):
            with self.subTest(header=header):
                self.assert_fails("projections/value/a.cc", f"#include {header}\n", "no clock and no chance")
                self.assert_passes("engine/shard/a.cc", f"#include {header}\n")
        self.assert_passes("projections/value/a_test.cc", "#include <random>\n")
        self.assert_passes("projections/value/a.cc", '#include "engine/base/civil.h"\n')

    def test_libraries_where_they_belong(self):
        for path, header in (
            ("engine/log/rocks_log.cc", "<rocksdb/db.h>"),
            ("engine/source/kafka_source.cc", "<librdkafka/rdkafka.h>"),
            ("engine/source/kafka_source.cc", "<rdkafka.h>"),
            ("engine/server/http.cc", "<boost/beast/http.hpp>"),
            ("engine/server/http.cc", "<boost/asio.hpp>"),
            ("engine/base/status.h", "<absl/status/status.h>"),
            ("engine/base/status.h", '"absl/status/status.h"'),
            ("engine/base/civil.h", '"google/protobuf/timestamp.pb.h"'),
            ("engine/base/money.cc", "<boost/multiprecision/cpp_int.hpp>"),
        ):
            with self.subTest(path=path, header=header):
                self.assert_passes(path, f"#include {header}\n")

    def test_libraries_elsewhere(self):
        for path, header, expected in (
            ("engine/log/event_log.cc", "<rocksdb/db.h>", "RocksDB"),
            ("engine/log/log_rocks_test.cc", '"rocksdb/db.h"', "RocksDB"),
            ("engine/source/event_source.cc", "<librdkafka/rdkafka.h>", "librdkafka"),
            ("engine/source/event_source.cc", "<librdkafka/rdkafka_mock.h>", "librdkafka"),
            ("tools/kontor/client.cc", "<boost/beast/core.hpp>", "Beast"),
            ("engine/shard/timer.cc", "<boost/asio/io_context.hpp>", "Asio"),
            ("engine/shard/timer.cc", "<boost/asio.hpp>", "Asio"),
            ("engine/base/ids.h", "<absl/strings/string_view.h>", "Abseil"),
            ("engine/log/status.h", '"absl/status/status.h"', "Abseil"),
            ("engine/query/rpc.cc", "<grpcpp/grpcpp.h>", "gRPC"),
        ):
            with self.subTest(path=path, header=header):
                self.assert_fails(path, f"#include {header}\n", f"{expected}.* is named in .* only")

    def test_floats_in_state(self):
        for path in (
            "projections/value/state.h",
            "projections/value/value_state.cc",
            "projections/account/rows/month_state_row.h",
            "projections/account/tally.h",
            "projections/value/value_projection.cc",
            "engine/views/state_table.h",
            "proto/kontor/state/v1/rows.proto",
        ):
            for word in ("double", "float"):
                with self.subTest(path=path, word=word):
                    self.assert_fails(path, f"struct A {{ {word} x; }};\n", f"{word} in a state")

    def test_floats_hidden_behind_what_looks_like_text(self):
        for text in (
            "int a = 1'000; double b = 2'000;\n",
            'const char* a = "//"; double b;\n',
            "char a = '\"'; double b; char c = '\"';\n",
            'auto a = R"x(")x"; double b; auto c = R"(")";\n',
            "/* // */ double b;\n",
            "std::vector<double> b;\n",
        ):
            with self.subTest(text=text):
                self.assert_fails("projections/value/state.h", text, "double in a state")

    def test_words_that_are_no_floats(self):
        self.assert_passes(
            "projections/value/state.h",
            '// no double here\n/* nor\n a float */\nint double_entry;\nauto a = "double";\nauto b = R"(float)";\n',
        )

    def test_floats_outside_state(self):
        self.assert_passes("projections/value/render.cc", "double ratio;\n")
        self.assert_passes("projections/value/state_test.cc", "double expected;\n")

    def test_empty_tree_is_no_pass(self):
        argv, sys.argv = sys.argv, ["check_layering.py", str(self.root)]
        self.addCleanup(setattr, sys, "argv", argv)
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(check_layering.main(), 1)


if __name__ == "__main__":
    unittest.main()
