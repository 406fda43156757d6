#!/usr/bin/python3
"""Every message, field and enum says what it means, and every bound that binds an emitter stands in words beside it."""

import importlib
import pathlib
import re
import subprocess
import sys
import tempfile
import typing
import unittest

from google.protobuf import descriptor_pb2

# Validation holds events to the rules of these.
VALIDATED = {"kontor.event.v1", "kontor.type.v1"}
ITEMS_MAX = 1000  # of a repeated field, where its rule says nothing else

# Where descriptor.proto keeps what: the numbers of its fields.
MESSAGES, ENUMS, EXTENSIONS = 4, 5, 7
FIELDS, NESTED, NESTED_ENUMS = 2, 3, 4


class Declared(typing.NamedTuple):
    """A message, a field or an enum, with the comment before or behind it."""

    package: str
    name: str
    what: object
    comment: str


def compiled():
    """The files of the schema as protoc reads them, comments included, and the option that holds a field's rule."""
    protos = sorted(str(path.relative_to("proto")) for path in pathlib.Path("proto/kontor").rglob("*.proto"))
    with tempfile.TemporaryDirectory() as out:
        command = ["protoc", "--proto_path=proto", "--include_source_info", f"--descriptor_set_out={out}/schema"]
        subprocess.run([*command, f"--python_out={out}", *protos], check=True)
        sys.path.insert(0, out)
        rule = importlib.import_module("kontor.rule.v1.rule_pb2").field
        sys.path.remove(out)
        return descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out, "schema").read_bytes()).file, rule


def declared_in(file):
    """All that the file declares."""
    comments = {
        tuple(place.path): place.leading_comments or place.trailing_comments
        for place in file.source_code_info.location
    }

    def of(what, name, path):
        return Declared(file.package, name, what, comments.get(path, "").strip())

    def walk(message, name, path):
        if message.options.map_entry:  # protoc's own
            return
        yield of(message, name, path)
        for i, field in enumerate(message.field):
            yield of(field, f"{name}.{field.name}", (*path, FIELDS, i))
        for i, nested in enumerate(message.nested_type):
            yield from walk(nested, f"{name}.{nested.name}", (*path, NESTED, i))
        for i, enum in enumerate(message.enum_type):
            yield of(enum, f"{name}.{enum.name}", (*path, NESTED_ENUMS, i))

    for i, message in enumerate(file.message_type):
        yield from walk(message, f"{file.package}.{message.name}", (MESSAGES, i))
    for i, enum in enumerate(file.enum_type):
        yield of(enum, f"{file.package}.{enum.name}", (ENUMS, i))
    for i, extension in enumerate(file.extension):
        yield of(extension, f"{file.package}.{extension.name}", (EXTENSIONS, i))


def is_told_by_its_message(what):
    """What one of our messages means as an alternative of a oneof stands with that message."""
    if not isinstance(what, descriptor_pb2.FieldDescriptorProto):
        return False
    return what.HasField("oneof_index") and not what.proto3_optional and what.type_name.startswith(".kontor.")


def numbers_of(rule, repeated):
    """The bounds that a field's rule sets, without sign."""
    numbers = {abs(getattr(rule, name)) for name in ("min", "max") if rule.HasField(name)}
    if rule.max_bytes:
        numbers.add(rule.max_bytes)
    if repeated:
        numbers.add(rule.max_items or ITEMS_MAX)
    return numbers


class CommentsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        files, cls.rule = compiled()
        cls.declared = [declared for file in files for declared in declared_in(file)]

    def test_everything_is_commented(self):
        bare = [x.name for x in self.declared if not x.comment and not is_told_by_its_message(x.what)]
        self.assertEqual(bare, [])

    def test_bounds_stand_in_words_too(self):
        untold, bounds = [], 0
        for field in self.declared:
            if field.package not in VALIDATED or not isinstance(field.what, descriptor_pb2.FieldDescriptorProto):
                continue
            rule = field.what.options.Extensions[self.rule]
            repeated = field.what.label == descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED
            told = {int(digits) for digits in re.findall(r"\d+", field.comment.replace(",", ""))}
            numbers = numbers_of(rule, repeated)
            bounds += len(numbers)
            untold += [f"{field.name}: {number:,}" for number in sorted(numbers - told)]
            if rule.required and "required" not in field.comment.lower():
                untold.append(f"{field.name}: required")
            if rule.may_be_negative and "negative" not in field.comment:
                untold.append(f"{field.name}: may be negative")
        self.assertEqual(untold, [])
        self.assertGreater(bounds, 40)


if __name__ == "__main__":
    unittest.main()
