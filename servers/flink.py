"""One Apache Flink cluster on loopback (a JobManager, a TaskManager) from the environment of `make flink`.

With a standby there are two of each, and a ZooKeeper that knows which JobManager leads.
"""

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
_ZOOKEEPER: Final = "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer"
_OPENED: Final = (
    *("lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent"),
    *("util.concurrent.atomic", "util.concurrent.locks"),
)

SETTINGS: Final = """\
jobmanager.rpc.address: 127.0.0.1
jobmanager.bind-host: 127.0.0.1
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
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
ALONE: Final = """\
jobmanager.rpc.port: {port}
"""
WITH_STANDBY: Final = """\
high-availability.type: zookeeper
high-availability.zookeeper.quorum: 127.0.0.1:{port}
high-availability.zookeeper.client.session-timeout: 3 s
high-availability.zookeeper.client.connection-timeout: 3 s
high-availability.zookeeper.client.retry-wait: 500 ms
zookeeper.sasl.disable: true
high-availability.storageDir: file://{folder}/jobs
"""
"""The other JobManager leads when the one that led was not heard of for three seconds."""
ZOOKEEPER: Final = """\
dataDir={folder}/zookeeper
clientPort={port}
clientPortAddress=127.0.0.1
tickTime=500
initLimit=10
syncLimit=5
admin.enableServer=false
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


class _JobManager:
    """One of them: its ports, and its process while it runs."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._rest, self._blob = Port(), Port()
        self.process: ServerProcess | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._rest.number}"

    @property
    def ports(self) -> list[str]:
        """Words of its command line: settings in which it differs from the other."""
        return [
            *("-D", f"rest.port={self._rest.number}"),
            *("-D", f"blob.server.port={self._blob.number}"),
        ]


class FlinkCluster:
    """A cluster whose logs and settings lie in `folder`; each part may be killed and started by itself.

    One that is not `lasting` compiles its code once and not again for speed, as it lives for minutes. With a
    `standby` a job outlives the JobManager that led it, and another TaskManager has slots for it.
    """

    def __init__(self, folder: Path, slots: int = 2, *, lasting: bool = False, standby: bool = False) -> None:
        self._compiling = () if lasting else (BRIEF,)
        python_of_flink()
        (home,) = ENVIRONMENT.glob("lib/python3*/site-packages/pyflink")
        libraries = [str(home / "lib" / "*"), *map(str, (home / "opt").glob("flink-python-*.jar"))]
        self._folder, self._port = folder, Port()
        for name in ("conf", "tmp", "upload", "plugins"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        settings = SETTINGS + (WITH_STANDBY if standby else ALONE)
        (folder / "conf" / "config.yaml").write_text(
            settings.format(port=self._port.number, slots=slots, folder=folder)
        )
        if standby:
            libraries += map(str, sorted(jars("zookeeper").glob("*.jar")))
            (folder / "zookeeper.cfg").write_text(ZOOKEEPER.format(port=self._port.number, folder=folder))
        self._classpath = os.pathsep.join(libraries)
        (folder / "conf" / "log4j.properties").write_text(
            "rootLogger.level = WARN\nrootLogger.appenderRef.c.ref = C\nappender.c.name = C\n"
            "appender.c.type = CONSOLE\nappender.c.layout.type = PatternLayout\n"
            "appender.c.layout.pattern = %d{HH:mm:ss} %-5p %c{1} %m%n%ex{6}\n"
        )
        self._of_each = 1 + standby
        self._job_managers = [_JobManager(number) for number in range(self._of_each)]
        self._zookeeper: ServerProcess | None = None
        self._task_managers: dict[str, ServerProcess] = {}
        self._started = 0

    @property
    def address(self) -> str:
        """Where jobs are handed in: at the JobManager that leads."""
        return self._job_managers[0].address

    @property
    def pid(self) -> int:
        """The process id of the TaskManager that works, or of one that waits for work."""
        return self._task_managers[self._at_work()].pid

    def start(self) -> None:
        """Starts everything and returns when jobs can be handed in."""
        if self._of_each > 1:
            # It waits for nobody: who speaks to it tries again.
            arguments = ["--zkConfigFile", str(self._folder / "zookeeper.cfg"), "--peerId", "1"]
            self._zookeeper = self._start(_ZOOKEEPER, "zookeeper", ["-Xmx96m"], arguments)
        self.start_job_managers()
        self.start_task_managers()

    def kill_job_manager(self) -> None:
        """Kills the one that leads; a standby is asked from now on."""
        process = self._job_managers[0].process
        assert process is not None, "expected a JobManager that runs, found none"
        process.kill()
        self._job_managers.append(self._job_managers.pop(0))

    def start_job_managers(self) -> None:
        """Starts those that do not run, one after the other, and returns when they answer."""
        for each in self._job_managers:
            if each.process is None or not each.process.is_running:
                name = f"job-manager-{each.number}"
                each.process = self._start(_JOB_MANAGER, name, ["-Xmx384m"], each.ports)
                each.process.wait_until(lambda: self._ask(each, "/overview") is not None, READY_WITHIN_S)  # noqa: B023

    def kill_task_manager(self) -> None:
        """Kills one that works, and its Python workers."""
        self._task_managers[self._at_work()].kill_family()

    def start_task_managers(self) -> None:
        """Starts those that do not run, and returns when the JobManager has their slots."""
        for name, process in list(self._task_managers.items()):
            if not process.is_running:
                process.kill_family()
                del self._task_managers[name]
        memory = ["-Xmx640m", "-XX:MaxDirectMemorySize=448m", "-XX:MaxMetaspaceSize=256m"]
        for _ in range(self._of_each - len(self._task_managers)):
            # A name of its own: the JobManager counts one that died for some seconds more.
            self._started += 1
            name = f"task-manager-{self._started}"
            named = ["-D", f"taskmanager.resource-id={name}"]
            process = self._task_managers[name] = self._start(_TASK_MANAGER, name, memory, named)
            process.wait_until(lambda: name in self._slots(), READY_WITHIN_S)  # noqa: B023

    def _at_work(self) -> str:
        """The name of the TaskManager with the fewest free slots."""
        slots = self._slots()
        running = [name for name, process in self._task_managers.items() if process.is_running]
        return min(running, key=lambda name: slots.get(name, 0))

    def _slots(self) -> dict[str, int]:
        """By TaskManager its free slots."""
        said = self.ask("/taskmanagers") or {}
        return {each["id"]: each["freeSlots"] for each in said.get("taskmanagers", [])}

    def ask(self, path: str) -> Any:
        """What the JobManager that leads answers to a question; None where it does not."""
        return self._ask(self._job_managers[0], path)

    @staticmethod
    def _ask(job_manager: _JobManager, path: str) -> Any:
        try:
            with urllib.request.urlopen(f"http://{job_manager.address}{path}", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError, urllib.error.URLError):
            return None

    def cancel(self, job: str) -> None:
        """Ends a job, however far it is; its last checkpoint stays."""
        request = urllib.request.Request(f"http://{self.address}/jobs/{job}", method="PATCH")
        urllib.request.urlopen(request, timeout=30).close()

    def stop(self) -> None:
        """Ends all parts; nothing happens to one that has ended already."""
        leading_last = [each.process for each in reversed(self._job_managers)]
        for process in (*self._task_managers.values(), *leading_last, self._zookeeper):
            if process is not None:
                if process.is_running:
                    process.stop()
                process.kill_family()
        self._task_managers.clear()
        self._zookeeper = None
        for each in self._job_managers:
            each.process = None

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
