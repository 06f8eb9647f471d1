"""What the tests of the rules share: a luodid of one's own for each test, and short words for what is asked of it.

A test is named after its rule: test_04_a_change_before_the_beginning_is_refused keeps rule 4 of the semantics. Run one file,
or one test, with
    tests/semantics/events.py --build build/debug [Class.test …]
"""
import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PLUGINS = os.path.join(HERE, "plugins")
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
from luodi_daemon import Daemon, Refused  # noqa: E402

TODAY = "2022-07-18"
BUILD = None  # where the programs are


class Case(unittest.TestCase):
    today = TODAY
    plugins = [PLUGINS]
    arguments = ()
    maxDiff = None

    def setUp(self):
        self.daemon = Daemon(BUILD, plugins=self.plugins, today=self.today, arguments=self.arguments)
        self.addCleanup(self.daemon.clean)
        self.daemon.start()
        self.addCleanup(self.daemon.stop)
        self.connection = self.daemon.connect()
        self.addCleanup(lambda: self.connection.close())

    def restart(self, today=None, kill=False):
        self.connection.close()
        if kill:
            self.daemon.kill()
        else:
            self.daemon.stop()
        if today:
            self.daemon.today = today
        self.daemon.start()
        self.connection = self.daemon.connect()

    # ---- asking ----

    def call(self, method, **params):
        return self.connection.call(method, **params)

    def raw(self, line):
        """The line as it stands, and the document that answers it."""
        self.connection.socket.sendall(line.encode() + b"\n")
        return json.loads(self.connection.line())

    def refused(self, method, code="refused", **params):
        """The error of a call that must fail with this code."""
        try:
            answer = self.call(method, **params)
        except Refused as refusal:
            self.assertEqual(refusal.code, code, refusal.error)
            return refusal.error
        self.fail(f"{method} {params} was not refused: {answer}")

    def get(self, record, **params):
        return self.call("record.get", id=record, **params)

    def there(self, record, **params):
        """Whether the record is there."""
        try:
            self.get(record, **params)
        except Refused as refusal:
            self.assertEqual(refusal.code, "not_found", refusal.error)
            return False
        return True

    def listed(self, filter="", kind="work", **params):
        """The ids that pass; the count must say the same."""
        answer = self.call("record.list", kind=kind, filter=filter, limit=1000, **params)
        ids = [record["id"] for record in answer["records"]]
        self.assertEqual(answer["total"], len(ids))
        times = {name: params[name] for name in ("as_of", "known", "known_seq") if name in params}
        self.assertEqual(self.call("record.count", kind=kind, filter=filter, **times)["count"], len(ids))
        return sorted(ids)

    def events(self, record, **params):
        return self.call("record.history", id=record, **params)["events"]

    def figure(self, name, **params):
        return self.call("figure.get", names=[name], **params)["figures"][0]

    def seq(self):
        return self.call("server.status")["seq"]

    # ---- writing ----

    def create(self, kind, title, on=None, stage=None, entered=None, **fields):
        params = {"kind": kind, "title": title, "fields": fields}
        if on:
            params["on"] = on
        if stage:
            params["stage"] = stage
        if entered:
            params["entered"] = [{"stage": name, "on": day} for name, day in entered]
        return self.call("record.create", **params)["id"]

    def update(self, record, on=None, **fields):
        return self.call("record.update", id=record, fields=fields, **({"on": on} if on else {}))

    def move(self, record, to, on=None, note=None, **fields):
        params = {"id": record, "to": to, "on": on, "note": note, "fields": fields or None}
        return self.call("record.move", **{name: value for name, value in params.items() if value is not None})

    # ---- the client ----

    def luodi(self, *arguments, status=0, stdin=None, cwd=None):
        """(standard output, standard error) of the client; its exit status must be as told."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LUODI", "COLUMNS"))}
        environment.update(LANG="C.UTF-8", LUODI_SOCKET=self.daemon.socket, TERM="dumb")
        done = subprocess.run([os.path.join(BUILD, "luodi"), *arguments], env=environment, cwd=cwd or self.daemon.folder,
                              input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, encoding="utf-8")
        self.assertEqual(done.returncode, status, f"luodi {arguments}\n{done.stdout}{done.stderr}")
        return done.stdout, done.stderr

    def luodi_json(self, *arguments, status=0):
        return json.loads(self.luodi(*arguments, "--json", status=status)[0])

    def file(self, name, text):
        path = os.path.join(self.daemon.folder, name)
        with open(path, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        return path


def main():
    global BUILD
    arguments = sys.argv[1:]
    if "--build" not in arguments:
        sys.exit("usage: " + sys.argv[0] + " --build DIR [Class.test …]")
    place = arguments.index("--build")
    BUILD = os.path.abspath(arguments[place + 1])
    del arguments[place:place + 2]
    sys.modules["semantics"].BUILD = BUILD
    unittest.main(module="__main__", argv=[sys.argv[0], *arguments])
