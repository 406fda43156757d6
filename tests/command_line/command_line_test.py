#!/usr/bin/env python3
"""The built program without a broker: options from every place, completion and manual."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "deploy/kontor.toml"


class CommandLineTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def kontor(self, *words, **variables):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KONTOR_")}
        command = [os.environ["KONTOR_BINARY"], *map(str, words)]
        return subprocess.run(
            command, env={**clean, **variables}, capture_output=True, text=True, check=False, timeout=120
        )

    def said(self, *words, **variables):
        done = self.kontor(*words, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def in_force(self, *words, **variables):
        """{option: (value, from)}"""
        told = json.loads(self.said("config", "--json", *words, **variables))
        return {row["option"]: (row.get("value"), row["from"]) for row in told["options"]}


class OptionsTest(CommandLineTest):
    def test_the_nearest_place_goes_before(self):
        file = self.file("k.toml", 'topic = "all"\nlisten = "127.0.0.1:1"\n\n[serve]\ntopic = "mine"\ngroup-id = "g"\n')
        places = {"KONTOR_LISTEN": "127.0.0.1:2", "KONTOR_SERVE_GROUP_ID": "eg", "KONTOR_GROUP_ID": "no"}
        told = self.in_force("--config", file, "serve", "--brokers", "c:3", **places)
        self.assertEqual(told["topic"], ("mine", f"{file}:5"))
        self.assertEqual(told["listen"], ("127.0.0.1:2", "KONTOR_LISTEN"))
        self.assertEqual(told["group-id"], ("eg", "KONTOR_SERVE_GROUP_ID"))
        self.assertEqual(told["brokers"], ("c:3", "command line"))
        self.assertEqual(told["reporting-zone"], ("UTC", "default"))
        self.assertEqual(told["data-dir"], (None, "required, and not given"))
        told = self.in_force("emit", KONTOR_CONFIG=str(file), KONTOR_KAFKA="socket.timeout.ms=99;linger.ms=5")
        self.assertEqual(told["topic"], ("all", f"{file}:1"))
        self.assertEqual(told["kafka"], ("socket.timeout.ms=99 linger.ms=5", "KONTOR_KAFKA"))

    def test_what_does_not_go_with_the_command_line_is_shut_out(self):
        told = self.in_force("accounts", "--server", "http://x", KONTOR_DATA_DIR="d", KONTOR_REPORTING_ZONE="UTC")
        self.assertEqual(told["data-dir"][1], "default")
        self.assertEqual(told["reporting-zone"][1], "default")

    def test_the_example_names_every_option_of_serve_with_its_default(self):
        plain = self.in_force("serve")
        told = self.in_force("--config", EXAMPLE, "serve")
        self.assertEqual(told.pop("data-dir")[0], "/var/lib/kontor")
        for option, (value, _) in told.items():
            self.assertEqual(value, plain[option][0], option)
        named = set(re.findall(r"^(?:# )?([a-z-]+) = ", EXAMPLE.read_text(), re.M))
        self.assertEqual(named, set(plain))

    def test_the_doctor_takes_what_the_service_is_started_with(self):
        serve = self.in_force("serve", "--config", EXAMPLE)
        told = self.in_force("doctor", "--config", EXAMPLE)
        self.assertEqual(told.pop("json"), ("false", "default"))
        self.assertEqual(told, {option: serve[option] for option in told})
        self.assertRegex(told["data-dir"][1], re.escape(str(EXAMPLE)) + r":\d+")
        text = '[serve]\nlisten = "127.0.0.1:1"\ntopic = "s"\n[doctor]\ntopic = "d"\n'
        file = self.file("k.toml", 'listen = "127.0.0.1:2"\n' + text)
        told = self.in_force("doctor", "--config", file, KONTOR_SERVE_DATA_DIR="s", KONTOR_DATA_DIR="all")
        self.assertEqual(told["listen"], ("127.0.0.1:1", f"{file}:3"))
        self.assertEqual(told["topic"], ("d", f"{file}:6"))
        self.assertEqual(told["data-dir"], ("s", "KONTOR_SERVE_DATA_DIR"))
        told = self.in_force("doctor", KONTOR_SERVE_DATA_DIR="s", KONTOR_DOCTOR_DATA_DIR="d")
        self.assertEqual(told["data-dir"], ("d", "KONTOR_DOCTOR_DATA_DIR"))
        told = self.in_force("accounts", KONTOR_SERVE_DATA_DIR="s")  # a reading command's folder is another matter
        self.assertEqual(told["data-dir"][1], "default")


class ShellsTest(CommandLineTest):
    def test_bash_completes(self):
        script = self.file("kontor.bash", self.said("completion", "bash"))
        (self.folder / "here").mkdir()
        self.file("here.jsonl", "")

        def completed(*words):
            ask = '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kontor; printf "%s\\n" "${COMPREPLY[@]}"'
            return subprocess.run(
                ["bash", "-c", ask, script, *words], cwd=self.folder, capture_output=True, text=True, check=True
            ).stdout.split()

        self.assertEqual(completed("kontor", "acc"), ["accounts", "account"])
        self.assertEqual(completed("kontor", "serve", "--data"), ["--data-dir"])
        self.assertEqual(completed("kontor", "serve", "--data-dir", "he"), ["here"])
        self.assertEqual(sorted(completed("kontor", "serve", "--auth-token-file", "he")), ["here", "here.jsonl"])
        self.assertEqual(completed("kontor", "serve", "--listen", ""), [])
        self.assertEqual(completed("kontor", "serve", "--log-format", ""), ["text", "json"])
        self.assertEqual(completed("kontor", "serve", "--log-level", "w"), ["warn"])
        self.assertEqual(completed("kontor", "accounts", "--order-by", "over"), ["overdue"])
        self.assertEqual(completed("kontor", "accounts", "--order-by", "=", "over"), ["overdue"])
        self.assertEqual(completed("kontor", "accounts", "--order-by", "=")[0], "opened_at")
        self.assertEqual(completed("kontor", "serve", "--data-dir", "=", "he"), ["here"])
        self.assertEqual(completed("kontor", "serve", "--kafka", "security.protocol", "="), [])
        self.assertEqual(completed("kontor", "demo", "--exit", "="), [])
        self.assertEqual(completed("kontor", "he"), ["help"])
        self.assertEqual(completed("kontor", "--ver"), ["--version"])
        self.assertEqual(completed("kontor", "help", "se"), ["serve"])
        self.assertEqual(completed("kontor", "completion", ""), ["bash", "zsh", "fish"])
        self.assertEqual(completed("kontor", "config", "acc"), ["accounts", "account"])
        self.assertEqual(completed("kontor", "config", "--js"), ["--json"])
        self.assertEqual(completed("kontor", "config", "serve", "--log-f"), ["--log-format"])
        self.assertEqual(completed("kontor", "config", "serve", "--log-level", "w"), ["warn"])

    def commands(self):
        return re.findall(r"^  ([a-z]+) {2,}", self.said("--help").split("\nOptions:")[0], re.M)

    def test_fish_completes(self):
        script = self.file("kontor.fish", self.said("completion", "fish"))
        (self.folder / "here").mkdir()
        self.file("here.jsonl", "")

        def completed(line):
            command = ["fish", "--no-config", "-c", f"source {script}; complete -C {shlex.quote(line)}"]
            environment = {**os.environ, "HOME": str(self.folder)}
            done = subprocess.run(
                command, cwd=self.folder, capture_output=True, text=True, check=True, env=environment
            )
            self.assertEqual(done.stderr, "")
            return [row.split("\t")[0] for row in done.stdout.splitlines()]

        self.assertEqual(sorted(completed("kontor ")), sorted([*self.commands(), "help"]))
        self.assertEqual(completed("kontor --ver"), ["--version"])
        self.assertEqual(completed("kontor help se"), ["serve"])
        self.assertEqual(completed("kontor acc"), ["account", "accounts"])
        self.assertEqual(completed("kontor serve --data"), ["--data-dir"])
        self.assertEqual(completed("kontor serve --data-dir he"), ["here/"])
        self.assertEqual(sorted(completed("kontor emit he")), ["here.jsonl", "here/"])
        self.assertEqual(completed("kontor serve --listen "), [])
        self.assertEqual(completed("kontor serve --log-level w"), ["warn"])
        self.assertEqual(completed("kontor accounts --order-by over"), ["overdue"])
        self.assertEqual(completed("kontor completion "), ["bash", "fish", "zsh"])
        self.assertEqual(completed("kontor config acc"), ["account", "accounts"])
        self.assertEqual(completed("kontor config --js"), ["--json"])
        self.assertEqual(completed("kontor config serve --js"), [])
        self.assertEqual(completed("kontor config serve --log-level w"), ["warn"])
        self.assertEqual(completed("kontor config serve acc"), [])

    def test_zsh_completes(self):
        (self.folder / "_kontor").write_text(self.said("completion", "zsh"))
        (self.folder / "here").mkdir()
        self.file("here.jsonl", "")

        def completed(line):
            # A shell in a terminal of its own, with Tab bound to the list of what would be completed.
            ask = r"""
                zmodload zsh/zpty
                zpty shell zsh -f -i
                zpty -w shell "PS1='begin> '; fpath=($1 \$fpath); cd $1; autoload -Uz compinit; compinit -D -u"
                zpty -w shell "LISTMAX=1000; bindkey '^I' list-choices; print ready-\$((6 * 7))"
                zpty -r shell line '*ready-42*begin> *'
                zpty -w -n shell "$2"$'\t'
                zpty -w -n shell $'\x15'
                zpty -w shell 'print done-$((6 * 7))'
                zpty -r shell line '*done-42*'
                print -r -- "$line"
            """
            done = subprocess.run(
                ["zsh", "-f", "-c", ask, "zsh", self.folder, line],
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
                env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
            )
            return done.stdout

        told = completed("kontor ")
        for command in self.commands():
            self.assertIn(command, told)
        self.assertIn("--data-dir", completed("kontor serve --da"))
        self.assertIn("here/", completed("kontor serve --data-dir he"))
        self.assertIn("here.jsonl", completed("kontor emit he"))
        self.assertIn("crc32", completed("kontor serve --partitioner "))
        self.assertIn("crc32", completed("kontor serve --partitioner="))
        self.assertIn("--version", completed("kontor --v"))
        self.assertIn("serve", completed("kontor help s"))
        self.assertIn("overdue", completed("kontor accounts --order-by o"))
        self.assertIn("accounts", completed("kontor config "))
        self.assertIn("--json", completed("kontor config --js"))
        self.assertIn("--data-dir", completed("kontor config serve --da"))

    def test_the_manual_is_well_formed(self):
        manual = self.file("kontor.1", self.said("man"))
        self.assertTrue(manual.read_text().startswith(".TH KONTOR 1"))
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
        done = subprocess.run(
            ["man", "--warnings", "--local-file", manual], capture_output=True, text=True, check=True, env=environment
        )
        self.assertEqual(done.stderr, "")
        self.assertIn("--data-dir", done.stdout)
        wide = [line for line in done.stdout.splitlines() if len(re.sub(r".\b", "", line)) > 80]
        self.assertEqual(wide, [])


if __name__ == "__main__":
    unittest.main()
