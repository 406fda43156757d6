#!/usr/bin/env python3
"""The service's unit and the composition, as far as their tools or their shape tell: each is checked by its own
tool, systemd's where it is installed."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/systemd/kontor.service"
COMPOSE = ROOT / "deploy/compose.yaml"
EXPOSURE_MAX = 20  # of systemd-analyze, in tenths: 0 to 100


class UnitTest(unittest.TestCase):
    def test_systemd_understands_it(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not here")
        with tempfile.TemporaryDirectory() as folder:
            # With a program that is here, and without pages that may not be.
            unit = pathlib.Path(folder) / UNIT.name
            text = UNIT.read_text().replace("/usr/bin/kontor", "/bin/true")
            unit.write_text(re.sub(r"(?m)^Documentation=.*\n", "", text))
            checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
            said = "".join(line for line in checked.stderr.splitlines(True) if UNIT.name in line)
            self.assertEqual(said, "")

    def test_merging_may_stand_back(self):
        calls = re.findall(r"(?m)^SystemCallFilter=(.*)$", UNIT.read_text())
        self.assertGreater(calls.index("setpriority"), calls.index("~@privileged @resources"))  # the last word holds

    def test_it_is_shut_in(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not here")
        command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", UNIT]
        judged = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)


class ComposeTest(unittest.TestCase):
    def test_docker_understands_it(self):
        # docker-compose 1.29, which Debian has, knows all of it but the name.
        text = re.sub(r"(?m)^name:.*\n", "", COMPOSE.read_text())
        command = ["docker-compose", "--project-directory", COMPOSE.parent, "-f", "-", "config", "--quiet"]
        checked = subprocess.run(command, input=text, capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_its_parts_fit(self):
        described = yaml.safe_load(COMPOSE.read_text())
        services = described["services"]
        for name, service in services.items():
            self.assertTrue("image" in service or "build" in service, name)
            for needed, how in service.get("depends_on", {}).items():
                self.assertIn(needed, services)
                if how["condition"] == "service_healthy":
                    self.assertIn("healthcheck", services[needed])
            for volume in service.get("volumes", []):
                self.assertIn(volume.split(":")[0], described["volumes"])
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), f"{name} is open to other machines: {port}")
        build = services["kontor"]["build"]
        context = (COMPOSE.parent / build["context"]).resolve()
        self.assertEqual(context, ROOT)
        self.assertTrue((context / build["dockerfile"]).is_file())
        kafka = re.search(r"<kafka.version>(.*)</kafka.version>", (ROOT / "deploy/kafka/pom.xml").read_text()).group(1)
        self.assertEqual(services["kafka"]["image"], f"apache/kafka:{kafka}", "the broker of the tests")
        self.assertEqual(services["topics"]["image"], services["kafka"]["image"])
        entry = services["kontor"]["entrypoint"]
        subprocess.run(["sh", "-n", "-c", entry[2].replace("$$", "$")], check=True)

    def test_kontor_takes_its_options(self):
        binary = ROOT / "tools/kontor/common_options.cc", ROOT / "tools/kontor/serve.cc"
        known = set(re.findall(r'"(--[a-z-]+)"', "".join(file.read_text() for file in binary)))
        words = yaml.safe_load(COMPOSE.read_text())["services"]["kontor"]["command"]
        options = {word.split("=")[0] for word in words if word.startswith("--")}
        self.assertLessEqual(options, known)


if __name__ == "__main__":
    unittest.main()
