#!/usr/bin/env python3
"""What bad folders, bad input, a full disk and bad plugins get: a refusal that says what to do, and nothing lost.

    tests/fault/bad.py --build build/debug [NAME …]

Each function that begins with test_ is a promise. One that this machine can't show (no mounts) says so and is skipped.
"""
import argparse
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
from luodi_daemon import Daemon, Refused  # noqa: E402

PLUGINS = os.path.join(HERE, "plugins")
NOBODY = 65534


class Skip(Exception):
    pass


def expect_refused(code, call, *arguments, **params):
    try:
        answer = call(*arguments, **params)
    except Refused as refusal:
        assert refusal.code == code, f"wanted {code}: {refusal}"
        return refusal
    raise AssertionError(f"wanted {code}, was answered {answer}")


def add(connection, code, **fields):
    return connection.call("record.create", kind="entry", title=f"第 {code}", fields=dict(code=str(code), **fields))


def refuses_to_start(daemon, status, *words, **popen):
    """It ends by itself, with that status, in words that a person can act on."""
    done = subprocess.run(daemon.command(), stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60, **popen)
    said = done.stderr.decode()
    assert done.returncode == status, f"ended with {done.returncode}, not {status}: {said}"
    for word in words:
        assert word in said, f"does not say {word!r}: {said}"
    return said


def fill_store(build, count=20):
    """A folder with a few records, its daemon stopped."""
    daemon = Daemon(build, [PLUGINS])
    daemon.start()
    connection = daemon.connect()
    for number in range(count):
        add(connection, number, sum=number)
    connection.close()
    daemon.stop()
    return daemon


def main_file(daemon):
    return os.path.join(daemon.data, "luodi.db")


# ---- folders ----

def test_a_second_daemon_ends_with_75(build):
    with Daemon(build, [PLUGINS]) as daemon:
        add(daemon.connect(), 1)
        second = Daemon(build, [PLUGINS], folder=daemon.folder)
        second.socket = os.path.join(daemon.folder, "other.sock")
        refuses_to_start(second, 75)
        assert daemon.connect().call("record.count", kind="entry")["count"] == 1


def test_a_socket_in_use_is_left_to_who_listens(build):
    with Daemon(build, [PLUGINS]) as daemon:
        add(daemon.connect(), 1)
        second = Daemon(build, [PLUGINS])
        second.socket = daemon.socket
        try:
            refuses_to_start(second, 75, daemon.socket)
        finally:
            second.clean()
        assert daemon.connect().call("record.count", kind="entry")["count"] == 1


def test_a_folder_of_a_newer_version_is_left_alone(build):
    daemon = fill_store(build)
    try:
        database = sqlite3.connect(main_file(daemon))
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute("PRAGMA user_version = 9999")
        database.commit()
        database.close()
        said = refuses_to_start(daemon, 1)
        assert "9999" in said or "新" in said, said
        database = sqlite3.connect(main_file(daemon))
        assert database.execute("PRAGMA user_version").fetchone()[0] == 9999, "it was written to"
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()
        database.close()
        daemon.start()
        assert daemon.connect().call("record.count", kind="entry")["count"] == 20
        daemon.stop()
    finally:
        daemon.kill()
        daemon.clean()


def test_a_folder_that_can_not_be_written_is_said(build):
    daemon = Daemon(build, [PLUGINS])
    try:
        os.chmod(daemon.folder, 0o755)
        os.mkdir(daemon.data, 0o555)
        who = {}
        if os.geteuid() == 0:
            if subprocess.run([daemon.command()[0], "--version"], user=NOBODY, stdout=subprocess.DEVNULL).returncode != 0:
                raise Skip("the build is not readable for another user")
            who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        daemon.socket = os.path.join("/tmp", f"luodi-test-{os.getpid()}.sock")
        said = refuses_to_start(daemon, 1, daemon.data, **who)
        assert os.listdir(daemon.data) == [], said
    except PermissionError:
        raise Skip("the build is not readable for another user") from None
    finally:
        daemon.clean()


