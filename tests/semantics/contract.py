#!/usr/bin/env python3
"""The contract of the interface: JSON-RPC, errors, versions, keys; and the client's exit statuses."""
import json
import os
import subprocess
import threading
import time

import semantics
from semantics import PLUGINS, Case, Refused, main


class Rpc(Case):
    def ask(self, *requests):
        return self.raw(json.dumps(requests[0] if len(requests) == 1 else list(requests)))

    def test_ids_are_echoed(self):
        for number in (1, 0, -7, "abc", "", "七"):
            answer = self.ask({"jsonrpc": "2.0", "id": number, "method": "server.status"})
            self.assertEqual((answer["jsonrpc"], answer["id"]), ("2.0", number))

    def test_the_numbers_of_errors(self):
        answer = self.ask({"jsonrpc": "2.0", "id": 1, "method": "record.gat", "params": {}})
        self.assertEqual(answer["error"]["code"], -32601)
        self.assertIn("record.get", json.dumps(answer["error"], ensure_ascii=False))
        answer = self.ask({"jsonrpc": "2.0", "id": 1, "method": "record.list", "params": {"kind": "work", "fliter": "open"}})
        self.assertEqual((answer["error"]["code"], answer["error"]["data"]["field"]), (-32602, "fliter"))
        self.assertIn("filter", answer["error"]["message"] + answer["error"]["data"].get("hint", ""))
        answer = self.ask({"jsonrpc": "2.0", "id": 1, "method": "record.list", "params": {}})
        self.assertEqual((answer["error"]["code"], answer["error"]["data"]["field"]), (-32602, "kind"))
        answer = self.ask({"jsonrpc": "2.0", "id": 1, "method": "record.list", "params": {"kind": "work", "limit": "all"}})
        self.assertEqual((answer["error"]["code"], answer["error"]["data"]["field"]), (-32602, "limit"))
        answer = self.ask({"jsonrpc": "2.0", "id": 1, "method": "record.list", "params": ["work"]})
        self.assertEqual(answer["error"]["code"], -32602)
        answer = self.raw('{"jsonrpc":"2.0","id":1,"method":')
        self.assertEqual((answer["error"]["code"], answer["id"]), (-32700, None))
        self.assertIn("position", answer["error"]["data"])
        answer = self.ask({"jsonrpc": "2.0", "id": 1, "method": "record.get", "params": {"id": "W-0001"}})
        self.assertEqual((answer["error"]["code"], answer["error"]["data"]["code"]), (-32000, "not_found"))
        answer = self.ask({"id": 1, "method": "server.status"})
        self.assertEqual(answer["error"]["code"], -32600)

    def test_the_connection_lives_on_after_bad_lines(self):
        for line in ("", "null", "[]", "{}", "[1,2]", '{"jsonrpc":"2.0","id":{},"method":"server.status"}', "\x00", '"\\ud800"'):
            if line:
                self.assertIn("error", json.dumps(self.raw(line)))
        self.assertIn("seq", self.call("server.status"))

    def test_a_batch_is_answered_by_one_array(self):
        answers = self.ask({"jsonrpc": "2.0", "id": 1, "method": "record.create", "params": {"kind": "work", "title": "甲"}},
                           {"jsonrpc": "2.0", "id": 2, "method": "record.nothing"},
                           {"jsonrpc": "2.0", "id": 3, "method": "record.create", "params": {"kind": "work", "title": "乙"}},
                           17)
        self.assertEqual({answer["id"] for answer in answers}, {1, 2, 3, None})
        results = {answer["id"]: answer for answer in answers}
        self.assertEqual({results[1]["result"]["id"], results[3]["result"]["id"]}, {"W-0001", "W-0002"})
        self.assertEqual((results[2]["error"]["code"], results[None]["error"]["code"]), (-32601, -32600))

    def test_a_write_as_a_notification_is_refused(self):
        answer = self.ask({"jsonrpc": "2.0", "method": "record.create", "params": {"kind": "work", "title": "甲"}})
        self.assertIn("error", answer)
        self.assertEqual(self.seq(), 0)

    def test_discover_tells_every_method_and_parameter(self):
        document = self.call("rpc.discover")
        methods = {method["name"]: {param["name"] for param in method["params"]} for method in document["methods"]}
        for name, params in {"record.list": "kind filter columns sort limit offset sum as_of known known_seq min_seq",
                             "record.count": "kind filter by sum", "record.get": "id",
                             "record.create": "kind title fields stage entered on note request_key dry_run if_version confirm",
                             "record.update": "id fields", "record.move": "id to fields", "record.note": "id text", "record.drop": "id",
                             "record.history": "id", "record.diff": "kind from to filter known_to", "batch.undo": "batch",
                             "event.correct": "seq fields on void all", "figure.get": "names period",
                             "figure.explain": "name period", "import.begin": "kind map key on header",
                             "import.rows": "import rows", "import.preview": "import", "import.commit": "import seq",
                             "export.run": "name format args", "server.status": ""}.items():
            self.assertLessEqual(set(params.split()), methods[name], name)

    def test_a_filter_error_points_at_its_column(self):
        error = self.refused("record.list", code="invalid", kind="work", filter="阶段=签约 计划总投自>=1亿")
        data = error["data"]
        self.assertEqual((data["position"], data["length"]), (10, 10))  # counted from 0, a character is two columns
        self.assertIn("计划总投资", error["message"] + data.get("hint", ""))

    def test_lists_page(self):
        for number in range(7):
            self.create("work", f"甲{number}")
        answer = self.call("record.list", kind="work", limit=3)
        self.assertEqual((answer["total"], len(answer["records"]), answer["next"]), (7, 3, 3))
        answer = self.call("record.list", kind="work", limit=3, offset=6)
        self.assertEqual((answer["total"], len(answer["records"]), answer["next"]), (7, 1, None))
        self.refused("record.list", code="invalid", kind="work", limit=1001)

    def test_a_record_has_its_shape(self):
        firm = self.create("firm", "甲公司")
        work = self.create("work", "甲", firm=firm, planned="1亿")
        record = self.get(work)
        for name in ("id", "kind", "title", "stage", "stage_since", "light", "stale", "version", "fields", "refs", "referred_by"):
            self.assertIn(name, record)
        self.assertEqual((record["kind"], record["stage"], record["stale"], record["version"]), ("work", "clue", [], 1))
        self.assertEqual([(ref["field"], ref["id"]) for ref in record["refs"]], [("firm", firm)])
        self.assertEqual([(ref["field"], ref["id"]) for ref in self.get(firm)["referred_by"]], [("firm", work)])
        event = self.events(work)[0]
        for name in ("seq", "recorded_at", "effective_on", "actor", "action", "changes", "note", "batch", "hash", "void"):
            self.assertIn(name, event)
        write = self.update(work, people=1)
        for name in ("id", "version", "batch", "changes", "skipped", "warnings", "lights", "figures"):
            self.assertIn(name, write)
        self.assertEqual((write["version"], write["changes"]), (2, {"people": [None, 1]}))


