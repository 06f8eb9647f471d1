#!/usr/bin/env python3
"""Rules 10 and 29: batches of many transactions, and imports, through the client and through the methods."""
import csv
import threading
import time

from semantics import Case, main

HEADER = ["项目编码", "工程名称", "总投资", "到位", "签约日期", "落地日期", "类型", "投资人", "许可", "填报日", "说明"]


def row(code, title=None, **cells):
    names = {"planned": 2, "paid": 3, "signed": 4, "landed": 5, "sort": 6, "firm": 7, "permit": 8, "due": 9, "remark": 10}
    line = [code, title] + [None] * 9
    for name, value in cells.items():
        line[names[name]] = value
    return line


class Importing(Case):
    def begin(self, rows, header=HEADER, **params):
        params.setdefault("map", "ledger")
        number = self.call("import.begin", kind="work", header=header, **params)["import"]
        for first in range(0, len(rows), 1000):
            self.call("import.rows", **{"import": number}, rows=rows[first:first + 1000])
        return number

    def preview(self, rows, **params):
        number = self.begin(rows, **params)
        return number, self.call("import.preview", **{"import": number})

    def commit(self, rows, **params):
        number, preview = self.preview(rows, **params)
        return self.call("import.commit", **{"import": number}, seq=preview["preview_seq"])