def damage(build, sql):
    daemon = fill_store(build)
    database = sqlite3.connect(main_file(daemon))
    triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:  # who can write to the file can do this too
        database.execute(f'DROP TRIGGER "{name}"')
    assert database.execute(sql).rowcount == 1, sql
    for _, made in triggers:
        database.execute(made)
    database.commit()
    database.close()
    return daemon


def verify_complains(daemon, *words):
    try:
        daemon.start()
    except RuntimeError as refusal:  # found at the start already
        said = str(refusal)
    else:
        said = str(expect_refused("damaged", daemon.connect().call, "journal.verify"))
        daemon.stop()
    for word in words:
        assert word in said, f"does not say {word!r}: {said}"
    assert "备份" in said, f"does not say how to restore: {said}"


def test_a_changed_journal_is_found_by_its_chain(build):
    daemon = damage(build, "UPDATE journal SET actor = 'somebody' WHERE seq = 7")
    try:
        verify_complains(daemon, "第 7 条")
    finally:
        daemon.kill()
        daemon.clean()


def test_a_changed_row_is_found_by_folding_again(build):
    daemon = damage(build, "UPDATE c_entry SET f_sum = f_sum + 1 WHERE record = (SELECT max(record) FROM c_entry)")
    try:
        verify_complains(daemon)
    finally:
        daemon.kill()
        daemon.clean()


def test_a_changed_past_is_found_by_folding_again(build):
    daemon = damage(build, "UPDATE s_entry SET title = '偷改' WHERE record = (SELECT min(record) FROM s_entry)")
    try:
        verify_complains(daemon)
    finally:
        daemon.kill()
        daemon.clean()


def test_a_record_that_leads_to_anothers_event_is_found(build):
    daemon = damage(build, "UPDATE c_entry SET last_seq = 3 WHERE record = (SELECT max(record) FROM c_entry)")
    try:
        verify_complains(daemon, "第 3 条")
    finally:
        daemon.kill()
        daemon.clean()


def test_an_event_that_no_record_leads_to_is_found(build):
    """Nothing that a person sees tells of it: a note changes no row."""
    daemon = fill_store(build)
    try:
        daemon.start()
        connection = daemon.connect()
        entry = add(connection, 99)["id"]
        for text in ("一", "二"):
            connection.call("record.note", id=entry, text=text)
        daemon.stop()
        with sqlite3.connect(main_file(daemon)) as database:
            last = "(SELECT max(last_seq) FROM c_entry)"
            cut = database.execute(f"UPDATE c_entry SET last_seq = {last} - 1 WHERE last_seq = {last}")
            assert cut.rowcount == 1
        database.close()
        verify_complains(daemon, "只找得到")
    finally:
        daemon.kill()
        daemon.clean()


def test_verify_takes_its_time_over_a_long_record(build):
    """Longer than one snapshot may live."""
    with Daemon(build, [PLUGINS], environment={"LUODI_SNAPSHOT_MS": "300"}) as daemon:
        connection = daemon.connect()
        entry = add(connection, 1)["id"]
        for number in range(300):
            connection.call("record.note", id=entry, text="长" * 3000)
            connection.call("record.update", id=entry, fields={"sum": number})
        assert connection.call("journal.verify")["events"] == 601


def test_a_torn_file_is_said_and_not_touched(build):
    daemon = fill_store(build, 200)
    try:
        path = main_file(daemon)
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            for place in range(4096 * 2, size, 4096):  # all pages but the first two
                file.seek(place + 100)
                file.write(b"\xff" * 200)
        with open(path, "rb") as file:
            before = file.read()
        verify_complains_torn(daemon)
        with open(path, "rb") as file:
            assert file.read() == before, "a damaged file was written to"
    finally:
        daemon.kill()
        daemon.clean()


def verify_complains_torn(daemon):
    try:
        daemon.start()
    except RuntimeError as refusal:
        assert "备份" in str(refusal), f"does not say how to restore: {refusal}"
        return
    refusal = expect_refused("damaged", daemon.connect().call, "journal.verify")
    assert "备份" in str(refusal), refusal
    daemon.kill()