class Writes(Case):
    def test_the_same_key_gives_the_first_answer_and_writes_nothing(self):
        params = {"kind": "work", "title": "甲", "request_key": "键-1"}
        first = self.call("record.create", **params)
        self.assertEqual(self.call("record.create", **params), first)
        self.restart()
        self.assertEqual(self.call("record.create", **params), first)
        self.assertEqual(self.listed(""), ["W-0001"])
        self.refused("record.create", code="invalid", **dict(params, title="乙"))
        self.refused("record.update", code="invalid", id="W-0001", fields={"people": 1}, request_key="键-1")
        self.assertEqual(self.call("outcome.get", key="键-1")["id"], "W-0001")
        self.refused("outcome.get", code="not_found", key="键-2")

    def test_a_refused_write_keeps_no_key(self):
        self.refused("record.create", kind="work", title="甲", stage="signed", request_key="键")
        self.call("record.create", kind="work", title="甲", request_key="键")

    def test_somebody_elses_change_is_a_conflict(self):
        work = self.create("work", "甲", planned="1.6亿")
        self.call("record.update", id=work, fields={"planned": "1.75亿"}, note="按补充协议", if_version=1)
        error = self.refused("record.update", code="conflict", id=work, fields={"planned": "1.9亿"}, if_version=1)
        self.refused("record.update", code="invalid", id=work, fields={"planned": "1.9亿"}, if_version=0)
        theirs = error["data"]["theirs"]
        self.assertEqual(len(theirs), 1)
        self.assertEqual((theirs[0]["field"], theirs[0]["note"], theirs[0]["version"]), ("planned", "按补充协议", 2))
        self.assertIn("1.6", theirs[0]["from"])
        self.assertIn("1.75", theirs[0]["to"])
        for name in ("seq", "recorded_at", "actor", "batch"):
            self.assertTrue(theirs[0][name], name)
        self.assertEqual(self.get(work)["fields"]["planned"], 17500000000)
        self.call("record.update", id=work, fields={"planned": "1.9亿"}, if_version=2)

    def test_a_conflict_tells_the_version_that_each_change_made(self):
        work = self.create("work", "甲", planned="1亿")
        first = self.update(work, planned="2亿")
        undone = self.update(work, people=9)
        self.call("batch.undo", batch=undone["batch"])
        second = self.update(work, people=5)
        now = self.call("record.note", id=work, text="来访")["version"]
        error = self.refused("record.update", code="conflict", id=work, fields={"planned": "3亿"}, if_version=1)
        self.assertEqual([(one["field"], one["version"]) for one in error["data"]["theirs"]],
                         [("planned", first["version"]), ("people", second["version"])])
        self.assertLess(second["version"], now)
        self.assertEqual(error["data"]["version"], now)
        error = self.refused("record.update", code="conflict", id=work, fields={"planned": "3亿"}, if_version=undone["version"])
        self.assertEqual([(one["field"], one["version"]) for one in error["data"]["theirs"]], [("people", second["version"])])
        _, err = self.luodi("set", work, "planned=3亿", "--if-version", "1", status=6)
        self.assertIn(f"--if-version {now}", err)  # what came last, the note, is no field: it counts all the same

    def test_a_refused_move_tells_the_field_and_what_it_would_skip(self):
        work = self.create("work", "甲", planned="1亿")
        data = self.refused("record.move", id=work, to="landed", fields={"paid": "2亿"})["data"]
        self.assertEqual((data["field"], data["field_title"]), ("paid", "到位资金"))
        self.assertEqual((data["skipped"], data["skipped_titles"]), (["signed"], ["签约"]))
        self.assertNotIn("skipped", self.refused("record.update", id=work, fields={"paid": "2亿"})["data"])
        error = self.refused("record.move", id=work, to="landed", on="2023-01-01")  # refused before its kind is known
        self.assertNotIn("field_title", error["data"])
        _, err = self.luodi("move", work, "落地", "到位资金=2亿", status=1)
        self.assertIn(f"  补一样再移：luodi set {work} 到位资金=…，然后 luodi move {work} 落地 到位资金=2亿\n", err)
        self.assertIn("  届时跳过 1 个阶段：签约，会记在经过里\n", err)

    def test_asked_again_three_times_it_is_busy_and_a_conflict_only_for_who_named_a_version(self):
        folder = os.path.join(self.daemon.folder, "more")
        os.makedirs(os.path.join(folder, "looking"))
        self.file("more/looking/init.lua", """local luodi = require "luodi"
luodi.guard { name = "looks_at_works", on = "firm", check = function(new, old) if old then new:referring("work", "people>0") end end }
""")
        self.daemon.plugins = [PLUGINS, folder]
        self.restart()
        firm = self.create("firm", "甲公司")
        works = [self.create("work", f"甲{number}", firm=firm) for number in range(16)]
        other = self.daemon.connect()
        self.addCleanup(other.close)
        ended = threading.Event()

        def write():
            while not ended.is_set():
                for _ in other.call_many([("record.note", {"id": work, "text": "旁边写的"}) for work in works]):
                    pass

        thread = threading.Thread(target=write)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(ended.set)
        for code, version in (("busy", {}), ("conflict", {"if_version": self.get(firm)["version"]})):
            error, deadline = None, time.monotonic() + 60
            while error is None and time.monotonic() < deadline:  # now and then one gets through
                if version:
                    version["if_version"] = self.get(firm)["version"]
                try:
                    self.call("record.update", id=firm, fields={"region": str(time.monotonic())}, **version)
                except Refused as refusal:
                    error = refusal.error
            self.assertIsNotNone(error)
            self.assertEqual(error["data"]["code"], code, error)
            self.assertEqual(error["data"].get("retry_after"), 1 if code == "busy" else None)
            self.assertNotIn("theirs", error["data"])

    def test_nothing_changed_writes_nothing(self):
        work = self.create("work", "甲", people=3)
        answer = self.update(work, people=3)
        self.assertEqual((answer["batch"], answer["changes"], answer["version"]), (None, {}, 1))
        self.assertTrue(answer["warnings"])
        self.assertEqual(self.seq(), 1)

    def test_dry_runs_write_nothing(self):
        work = self.create("work", "甲", planned="1亿")
        seq = self.seq()
        for method, params in (("record.create", {"kind": "work", "title": "乙"}), ("record.update", {"id": work, "fields": {"people": 1}}),
                               ("record.move", {"id": work, "to": "signed"}), ("record.note", {"id": work, "text": "来访"}),
                               ("record.drop", {"id": work}), ("event.correct", {"seq": seq, "fields": {"people": 2}}),
                               ("batch.undo", {"batch": 1})):
            answer = self.call(method, dry_run=True, **params)
            self.assertIs(answer["dry_run"], True, method)
            self.assertEqual(self.seq(), seq, method)
        self.assertEqual(self.get(work)["version"], 1)

    def test_unknown_fields_name_the_nearest(self):
        work = self.create("work", "甲")
        error = self.refused("record.update", code="invalid", id=work, fields={"planed": "1亿"})
        self.assertEqual(error["data"]["field"], "planed")
        self.assertIn("planned", error["message"] + error["data"].get("hint", ""))
        error = self.refused("record.move", code="invalid", id=work, to="签月")
        self.assertIn("签约", error["message"] + error["data"].get("hint", ""))
        error = self.refused("record.create", code="invalid", kind="wrok", title="甲")
        self.assertIn("work", error["message"] + error["data"].get("hint", ""))

    def test_a_name_of_several_is_ambiguous(self):
        for title in ("易发式变压器", "易发式试验站"):
            self.create("work", title)
        error = self.refused("record.get", code="ambiguous", id="易发式")
        self.assertEqual([candidate["id"] for candidate in error["data"]["candidates"]], ["W-0001", "W-0002"])
        self.assertEqual(self.get("试验站")["id"], "W-0002")

    def test_a_guard_warns_until_a_note_says_why(self):
        work = self.create("work", "甲", planned="1亿", permit="证", urgent=True)
        self.move(work, "signed")
        self.move(work, "building")
        error = self.refused("record.move", id=work, to="finished")
        self.assertEqual(error["data"]["field"], "urgent")
        self.move(work, "finished", note="已核对")
        self.assertEqual(self.events(work)[-1]["note"], "已核对")


