#!/usr/bin/env python3
"""A disk that says no, and kill -9, at the nth system call of a real luodid: nothing answered is lost, nothing is told untrue.

    tests/fault/io.py --build build/debug [NAME …]

strace answers a call with an error, ends the process at it, or holds it back; no code of luodid knows of it. The calls of a run
are counted first, then the fault is put at some of them, spread evenly, or at each with LUODI_LONG=1. After each fault: what was
answered is there, once; what was refused is not; what is unknown is told by outcome.get, and asked again is done once; verify is
clean. Each function that begins with test_ is a promise.
"""
import argparse
import ctypes
import os
import re
import resource
import selectors
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
from luodi_daemon import DEADLINE, Daemon, Refused  # noqa: E402

PLUGINS = os.path.join(HERE, "plugins")
LONG = bool(os.environ.get("LUODI_LONG"))
SYNCS = ["fdatasync", "fsync"]
KILLED_AT = ["pwrite64", "fdatasync", "fsync", "ftruncate", "renameat2", "unlink", "unlinkat", "mknodat", "fallocate"]
EXIT_DISK = 74  # the disk said no: start me again
CHECKPOINT_PAGES = 8192  # of the log, when it is worked into the file
LOG_PAGE = 4096 + 24


class Skip(Exception):
    pass


class Fault:
    """What is done to the nth call of a name, in each thread of its own; nth 0: nothing, they are only told."""

    def __init__(self, call, what=None, nth=0):
        self.call, self.what, self.nth = call, what, nth

    def __str__(self):
        return f"{self.call} {self.nth}: {self.what}"

    def arguments(self, log):
        told = ",".join(sorted(set(SYNCS + ["pwrite64"] + self.call.split(","))))
        return ["-y", "-s", "0", "-o", log, "-e", f"trace={told}", "-e", "signal=none"] + \
            (["-e", f"inject={self.call}:{self.what}:when={self.nth}"] if self.nth else [])


