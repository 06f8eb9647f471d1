#!/usr/bin/env python3
"""kill -9 at random moments under 64 writing connections: every acknowledged write is there, once, and verify is clean.

    tests/fault/kill.py --build build/debug --rounds 15

Each round: the daemon starts on the folder that the last one left, 64 connections write with request keys, a few requests
under way on each; at a random number of answers the process is killed. Then it starts again; each answered write must be
found by its key with the same answer, each unanswered one either wholly or not at all, and asked again with its key it is
done once. All this is compared with the records and their histories.
"""
import argparse
import json
import os
import random
import selectors
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
from luodi_daemon import Daemon, Refused  # noqa: E402

CONNECTIONS, UNDER_WAY = 64, 4


class Writer:
    """One connection's stream of writes, each with a key of its own."""

    def __init__(self, number, run):
        self.number, self.run = number, run
        self.connection = run.daemon.connect()
        self.connection.socket.setblocking(False)
        self.waiting = {}  # request id to (key, method, params)
        self.out = b""

    def next_write(self):
        run, rng = self.run, self.run.rng
        key = f"k{run.round}-{self.number}-{run.made}"
        run.made += 1
        if run.ids and rng.random() < 0.6:
            number = rng.choice(run.ids)
            if rng.random() < 0.3:
                return key, "record.note", {"id": number, "text": key, "request_key": key}
            return key, "record.update", {"id": number, "fields": {"text": key, "count": rng.randrange(1000)},
                                          "note": key, "request_key": key}
        return key, "record.create", {"kind": "entry", "title": key, "fields": {"code": key, "sum": rng.randrange(1 << 40)},
                                      "note": key, "request_key": key}

    def fill(self):
        while len(self.waiting) < UNDER_WAY:
            key, method, params = self.next_write()
            self.connection.last_id += 1
            number = self.connection.last_id
            self.waiting[number] = (key, method, params)
            self.out += json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"

    def push(self):
        try:
            sent = self.connection.socket.send(self.out)
            self.out = self.out[sent:]
        except BlockingIOError:
            pass

    def pull(self):
        """Answers that came; False at the end of the stream."""
        try:
            piece = self.connection.socket.recv(1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not piece:
            return False
        lines = (self.connection.bytes + piece).split(b"\n")
        self.connection.bytes = lines.pop()
        for line in lines:
            document = json.loads(line)
            key, method, params = self.waiting.pop(document["id"])
            self.run.answered(key, method, params, document)
        return True


class Run:
    def __init__(self, daemon, rng):
        self.daemon, self.rng = daemon, rng
        self.round = self.made = self.answers = 0
        self.ids = []
        self.acknowledged = {}  # key to (method, params, result)
        self.unknown = {}       # key to (method, params)
        self.refused = {}       # the same: nothing of them may be there

    def answered(self, key, method, params, document):
        if "error" in document:  # many write to the same few records: some are asked to come again
            if document["error"].get("data", {}).get("code") not in ("conflict", "busy"):
                raise AssertionError(f"{method} {params}: {document['error']}")
            self.refused[key] = (method, params)
            return
        self.answers += 1
        self.acknowledged[key] = (method, params, document["result"])
        if method == "record.create":
            self.ids.append(document["result"]["id"])

    def write_until_killed(self):
        """Kills after a random number of answers; by process id, from here, so that requests are under way."""
        self.answers = 0
        limit = self.rng.choice([1, 3, 20, 200, 1000, 3000]) + self.rng.randrange(100)
        selector = selectors.DefaultSelector()
        writers = [Writer(number, self) for number in range(CONNECTIONS)]
        for writer in writers:
            selector.register(writer.connection.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, writer)
        killed = False
        while writers:
            for key, events in selector.select():
                writer = key.data
                if events & selectors.EVENT_WRITE and not killed:
                    writer.fill()
                    try:
                        writer.push()
                    except OSError:
                        pass
                if events & selectors.EVENT_READ and not writer.pull():
                    selector.unregister(key.fileobj)
                    writers.remove(writer)
                    for unanswered in writer.waiting.values():
                        self.unknown[unanswered[0]] = unanswered[1:]
                    writer.connection.close()
                    continue
            if not killed and self.answers >= limit:
                self.daemon.kill()
                killed = True
                for writer in writers:  # what was answered before it died still lies in the socket
                    selector.modify(writer.connection.socket, selectors.EVENT_READ, writer)
        return limit

    def check(self):
        """After the restart."""
        connection = self.daemon.connect()
        connection.call("journal.verify")
        questions = (("outcome.get", {"key": key}) for key in self.acknowledged)
        for (_, asked), told, error in connection.call_many(questions):
            assert error is None, f"{asked}: {error}"
            result = self.acknowledged[asked["key"]][2]
            for name in ("id", "version", "batch", "seq"):
                assert told[name] == result[name], f"{asked}: {name} was {result[name]}, is {told[name]}"
        for key in self.refused:
            assert not self.is_known(connection, key), f"{key} was refused, and is there"
        again = 0
        for key, (method, params) in self.unknown.items():
            before = self.is_known(connection, key)
            result = connection.call(method, **params)
            assert before is None or result["seq"] == before["seq"], f"{key} was written twice"
            again += before is None
            self.acknowledged[key] = (method, params, result)
            if method == "record.create":
                self.ids.append(result["id"])
        self.check_events(connection)
        connection.close()
        written = len(self.unknown) - again
        self.unknown, self.refused = {}, {}
        return written, again

    def is_known(self, connection, key):
        try:
            return connection.call("outcome.get", key=key)
        except Refused as refusal:
            assert refusal.code == "not_found", refusal
            return None

    def check_events(self, connection):
        """Each key stands in exactly one event, that of its answer."""
        seen = {}
        ids = sorted({result["id"] for _, _, result in self.acknowledged.values()})
        for (_, asked), told, error in connection.call_many(("record.history", {"id": number}) for number in ids):
            assert error is None, f"{asked}: {error}"
            for event in told["events"]:
                assert event["note"] not in seen, f"{event['note']} is in #{seen[event['note']]} and #{event['seq']}"
                seen[event["note"]] = event["seq"]
        for key, (_, _, result) in self.acknowledged.items():
            assert seen.get(key) == result["seq"], f"{key} was acknowledged as #{result['seq']}, is {seen.get(key)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LUODI_SEED", "1")))
    options = parser.parse_args()
    started = time.monotonic()
    daemon = Daemon(options.build, [os.path.join(HERE, "plugins")])
    run = Run(daemon, random.Random(options.seed))
    written = again = 0
    try:
        for run.round in range(options.rounds):
            if run.round % 10 == 9:  # a fresh folder now and then, or each round would check all before it
                daemon.kill()
                daemon.clean()
                daemon = run.daemon = Daemon(options.build, [os.path.join(HERE, "plugins")])
                run.ids, run.acknowledged = [], {}
            daemon.start()
            run.write_until_killed()
            daemon.start()
            done, repeated = run.check()
            written, again = written + done, again + repeated
            daemon.stop()
    finally:
        daemon.kill()
        daemon.clean()
    print(f"{options.rounds} rounds of kill -9 under {CONNECTIONS} connections: {run.made} writes; of those without an answer "
          f"{written} were on disk and {again} were not; each acknowledged one is there once, verify is clean "
          f"(seed {options.seed}, {time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