def test_what_is_no_store_is_refused(build):
    daemon = Daemon(build, [PLUGINS])
    try:
        os.mkdir(daemon.data)
        with open(main_file(daemon), "w", encoding="utf-8") as file:
            file.write("一份别的文件\n" * 1000)
        refuses_to_start(daemon, 1)
        with open(main_file(daemon), encoding="utf-8") as file:
            assert file.read() == "一份别的文件\n" * 1000
    finally:
        daemon.clean()


# ---- a full disk ----

def mount(folder, size):
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no mounts here: the full disk is not shown")


def write_until_full(connection):
    """The acknowledged codes; ends at the first that is turned away."""
    number = 0
    while number < 200000:
        try:
            add(connection, number, text="字" * 1000)
        except Refused as refusal:
            assert refusal.code == "read_only", refusal
            return number
        number += 1
    raise AssertionError("the disk never filled")


def wait_for_write(connection, code):
    deadline = time.monotonic() + 60
    while True:
        try:
            return add(connection, code)
        except Refused as refusal:
            assert refusal.code == "read_only", refusal
            assert time.monotonic() < deadline, "it stays read-only"
            time.sleep(0.1)


def test_a_disk_that_is_full_in_mid_import_leaves_nothing_of_it(build):
    """Half of it is on disk by then: it is taken back with the room in reserve, or as soon as there is room."""
    daemon = Daemon(build, [PLUGINS], environment={"LUODI_RESERVE": str(8 << 20)})
    os.mkdir(daemon.data)
    try:
        mount(daemon.data, "48m,mode=700")
    except Skip:
        daemon.clean()
        raise
    try:
        ballast = os.path.join(daemon.data, "ballast")
        with open(ballast, "wb") as file:
            file.write(b"\0" * (16 << 20))
        daemon.start()
        connection = daemon.connect()
        add(connection, "before")
        begun = connection.call("import.begin", kind="entry", header=["code", "名称", "text"], key="code")["import"]
        for block in range(40):
            connection.call("import.rows", **{"import": begun}, rows=[[str(block * 500 + row), "题", "字" * 300] for row in range(500)])
        expect_refused("read_only", connection.call, "import.commit", **{"import": begun})
        os.unlink(ballast)
        wait_for_write(connection, "after")
        deadline = time.monotonic() + 60
        while connection.call("record.count", kind="entry")["count"] != 2:
            assert time.monotonic() < deadline, "half an import stands"
            time.sleep(0.2)
        connection.call("journal.verify")
        assert all(batch["undone_by"] for batch in connection.call("batch.list")["batches"] if batch["events"] > 100)
        connection.close()
        daemon.stop()
    finally:
        daemon.kill()
        subprocess.run(["umount", daemon.data], check=False)
        daemon.clean()


def test_a_full_disk_makes_it_read_only_until_there_is_room(build):
    daemon = Daemon(build, [PLUGINS], environment={"LUODI_RESERVE": str(4 << 20)})  # of 64 MiB on a real disk
    os.mkdir(daemon.data)
    try:
        mount(daemon.data, "40m,mode=700")
    except Skip:
        daemon.clean()
        raise
    try:
        ballast = os.path.join(daemon.data, "ballast")
        with open(ballast, "wb") as file:
            file.write(b"\0" * (16 << 20))
        daemon.start()
        connection = daemon.connect()
        count = write_until_full(connection)
        assert count > 0
        status = connection.call("server.status")
        assert status["read_only"], status
        assert connection.call("record.count", kind="entry")["count"] == count, "reads must go on"
        os.unlink(ballast)
        wait_for_write(connection, "after")
        connection.call("journal.verify")
        assert connection.call("record.count", kind="entry")["count"] == count + 1
        connection.close()
        daemon.stop()
    finally:
        daemon.kill()
        subprocess.run(["umount", daemon.data], check=False)
        daemon.clean()


