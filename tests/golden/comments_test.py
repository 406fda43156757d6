#!/usr/bin/python3
"""Every message, field and enum that an outside team emits from, or an auditor reads by, says what it means."""

import pathlib
import subprocess
import tempfile
import unittest

from google.protobuf import descriptor_pb2

PACKAGES = {"kontor.event.v1", "kontor.type.v1", "kontor.log.v1"}

# Where descriptor.proto keeps what: the numbers of its fields.
MESSAGES, ENUMS = 4, 5
FIELDS, NESTED = 2, 3


def schema():
    """The files of the schema as protoc reads them, comments included."""
    protos = sorted(str(path.relative_to("proto")) for path in pathlib.Path("proto/kontor").rglob("*.proto"))
    with tempfile.NamedTemporaryFile() as out:
        command = ["protoc", "--proto_path=proto", "--include_source_info", f"--descriptor_set_out={out.name}"]
        subprocess.run(command + protos, check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes()).file


class CommentsTest(unittest.TestCase):
    def test_everything_is_commented(self):
        seen, bare = set(), []
        for file in schema():
            if file.package not in PACKAGES:
                continue
            seen.add(file.package)
            comments = {
                tuple(place.path): place.leading_comments or place.trailing_comments
                for place in file.source_code_info.location
            }

            def check(name, path, told=comments):
                if not told.get(path, "").strip():
                    bare.append(name)

            def walk(message, name, path):
                check(name, path)
                for i, field in enumerate(message.field):
                    # What an alternative of a oneof means stands with its message.
                    if not field.HasField("oneof_index") or field.proto3_optional:
                        check(f"{name}.{field.name}", (*path, FIELDS, i))
                for i, nested in enumerate(message.nested_type):
                    walk(nested, f"{name}.{nested.name}", (*path, NESTED, i))

            for i, message in enumerate(file.message_type):
                walk(message, f"{file.package}.{message.name}", (MESSAGES, i))
            for i, enum in enumerate(file.enum_type):
                check(f"{file.package}.{enum.name}", (ENUMS, i))
        self.assertEqual(seen, PACKAGES)
        self.assertEqual(bare, [])


if __name__ == "__main__":
    unittest.main()
