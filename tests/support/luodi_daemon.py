"""A luodid of one's own in a private folder, and connections to it. Python's standard library alone.

    with Daemon(build, plugins=["plugins"], today="2022-07-18") as daemon:
        connection = daemon.connect()
        connection.call("record.get", id="P-0001")

A daemon is ended by its process id. Nothing sleeps to wait for it: start() reads its ready line.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

READY = "就绪"
DEADLINE = 60  # seconds that a daemon may take to start or to end, sanitized and on a busy machine


class Refused(Exception):
    """An answer that is an error; code is data.code, or the number where there is none."""

    def __init__(self, error):
        data = error.get("data") or {}
        self.error = error
        self.code = data.get("code", error.get("code"))
        super().__init__(f"{self.code}: {error.get('message')} {data.get('hint', '')}")


class Connection:
    """Answers are matched to requests by their id: any number of requests may be under way."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(300)
        self.socket.connect(path)
        self.bytes = b""
        self.last_id = 0
        self.early = {}

    def close(self):
        self.socket.close()

    def send(self, method, **params):
        self.last_id += 1
        line = json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}, ensure_ascii=False)
        self.socket.sendall(line.encode() + b"\n")
        return self.last_id

    def line(self):
        """The next line, without its end; None at the end of the stream."""
        parts = [self.bytes]
        while b"\n" not in parts[-1]:
            piece = self.socket.recv(1 << 16)
            if not piece:
                return None
            parts.append(piece)
        line, self.bytes = b"".join(parts).split(b"\n", 1)
        return line

    def receive(self):
        """The next answer: (id, result, None) or (id, None, error). Notifications are left out."""
        while True:
            line = self.line()
            if line is None:
                raise ConnectionError("luodid closed the connection")
            document = json.loads(line)
            if "id" in document:
                return document["id"], document.get("result"), document.get("error")

    def answer(self, wanted):
        while wanted not in self.early:
            number, result, error = self.receive()
            self.early[number] = (result, error)
        result, error = self.early.pop(wanted)
        if error is not None:
            raise Refused(error)
        return result

    def call(self, method, **params):
        return self.answer(self.send(method, **params))

    def call_many(self, calls):
        """Yields (call, result, error) for each (method, params), in any order, 48 under way at once."""
        under_way = {}
        calls = iter(calls)
        more = True
        while more or under_way:
            while more and len(under_way) < 48:
                call = next(calls, None)
                if call is None:
                    more = False
                else:
                    under_way[self.send(call[0], **call[1])] = call
            if under_way:
                number, result, error = self.receive()
                yield under_way.pop(number), result, error


class Daemon:
    def __init__(self, build, plugins, today=None, folder=None, arguments=(), environment=None):
        self.build = os.path.abspath(build)
        self.plugins = [os.path.abspath(path) for path in plugins]
        self.today = today
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="luodi-test-")
        self.data = os.path.join(self.folder, "data")
        self.socket = os.path.join(self.folder, "luodi.sock")
        self.arguments = list(arguments)
        self.environment = dict(os.environ, **(environment or {}))
        self.process = None
        self.said = []  # lines of its standard error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()
        self.clean()

    def command(self):
        command = [os.path.join(self.build, "luodid"), "--data", self.data, "--socket", self.socket, "--allow-root"]
        for path in self.plugins:
            command += ["--plugins", path]
        if self.today:
            command += ["--today", self.today]
        return command + self.arguments

    def start(self):
        """Until it is ready; RuntimeError with what it said where it ends instead."""
        self.said = []
        ready = threading.Event()
        self.process = subprocess.Popen(self.command(), stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                        env=self.environment)
        process = self.process

        def read():
            for line in process.stderr:
                text = line.decode(errors="replace").rstrip("\n")
                self.said.append(text)
                if READY in text:
                    ready.set()
            ready.set()

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()
        if not ready.wait(DEADLINE) or not any(READY in line for line in self.said):
            self.kill()
            raise RuntimeError("luodid did not start:\n" + "\n".join(self.said))
        return self

    def connect(self):
        return Connection(self.socket)

    def wait(self):
        status = self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        self.process.stderr.close()
        self.process = None
        return status

    def kill(self):
        if self.process is None:
            return None
        self.process.kill()
        return self.wait()

    def stop(self):
        """SIGTERM; anything but a clean end is a fault, what a sanitizer found above all."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError("luodid did not end on SIGTERM") from None
        if status != 0:
            raise RuntimeError(f"luodid ended with {status}:\n" + "\n".join(self.said[-60:]))

    def clean(self):
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
