# SPDX-License-Identifier: Apache-2.0
"""Runs the engines of examples/cluster while replicas are killed, and compares with a single server's result.

    run_engines.py SERVER [ENGINE ...]    SERVER is the executable loss-server, ENGINE one of duckdb, dask, ray, spark

Each engine sends its parts to three replicas behind haproxy. As soon as a replica has a request, it is killed and
started again a second later; then another one, so that each is killed once. The result must have the same bytes as
that of one request with all rows. Spark has a master and two workers on two addresses of this machine, because it
speculates only if the other copy of a task runs on another host; the first attempt of one task fails, and that of
another one does not end.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from server import Server

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/cluster"
sys.path.insert(0, str(EXAMPLES))

from cluster import Cluster  # noqa: E402
from partials import merge, post  # noqa: E402
from table import table, write  # noqa: E402

ROWS, FILES = 240_000, 12
# Seconds after which a replica that was killed returns, and for which an engine may run.
ABSENCE, LONGEST = 1, 600


def whole(server, rows):
    """The result of one request with all rows, and what a merge of its partial sum returns."""
    body = {
        "predictions": rows["prediction"].tolist(), "targets": rows["target"].tolist(), "weights": rows["weight"].tolist(),
        "groups": rows["region"].tolist(), "delta": 1.5, "outputs": ["loss", "statistics", "partial"],
    }
    result = json.loads(post(f"{server.address}/v1/losses/huber", json.dumps(body), "application/json"))
    merged = merge(server.address, [json.dumps(result["partial"])])
    for name in "loss", "partial":
        assert json.loads(merged)[name] == result[name], name
    return merged


class Faults(threading.Thread):
    """Kills each replica once, one after the other, while it has a request, and starts it again."""

    def __init__(self, cluster):
        super().__init__()
        self.cluster, self.ended, self.killed, self.error = cluster, threading.Event(), set(), None

    def run(self):
        try:
            while not self.ended.is_set():
                busy = {n for n, replica in enumerate(self.cluster.statistics()) if int(replica["scur"]) > 0}
                for number in list(busy - self.killed)[:1]:
                    self.killed.add(number)
                    self.cluster.kill(number)
                    time.sleep(ABSENCE)
                    self.cluster.restart(number)
                    self.cluster.await_replicas()
                time.sleep(0.002)
        except Exception as error:
            self.error = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *reason):
        self.ended.set()
        self.join()


def run_program(engine, url, folder):
    """What the program of an engine prints."""
    command = [sys.executable, "-B", EXAMPLES / f"with_{engine}.py", url, folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class SparkCluster:
    """A master and two workers on two addresses."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        self.address = self.spawn("master.Master", "--host", "127.0.0.1", "--port", "0", awaited="Starting Spark master at ")
        for host in "127.0.0.1", "127.0.0.2":
            options = ["--host", host, "--cores", "1", "--memory", "1g", "--work-dir", folder, self.address]
            self.spawn("worker.Worker", *options, awaited="Successfully registered with master ")

    def spawn(self, name, *options, awaited):
        """Starts a process, and returns the word that follows the awaited text in its log."""
        import pyspark

        home = pathlib.Path(pyspark.__file__).parent
        log = pathlib.Path(self.folder, f"{len(self.processes)}.log")
        with log.open("w") as output:
            self.processes.append(subprocess.Popen(
                [home / "bin/spark-class", f"org.apache.spark.deploy.{name}", "--webui-port", "0", *options],
                stdout=output, stderr=output, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"},
            ))
        deadline = time.monotonic() + 120
        while awaited not in log.read_text():
            assert time.monotonic() < deadline and self.processes[-1].poll() is None, log.read_text()
            time.sleep(0.1)
        return log.read_text().split(awaited)[1].split()[0]

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


def run_spark(engine, url, folder):
    """The result of a cluster in which one attempt fails and one does not end, with the tasks that it ran."""
    import with_spark
    from pyspark import TaskContext

    def partials_with_faults(url, rows):
        import partials

        context = TaskContext.get()
        if context.attemptNumber() == 0 and context.partitionId() == 1:
            raise ConnectionError("the first attempt fails")
        if context.attemptNumber() == 0 and context.partitionId() == 0:
            time.sleep(LONGEST)
        return partials.partials(url, rows)

    with tempfile.TemporaryDirectory() as log:
        spark_cluster = SparkCluster(log)
        try:
            events = pathlib.Path(log, "events")
            events.mkdir()
            # Each file is a partition.
            settings = {
                "spark.sql.files.maxPartitionBytes": "5m", "spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri(),
                "spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false", "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1", "spark.executor.memory": "512m", "spark.log.level": "ERROR",
                "spark.ui.showConsoleProgress": "false",
            }
            builder = with_spark.session(spark_cluster.address)
            for name, value in settings.items():
                builder = builder.config(name, value)
            with builder.getOrCreate() as spark:
                result = with_spark.evaluate(spark, url, folder, partials_with_faults)
            check_events(json.loads(line) for file in events.iterdir() for line in file.open())
        finally:
            spark_cluster.stop()
    return result


def check_events(events):
    """Spark has repeated the task that failed, and the speculative copy of a task has finished first."""
    tasks = [event["Task Info"] for event in events if event["Event"] == "SparkListenerTaskEnd"]
    failed = sum(task["Failed"] for task in tasks)
    finished = [task for task in tasks if not task["Failed"] and not task["Killed"]]
    speculative = sum(task["Speculative"] for task in finished)
    print(f"  spark: {len(tasks)} tasks, of which {failed} failed and {speculative} were faster as copies", flush=True)
    assert failed >= 1 and speculative >= 1


ENGINES = {"duckdb": run_program, "dask": run_program, "ray": run_program, "spark": run_spark}


def check(engine, cluster, folder, expected):
    """The engine finishes although replicas are killed, and its result has the expected bytes."""
    sent = sum(int(replica["stot"]) for replica in cluster.statistics())
    start = time.monotonic()
    with Faults(cluster) as faults:
        result = ENGINES[engine](engine, cluster.address, folder)
    assert faults.error is None, faults.error
    assert result == expected, (engine, result[:200], expected[:200])
    assert faults.killed, "the engine had finished before a replica was killed"
    sent = sum(int(replica["stot"]) for replica in cluster.statistics()) - sent
    print(f"{engine}: the same bytes after {sent} requests in {time.monotonic() - start:.0f} s; "
          f"replicas killed: {len(faults.killed)}", flush=True)


def main():
    executable = pathlib.Path(sys.argv[1]).resolve()
    rows = table(ROWS)
    server = Server(executable)
    try:
        expected = whole(server, rows)
    finally:
        server.stop()
    cluster = Cluster(executable)
    try:
        with tempfile.TemporaryDirectory() as folder:
            write(folder, rows, FILES)
            for engine in sys.argv[2:] or ENGINES:
                check(engine, cluster, folder, expected)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