class TracedDaemon(Daemon):
    """fault_at_start is put to the calls of its main thread, who opens and closes the folder; attach() to all threads that run."""

    def __init__(self, build, folder=None):
        # the leak checker needs to trace, too, and a process is traced by one at a time
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        super().__init__(build, [PLUGINS], folder=folder, environment={"ASAN_OPTIONS": options.lstrip(":")})
        self.log = os.path.join(self.folder, "trace")
        self.fault_at_start = None
        self.tracer = None
        self.status = None
        self.is_ending = False
        self.refusal = None

    def command(self):
        if self.fault_at_start is None:
            return super().command()
        return ["strace", "-D"] + self.fault_at_start.arguments(self.log) + super().command()

    def start(self, fault=None):
        """With a fault: whether it became ready."""
        if os.path.exists(self.log):
            os.unlink(self.log)
        self.fault_at_start = fault
        if fault is None:
            return super().start()
        try:
            super().start()
        except RuntimeError:
            return False
        return True

    def kill(self):
        """Or what it ended with by itself, where its standard error has ended already."""
        if self.process is None:
            return None
        if not self.reader.is_alive():
            self.process.wait(DEADLINE)
        return super().kill()

    def wait(self):
        self.status = super().wait()
        self.detach()
        return self.status

    def connect(self):
        connection = super().connect()
        connection.socket.settimeout(DEADLINE)
        return connection

    def attach(self, fault):
        if os.path.exists(self.log):
            os.unlink(self.log)
        self.tracer = subprocess.Popen(["strace", "-f", "-p", str(self.process.pid)] + fault.arguments(self.log),
                                       stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        line = self.tracer.stderr.readline()
        if b"attached" not in line:
            raise RuntimeError(f"strace says {line.decode()}")

    def detach(self):
        if self.tracer is not None:
            self.tracer.send_signal(signal.SIGINT)
            self.tracer.wait(DEADLINE)
            self.tracer.stderr.close()
            self.tracer = None

    def trace(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()

    def was_hit(self):
        return any("(INJECTED)" in line for line in self.trace())

    def count(self, call):
        return max((sum(1 for line in self.trace() if re.match(rf"{thread}{call}\(", line)) for thread in
                    {re.match(r"(\d+ +)?", line).group() for line in self.trace()}), default=0)


def path_of(line):
    found = re.search(r"\(\d+<([^>]*)>", line)
    return found.group(1) if found else None


def is_of_sqlite_and_a_folder(daemon, line):
    """fdatasync of the folder: SQLite never looks at its answer, so we sync the folder by fsync ourselves."""
    return "fdatasync(" in line and path_of(line) == daemon.data


def syncs_nothing_again(daemon):
    """A sync that failed may succeed the second time with the pages gone: no such file is synced again by this process. Before there is
    a log, the file is new and empty, and SQLite may sync it when it takes its first page back."""
    failed, has_log = set(), False
    for line in daemon.trace():
        has_log = has_log or "luodi.db-wal>" in line
        if not re.match(r"(\d+ +)?f(data)?sync\(", line) or is_of_sqlite_and_a_folder(daemon, line):
            continue
        assert path_of(line) not in failed, "synced again after a failure:\n" + "\n".join(daemon.trace()[-20:])
        if "(INJECTED)" in line and has_log:
            failed.add(path_of(line))


class Ledger:
    """What was asked of a folder, and what became of it."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.made = 0
        self.acknowledged, self.unchecked, self.unknown, self.refused = {}, {}, {}, {}

    def params(self, size):
        self.made += 1
        key = f"k{self.made}"
        return {"kind": "entry", "title": key, "fields": {"code": key, "count": self.made, "text": "字" * size}, "note": key,
                "request_key": key}

    def answered(self, params, call):
        key = params["request_key"]
        try:
            self.unchecked[key] = call()
        except Refused as refusal:
            if refusal.code == "outcome_unknown":
                self.unknown[key] = params
            else:
                self.refused[key] = refusal
        except OSError:
            self.unknown[key] = params
            return False
        return True

    def write(self, turns, size=10, width=3):
        """turns times width writes at once, on a connection each, until the connections end. Whether they did not."""
        connections = [self.daemon.connect() for _ in range(width)]
        alive = True
        for _ in range(turns):
            asked = []
            for connection in connections:
                params = self.params(size)
                try:
                    asked.append((connection, params, connection.send("record.create", **params)))
                except OSError:
                    self.unknown[params["request_key"]] = params
                    alive = False
            for connection, params, number in asked:
                alive = self.answered(params, lambda c=connection, n=number: c.answer(n)) and alive
            if not alive:
                break
        for connection in connections:
            connection.close()
        return alive

    def told(self, connection, key):
        try:
            return connection.call("outcome.get", key=key)
        except Refused as refusal:
            assert refusal.code == "not_found", refusal
            return None

    def check(self):
        """On a daemon that runs on the folder, with no fault."""
        connection = self.daemon.connect()
        connection.call("journal.verify")
        for key, result in self.unchecked.items():
            told = self.told(connection, key)
            assert told is not None, f"{key} was acknowledged as #{result['seq']}, and is not there"
            assert (told["id"], told["seq"]) == (result["id"], result["seq"]), f"{key}: {result}, now {told}"
            events = connection.call("record.history", id=told["id"])["events"]
            assert [event["note"] for event in events] == [key], events
        for key, refusal in self.refused.items():
            assert self.told(connection, key) is None, f"{key} was refused ({refusal}), and is there"
        self.acknowledged.update(self.unchecked)
        for key, params in self.unknown.items():
            before = self.told(connection, key)
            result = connection.call("record.create", **params)
            assert before is None or before["seq"] == result["seq"], f"{key} was told as #{before['seq']}, then {result}"
            self.acknowledged[key] = result
        self.unchecked, self.unknown, self.refused = {}, {}, {}
        count = connection.call("record.count", kind="entry")["count"]
        assert count == len(self.acknowledged), f"{count} records of {len(self.acknowledged)} that were written"
        connection.close()


def spread(count, quick):
    """Which of 1 … count: each in a long run, else quick of them with the first and the last."""
    if LONG or count <= quick:
        return range(1, count + 1)
    return sorted({1 + round(i * (count - 1) / (quick - 1)) for i in range(quick)})


class Folder:
    """A daemon with its ledger, ended and taken away at the end whatever happens."""

    def __init__(self, build):
        self.daemon = TracedDaemon(build)
        self.ledger = Ledger(self.daemon)

    def __enter__(self):
        return self.daemon, self.ledger

    def __exit__(self, *exception):
        if exception[0] is not None:
            print("\n".join(self.daemon.said[-20:] + self.daemon.trace()[-10:]), flush=True)
        self.daemon.kill()
        self.daemon.clean()


# ---- what is swept: begins on a daemon that has ended; afterwards it runs, or has ended, or is ending: daemon.is_ending ----

def start_anew(daemon, ledger, fault):
    """On no folder at all."""
    shutil.rmtree(daemon.data, ignore_errors=True)
    ledger.acknowledged, ledger.unchecked, ledger.unknown = {}, {}, {}
    if daemon.start(fault):
        ledger.write(1)


def start_after_a_crash(daemon, ledger, fault):
    daemon.start()
    ledger.write(2)
    daemon.kill()
    if daemon.start(fault):
        ledger.write(1)


def write(daemon, ledger, fault):
    daemon.start()
    daemon.attach(fault)
    daemon.is_ending = not ledger.write(3) or bool(ledger.unknown)


def end_well(daemon, ledger, fault):
    daemon.start()
    ledger.write(2)
    daemon.attach(fault)
    daemon.process.send_signal(signal.SIGTERM)
    daemon.is_ending = True


def back_up(daemon, ledger, fault):
    """To a new name each time, beside a good one."""
    daemon.start()
    ledger.write(1)
    good, path = (os.path.join(daemon.folder, name) for name in ("good.db", f"copy-{ledger.made}.db"))
    connection = daemon.connect()
    if not os.path.exists(good):
        connection.call("store.backup", path=good)
    with open(good, "rb") as file:
        before = file.read()
    daemon.attach(fault)
    daemon.refusal = None
    try:
        connection.call("store.backup", path=path)
        assert is_whole(path), f"{path} was said to be a good copy"
    except Refused as refusal:
        daemon.refusal = refusal
        assert not os.path.exists(path), f"{refusal}: and yet it has its name"
    except OSError:
        daemon.is_ending = True
        assert not os.path.exists(path) or is_whole(path), f"{path} has its name, and is not whole"
    connection.close()
    with open(good, "rb") as file:
        assert file.read() == before, "the good copy was touched"


def is_whole(path):
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    whole = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    whole = whole and database.execute("SELECT count(*) FROM journal").fetchone()[0] > 0
    database.close()
    return whole


def work_the_log_in(daemon, ledger, fault):
    """The one write after which the log is due to be worked into the file; the fault is from it on."""
    daemon.start()
    for size, width, short_of in ((20000, 4, 450), (1000, 1, 50)):  # that many characters take 90 pages and 20
        while log_pages(daemon) < CHECKPOINT_PAGES - short_of:
            assert ledger.write(1, size=size, width=width) and not ledger.refused, ledger.refused
    assert log_pages(daemon) < CHECKPOINT_PAGES
    daemon.attach(fault)
    daemon.is_ending = not ledger.write(1, size=20000, width=1)


def log_pages(daemon):
    return os.path.getsize(os.path.join(daemon.data, "luodi.db-wal")) // LOG_PAGE


def work_the_log_in_and_on(daemon, ledger, fault):
    work_the_log_in(daemon, ledger, fault)
    for _ in range(3):
        daemon.is_ending = daemon.is_ending or not ledger.write(1)


def sweep(build, run, calls, what, quick, look):
    """run with the fault at some of the calls that it makes, on one folder for each name of a call; look judges each, before the next
    start. Says how many were hit."""
    hits = 0
    for call in calls:
        with Folder(build) as (daemon, ledger):
            run(daemon, ledger, Fault(call))
            if daemon.is_ending:
                daemon.wait()
            daemon.detach()
            count = daemon.count(call)
            daemon.stop()
            for nth in spread(count, quick):
                fault = Fault(call, what, nth)
                try:
                    daemon.is_ending = False
                    run(daemon, ledger, fault)
                    if daemon.is_ending:
                        daemon.wait()
                    hits += look(daemon, ledger)
                    daemon.kill()
                    daemon.start()
                    ledger.check()
                    daemon.stop()
                except Exception:
                    print(f"{run.__name__}, {fault}", flush=True)
                    raise
    assert hits > 0, "no fault was hit"
    return f"{hits} faults"


# ---- a failed sync ----

def look_at_failed_sync(daemon, ledger):
    """It ended by itself, to be started again, and nobody who waited was told what is not known."""
    if not daemon.was_hit():
        return False
    syncs_nothing_again(daemon)
    assert daemon.process is None, "it goes on after a failed sync"
    assert daemon.status == EXIT_DISK, f"ended with {daemon.status}: " + "\n".join(daemon.said)
    assert ledger.unknown and not ledger.refused, f"unknown {ledger.unknown}, refused {ledger.refused}"
    return True


def test_a_failed_sync_of_a_write_ends_it_and_the_outcome_is_unknown(build):
    return sweep(build, write, SYNCS[:1], "error=EIO", 3, look_at_failed_sync)


def test_the_unit_starts_it_again(_):
    with open(os.path.join(os.path.dirname(os.path.dirname(HERE)), "etc", "luodid.service"), encoding="utf-8") as file:
        unit = dict(line.rstrip("\n").split("=", 1) for line in file if re.match(r"Restart\w*=", line))
    assert unit["Restart"] == "on-failure", unit
    assert str(EXIT_DISK) not in unit["RestartPreventExitStatus"].split(), unit


def test_a_failed_sync_at_the_start_ends_it(build):
    def look(daemon, _):
        if not daemon.was_hit():
            return False
        syncs_nothing_again(daemon)
        if daemon.process is None:
            assert daemon.status == EXIT_DISK, f"ended with {daemon.status}: " + "\n".join(daemon.said)
            return True
        trace = daemon.trace()
        hit = next(line for line in trace if "(INJECTED)" in line)
        assert is_of_sqlite_and_a_folder(daemon, hit), f"goes on after {hit}"
        assert any(line.startswith("fsync(") and path_of(line) == daemon.data for line in trace), "nobody synced the folder"
        return True

    return ", ".join(sweep(build, run, SYNCS, "error=EIO", 20, look) for run in (start_anew, start_after_a_crash))


def test_the_folder_is_synced_after_each_file_that_is_made_there(build):
    """By us, who look at the answer: before the first write is answered, luodi.db and its log have their names for good."""
    with Folder(build) as (daemon, ledger):
        for _ in range(2):  # a new folder, then one where the log is made anew
            daemon.start(Fault("openat,mknodat"))
            trace = daemon.trace()
            made = [next(i for i, line in enumerate(trace) if re.search(r'/luodi\.db-wal", [^)]*O_CREAT', line))]
            made += [i for i, line in enumerate(trace) if "mknodat" in line]
            synced = [i for i, line in enumerate(trace) if re.match(r"fsync\(", line) and path_of(line) == daemon.data]
            assert made and synced and synced[-1] > max(made), "\n".join(trace[-60:])
            ledger.write(1)
            daemon.stop()


def test_a_failed_sync_at_the_end_is_left_to_the_next_start(build):
    def look(daemon, _):
        if not daemon.was_hit():
            return False
        syncs_nothing_again(daemon)
        assert daemon.status == 0, daemon.status
        assert os.path.getsize(os.path.join(daemon.data, "luodi.db-wal")) > 0, "the log went away"
        return True

    return sweep(build, end_well, SYNCS[:1], "error=EIO", 20, look)


def test_a_failed_sync_while_the_log_is_worked_in_ends_it_at_once(build):
    """Without another write: the one before it has been answered already."""
    with Folder(build) as (daemon, ledger):
        for nth in (2, 3):  # the first is that of the write itself; then the log, then the file
            work_the_log_in(daemon, ledger, Fault("fdatasync", "error=EIO", nth))
            daemon.wait()
            assert daemon.was_hit()
            syncs_nothing_again(daemon)
            assert daemon.status == EXIT_DISK, daemon.status
            daemon.start()
            ledger.check()
            daemon.stop()


def test_a_failed_sync_of_a_backup_is_the_backups_alone(build):
    def look(daemon, ledger):
        if not daemon.was_hit():
            return False
        assert daemon.process is not None
        if daemon.refusal is not None:  # that of its folder's entry for the journal is SQLite's, who looks away
            assert "备份" in str(daemon.refusal), daemon.refusal
        daemon.detach()
        assert ledger.write(1) and not ledger.unknown and not ledger.refused
        return True

    return sweep(build, back_up, SYNCS, "error=EIO", 20, look)


# ---- a failed write ----

def look_at_failed_write(daemon, ledger):
    if not daemon.was_hit():
        return False
    if daemon.process is None:
        assert daemon.status in (1, EXIT_DISK, 0), daemon.status
        assert daemon.status != 1 or not ledger.unknown, "whoever starts it would leave it so"
        assert daemon.status == 0 or any("luodid: " in line or "ending" in line for line in daemon.said), daemon.said
        return True
    daemon.detach()
    deadline = time.monotonic() + DEADLINE
    while True:  # it is well again: so are the writes, the first may be the one that finds it out
        before = len(ledger.unchecked)
        assert ledger.write(1) and not ledger.unknown, ledger.unknown
        if len(ledger.unchecked) > before:
            return True
        assert time.monotonic() < deadline, ledger.refused


def test_a_full_disk_at_any_write_refuses_and_goes_on(build):
    runs = ((start_anew, 4), (start_after_a_crash, 4), (write, 8), (end_well, 3))
    return ", ".join(sweep(build, run, ["pwrite64"], "error=ENOSPC", quick, look_at_failed_write) for run, quick in runs)


def test_a_broken_disk_at_any_write_is_told_as_it_is(build):
    runs = ((start_anew, 4), (start_after_a_crash, 4), (write, 8), (end_well, 3), (back_up, 4))
    return ", ".join(sweep(build, run, ["pwrite64"], "error=EIO", quick, look_at_failed_write) for run, quick in runs)


# ---- kill -9 ----

def look_at_killed(daemon, _):
    return daemon.process is None and daemon.status == -signal.SIGKILL


def test_kill_at_any_call_of_a_start(build):
    return ", ".join(sweep(build, run, calls_of(build, run), "signal=KILL", 4, look_at_killed)
                     for run in (start_anew, start_after_a_crash))


def test_kill_at_any_call_of_a_write(build):
    return sweep(build, write, calls_of(build, write), "signal=KILL", 6, look_at_killed)


def test_kill_at_any_call_while_the_log_is_worked_in(build):
    return sweep(build, work_the_log_in_and_on, ["pwrite64", "fdatasync"], "signal=KILL", 2, look_at_killed)


def test_kill_at_any_call_of_an_end(build):
    return sweep(build, end_well, calls_of(build, end_well), "signal=KILL", 4, look_at_killed)


def test_kill_at_any_call_of_a_backup(build):
    return sweep(build, back_up, calls_of(build, back_up), "signal=KILL", 4, look_at_killed)


def calls_of(build, run):
    """Those of KILLED_AT that it makes at all."""
    with Folder(build) as (daemon, ledger):
        run(daemon, ledger, Fault(",".join(KILLED_AT)))
        if daemon.is_ending:
            daemon.wait()
        daemon.detach()
        calls = [call for call in KILLED_AT if daemon.count(call) > 0]
        daemon.stop()
    assert calls, "it makes none of them"
    return calls


# ---- a slow disk ----

def test_nothing_is_seen_before_it_is_on_disk(build):
    """The sync of a write is held back: neither its caller, nor a watcher, nor any other reader hears of it meanwhile."""
    with Folder(build) as (daemon, ledger):
        daemon.start()
        writer, watcher, reader = (daemon.connect() for _ in range(3))
        watcher.call("watch.start", kind="entry")
        daemon.attach(Fault("fdatasync", "delay_enter=1500000", 1))
        params = ledger.params(10)
        number = writer.send("record.create", **params)
        selector = selectors.DefaultSelector()
        for connection in (writer, watcher):
            selector.register(connection.socket, selectors.EVENT_READ)
        asked = 0
        while not selector.select(timeout=0):
            count = reader.call("record.count", kind="entry")["count"]
            known = ledger.told(reader, params["request_key"])
            if not selector.select(timeout=0):  # or it was committed between
                assert count == 0 and known is None, f"{count} records, outcome {known}, and nobody was answered"
                asked += 1
        synced = [line for line in daemon.trace() if "fdatasync(" in line or "fdatasync resumed" in line]
        assert any(line.endswith("(DELAYED)") for line in synced), f"told before: {synced}"
        assert asked > 0, "reads did not go on"
        assert ledger.answered(params, lambda: writer.answer(number))
        assert b"watch.event" in watcher.line()
        daemon.detach()
        ledger.check()
        daemon.stop()


# ---- short of memory ----

def test_short_memory_refuses_or_ends_it_and_is_not_called_damage(build):
    if is_sanitized(build):
        raise Skip("a sanitizer maps terabytes")
    said = set()
    for more in (0, 2, 4, 8, 16, 32):
        with Folder(build) as (daemon, ledger):
            daemon.start()
            assert ledger.write(15, size=15000, width=4)
            with open(f"/proc/{daemon.process.pid}/status", encoding="utf-8") as file:
                size = next(int(line.split()[1]) for line in file if line.startswith("VmSize"))
            limit = (size << 10) + (more << 20)
            resource.prlimit(daemon.process.pid, resource.RLIMIT_AS, (limit, limit))
            for method, params in (("record.list", {"kind": "entry", "limit": 1000}), ("journal.verify", {})):
                try:
                    connection = daemon.connect()
                    connection.call(method, **params)
                    said.add("answered")
                except Refused as refusal:
                    assert refusal.code in ("too_large", "busy", "internal"), refusal
                    said.add(refusal.code)
                except OSError:
                    said.add("closed")
            try:
                ledger.write(2, width=1)
            except OSError:
                pass
            daemon.kill()
            assert daemon.status in (-signal.SIGKILL, -signal.SIGABRT), daemon.status
            assert daemon.status != -signal.SIGABRT or any("内存不够" in line for line in daemon.said), daemon.said
            daemon.start()
            ledger.check()
            daemon.stop()
    assert len(said) > 1, f"memory was never short: {said}"
    return ", ".join(sorted(said))


# ---- no sandbox ----

def deny_seccomp():
    """In the child, before exec: what a container or a unit that forbids seccomp answers."""
    numbers = {"x86_64": (317, 157), "aarch64": (277, 167)}[os.uname().machine]
    load, equal, answer = 0x20, 0x15, 0x06  # BPF: LD W ABS, JMP JEQ K, RET K
    eperm, allow = 0x00050001, 0x7FFF0000
    code = [(load, 0, 0, 0), (equal, 4, 0, numbers[0]), (equal, 0, 2, numbers[1]), (load, 0, 0, 16), (equal, 1, 0, 22),
            (answer, 0, 0, allow), (answer, 0, 0, eperm)]  # 22: PR_SET_SECCOMP
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    lines = ctypes.create_string_buffer(program, len(program))
    libc = ctypes.CDLL(None, use_errno=True)
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(lines)))
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, head, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no filter")


def is_sanitized(build):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
        return any(re.match(r"LUODI_SANITIZE:[A-Z]+=.+", line) for line in file)


def test_without_a_sandbox_no_plugin_runs_and_it_says_so(build):
    if is_sanitized(build):
        raise Skip("a sanitized host has no filter")
    daemon = TracedDaemon(build)
    try:
        done = subprocess.run(daemon.command(), stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=DEADLINE,
                              preexec_fn=deny_seccomp, check=False)
        said = done.stderr.decode()
        assert done.returncode == 1, f"ended with {done.returncode}: {said}"
        assert "就绪" not in said and "seccomp" in said, said
        daemon.start()  # and where it can be had, all is well
        daemon.stop()
    finally:
        daemon.kill()
        daemon.clean()


def can_trace():
    if shutil.which("strace") is None:
        return "no strace here"
    done = subprocess.run(["strace", "-D", "-e", "inject=getppid:error=EIO:when=1", "-o", "/dev/null", "true"],
                          stderr=subprocess.PIPE, check=False)
    return None if done.returncode == 0 else "strace can't trace here: " + done.stderr.decode().strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    failed = skipped = passed = 0
    why_not = can_trace()
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (options.names and name[5:] not in options.names):
            continue
        started = time.monotonic()
        try:
            if why_not and "sandbox" not in name:
                raise Skip(why_not)
            said = test(options.build)
            passed += 1
            print(f"ok      {name[5:]}: {said or 'seen'}, {time.monotonic() - started:.0f} s", flush=True)
        except Skip as reason:
            skipped += 1
            print(f"skipped {name[5:]}: {reason}", flush=True)
        except Exception:  # noqa: BLE001
            failed += 1
            print(f"failed  {name[5:]}", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