class Client(Case):
    def test_exit_statuses(self):
        work = self.luodi_json("add", "work", "名称=甲", "planned=1亿")["id"]
        self.assertEqual(work, "W-0001")
        self.luodi("list", "work")
        self.luodi("set", work, "paid=2亿", status=1)           # refused
        self.luodi("list", "work", "阶段=签月", status=2)        # wrong usage
        self.luodi("nothing", status=2)
        self.luodi("show", "W-0009", status=3)                  # not found
        self.luodi("set", work, "people=1", "--if-version", "7", status=6)
        self.luodi("set", work, "people=1")
        self.luodi("set", work, "people=2", "--if-version", "1", status=6)

    def test_exit_4_without_a_daemon(self):
        done = subprocess.run([os.path.join(semantics.BUILD, "luodi"), "-S", self.daemon.folder + "/none", "list", "work"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn("连不上", done.stderr.decode())

    def test_what_asks_first_never_waits(self):
        work = self.create("work", "甲", on="2022-01-05")
        update = self.update(work, people=1)
        for words in (("undo", str(update["batch"])), ("correct", str(update["first_seq"]), "--void"), ("drop", work)):
            self.luodi(*words, status=2)
        self.assertEqual(self.seq(), update["seq"])
        self.luodi("undo", str(update["batch"]), "--yes")
        self.assertIsNone(self.get(work)["fields"]["people"])

    def test_json_is_the_methods_result(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        for words, method, params in ((("show", work), "record.get", {"id": work}), (("history", work), "record.history", {"id": work}),
                                      (("count", "work", "--by", "stage", "--sum", "planned"), "record.count",
                                       {"kind": "work", "by": "stage", "sum": "planned"}),
                                      (("figure", "start_rate", "--period", "2022H1"), "figure.get",
                                       {"names": ["start_rate"], "period": "2022H1"})):
            self.assertEqual(self.luodi_json(*words), self.call(method, **params), words)
        self.assertEqual(self.luodi_json("rpc", "record.get", json.dumps({"id": work})), self.get(work))

    def test_errors_go_to_stderr_and_say_what_to_do(self):
        out, err = self.luodi("show", "W-0009", status=3)
        self.assertEqual(out, "")
        self.assertTrue(err.startswith("没找到"), err)
        work = self.create("work", "甲", stage="landed")
        out, err = self.luodi("move", work, "在建", status=1)
        self.assertTrue(err.startswith("拒绝"), err)
        self.assertIn("许可证", err)

    def test_a_filter_written_to_a_file_is_caught(self):
        path = os.path.join(self.daemon.folder, "=1亿")
        with open(path, "wb") as out:
            done = subprocess.run([os.path.join(semantics.BUILD, "luodi"), "-S", self.daemon.socket, "list", "work", "planned"],
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, 2, done.stderr.decode())

    def test_options_may_stand_anywhere(self):
        work = self.create("work", "甲", on="2022-01-05")
        self.assertEqual(self.luodi("--as-of", "2022-02-01", "show", work)[0], self.luodi("show", work, "--as-of", "2022-02-01")[0])
        self.luodi("show", work, "--as-off", "2022-02-01", status=2)


class Refusals(Case):
    def test_the_daemon_keeps_to_its_folder(self):
        other = subprocess.run(self.daemon.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               timeout=60, check=False)
        self.assertEqual(other.returncode, 75, other.stderr.decode())
        other = subprocess.run([*self.daemon.command(), "--nothing"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(other.returncode, 2)

    def test_today_is_refused_on_a_folder_of_the_real_clock(self):
        self.create("work", "甲")
        self.connection.close()
        self.daemon.stop()
        today, self.daemon.today = self.daemon.today, None
        with self.assertRaises(RuntimeError):
            self.daemon.start()  # and the other way round
        self.daemon.today = today
        self.daemon.start()
        self.connection = self.daemon.connect()
        self.assertEqual(self.listed(""), ["W-0001"])
        with self.assertRaises(Refused):
            self.get("W-0009")


if __name__ == "__main__":
    main()
