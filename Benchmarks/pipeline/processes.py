"""Processes that are pinned to a core, and what they cost."""

import os
import signal
import subprocess
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A process with its children, on one core."""

    def __init__(self, core: int, command: list[str], env: dict[str, str], log: Path) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                ["taskset", "--cpu-list", str(core), *command],
                # Nothing of the caller's own account.
                env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.log = log

    @property
    def cpu_seconds(self) -> float:
        """User and system time so far."""
        return sum(self._ticks(pid) for pid in self._pids()) / TICKS

    @property
    def peak_megabytes(self) -> float:
        """The most memory that was resident at a time, of each process by itself."""
        return sum(self._status(pid, "VmHWM") for pid in self._pids()) / 1024

    @property
    def megabytes(self) -> float:
        """The memory that is resident now."""
        return sum(self._status(pid, "VmRSS") for pid in self._pids()) / 1024

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Ends it, politely at first."""
        if not self.is_running:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _pids(self) -> list[int]:
        pids = [self._process.pid]
        for pid in pids:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += [int(child) for child in children.read_text().split()]
        return pids

    @staticmethod
    def _ticks(pid: int) -> int:
        # The name, in parentheses, may hold anything; user and system time are the 14th and 15th field.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    @staticmethod
    def _status(pid: int, name: str) -> int:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))
