#!/usr/bin/env python3
"""Rules 11 to 13: suspension, the day a stage was first reached, and what is computed."""
import os
import shutil
import time

from semantics import PLUGINS, Case, main


class Suspension(Case):
    def building(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        self.move(work, "signed", on="2022-02-01")
        self.move(work, "building", on="2022-03-01")
        return work

    def test_11_it_returns_to_the_stage_before(self):
        work = self.building()
        self.move(work, "suspended", on="2022-04-01", note="检修")
        answer = self.move(work, "resume", on="2022-05-01")
        self.assertEqual(answer["changes"]["stage"], ["suspended", "building"])
        self.assertEqual(self.get(work)["stage"], "building")
        self.assertEqual(self.events(work)[-1]["action"], "move")

    def test_11_the_chinese_word_does_it_too(self):
        work = self.building()
        self.move(work, "停工", on="2022-04-01", note="检修")
        self.move(work, "复工", on="2022-05-01")
        self.assertEqual(self.get(work)["stage"], "building")

    def test_11_the_stage_to_return_to_follows_from_the_fold(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.move(work, "resume", on="2022-05-01")
        self.assertEqual(self.get(work)["stage"], "clue")
        self.move(work, "signed", on="2022-02-01")  # learnt later: it was signed before it stopped
        self.assertEqual(self.get(work)["stage"], "signed")
        self.assertEqual(self.get(work, as_of="2022-04-15")["stage"], "suspended")

    def test_11_resume_without_suspension_is_refused(self):
        work = self.building()
        self.refused("record.move", id=work, to="resume")
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.refused("record.move", id=work, to="suspended", note="再停")

    def test_11_from_suspension_only_back_or_where_the_flow_says(self):
        work = self.building()
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.refused("record.move", id=work, to="finished")
        self.move(work, "abandoned", on="2022-05-01", note="不建了")
        self.assertEqual(self.get(work)["stage"], "abandoned")

    def test_11_the_reason_is_asked_for(self):
        work = self.building()
        error = self.refused("record.move", id=work, to="suspended")
        self.assertEqual(error["data"]["field"], "note")

    def test_11_days_begin_again(self):
        work = self.building()
        self.assertEqual(self.get(work, as_of="2022-03-31")["days_in_stage"], 30)
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.assertEqual(self.get(work, as_of="2022-04-11")["days_in_stage"], 10)
        self.move(work, "resume", on="2022-05-01")
        self.assertEqual(self.get(work)["stage_since"], "2022-05-01")
        self.assertEqual(self.get(work, as_of="2022-05-11")["days_in_stage"], 10)
        self.assertEqual(self.listed("days_in_stage=10", as_of="2022-05-11"), [work])
        self.assertEqual(self.listed("stage_since=2022-05-01"), [work])

    def test_11_no_resume_with_needs_that_are_gone(self):
        work = self.building()
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.assertEqual(self.get(work)["reached"]["building"], "2022-03-01")
        self.move(work, "resume", on="2022-05-01")
        self.assertEqual(self.get(work)["reached"]["building"], "2022-03-01")  # first reached, not again


class Reached(Case):
    def test_12_the_least_day_of_a_live_entry(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        first = self.move(work, "signed", on="2022-02-01")
        self.move(work, "clue", on="2022-03-01")
        self.move(work, "signed", on="2022-04-01")
        self.assertEqual(self.listed("signed_on=2022-02-01"), [work])
        self.assertEqual(self.listed("signed_on in 2022-04"), [])
        self.assertEqual(self.listed("reached(signed) in 2022-04"), [work])  # any entry
        self.assertEqual(self.listed("reached(signed) in 2022-03"), [])
        self.call("event.correct", seq=first["first_seq"], on="2022-02-10")
        self.assertEqual(self.listed("signed_on=2022-02-10"), [work])
        self.assertEqual(self.listed("signed_on=2022-02-01", known_seq=first["seq"] + 2), [work])

    def test_12_not_after_the_day_asked_about(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        self.move(work, "signed", on="2022-03-01")
        self.assertEqual(self.listed("signed_on?", as_of="2022-02-28"), [])
        self.assertEqual(self.listed("reached(signed)", as_of="2022-02-28"), [])
        self.assertEqual(self.listed("signed_on?", as_of="2022-03-01"), [work])
        self.assertNotIn("signed", self.get(work, as_of="2022-02-28")["reached"])

    def test_12_a_skipped_stage_is_not_reached_and_is_named(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        answer = self.move(work, "landed", on="2022-02-01")
        self.assertEqual(answer["skipped"], ["signed"])
        self.assertEqual(self.listed("reached(signed)"), [])
        self.assertEqual(self.listed("signed_on?"), [])
        self.assertEqual((self.events(work)[-1]["skipped"], self.events(work)[-1]["skipped_titles"]), (["signed"], ["签约"]))
        out, _ = self.luodi("move", self.create("work", "乙", planned="1亿"), "landed")
        self.assertIn("签约", out)

    def test_12_stages_compare_in_declared_order(self):
        a = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        b = self.create("work", "乙", on="2022-01-05", planned="1亿", permit="证1")
        self.move(a, "signed", on="2022-02-01")
        self.move(b, "landed", on="2022-02-01")
        self.assertEqual(self.listed("stage>=landed"), [b])
        self.assertEqual(self.listed("stage<landed"), [a])
        self.assertEqual(self.listed("阶段>=签约"), [a, b])
        self.move(b, "suspended", on="2022-03-01", note="检修")
        self.assertEqual(self.listed("stage>=landed"), [b])  # counts as its return stage
        self.assertEqual(self.listed("stage<=signed"), [a])
        self.assertEqual(self.listed("stage=landed"), [])
        self.assertEqual(self.listed("stage=suspended"), [b])

    def test_12_a_resumption_reaches_its_stage_and_is_asked_for_by_its_name(self):
        stopped, resumed = (self.create("work", title, on="2022-01-05", planned="1亿", permit="证1") for title in ("甲", "乙"))
        for work in (stopped, resumed):
            self.move(work, "signed", on="2022-02-01")
            self.move(work, "building", on="2022-03-01")
            self.move(work, "suspended", on="2022-04-01", note="检修")
        seq = self.move(resumed, "resume", on="2022-05-10")["seq"]
        self.assertEqual(self.listed("reached(building) in 2022-05"), [resumed])
        self.assertEqual(self.listed("reached(resume) in 2022-05"), [resumed])
        self.assertEqual(self.listed("reached(复工) in 2022-04"), [])
        self.assertEqual(self.listed("到过(复工)"), [resumed])
        self.assertEqual(self.listed("reached(resume)!"), [stopped])
        self.assertEqual(self.listed("not reached(resume) in 2022-05"), [stopped])
        self.assertEqual(self.listed("reached(resume)", as_of="2022-05-09"), [])
        self.assertEqual(self.listed("reached(resume)", as_of="2022-05-10"), [resumed])
        self.assertEqual(self.listed("reached(resume)", known_seq=seq - 1), [])
        self.refused("record.list", code="invalid", kind="firm", filter="reached(resume)")

    def test_12_the_day_is_never_typed(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        with self.assertRaises(Exception):
            self.update(work, signed_on="2022-02-01")
        with self.assertRaises(Exception):
            self.create("work", "乙", signed_on="2022-02-01")
        self.assertIsNone(self.get(work)["reached"].get("signed"))

    def test_12_entered_half_way(self):
        work = self.create("work", "甲", planned="1亿", entered=[("clue", "2022-01-05"), ("signed", "2022-02-01"),
                                                                ("landed", "2022-03-01")])
        self.assertEqual(self.get(work)["stage"], "landed")
        self.assertEqual(self.get(work)["reached"], {"clue": "2022-01-05", "signed": "2022-02-01", "landed": "2022-03-01"})
        self.assertEqual(self.get(work, as_of="2022-02-10")["stage"], "signed")
        other = self.create("work", "乙", stage="signed", on="2022-03-01", planned="1亿")
        self.assertEqual(self.get(other)["reached"], {"signed": "2022-03-01"})
        self.refused("record.create", kind="work", title="丙", stage="signed")  # needs are asked there too
        out = self.luodi_json("add", "work", "title=丁", "planned=1亿", "stage=clue@2022-01-05", "signed@2022-02-01")
        self.assertEqual(self.get(out["id"])["reached"], {"clue": "2022-01-05", "signed": "2022-02-01"})
        self.assertEqual(out["changes"]["stage"], [None, "signed"])


class Computed(Case):
    def setUp(self):
        super().setUp()
        self.work = self.create("work", "甲", on="2022-01-05", planned="100万", paid="40万")

    def reload_with(self, old, new):
        """Another plugin set from now on: the same, with old replaced by new."""
        folder = os.path.join(self.daemon.folder, "plugins")
        if self.daemon.plugins != [folder]:
            shutil.copytree(PLUGINS, folder)
        path = os.path.join(folder, "works", "init.lua")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        self.daemon.plugins = [folder]
        self.restart()
        self.recomputed()

    def edit(self, *pairs):
        """In the plugin set that reload_with made."""
        path = os.path.join(self.daemon.plugins[0], "works", "init.lua")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def recomputed(self):
        """Waits until nothing is left to be made again in the background."""
        deadline = time.monotonic() + 120
        while self.call("server.status")["recomputing"] > 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_13_values_are_there_for_each_state(self):
        self.update(self.work, on="2022-03-01", paid="60万")
        self.update(self.work, on="2022-02-01", planned="200万")
        unpaid = [self.get(self.work, as_of=day)["fields"]["unpaid"] for day in ("2022-01-31", "2022-02-01", "2022-03-01")]
        self.assertEqual(unpaid, [60000000, 160000000, 140000000])
        self.assertEqual(self.listed("unpaid=160万", as_of="2022-02-15"), [self.work])
        self.assertEqual(self.listed("unpaid=160万"), [])
        self.assertEqual(self.call("record.count", kind="work", sum="unpaid")["sum"], {"unpaid": 140000000})

    def test_13_void_and_undo_compute_again(self):
        update = self.update(self.work, on="2022-02-01", planned="200万")
        self.update(self.work, on="2022-03-01", paid="60万")
        undo = self.call("batch.undo", batch=update["batch"])
        self.assertEqual(self.get(self.work)["fields"]["unpaid"], 40000000)
        self.assertEqual(self.get(self.work, as_of="2022-02-15")["fields"]["unpaid"], 60000000)
        self.assertEqual(self.get(self.work, as_of="2022-02-15", known_seq=update["seq"])["fields"]["unpaid"], 160000000)
        self.call("batch.undo", batch=undo["batch"])
        self.assertEqual(self.get(self.work)["fields"]["unpaid"], 140000000)

    def test_13_where_no_value_changes_none_is_computed_again(self):
        def actions():
            return [event["action"] for event in self.events(self.work)]

        seq = self.update(self.work, people=1)["seq"]
        update = self.update(self.work, people=2)
        self.call("event.correct", seq=seq, void=True)
        undo = self.call("batch.undo", batch=update["batch"])
        self.call("batch.undo", batch=undo["batch"])
        self.assertEqual((actions(), self.get(self.work)["fields"]["people"]), (["create", "update", "update"], 2))
        update = self.update(self.work, paid="60万")
        self.call("batch.undo", batch=update["batch"])
        self.assertEqual(actions()[3:], ["update", "recompute"])
        self.call("event.correct", seq=1, void=True, all=True)
        self.assertEqual(len(actions()), 5)
        self.call("journal.verify")

    def test_13_it_is_never_typed(self):
        with self.assertRaises(Exception):
            self.update(self.work, unpaid="1万")

    def test_13_it_may_use_the_days_of_stages(self):
        self.update(self.work, on="2022-01-10", due_on="2022-06-30")
        self.move(self.work, "signed", on="2022-06-20")
        self.assertEqual(self.get(self.work)["fields"]["wait"], 10)
        self.assertIsNone(self.get(self.work, as_of="2022-06-19")["fields"]["wait"])

    def test_13_it_never_sees_today(self):
        for today in ("os.time()", "os.date()", "luodi.today()", "w.today", "w.days_in_stage"):
            self.reload_with("w.planned - w.paid", today)
            self.refused("record.update", code="plugin_fault", id=self.work, fields={"people": 1})
            self.reload_with(today, "w.planned - w.paid")
        self.update(self.work, people=1)

    def test_13_verify_and_the_past_need_no_function(self):
        before = self.get(self.work, as_of="2022-03-01", known_seq=self.seq())
        self.reload_with("w.planned - w.paid", "w.planned + w.paid")
        after = self.get(self.work, as_of="2022-03-01", known_seq=before["seq"])
        self.assertEqual(before["fields"], after["fields"])
        self.call("journal.verify")

    def test_13_a_changed_function_acts_by_a_recompute_of_today(self):
        self.reload_with("w.planned - w.paid", "w.planned + w.paid")
        self.assertEqual(self.get(self.work)["fields"]["unpaid"], 140000000)
        self.assertEqual(self.get(self.work, as_of="2022-07-17")["fields"]["unpaid"], 60000000)
        event = self.events(self.work)[-1]
        self.assertEqual((event["action"], event["actor"], event["effective_on"]), ("recompute", "system", "2022-07-18"))
        self.assertEqual(self.listed("unpaid=140万"), [self.work])
        self.call("journal.verify")

    def test_13_recompute_from_a_day_restates_further_back(self):
        self.reload_with("w.planned - w.paid", "w.planned + w.paid")
        self.luodi("plugin", "recompute", "work", "--from", "2022-03-01", "--yes")
        self.assertEqual(self.get(self.work, as_of="2022-03-01")["fields"]["unpaid"], 140000000)
        self.assertEqual(self.get(self.work, as_of="2022-02-28")["fields"]["unpaid"], 60000000)
        self.call("journal.verify")

    def test_13_a_reload_says_that_it_recomputes_and_does_so_where_values_differ(self):
        self.reload_with("w.planned - w.paid", "w.planned + w.paid")
        other = self.create("work", "乙", planned="100万")  # unpaid is empty by either function
        gone = self.create("work", "丙", planned="100万", paid="1万")
        self.call("record.drop", id=gone)
        self.edit(("w.planned + w.paid", "w.planned + w.paid + w.paid"))
        seq = self.seq()
        said = self.call("plugin.reload")["summary"]
        self.assertTrue(any("重算" in line and "工程" in line for line in said), said)
        self.recomputed()
        self.assertEqual(self.get(self.work)["fields"]["unpaid"], 180000000)
        self.assertEqual(self.seq(), seq + 1)
        self.assertEqual([event["action"] for event in self.events(other)], ["create"])
        self.assertEqual([event["action"] for event in self.events(gone)], ["create", "drop"])
        self.assertEqual([line for line in self.call("plugin.reload")["summary"] if "重算" in line], [])
        self.edit(("本期首次签约的", "本期头一次签约的"))  # the file is another, its functions say the same
        self.call("plugin.reload")
        self.recomputed()
        self.restart()
        self.recomputed()
        self.assertEqual(self.seq(), seq + 1)
        self.call("journal.verify")

    def test_13_a_new_computed_field_is_filled(self):
        self.reload_with('    { "wait", "int"', '    { "twice", "money", title = "两倍", compute = function(w) return w.planned and w.planned * 2 end },\n'
                         '    { "wait", "int"')
        self.assertEqual(self.listed("twice=200万"), [self.work])
        self.luodi("plugin", "recompute", "work", "--from", "2022-01-01", "--yes")  # from before it began: from then
        self.assertEqual(self.get(self.work, as_of="2022-01-05")["fields"]["twice"], 200000000)
        self.call("journal.verify")

    def test_13_from_a_day_every_later_state_is_its_own(self):
        self.update(self.work, on="2022-03-01", paid="60万")
        self.update(self.work, on="2022-05-01", planned="200万")
        self.reload_with("w.planned - w.paid", "w.planned + w.paid")
        seq = self.seq()
        tried = self.luodi_json("plugin", "recompute", "work", "--from", "2022-02-01", "--dry-run")
        self.assertEqual((tried["records"], tried["changed"], tried["batch"], self.seq()), (1, 1, None, seq))
        self.luodi("plugin", "recompute", "work", "--from", "2022-02-01", status=2)  # it asks, and nobody is there
        self.assertEqual(self.seq(), seq)
        done = self.luodi_json("plugin", "recompute", "work", "--from", "2022-02-01", "--yes")
        self.assertEqual((done["changed"], self.seq()), (1, seq + 1))
        unpaid = [self.get(self.work, as_of=day)["fields"]["unpaid"]
                  for day in ("2022-01-31", "2022-02-01", "2022-03-01", "2022-05-01", "2022-07-18")]
        self.assertEqual(unpaid, [60000000, 140000000, 160000000, 260000000, 260000000])
        self.assertEqual(self.call("plugin.recompute", kind="work", **{"from": "2022-02-01"})["changed"], 0)
        self.refused("plugin.recompute", kind="firm")
        self.call("journal.verify")

    def test_13_many_records_in_batches_beside_other_writers(self):
        rows = [[f"T{number}", f"甲{number}", "1", "0"] for number in range(4200)]
        number = self.call("import.begin", kind="work", header=["编码", "名称", "计划总投资", "到位资金"], key="code")["import"]
        for first in range(0, len(rows), 1000):
            self.call("import.rows", **{"import": number, "rows": rows[first:first + 1000]})
        self.assertEqual(self.call("import.commit", **{"import": number})["added"], len(rows))
        self.recomputed()
        folder = os.path.join(self.daemon.folder, "plugins")
        shutil.copytree(PLUGINS, folder)
        self.daemon.plugins = [folder]
        self.restart()
        self.edit(("w.planned - w.paid", "w.planned - w.paid + w.planned"))
        self.call("plugin.reload")
        killed = False
        while self.call("server.status")["recomputing"] > 0:  # people's writes go in between
            self.update("W-0003", people=self.seq())
            if not killed and self.call("record.count", kind="work", filter="unpaid=2万")["count"] > 0:
                self.restart(kill=True)
                killed = True
        self.assertEqual(self.call("record.count", kind="work", filter="unpaid=2万")["count"], len(rows))
        batches = [batch for batch in self.call("batch.list", limit=1000)["batches"] if "重算" in batch["what"]]
        self.assertGreater(len(batches), 2)
        self.assertLessEqual(max(batch["events"] for batch in batches), 2000)
        events = [self.events(record) for record in ("W-0002", "W-4200", "W-2100")]
        self.assertEqual([[event["action"] for event in found] for found in events], [["create", "recompute"]] * 3)
        self.call("journal.verify")

    def test_13_a_function_that_fails_leaves_the_values_and_the_writers_alone(self):
        for number in range(30):
            self.create("work", f"甲{number}", planned="100万", paid="1万")
        self.reload_with("w.planned and w.paid and w.planned - w.paid",
                         'w.planned and w.paid and (w.title:find("甲") and w.nothing or w.planned + w.paid)')
        self.assertEqual(self.get("W-0002")["fields"]["unpaid"], 99000000)
        self.assertTrue(any("W-0002" in line for line in self.daemon.said), self.daemon.said)
        self.assertEqual({plugin["state"] for plugin in self.call("plugin.list")["plugins"]}, {"active"})
        self.refused("record.update", code="plugin_fault", id="W-0002", fields={"people": 1})
        other = self.create("work", "乙", planned="100万", paid="1万")
        self.assertEqual(self.get(other)["fields"]["unpaid"], 101000000)
        self.edit(('(w.title:find("甲") and w.nothing or w.planned + w.paid)', "w.planned + w.paid"))
        self.call("plugin.reload")
        self.recomputed()
        self.assertEqual(self.get("W-0002")["fields"]["unpaid"], 101000000)
        self.assertEqual(self.get("W-0031")["fields"]["unpaid"], 101000000)


if __name__ == "__main__":
    main()