class Import(Importing):
    def test_29_added_changed_unchanged(self):
        self.create("work", "甲", on="2022-01-05", code="A1", planned="1亿")
        self.create("work", "乙", on="2022-01-05", code="A2", planned="2亿")
        answer = self.commit([row("A1", "甲", planned="1"), row("A2", "乙", planned="3"), row("A3", "丙", planned="4")])
        self.assertEqual((answer["added"], answer["changed"], answer["unchanged"], answer["refused"]), (1, 1, 1, []))
        self.assertIsInstance(answer["batch"], int)
        self.assertEqual(self.get("W-0002")["fields"]["planned"], 30000000000)  # the column's own unit
        self.assertEqual(self.get("W-0003")["fields"]["planned"], 40000000000)
        self.call("batch.undo", batch=answer["batch"])
        self.assertFalse(self.there("W-0003"))
        self.assertEqual(self.get("W-0002")["fields"]["planned"], 20000000000)

    def test_29_compared_with_the_state_on_its_own_day(self):
        work = self.create("work", "甲", on="2022-01-05", code="A1", planned="1亿")
        self.update(work, on="2022-06-01", planned="2亿")
        answer = self.commit([row("A1", "甲", planned="1")], on="2022-03-01")
        self.assertEqual((answer["changed"], answer["unchanged"]), (0, 1))  # in March it was so
        answer = self.commit([row("A1", "甲", planned="2")], on="2022-03-01")
        self.assertEqual((answer["changed"], answer["unchanged"]), (1, 0))
        self.assertEqual(self.get(work, as_of="2022-03-01")["fields"]["planned"], 20000000000)

    def test_29_the_day_may_be_a_column(self):
        answer = self.commit([row("A1", "甲", due="2022-03-01"), row("A2", "乙", due="2022-05-01")], on="due_on")
        self.assertEqual(answer["added"], 2)
        self.assertFalse(self.there("W-0001", as_of="2022-02-28"))
        self.assertTrue(self.there("W-0001", as_of="2022-03-01"))
        answer = self.commit([row("A3", "丙"), row("A4", "丁", due="2022-12-01"), row("A5", "戊", due="2022-04-01")], on="due_on")
        self.assertEqual(answer["added"], 1)
        self.assertEqual(sorted(refused["row"] for refused in answer["refused"]), [1, 2])

    def test_29_rows_go_in_by_day_then_row(self):
        self.commit([row("A1", "甲", remark="五月", due="2022-05-01"), row("A1", "甲", remark="三月", due="2022-03-01"),
                     row("A1", "甲", remark="四月", due="2022-04-01")], on="due_on")
        self.assertEqual(self.listed(""), ["W-0001"])
        self.assertEqual([self.get("W-0001", as_of=day)["fields"]["remark"] for day in ("2022-03-15", "2022-04-15", "2022-05-15")],
                         ["三月", "四月", "五月"])

    def test_29_reached_columns_become_moves_on_their_days(self):
        answer = self.commit([row("A1", "甲", planned="1", signed="2022-02-01", landed="2022-03-01")], on="2022-01-10")
        self.assertEqual(answer["added"], 1, answer)
        self.assertEqual(self.get("W-0001")["stage"], "landed")
        self.assertEqual(self.get("W-0001")["reached"]["signed"], "2022-02-01")
        self.assertEqual(self.get("W-0001", as_of="2022-02-15")["stage"], "signed")
        answer = self.commit([row("A1", "甲", planned="1", signed="2022-02-01", landed="2022-03-01")])
        self.assertEqual((answer["changed"], answer["unchanged"]), (0, 1))  # again: nothing new

    def test_29_an_empty_cell_changes_nothing_unless_told(self):
        work = self.create("work", "甲", on="2022-01-05", code="A1", remark="有字")
        self.assertEqual(self.commit([row("A1", "甲")])["unchanged"], 1)
        self.assertEqual(self.get(work)["fields"]["remark"], "有字")
        self.assertEqual(self.commit([row("A1", "甲", remark="")])["unchanged"], 1)
        self.assertEqual(self.commit([row("A1", "甲")], clear_empty=True)["changed"], 1)
        self.assertIsNone(self.get(work)["fields"]["remark"])

    def test_29_missing_keys_are_listed_never_dropped(self):
        for code in ("A1", "A2", "A3"):
            self.create("work", code, on="2022-01-05", code=code)
        answer = self.commit([row("A2", "A2")])
        self.assertEqual(sorted(missing["id"] if isinstance(missing, dict) else missing for missing in answer["missing"]),
                         ["W-0001", "W-0003"])
        self.assertEqual(answer["missing_total"], 2)
        self.assertEqual(len(self.listed("")), 3)
        # a row that is refused, for a cell or for its day, is in the file all the same
        answer = self.commit([row("A1", "A1", planned="约1亿", due="2022-03-01"), row("A2", "A2", due="2022-12-01")], on="due_on")
        self.assertEqual((answer["refused_count"], answer["missing"], answer["missing_total"]), (2, ["W-0003"], 1))

    def test_29_a_row_with_a_refused_cell_is_not_written(self):
        answer = self.commit([row("A1", "甲", planned="约1亿", remark="写不进"), row("A2", "乙", due="二季度"), row("A3", "丙"),
                              row("A4", "丁", sort="桥梁"), row("A5", "戊", firm="没有这家")])
        self.assertEqual((answer["added"], answer["refused_count"]), (1, 4))
        refused = {one["row"]: one for one in answer["refused"]}
        self.assertEqual(sorted(refused), [1, 2, 4, 5])
        self.assertEqual((refused[1]["column"], refused[1]["column_name"], refused[1]["value"]), (3, "总投资", "约1亿"))
        self.assertTrue(all(one["reason"] for one in refused.values()))
        self.assertEqual(self.listed(""), ["W-0001"])

    def test_29_values_of_the_mapping(self):
        self.create("firm", "甲公司", on="2022-01-05")
        self.commit([row("A1", "甲", sort="公路", firm="甲公司"), row("A2", "乙", sort="住宅", firm="F-0001")])
        self.assertEqual([self.get(work)["fields"]["sort"] for work in ("W-0001", "W-0002")], ["road", "house"])
        self.assertEqual([self.get(work)["fields"]["firm"] for work in ("W-0001", "W-0002")], ["F-0001", "F-0001"])

    def test_29_the_key_is_found_as_unique_compares(self):
        self.create("work", "甲", on="2022-01-05", code="A 01")
        answer = self.commit([row("Ａ０１", "甲", remark="改")])
        self.assertEqual((answer["added"], answer["changed"]), (0, 1))
        answer = self.commit([row("", "没有编码"), row(None, "也没有")])
        self.assertEqual((answer["added"], answer["refused_count"]), (0, 2))

    def test_29_guards_and_flows_refuse_a_row(self):
        answer = self.commit([row("A1", "甲", planned="0.0001", paid="500"), row("A2", "乙", signed="2022-02-01")], on="2022-01-05")
        self.assertEqual(answer["added"], 0)
        self.assertEqual(sorted(one["row"] for one in answer["refused"]), [1, 2])

    def test_29_a_preview_that_no_longer_holds_conflicts(self):
        self.create("work", "甲", on="2022-01-05", code="A1")
        number, preview = self.preview([row("A1", "甲", remark="改")])
        self.assertIsNone(preview["batch"])
        self.update("W-0001", remark="别人改了")
        self.refused("import.commit", code="conflict", **{"import": number}, seq=preview["preview_seq"])
        self.assertEqual(self.get("W-0001")["fields"]["remark"], "别人改了")

    def test_29_strict_is_all_or_nothing(self):
        before = self.seq()
        number = self.begin([row("A1", "甲"), row("A2", "乙", planned="约")], strict=True)
        preview = self.call("import.preview", **{"import": number})
        self.assertEqual(preview["refused_count"], 1)
        self.refused("import.commit", **{"import": number}, seq=preview["preview_seq"])
        self.assertEqual(self.seq(), before)
        self.assertEqual(self.listed(""), [])

    def test_29_unknown_things_are_refused(self):
        self.refused("import.begin", code="invalid", kind="work", header=HEADER, map="nothing")
        self.refused("import.begin", code="invalid", kind="work", header=HEADER, key="nothing")
        self.refused("import.rows", code="not_found", **{"import": 99}, rows=[])
        number = self.begin([])
        self.refused("import.rows", code="too_large", **{"import": number}, rows=[["A1"]] * 1001)

    def test_10_a_batch_may_span_many_transactions(self):
        rows = [row(f"B{number}", f"工程{number}", planned="1") for number in range(4500)]
        answer = self.commit(rows, on="2022-02-01")
        self.assertEqual((answer["added"], answer["refused"]), (4500, []))
        self.assertEqual(self.call("record.count", kind="work")["count"], 4500)
        batches = self.call("batch.list")["batches"]
        self.assertEqual((len(batches), batches[0]["events"]), (1, 4500))
        self.call("journal.verify")
        self.call("batch.undo", batch=answer["batch"])
        self.assertEqual(self.call("record.count", kind="work")["count"], 0)
        self.assertEqual(self.call("record.count", kind="work", known_seq=4500)["count"], 4500)

    def test_10_its_first_and_last_event_are_told_whoever_writes_beside_it(self):
        work = self.create("work", "别的", on="2022-01-05")
        other = self.daemon.connect()
        self.addCleanup(other.close)
        ended = threading.Event()

        def write():
            while not ended.is_set():
                other.call("record.note", id=work, text="旁边写的")

        thread = threading.Thread(target=write)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(ended.set)
        for number in range(3):
            answer = self.commit([row(f"A{number}.{n}", f"甲{number}.{n}") for n in range(400)])
            batch = self.call("batch.list", before=answer["batch"] + 1, limit=1)["batches"][0]
            self.assertEqual((answer["first_seq"], answer["last_seq"]), (batch["first_seq"], batch["last_seq"]))
            self.assertEqual([event["batch"] for name in (f"甲{number}.0", f"甲{number}.399") for event in self.events(name)],
                             [answer["batch"]] * 2)

    def test_10_nothing_to_write_opens_no_batch(self):
        first = self.commit([row("A1", "甲")])
        seq = self.seq()
        again = self.commit([row("A1", "甲")])
        self.assertEqual((again["batch"], again["first_seq"], again["last_seq"]), (None, None, None))
        self.assertEqual((again["unchanged"], self.seq()), (1, seq))
        self.assertEqual([batch["batch"] for batch in self.call("batch.list")["batches"]], [first["batch"]])
        refused = self.commit([row("A1", "甲", planned="很多")])
        self.assertEqual((refused["batch"], refused["refused_count"]), (None, 1))

    def test_04_an_entry_before_the_beginning_moves_it_earlier(self):
        work = self.create("work", "甲", on="2022-03-01", code="A1", planned="1亿")
        answer = self.commit([row("A1", "甲", signed="2022-02-01", landed="2022-04-01")])
        self.assertEqual((answer["changed"], answer["refused"]), (1, []))
        record = self.get(work)
        self.assertEqual((record["stage"], record["reached"]), ("landed", {"clue": "2022-02-01", "signed": "2022-02-01", "landed": "2022-04-01"}))
        self.assertEqual(self.get(work, as_of="2022-02-01")["fields"]["planned"], 10000000000)  # its first values reach back
        self.assertFalse(self.there(work, as_of="2022-01-31"))
        self.assertEqual(self.commit([row("A1", "甲", signed="2022-02-01", landed="2022-04-01")])["unchanged"], 1)
        self.call("batch.undo", batch=answer["batch"])
        self.assertEqual(self.get(work)["reached"], {"clue": "2022-03-01"})
        self.call("journal.verify")

    def test_04_one_that_began_half_way_began_with_the_files_first_stage(self):
        work = self.create("work", "甲", stage="landed", on="2022-03-01", code="A1", planned="1亿")
        self.update(work, on="2022-03-01", people=3)
        self.assertEqual(self.commit([row("A1", "甲", signed="2022-02-01")])["refused"], [])
        record = self.get(work)
        self.assertEqual((record["stage"], record["reached"]), ("landed", {"signed": "2022-02-01", "landed": "2022-03-01"}))
        self.assertEqual(self.get(work, as_of="2022-02-28")["stage"], "signed")
        self.assertEqual(record["fields"]["people"], 3)
        other = self.create("work", "乙", stage="landed", on="2022-03-01", code="A2", planned="1亿")
        self.assertEqual(self.commit([row("A2", "乙", signed="2022-02-01", landed="2022-03-05")])["refused"], [])
        self.assertEqual(self.get(other)["reached"], {"signed": "2022-02-01", "landed": "2022-03-05"})
        own = self.create("work", "丙", stage="signed", on="2022-03-01", code="A3", planned="1亿")
        self.assertEqual(self.commit([row("A3", "丙", signed="2022-02-01")])["refused"], [])
        self.assertEqual(self.get(own)["reached"], {"signed": "2022-02-01"})
        self.call("journal.verify")

    def test_29_a_commit_says_which_preview_it_was_held_against(self):
        number, preview = self.preview([row("A1", "甲")])
        self.create("work", "别的")
        answer = self.call("import.commit", **{"import": number}, seq=preview["preview_seq"])
        self.assertEqual((answer["preview_seq"], answer["first_seq"]), (preview["preview_seq"], 2))
        answer = self.call("import.commit", **{"import": self.begin([row("A2", "乙")])})
        self.assertEqual((answer["preview_seq"], answer["first_seq"]), (2, 3))

    def test_29_a_preview_of_an_empty_journal_is_held_against_too(self):
        number, preview = self.preview([row("A1", "甲")])
        self.assertEqual(preview["preview_seq"], 0)
        self.create("work", "甲", code="A1", planned="1亿")
        self.refused("import.commit", code="conflict", **{"import": number}, seq=0)

    def test_29_plugins_replaced_meanwhile_stop_it(self):
        number = self.begin([row("A1", "甲")])
        self.call("plugin.reload")
        self.refused("import.commit", code="conflict", **{"import": number})
        self.assertEqual(self.listed(""), [])

    def test_10_one_left_open_by_a_crash_is_voided_at_start_and_that_is_said(self):
        rows = [row(f"B{number}", f"工程{number}", planned="1") for number in range(20000)]
        self.create("work", "先有的", on="2022-01-05", code="B7", planned="5亿")
        number, preview = self.preview(rows, on="2022-02-01")
        self.connection.send("import.commit", **{"import": number}, seq=preview["preview_seq"])
        other, deadline = self.daemon.connect(), time.monotonic() + 60
        while other.call("server.status")["seq"] < 2100 and time.monotonic() < deadline:
            pass
        other.close()
        self.restart(kill=True)
        written = self.call("batch.list")["batches"]
        opened = next(batch for batch in written if batch["batch"] == 2)
        if not opened["undone_by"]:
            self.assertEqual(self.call("record.count", kind="work")["count"], 20000, written)  # it was quick enough
            return
        self.assertTrue(any("批次 2 上次没有写完就停了" in line for line in self.daemon.said), self.daemon.said)
        self.assertEqual(self.listed(""), ["W-0001"])
        self.assertEqual(self.get("W-0001")["fields"]["planned"], 50000000000)
        self.call("journal.verify")
        answer = self.commit(rows, on="2022-02-01")
        self.assertEqual((answer["added"], answer["changed"]), (19999, 1))
        self.assertGreater(int(self.call("record.find", word="工程19999")["records"][0]["id"][2:]), 20000)  # numbers are not used again
        # taken back as a whole, however long the plugins' side of it takes: longer here than a snapshot lives
        self.daemon.environment["LUODI_SNAPSHOT_MS"] = "800"
        self.restart()
        del self.daemon.environment["LUODI_SNAPSHOT_MS"]
        undone = self.call("batch.undo", batch=answer["batch"])
        self.assertEqual((undone["voided"], self.listed("")), (20000, ["W-0001"]))
        self.assertEqual(self.get("W-0001")["fields"]["planned"], 50000000000)
        self.call("journal.verify")


