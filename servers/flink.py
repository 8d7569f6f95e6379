"""One Apache Flink cluster on loopback (a JobManager, a TaskManager) from the environment of `make flink`."""

from __future__ import annotations

import json
import os
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

from servers.artifacts import HERE, jars
from servers.port import Port
from servers.process import ServerProcess, ServerUnavailable

READY_WITHIN_S: Final = 180.0
BRIEF: Final = "-XX:TieredStopAtLevel=1"
"""Half the processor time of a Java program that lives for a minute."""
ENVIRONMENT: Final = HERE.parent / "flink" / ".venv"
_JOB_MANAGER: Final = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
_TASK_MANAGER: Final = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
_OPENED: Final = (
    *("lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent"),
    *("util.concurrent.atomic", "util.concurrent.locks"),
)

SETTINGS: Final = """\
jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: {rpc}
jobmanager.bind-host: 127.0.0.1
blob.server.port: {blob}
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: {rest}
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
taskmanager.numberOfTaskSlots: {slots}
taskmanager.cpu.cores: {slots}
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.task.heap.size: 512m
taskmanager.memory.task.off-heap.size: 64m
taskmanager.memory.managed.size: 256m
taskmanager.memory.network.min: 64m
taskmanager.memory.network.max: 64m
taskmanager.memory.jvm-metaspace.size: 256m
taskmanager.memory.jvm-overhead.min: 192m
taskmanager.memory.jvm-overhead.max: 192m
heartbeat.interval: 1000
heartbeat.timeout: 10000
python.fn-execution.memory.managed: false
io.tmp.dirs: {folder}/tmp
web.upload.dir: {folder}/upload
"""


def python_of_flink() -> Path:
    """The interpreter with Flink. Raises ``ServerUnavailable`` where it was not set up."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        raise ServerUnavailable("expected the environment flink/.venv, found none; call make flink")
    if shutil.which("java") is None:
        raise ServerUnavailable("expected java on the path, found none; install a JDK 17")
    return python


def environment_of_flink() -> dict[str, str]:
    """The variables under which Flink's Python finds our packages, with compiled kernels of its own."""
    root = HERE.parent
    cache = {"NUMBA_CACHE_DIR": str(root / ".cache" / "flink-kernels")}
    client = {"JVM_ARGS": f"{BRIEF} -XX:+UseSerialGC -Xmx512m"}
    return {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", **cache, **client}


def connector_jars() -> list[Path]:
    """The jars that a job brings along."""
    return sorted(jars("flink").glob("*.jar"))


class FlinkCluster:
    """A cluster whose logs and settings lie in `folder`; each half may be killed and started by itself.

    One that is not `lasting` compiles its code once and not again for speed, as it lives for minutes.
    """

    def __init__(self, folder: Path, slots: int = 2, *, lasting: bool = False) -> None:
        self._compiling = () if lasting else (BRIEF,)
        python_of_flink()
        (home,) = ENVIRONMENT.glob("lib/python3*/site-packages/pyflink")
        libraries = [str(home / "lib" / "*"), *map(str, (home / "opt").glob("flink-python-*.jar"))]
        self._classpath = os.pathsep.join(libraries)
        self._rpc, self._blob, self._rest = Port(), Port(), Port()
        self._folder = folder
        for name in ("conf", "tmp", "upload", "plugins"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "conf" / "config.yaml").write_text(
            SETTINGS.format(
                rpc=self._rpc.number,
                blob=self._blob.number,
                rest=self._rest.number,
                slots=slots,
                folder=folder,
            )
        )
        (folder / "conf" / "log4j.properties").write_text(
            "rootLogger.level = WARN\nrootLogger.appenderRef.c.ref = C\nappender.c.name = C\n"
            "appender.c.type = CONSOLE\nappender.c.layout.type = PatternLayout\n"
            "appender.c.layout.pattern = %d{HH:mm:ss} %-5p %c{1} %m%n%ex{6}\n"
        )
        self._started = 0
        self.job_manager: ServerProcess | None = None
        self.task_manager: ServerProcess | None = None

    @property
    def address(self) -> str:
        """Where jobs are handed in."""
        return f"127.0.0.1:{self._rest.number}"

    @property
    def pid(self) -> int | None:
        """The process id of the TaskManager, None while it is stopped."""
        return None if self.task_manager is None else self.task_manager.pid

    def start(self) -> None:
        """Starts both and returns when jobs can be handed in."""
        self.start_job_manager()
        self.start_task_manager()

    def start_job_manager(self) -> None:
        """Returns when it answers."""
        mode = ["--executionMode", "cluster"]
        self.job_manager = self._start(_JOB_MANAGER, "job-manager", ["-Xmx384m"], mode)
        self.job_manager.wait_until(lambda: self.ask("/overview") is not None, READY_WITHIN_S)

    def start_task_manager(self) -> None:
        """Returns when the JobManager has its slots; first ends Python workers of one that was killed."""
        if self.task_manager is not None:
            self.task_manager.kill_family()
        memory = ["-Xmx640m", "-XX:MaxDirectMemorySize=448m", "-XX:MaxMetaspaceSize=256m"]
        # A name of its own: the JobManager counts one that died for some seconds more.
        self._started += 1
        name = f"task-manager-{self._started}"
        named = ["-D", f"taskmanager.resource-id={name}"]
        self.task_manager = self._start(_TASK_MANAGER, "task-manager", memory, named)
        self.task_manager.wait_until(lambda: name in self._task_managers(), READY_WITHIN_S)

    def _task_managers(self) -> list[str]:
        said = self.ask("/taskmanagers") or {}
        return [each["id"] for each in said.get("taskmanagers", [])]

    def ask(self, path: str) -> Any:
        """What the JobManager answers to a question; None where it does not."""
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError, urllib.error.URLError):
            return None

    def cancel(self, job: str) -> None:
        """Ends a job, however far it is; its last checkpoint stays."""
        request = urllib.request.Request(f"http://{self.address}/jobs/{job}", method="PATCH")
        urllib.request.urlopen(request, timeout=30).close()

    def stop(self) -> None:
        """Ends both; nothing happens to one that has ended already."""
        for process in (self.task_manager, self.job_manager):
            if process is not None:
                if process.is_running:
                    process.stop()
                process.kill_family()
        self.task_manager = self.job_manager = None

    def _start(self, program: str, name: str, memory: list[str], more: list[str]) -> ServerProcess:
        conf = self._folder / "conf"
        opened = [word for part in _OPENED for word in ("--add-opens", f"java.base/java.{part}=ALL-UNNAMED")]
        opened += ["--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED"]
        logging = [f"-Dlog4j.configurationFile={conf}/log4j.properties"]
        return ServerProcess(
            [
                *("java", *memory, "-XX:+UseSerialGC", *self._compiling, *opened, *logging),
                *("-cp", self._classpath),
                *(program, "--configDir", str(conf), *more),
            ],
            self._folder / f"{name}.log",
            {**environment_of_flink(), "FLINK_PLUGINS_DIR": str(self._folder / "plugins")},
        )