# ---- bad input ----

def raw(daemon, data):
    """One connection's bytes, and the lines that come back until the other side closes, or answers."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(30)
    connection.connect(daemon.socket)
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        pass
    got = b""
    try:
        while not got.endswith(b"\n"):
            piece = connection.recv(1 << 16)
            if not piece:
                break
            got += piece
    except ConnectionResetError:
        pass
    connection.close()
    return [json.loads(line) for line in got.splitlines()]


def ask(method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n"


def test_bad_lines_get_an_error_and_end_only_themselves(build):
    deep = b'{"jsonrpc":"2.0","id":1,"method":"record.get","params":' + b"[" * 100000 + b"]" * 100000 + b"}\n"
    lines = [
        (deep, -32700),
        (b'{"a":' * 100000 + b"1" + b"}" * 100000 + b"\n", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"record.get","params":{"id":"\xff\xfe"}}\n', -32700),
        (b"not json\n", -32700),
        (b'{"jsonrpc":"2.0","id":1\n', -32700),
        (b"[]\n", -32600),
        (b"7\n", -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}\n', -32600),
        (ask("no.such"), -32601),
        (ask("record.get"), -32602),
        (ask("record.get", id="N-0001", nonsense=1), -32602),
        (ask("record.get", id=1e300), -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"record.list","params":{"kind":"entry","limit":99999999999999999999999}}\n', None),
    ]
    with Daemon(build, [PLUGINS]) as daemon:
        good = daemon.connect()
        add(good, 1)
        for data, code in lines:
            answers = raw(daemon, data)
            assert answers and "error" in answers[0], f"{data[:80]!r} was answered {answers}"
            if code is not None:
                assert answers[0]["error"]["code"] == code, f"{data[:80]!r} was answered {answers}"
            assert answers[0]["error"]["message"], answers
            assert good.call("record.get", id="N-0001")["version"] == 1


def test_a_line_without_end_ends_its_own_connection(build):
    with Daemon(build, [PLUGINS]) as daemon:
        good = daemon.connect()
        add(good, 1)
        answers = raw(daemon, b'{"jsonrpc":"2.0","id":1,"method":"record.get","params":{"id":"' + b"x" * (2 << 20))
        assert not answers or "error" in answers[0], answers
        assert good.call("record.get", id="N-0001")["version"] == 1
        for _ in range(20):  # and it is not kept anywhere
            raw(daemon, b"x" * (2 << 20))
        with open(f"/proc/{daemon.process.pid}/status", encoding="utf-8") as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        assert resident < 600 << 10, f"{resident} KiB resident"


def test_bad_values_name_the_field(build):
    with Daemon(build, [PLUGINS]) as daemon:
        connection = daemon.connect()
        add(connection, 1)
        for fields, name in [({"sum": 1 << 60}, "sum"), ({"sum": "许多"}, "sum"), ({"count": "二季度"}, "count"),
                             ({"count": 1.5}, "count"), ({"nonsense": 1}, None), ({"code": None}, "code"),
                             ({"count": 2000000}, "count"), ({"text": "x" * (1 << 18)}, "text")]:
            try:
                answer = connection.call("record.update", id="N-0001", fields=fields)
                raise AssertionError(f"{str(fields)[:60]} was taken: {answer}")
            except Refused as refusal:
                data = refusal.error["data"]
                assert refusal.error["message"] and refusal.code in ("invalid", "refused", "too_large", -32602), refusal
                assert name is None or data.get("field") in (name, "fields"), f"{fields} names {data}"
        assert connection.call("record.get", id="N-0001")["version"] == 1


def test_a_write_that_nobody_can_hear_of_is_refused(build):
    with Daemon(build, [PLUGINS]) as daemon:
        connection = daemon.connect()
        connection.socket.sendall(b'{"jsonrpc":"2.0","method":"record.create","params":'
                                  b'{"kind":"entry","title":"a","fields":{"code":"1"}}}\n')
        assert connection.call("record.count", kind="entry")["count"] == 0


def test_a_reader_that_never_reads_harms_nobody(build):
    with Daemon(build, [PLUGINS]) as daemon:
        good = daemon.connect()
        for number in range(50):
            add(good, number, text="字" * 500)
        slow = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        slow.connect(daemon.socket)
        slow.setblocking(False)
        line = ask("record.list", kind="entry", limit=1000)
        for _ in range(2000):
            try:
                slow.send(line)
            except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                break
        for _ in range(200):
            good.call("record.get", id="N-0001")
        slow.close()


# ---- bad plugins ----

def copy_plugins(daemon):
    folder = os.path.join(daemon.folder, "plugins")
    shutil.copytree(PLUGINS, folder)
    daemon.plugins = [folder]
    return folder


def write_guard(folder, body):
    path = os.path.join(folder, "ledger", "init.lua")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert GUARD in text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(GUARD, body))


def test_a_plugin_that_does_not_load_leaves_the_running_set(build):
    daemon = Daemon(build, [])
    folder = copy_plugins(daemon)
    with daemon:
        connection = daemon.connect()
        add(connection, 1)
        before = connection.call("plugin.list")["set"]
        with open(os.path.join(folder, "ledger", "init.lua"), "a", encoding="utf-8") as file:
            file.write("\nthis is not Lua\n")
        try:
            connection.call("plugin.reload")
            raise AssertionError("a plugin with a syntax error was loaded")
        except Refused as refusal:
            assert "init.lua:" in json.dumps(refusal.error, ensure_ascii=False), refusal.error
        add(connection, 2)
        assert connection.call("plugin.list")["set"] == before


def test_a_guard_that_never_returns_harms_nobody_else(build):
    daemon = Daemon(build, [])
    folder = copy_plugins(daemon)
    shutil.copytree(os.path.join(ROOT, "tests", "plugins", "loop"), os.path.join(folder, "loop"))
    with daemon:
        connections = [daemon.connect() for _ in range(64)]
        for number, connection in enumerate(connections):
            add(connection, number)
        bad = daemon.connect()
        asked = [bad.send("record.create", kind="loop", title="x", fields={}) for _ in range(3)]
        for turn in range(10):
            numbers = [connection.send("record.update", id=f"N-{number + 1:04}", fields={"count": turn})
                       for number, connection in enumerate(connections)]
            for connection, number in zip(connections, numbers):
                connection.answer(number)
        for number in asked:
            try:
                raise AssertionError(f"it was let through: {bad.answer(number)}")
            except Refused as refusal:
                assert refusal.code in ("budget", "plugin_fault"), refusal
        faults = {plugin["name"]: plugin for plugin in connections[0].call("plugin.list")["plugins"]}
        assert faults["loop"]["faults"] >= 1, faults
        assert connections[0].call("record.count", kind="loop")["count"] == 0
        connections[0].call("journal.verify")


GUARD = 'if new.count and new.count > 1000000 then return luodi.refuse("count", "个数 %d 太大", new.count) end'
BROKEN = {"it fails": "local none; return none.count", "it never ends": "while true do end", "it answers nonsense": "return 7"}


def test_a_broken_guard_refuses_a_hundred_times(build):
    for why, body in BROKEN.items():
        daemon = Daemon(build, [])
        write_guard(copy_plugins(daemon), body)
        with daemon:
            connection = daemon.connect()
            for number in range(34):  # set aside after the first three, which opens no door either
                refusal = expect_refused("plugin_fault", add, connection, number)
                assert "--override-guard" in refusal.error["data"]["hint"], (why, refusal.error)
            assert connection.call("server.status")["seq"] == 0, why


def test_an_admin_may_let_pass_what_a_broken_guard_can_not_judge_and_it_is_an_event(build):
    for why, body in BROKEN.items():
        daemon = Daemon(build, [])
        folder = copy_plugins(daemon)
        with daemon:
            connection = daemon.connect()
            add(connection, 1)
            write_guard(folder, body)
            connection.call("plugin.reload")
            for turn in range(5):  # the guard's plugin is set aside from the fourth on
                answer = connection.call("record.update", id="N-0001", fields={"count": turn}, override_guard="当天要上报")
                assert any("个数不过百万" in warning for warning in answer["warnings"]), (why, answer)
            connection.call("record.move", id="N-0001", to="closed", override_guard="也要上报")
            events = connection.call("record.history", id="N-0001")["events"]
            assert [event["action"] for event in events] == ["create"] + ["update", "override"] * 5 + ["move", "override"], events
            assert events[2]["batch"] == events[1]["batch"], events
            for word in ("个数不过百万", "当天要上报"):
                assert word in events[2]["note"], (why, events[2])
            connection.call("batch.undo", batch=events[1]["batch"], confirm=True)
            events = connection.call("record.history", id="N-0001")["events"]
            assert events[1]["void"] and not events[2]["void"], "what was let pass can be taken back, that it was can not"
            expect_refused("refused", connection.call, "event.correct", seq=events[2]["seq"], void=True)
            connection.call("record.create", kind="entry", title="第 2", fields={"code": "2"}, override_guard="新的")
            connection.call("record.drop", id="N-0002", override_guard="录错了")
            assert [event["action"] for event in connection.call("record.history", id="N-0002", as_of="2000-01-01")["events"]
                    ] == ["create", "override", "drop", "override"]
            expect_refused("invalid", connection.call, "record.update", id="N-0001", fields={"count": 9}, override_guard="")
            connection.call("journal.verify")


def test_a_guard_that_answers_is_not_overridden_and_only_an_admin_may(build):
    daemon = Daemon(build, [])
    folder = copy_plugins(daemon)
    with daemon:
        connection = daemon.connect()
        add(connection, 1)
        refusal = expect_refused("refused", connection.call, "record.update", id="N-0001", fields={"count": 2000000},
                                 override_guard="非写不可")
        assert refusal.error["data"]["field"] == "count", refusal.error
        answer = connection.call("record.update", id="N-0001", fields={"count": 2}, override_guard="以防万一")
        assert len(answer["warnings"]) == 1, answer
        assert [event["action"] for event in connection.call("record.history", id="N-0001")["events"]] == ["create", "update"]
        connection.close()
        daemon.stop()
        write_guard(folder, BROKEN["it fails"])
        config = os.path.join(daemon.folder, "luodid.lua")
        with open(config, "w", encoding="utf-8") as file:
            file.write('return { roles = { { user = "root", role = "leader" } } }\n')
        daemon.arguments = ["--config", config]
        if os.geteuid() != 0:
            raise Skip("not root")
        daemon.start()
        refusal = expect_refused("forbidden", daemon.connect().call, "record.update", id="N-0001", fields={"count": 3},
                                 override_guard="我说可以")
        assert refusal.error["data"]["field"] == "override_guard", refusal.error


def test_a_host_that_is_killed_is_replaced(build):
    with Daemon(build, [PLUGINS]) as daemon:
        connection = daemon.connect()
        add(connection, 1)
        children = subprocess.run(["ps", "--ppid", str(daemon.process.pid), "-o", "pid="], stdout=subprocess.PIPE, check=False)
        hosts = [int(word) for word in children.stdout.split()]
        if not hosts:
            raise Skip("no ps here")
        for turn in range(5):
            for host in hosts:
                try:
                    os.kill(host, 9)
                except ProcessLookupError:
                    pass
            connection.call("record.update", id="N-0001", fields={"count": turn})
            children = subprocess.run(["ps", "--ppid", str(daemon.process.pid), "-o", "pid="], stdout=subprocess.PIPE, check=False)
            hosts = [int(word) for word in children.stdout.split()]
        assert connection.call("record.get", id="N-0001")["version"] == 6


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    failed = skipped = passed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (options.names and name[5:] not in options.names):
            continue
        try:
            test(options.build)
            passed += 1
            print(f"ok      {name[5:]}", flush=True)
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