class ByClient(Case):
    def csv(self, *rows):
        path = self.file("台账.csv", "")
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *[[cell or "" for cell in line] for line in rows]])
        return path

    def test_29_it_asks_first_and_never_waits(self):
        path = self.csv(row("A1", "甲"))
        self.luodi("import", "work", path, "--map", "ledger", status=2)
        self.assertEqual(self.listed(""), [])
        self.luodi("import", "work", path, "--map", "ledger", "--dry-run")
        self.assertEqual(self.listed(""), [])
        self.luodi("import", "work", path, "--map", "ledger", "--yes")
        self.assertEqual(self.listed(""), ["W-0001"])

    def test_29_exit_1_if_any_was_refused(self):
        path = self.csv(row("A1", "甲"), row("A2", "乙", planned="约1亿"))
        out, err = self.luodi("import", "work", path, "--map", "ledger", "--yes", status=1)
        self.assertIn("约1亿", out + err)
        self.assertEqual(self.listed(""), ["W-0001"])

    def test_29_strict_and_rejects(self):
        path, rejects = self.csv(row("A1", "甲"), row("A2", "乙", planned="约1亿")), self.daemon.folder + "/rejects.csv"
        self.luodi("import", "work", path, "--map", "ledger", "--yes", "--strict", status=1)
        self.assertEqual(self.listed(""), [])
        self.luodi("import", "work", path, "--map", "ledger", "--yes", "--rejects", rejects, status=1)
        with open(rejects, encoding="utf-8-sig") as file:
            text = file.read()
        self.assertIn("约1亿", text)
        self.assertNotIn("A1", text)

    def test_29_gb18030_is_read(self):
        text = ",".join(HEADER) + "\r\nA1,镕鑫工程,1,,,,,,,,\r\n"
        path = self.file("gbk.csv", text.encode("gb18030"))
        self.luodi("import", "work", path, "--map", "ledger", "--yes", status=2)  # not guessed
        self.luodi("import", "work", path, "--map", "ledger", "--encoding", "gb18030", "--yes")
        self.assertEqual(self.get("W-0001")["title"], "镕鑫工程")

    def test_29_json_is_the_report(self):
        path = self.csv(row("A1", "甲"), row("A2", "乙"))
        answer = self.luodi_json("import", "work", path, "--map", "ledger", "--yes")
        self.assertEqual((answer["added"], answer["refused"]), (2, []))


if __name__ == "__main__":
    main()
