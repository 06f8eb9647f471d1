#!/usr/bin/env python3
"""Plays the transcripts *.rpc against a real luodid, and compares what comes back byte for byte.

    tests/protocol/run.py --luodid build/luodid [FILE.rpc …]

Each file has a luodid of its own, with an empty store, on a socket of its own. A line is
    # luodid --today 2022-07-18    further options for luodid (first lines only), folders as seen from here; any other # is a remark
    > TEXT       send TEXT and a newline          >b TEXT    the same on another connection, named b
    < TEXT       the next line that comes is TEXT; … stands for anything
    >> TEXT      send TEXT alone; \\n \\t \\xFF \\\\ are escapes
    = N TEXT     send N times TEXT, without a newline
    |            say no more (half-close)
    <end         the connection is closed
roles.table says for each method which role it takes: a method without a row there fails.
"""
import argparse
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 30  # seconds; only a hang takes so long


class Failure(Exception):
    pass


class Peer:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(path)
        self.waiting = b""

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the transcript says whether it should be closed

    def line(self):
        while b"\n" not in self.waiting:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                data = b""
            except socket.timeout:
                raise Failure("nothing came")
            if not data:
                return None
            self.waiting += data
        line, self.waiting = self.waiting.split(b"\n", 1)
        return line.decode("utf-8")

    def close(self):
        self.socket.close()


class Daemon:
    def __init__(self, luodid, options):
        self.folder = tempfile.TemporaryDirectory(prefix="luodi-protocol-")
        self.path = os.path.join(self.folder.name, "luodi.sock")
        self.process = subprocess.Popen(
            [luodid, "--data", os.path.join(self.folder.name, "data"), "--socket", self.path,
             "--plugins", os.path.join(HERE, "plugins"), "--allow-root"] + options,
            stderr=subprocess.PIPE)
        self.said = b""
        while "就绪".encode() not in self.said:
            if not select.select([self.process.stderr], [], [], PATIENCE)[0]:
                raise Failure("luodid does not get ready")
            data = os.read(self.process.stderr.fileno(), 65536)
            if not data:
                raise Failure("luodid ended: " + self.said.decode())
            self.said += data

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            rest = self.process.communicate(timeout=PATIENCE)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("luodid does not stop")
        finally:
            self.folder.cleanup()
        if self.process.returncode != 0:
            raise Failure("luodid exits %d: %s" % (self.process.returncode, rest.decode()))


def unescape(text):
    def one(match):
        word = match.group(1)
        return {"n": b"\n", "t": b"\t", "\\": b"\\"}[word] if word[0] != "x" else bytes([int(word[1:], 16)])
    pieces, at = b"", 0
    for match in re.finditer(r"\\(n|t|\\|x[0-9A-Fa-f]{2})", text):
        pieces += text[at:match.start()].encode() + one(match)
        at = match.end()
    return pieces + text[at:].encode()


def matches(expected, line):
    return re.fullmatch(".*".join(re.escape(piece) for piece in expected.split("…")), line, re.S) is not None


def expect(peer, expected):
    line = peer.line()
    if line is None:
        raise Failure("the connection is closed; expected " + expected)
    if not matches(expected, line):
        raise Failure("\n  expected %s\n  got      %s" % (expected, line))


def step(peers, path, line):
    word, _, text = line.partition(" ")
    name = word.lstrip("<>=|")
    kind = word[:len(word) - len(name)] if name != "end" else "<end"
    name = "" if kind == "<end" else name
    if name not in peers:
        peers[name] = Peer(path)
    peer = peers[name]
    if kind == ">":
        peer.send(text.encode() + b"\n")
    elif kind == ">>":
        peer.send(unescape(text))
    elif kind == "=":
        times, _, piece = text.partition(" ")
        peer.send(piece.encode() * int(times))
    elif kind == "|":
        peer.socket.shutdown(socket.SHUT_WR)
    elif kind == "<":
        expect(peer, text)
    elif kind == "<end":
        line = peer.line()
        if line is not None:
            raise Failure("expected the end, got " + line)
    else:
        raise Failure("not understood: " + line)


def play(luodid, file):
    lines = open(file, encoding="utf-8").read().split("\n")
    options = [word for line in lines if line.startswith("# luodid ") for word in line.split()[2:]]
    options = [os.path.join(HERE, word) if os.path.isdir(os.path.join(HERE, word)) else word for word in options]
    daemon, peers = Daemon(luodid, options), {}
    try:
        for number, line in enumerate(lines, 1):
            if not line or line.startswith("#"):
                continue
            try:
                step(peers, daemon.path, line)
            except Failure as failure:
                raise Failure("%s:%d: %s" % (os.path.basename(file), number, failure))
    finally:
        for peer in peers.values():
            peer.close()
        daemon.end()


def check_roles(luodid):
    rows = [line.split() for line in open(os.path.join(HERE, "roles.table"), encoding="utf-8")
            if line.strip() and not line.startswith("#")]
    daemon = Daemon(luodid, [])
    peer = Peer(daemon.path)
    try:
        peer.send(b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}\n')
        methods = {method["name"]: method["x-role"] for method in json.loads(peer.line())["result"]["methods"]}
    finally:
        peer.close()
        daemon.end()
    expected = {row[0]: row[1] for row in rows}
    wrong = ["%s has no row" % name for name in methods if name not in expected]
    wrong += ["%s is no method" % name for name in expected if name not in methods]
    wrong += ["%s takes %s, not %s" % (name, methods[name], role) for name, role in expected.items()
              if name in methods and methods[name] != role]
    if wrong:
        raise Failure("roles.table: " + "; ".join(wrong))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--luodid", required=True)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    files = arguments.files or sorted(os.path.join(HERE, name) for name in os.listdir(HERE) if name.endswith(".rpc"))
    failed = 0
    for what, run in [("roles.table", lambda: check_roles(arguments.luodid))] + \
                     [(os.path.basename(file), lambda file=file: play(arguments.luodid, file)) for file in files]:
        try:
            run()
            print("ok   ", what)
        except Failure as failure:
            failed += 1
            print("FAIL ", what, failure)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
