#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three replicas of loss-server behind haproxy, on this machine.

    cluster.py SERVER    SERVER is the executable loss-server; prints the address of the proxy and runs until it is interrupted
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

REPLICAS = 3


class Cluster:
    def __init__(self, executable):
        self.executable = executable
        self.folder = tempfile.TemporaryDirectory()
        self.replicas = [self.start() for _ in range(REPLICAS)]
        self.ports = [int(replica.address.rsplit(":", 1)[1]) for replica in self.replicas]
        self.address = f"http://127.0.0.1:{free_port()}"
        self.socket = f"{self.folder.name}/haproxy"
        names = {f"REPLICA_{number}": f"127.0.0.1:{port}" for number, port in enumerate(self.ports, 1)}
        self.proxy = subprocess.Popen(
            ["haproxy", "-q", "-db", "-f", pathlib.Path(__file__).with_name("haproxy.cfg")],
            env=os.environ | names | {
                "LOSS_PROXY": self.address.removeprefix("http://"), "LOSS_PROXY_SOCKET": self.socket,
            },
        )
        self.await_replicas()

    def start(self, port=0):
        """A replica on a port, once it listens; 0 is any free one."""
        process = subprocess.Popen(
            [self.executable, "--host", "127.0.0.1", "--port", str(port)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        process.address = process.stdout.readline().split()[-1]
        return process

    def await_replicas(self):
        """Returns when the proxy sends requests to all replicas."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if all(replica["status"] == "UP" for replica in self.statistics()):
                    return
            except OSError:
                assert self.proxy.poll() is None, "haproxy has ended"
            time.sleep(0.05)
        raise TimeoutError("the proxy does not reach all replicas")

    def statistics(self):
        """What the proxy knows of each replica: `status`, `scur` requests at present, `stot` until now, and so on."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.socket)
            connection.sendall(b"show stat\n")
            text = connection.makefile().read()
        names, *rows = (line.split(",") for line in text.removeprefix("# ").strip().splitlines())
        rows = [dict(zip(names, row)) for row in rows]
        return [row for row in rows if row["svname"].startswith("replica")]

    def kill(self, number):
        """Ends a replica at once, without a word to its clients."""
        self.replicas[number].send_signal(signal.SIGKILL)
        self.replicas[number].wait()
        self.replicas[number].stdout.close()

    def restart(self, number):
        self.replicas[number] = self.start(self.ports[number])

    def stop(self):
        self.proxy.terminate()
        self.proxy.wait()
        for replica in self.replicas:
            replica.terminate()
            replica.wait()
            replica.stdout.close()
        self.folder.cleanup()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    # Python turns SIGINT into an exception; SIGTERM likewise.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cluster = Cluster(sys.argv[1])
    try:
        print(cluster.address, flush=True)
        signal.pause()
    except KeyboardInterrupt:
        cluster.stop()
