"""A PostgreSQL server of the tests' own, from the machine's binaries, in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

#: Where distributions put the binaries, the newest version first.
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)


def binaries() -> Path | None:
    """The folder of initdb and postgres; None where this machine has none that can be used."""
    on_path = shutil.which("initdb")
    for folder in (*([Path(on_path).parent] if on_path else []), *FOLDERS):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder if os.geteuid() != 0 or _another_user() else None
    return None


def _another_user() -> list[str] | None:
    """How root starts it, for it refuses to be run by root."""
    import pwd

    with contextlib.suppress(KeyError):
        pwd.getpwnam("postgres")
        if found := shutil.which("setpriv"):
            return [found, "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return None


class PostgreSQL:
    """One server, reached by a socket in its folder: no port of the machine is taken."""

    def __init__(self, *, safe: bool = False) -> None:
        """`safe` is whether it writes through to the disk, as it does where people rely on it."""
        found = binaries()
        assert found is not None
        self.binaries = found
        self.safe = safe
        self.process: subprocess.Popen[bytes] | None = None
        self.made = 0
        self.folder = Path(tempfile.mkdtemp(prefix="grader-pg-"))
        self.before = []
        if os.geteuid() == 0:
            self.before = _another_user() or []
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "grader", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [*self.before, str(self.binaries / name), *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        )

    def start(self) -> None:
        self._launch()
        self.wait()

    def _launch(self) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
        }
        options |= {} if self.safe else {"fsync": "off"}
        self.process = subprocess.Popen(
            [*self.before, str(self.binaries / "postgres"), "-D", str(self.folder / "data")]
            + [part for name, value in options.items() for part in ("-c", f"{name}={value}")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Until it takes connections, however long it takes to recover."""
        import psycopg

        end = time.monotonic() + 120
        while True:
            try:
                psycopg.connect(self._address("postgres"), connect_timeout=10).close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, "PostgreSQL did not start"
                if self.process is None or self.process.poll() is not None:
                    self._launch()  # what was killed before still held its memory
                time.sleep(0.05)
            else:
                return

    def _address(self, database: str) -> str:
        return f"postgresql://grader@/{database}?host={self.folder}"

    def database(self) -> str:
        """The address of a new database."""
        import psycopg

        self.made += 1
        name = f"grader{self.made}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._address(name)

    def kill(self) -> None:
        """Kill it and all that it started, as a power cut would."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            # Its children are sessions of their own: they end on their own once it is gone.
            self.process.wait()
            self.process = None

    def close(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
