#!/usr/bin/env python3
"""The Debian package, made of the present build: what is in it, and that the service's own command runs from it.

    package_test.py BUILD_FOLDER PackageTest
    package_test.py BUILD_FOLDER InstallTest     installs it for real
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; used up only by what fails
STOPS_WITHIN = 5


class PackageCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="kontor-deb-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        packed = subprocess.run(
            # Quickly: how small it is is not what is tested.
            ["cpack", "-G", "DEB", "-B", cls.folder / "packages", "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip"],
            cwd=build,
            capture_output=True,
            text=True,
        )
        if packed.returncode != 0:
            raise AssertionError(packed.stdout + packed.stderr)
        (cls.package,) = (cls.folder / "packages").glob("kontor_*.deb")
        cls.root = cls.folder / "root"
        subprocess.run(["dpkg-deb", "-x", cls.package, cls.root], check=True)

    def field(self, name):
        return subprocess.check_output(["dpkg-deb", "-f", self.package, name], text=True).strip()

    def check_service(self, root, **identity):
        """The unit's command, of a package that lies in `root`, serves and keeps systemd informed; it runs as Popen is told."""
        unit = (root / "usr/lib/systemd/system/kontor.service").read_text()
        command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE).group(1)
        command = command.replace("/usr/bin/", f"{root / 'usr/bin'}/").replace("/etc/", f"{root / 'etc'}/")
        # What the command makes is its user's.
        self.folder.chmod(0o755)
        home = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        user = identity.get("user", os.geteuid())
        shutil.chown(home, user)
        words = shlex.split(command) + ["--data-dir", str(home / "data"), "--log-format", "json"]
        # Nobody listens there: an engine without its broker answers from what it knows.
        words += ["--brokers", "127.0.0.1:1", "--listen", "127.0.0.1:0"]

        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(home / "notify"))
        shutil.chown(home / "notify", user)
        manager.settimeout(PATIENCE)
        environment = {**os.environ, "NOTIFY_SOCKET": str(home / "notify"), "WATCHDOG_USEC": "200000"}
        with open(home / "log", "wb") as log:
            service = subprocess.Popen(words, env=environment, stderr=log, **identity)
        self.addCleanup(service.wait)
        self.addCleanup(service.kill)

        def told():
            try:
                return manager.recv(4096).decode()
            except TimeoutError:
                self.fail((home / "log").read_text())

        self.assertEqual(told(), "READY=1\nSTATUS=0 shards, 0 records, 0 behind\n")
        self.assertEqual(told(), "WATCHDOG=1\n")
        said = [json.loads(line) for line in (home / "log").read_text().splitlines()]
        port = next(found[1] for line in said if (found := re.search(r" at http://\S+:(\d+);", line["what"])))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE) as answer:
            self.assertEqual(json.load(answer)["status"], "SERVING")
        service.send_signal(signal.SIGTERM)
        while (word := told()) == "WATCHDOG=1\n":
            pass
        self.assertEqual(word, "STOPPING=1\nSTATUS=stopping\n")
        self.assertEqual(service.wait(timeout=STOPS_WITHIN), 0)


class PackageTest(PackageCase):
    def test_it_says_what_it_needs_and_what_is_the_operators(self):
        self.assertEqual(self.field("Package"), "kontor")
        for library in ("librdkafka1", "librocksdb", "libprotobuf", "libsystemd0", "libc6"):
            self.assertIn(library, self.field("Depends"))
        control = self.folder / "control"
        subprocess.run(["dpkg-deb", "-e", self.package, control], check=True)
        conffiles = (control / "conffiles").read_text().split()
        self.assertEqual(conffiles, ["/etc/kontor/kontor.toml"])
        for file in (
            *conffiles,
            "/usr/lib/systemd/system/kontor.service",
            "/usr/share/bash-completion/completions/kontor",
            "/usr/share/doc/kontor/copyright",
            "/usr/share/fish/vendor_completions.d/kontor.fish",
            "/usr/share/man/man1/kontor.1.gz",
            "/usr/share/zsh/vendor-completions/_kontor",
        ):
            self.assertGreater((self.root / file[1:]).stat().st_size, 0, file)
        for script in ("postinst", "prerm", "postrm"):
            self.assertTrue(os.access(control / script, os.X_OK), script)
            subprocess.run(["sh", "-n", control / script], check=True)
        listed = subprocess.check_output(["dpkg-deb", "-c", self.package], text=True).splitlines()
        for line in listed:
            self.assertIn(" root/root ", line)
            self.assertRegex(line, r"^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) ")

    def test_lintian_finds_no_error(self):
        if shutil.which("lintian") is None:
            self.skipTest("lintian is not here")
        found = subprocess.run(["lintian", "--allow-root", "--fail-on=error", self.package], text=True, capture_output=True)
        self.assertEqual(found.returncode, 0, found.stdout)

    def test_the_services_command_serves_and_keeps_systemd_informed(self):
        self.check_service(self.root)


@unittest.skipUnless(os.geteuid() == 0 and os.environ.get("CI"), "only as root, where the machine is CI's: it installs")
class InstallTest(PackageCase):
    def test_it_installs_serves_and_goes(self):
        subprocess.run(["dpkg", "-i", self.package], check=True, stdout=subprocess.DEVNULL)
        try:
            said = subprocess.check_output(["/usr/bin/kontor", "version"], text=True)
            self.assertIn(self.field("Version").split("-")[0], said)
            self.check_service(pathlib.Path("/"), user="kontor", group="kontor", extra_groups=[])
        finally:
            subprocess.run(["dpkg", "-P", "kontor"], check=True, stdout=subprocess.DEVNULL)
        self.assertFalse(pathlib.Path("/usr/bin/kontor").exists())
        self.assertFalse(pathlib.Path("/etc/kontor").exists())


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1))
    unittest.main()
