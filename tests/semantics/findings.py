#!/usr/bin/env python3
"""Rules 14 and 15: what rules find is kept with its day, and time may stand in a condition."""
import os
import shutil
import time

from semantics import HERE, Case, main

RULES = os.path.join(HERE, "rules")


class Findings(Case):
    plugins = [RULES]

    def light(self, record, **params):
        return self.get(record, **params)["light"]

    def lights(self, record, *days, **params):
        return [self.light(record, as_of=day, **params) for day in days]

    def found(self, record, **params):
        """{rule: (level, since)} of what is not green."""
        findings = self.call("finding.list", id=record, **params)["findings"]
        return {finding["rule"]: (finding["level"], finding["since"]) for finding in findings}

    def until(self, wanted, ask):
        """What time and neighbours change is written behind the answer: asks until it is so."""
        deadline = time.monotonic() + 60
        while (got := ask()) != wanted:
            self.assertLess(time.monotonic(), deadline, f"wanted {wanted}, still {got}")
            time.sleep(0.02)

    def settled(self):
        """Everything that was written before has had its neighbours looked at: this one comes after them."""
        firm = self.create("firm", "哨兵", on="2022-01-05")
        work = self.create("work", "哨兵", on="2022-01-05", firm=firm)
        self.update(firm, rating="失信", on="2022-01-05")
        self.until("red", lambda: self.light(work))
        self.call("record.drop", id=work)

    def signed(self, title="甲", on="2022-04-01", **fields):
        work = self.create("work", title, on="2022-01-05", **fields)
        self.move(work, "signed", on=on)
        return work

    def own_plugins(self):
        """From here on the plugins are a copy, to be edited."""
        folder = os.path.join(self.daemon.folder, "plugins")
        shutil.copytree(RULES, folder)
        self.daemon.plugins = [folder]
        self.restart()

    def edit(self, *pairs):
        path = os.path.join(self.daemon.plugins[0], "lit", "init.lua")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    # ---- findings have a day, and are as known ----

    def test_14_the_light_is_that_of_each_day(self):
        work = self.signed()
        self.assertEqual(self.lights(work, "2022-05-31", "2022-06-01", "2022-06-30", "2022-07-01", "2022-07-18"),
                         ["green", "yellow", "yellow", "red", "red"])
        self.assertEqual(self.found(work), {"signed_too_long": ("red", "2022-07-01")})
        self.assertEqual(self.found(work, as_of="2022-06-30"), {"signed_too_long": ("yellow", "2022-06-01")})
        self.assertEqual(self.found(work, as_of="2022-05-31"), {})
        self.call("journal.verify")

    def test_14_the_heaviest_finding_is_the_light_and_each_has_its_sentence(self):
        work = self.signed(due_on="2022-06-10")
        findings = self.call("finding.list", id=work)["findings"]
        self.assertEqual([(finding["rule"], finding["level"], finding["since"], finding["text"]) for finding in findings],
                         [("signed_too_long", "red", "2022-07-01", "签约 108 天仍未开工"),
                          ("start_overdue", "yellow", "2022-06-11", "应于 2022-06-10 开工，未开工")])
        self.assertEqual(self.lights(work, "2022-06-30", "2022-07-18"), ["yellow", "red"])

    def test_14_a_backdated_change_asks_again_from_its_day_to_today(self):
        work = self.create("work", "甲", on="2022-01-05")
        before = self.seq()
        self.assertEqual(self.light(work), "green")
        self.move(work, "signed", on="2022-04-01")
        days = ("2022-03-31", "2022-06-15", "2022-07-18")
        self.assertEqual(self.lights(work, *days), ["green", "yellow", "red"])
        self.assertEqual(self.lights(work, *days, known_seq=before), ["green", "green", "green"])
        self.update(work, due_on="2022-05-01", on="2022-05-10")
        self.assertEqual(self.lights(work, "2022-05-09", "2022-05-10", "2022-07-18"), ["green", "yellow", "red"])
        self.move(work, "building", on="2022-06-15")
        self.assertEqual(self.lights(work, "2022-06-14", "2022-06-15", "2022-07-18"), ["yellow", "green", "green"])
        self.call("journal.verify")

    def test_14_a_change_of_something_else_leaves_the_first_day(self):
        work = self.signed()
        self.update(work, remark="今天", on="2022-07-18")
        self.update(work, remark="补记", on="2022-06-15")
        self.update(work, remark="又补", on="2022-05-01")
        self.assertEqual(self.found(work), {"signed_too_long": ("red", "2022-07-01")})
        self.assertEqual(self.found(work, as_of="2022-06-20"), {"signed_too_long": ("yellow", "2022-06-01")})
        self.call("journal.verify")

    def test_14_a_changed_rule_acts_from_its_own_day_on(self):
        self.own_plugins()
        work = self.signed(on="2022-06-20")
        red = self.signed("乙")
        before = self.seq()
        self.edit(("days > 90", "days > 20"), ("days > 60", "days > 10"))
        self.call("plugin.reload")
        self.until("red", lambda: self.light(work))
        self.assertEqual(self.lights(work, "2022-07-10", "2022-07-17", "2022-07-18"), ["green", "green", "red"])
        self.assertEqual(self.found(work), {"signed_too_long": ("red", "2022-07-18")})
        self.assertEqual(self.light(work, known_seq=before), "green")
        event = self.events(work)[-1]
        self.assertEqual((event["action"], event["actor"], event["effective_on"]), ("recompute", "system", "2022-07-18"))
        self.assertEqual(self.found(red), {"signed_too_long": ("red", "2022-07-01")})
        self.assertEqual(self.lights(red, "2022-06-15"), ["yellow"])
        self.call("journal.verify")

    def test_14_a_rule_taken_away_leaves_the_past_as_it_was(self):
        self.own_plugins()
        work = self.signed()
        self.edit(('when = "stage=signed",\n  check', 'when = "stage=finished",\n  check'))
        self.call("plugin.reload")
        self.until("green", lambda: self.light(work))
        self.assertEqual(self.lights(work, "2022-06-15", "2022-07-17", "2022-07-18"), ["yellow", "red", "green"])
        self.call("journal.verify")

    def test_14_days_without_the_daemon_are_caught_up_with_their_own_days(self):
        work = self.signed(due_on="2022-09-01")
        other = self.signed("乙", on="2022-07-10")
        self.assertEqual(self.lights(other, "2022-07-18"), ["green"])
        before = self.seq()
        self.restart(today="2022-11-20", kill=True)
        self.until("red", lambda: self.light(other))
        self.assertEqual(self.lights(other, "2022-09-08", "2022-09-09", "2022-10-08", "2022-10-09"),
                         ["green", "yellow", "yellow", "red"])
        self.assertEqual(self.found(other), {"signed_too_long": ("red", "2022-10-09")})
        self.until({"signed_too_long": ("red", "2022-07-01"), "start_overdue": ("yellow", "2022-09-02")},
                   lambda: self.found(work))
        self.assertEqual(self.light(other, as_of="2022-10-09", known_seq=before), "green")
        self.assertEqual(self.events(other)[-1]["effective_on"], "2022-09-09")
        seq = self.seq()
        self.restart()  # nothing is left to be caught up with
        self.settled()
        self.assertEqual([event["seq"] for event in self.events(other) if event["seq"] > seq], [])
        self.call("journal.verify")

    def test_14_a_killed_daemon_goes_on_where_it_was(self):
        works = [self.signed(f"甲{number}", on="2022-07-10") for number in range(120)]
        self.restart(today="2022-11-20", kill=True)
        self.until(True, lambda: self.call("record.count", kind="work", filter="light=red")["count"] > 0)
        self.restart(kill=True)
        self.until(len(works), lambda: self.call("record.count", kind="work", filter="light=red")["count"])
        self.assertEqual(self.listed("light=yellow", as_of="2022-10-08"), sorted(works))
        self.assertEqual(self.listed("light=green", as_of="2022-09-08"), sorted(works))
        for work in (works[0], works[-1]):
            self.assertEqual([event["action"] for event in self.events(work)], ["create", "move", "recompute"])
        self.call("journal.verify")

    # ---- what others change ----

    def test_14_a_neighbour_that_is_referred_to_changes_the_light(self):
        firm = self.create("firm", "远方", on="2022-01-05")
        work = self.create("work", "甲", on="2022-01-05", firm=firm)
        before = self.seq()
        change = self.update(firm, rating="失信", on="2022-06-10")
        self.until("red", lambda: self.light(work))
        self.assertEqual(self.lights(work, "2022-06-09", "2022-06-10"), ["green", "red"])
        self.assertEqual(self.found(work), {"bad_firm": ("red", "2022-06-10")})
        self.assertEqual(self.light(work, known_seq=before), "green")
        self.call("batch.undo", batch=change["batch"])
        self.until("green", lambda: self.light(work))
        self.assertEqual(self.lights(work, "2022-06-10", "2022-07-18"), ["green", "green"])
        self.call("journal.verify")

    def test_14_each_day_is_asked_with_the_neighbours_of_that_day(self):
        firm = self.create("firm", "远方", on="2022-01-05")
        self.update(firm, rating="失信", on="2022-06-10")
        self.update(firm, rating="良好", on="2022-06-20")
        work = self.create("work", "甲", on="2022-01-05", firm=firm)
        days = ("2022-06-09", "2022-06-10", "2022-06-19", "2022-06-20", "2022-07-18")
        wanted = ["green", "red", "red", "green", "green"]
        self.assertEqual(self.lights(work, *days), wanted)
        self.update(work, remark="补记", on="2022-06-12")
        self.assertEqual(self.lights(work, *days), wanted)
        self.update(firm, rating="失信", on="2022-07-10")
        self.until("red", lambda: self.light(work))
        self.assertEqual(self.lights(work, *days), wanted[:-1] + ["red"])
        self.call("journal.verify")

    def test_14_a_neighbour_that_refers_changes_the_light(self):
        work = self.create("work", "甲", on="2022-01-05")
        self.move(work, "building", on="2022-03-01")
        self.assertEqual(self.lights(work, "2022-04-30", "2022-05-01", "2022-07-18"), ["green", "yellow", "yellow"])
        visit = self.create("visit", "看过", on="2022-05-20", work=work)
        self.until("green", lambda: self.light(work))
        self.assertEqual(self.lights(work, "2022-05-19", "2022-05-20"), ["yellow", "green"])
        self.call("record.drop", id=visit)
        self.until("yellow", lambda: self.light(work))
        self.assertEqual(self.lights(work, "2022-05-19", "2022-07-17", "2022-07-18"), ["yellow", "green", "yellow"])
        self.call("journal.verify")

    def test_14_who_referred_only_for_a_while_counts_for_that_while(self):
        work = self.create("work", "甲", on="2022-01-05")
        self.move(work, "building", on="2022-03-01")
        visit = self.create("visit", "看过", on="2022-05-20", work=work)
        self.call("record.drop", id=visit, on="2022-06-20")
        days = ("2022-05-19", "2022-05-20", "2022-06-19", "2022-06-20", "2022-07-18")
        self.until(["yellow", "green", "green", "yellow", "yellow"], lambda: self.lights(work, *days))
        self.update(work, remark="补记", on="2022-05-05")
        self.assertEqual(self.lights(work, *days), ["yellow", "green", "green", "yellow", "yellow"])
        self.call("journal.verify")

    def test_14_a_record_that_points_elsewhere_lets_its_neighbour_go(self):
        work = self.create("work", "甲", on="2022-01-05")
        other = self.create("work", "乙", on="2022-01-05")
        for record in (work, other):
            self.move(record, "building", on="2022-03-01")
        visit = self.create("visit", "看过", on="2022-04-01", work=work)
        self.until(["green", "yellow"], lambda: [self.light(work), self.light(other)])
        self.update(visit, work=other, on="2022-07-01")
        self.until(["yellow", "green"], lambda: [self.light(work), self.light(other)])
        self.assertEqual(self.lights(work, "2022-06-30", "2022-07-01"), ["green", "yellow"])
        self.assertEqual(self.lights(other, "2022-06-30", "2022-07-01"), ["yellow", "green"])
        self.call("journal.verify")

    def test_14_an_undo_brings_the_light_back(self):
        work = self.signed()
        move = self.move(work, "building", on="2022-06-15")
        days = ("2022-06-14", "2022-06-15", "2022-07-18")
        self.assertEqual(self.lights(work, *days), ["yellow", "green", "green"])
        undo = self.call("batch.undo", batch=move["batch"])
        self.assertEqual(self.lights(work, *days), ["yellow", "yellow", "red"])
        self.assertEqual(self.found(work), {"signed_too_long": ("red", "2022-07-01")})
        self.call("batch.undo", batch=undo["batch"])
        self.assertEqual(self.lights(work, *days), ["yellow", "green", "green"])
        self.call("journal.verify")

    def test_14_a_correction_moves_the_light_with_the_day(self):
        work = self.signed()
        seq = next(event["seq"] for event in self.events(work) if event["action"] == "move")
        self.call("event.correct", seq=seq, on="2022-05-10")
        self.assertEqual(self.lights(work, "2022-07-09", "2022-07-10", "2022-07-18"), ["green", "yellow", "yellow"])
        self.assertEqual(self.found(work), {"signed_too_long": ("yellow", "2022-07-10")})
        self.call("journal.verify")

    # ---- waivers ----

    def test_14_a_waiver_suspends_its_finding_and_ends_by_itself(self):
        work = self.signed(due_on="2022-06-10")
        answer = self.call("finding.waive", id=work, rule="signed_too_long", until="2022-07-25", note="改设备方案")
        self.assertEqual(answer["lights"], ["red", "yellow"])
        self.assertEqual(self.lights(work, "2022-07-17", "2022-07-18"), ["red", "yellow"])
        finding = next(found for found in self.call("finding.list", id=work)["findings"] if found["rule"] == "signed_too_long")
        self.assertEqual((finding["level"], finding["since"], finding["waived_until"], finding["waived_why"]),
                         ("red", "2022-07-01", "2022-07-25", "改设备方案"))
        coming = self.call("finding.list", id=work)["coming"]
        self.assertIn(("2022-07-26", "red", "signed_too_long"), [(one["on"], one["level"], one["rule"]) for one in coming])
        self.restart(today="2022-07-25")
        self.settled()
        self.assertEqual(self.light(work), "yellow")
        self.restart(today="2022-07-26")
        self.until("red", lambda: self.light(work))
        self.assertEqual(self.lights(work, "2022-07-25", "2022-07-26"), ["yellow", "red"])
        self.call("journal.verify")

    def test_14_a_waiver_says_until_when_and_why(self):
        work = self.signed()
        self.assertEqual(self.refused("finding.waive", code="invalid", id=work, rule="signed_too_long",
                                      until="2022-07-25")["data"]["field"], "note")
        self.assertEqual(self.refused("finding.waive", code="invalid", id=work, rule="signed_too_long", note="等",
                                      until="2022-07-17")["data"]["field"], "until")
        error = self.refused("finding.waive", code="not_found", id=work, rule="signed_to_long", note="等", until="2022-07-25")
        self.assertIn("signed_too_long", error["message"])
        self.call("finding.waive", id=work, rule="签约太久", note="等", until="2022-07-18")
        self.assertEqual(self.light(work), "green")

    def test_14_an_undone_waiver_lets_the_light_through(self):
        work = self.signed()
        waiver = self.call("finding.waive", id=work, rule="signed_too_long", until="2022-07-25", note="改设备方案")
        self.assertEqual(self.light(work), "green")
        self.call("batch.undo", batch=waiver["batch"])
        self.assertEqual(self.light(work), "red")
        self.call("journal.verify")

    # ---- rules that fail ----

    def test_14_a_rule_that_fails_leaves_its_last_finding_and_says_so(self):
        work = self.create("work", "甲", on="2022-01-05", trouble=1)
        self.assertEqual((self.light(work), self.get(work)["stale"]), ("yellow", []))
        self.update(work, trouble=2, on="2022-07-01")
        self.assertEqual((self.light(work), self.get(work)["stale"]), ("yellow", ["fragile"]))
        self.assertEqual(self.get(work, as_of="2022-06-30")["stale"], [])
        finding = self.call("finding.list", id=work)["findings"][0]
        self.assertEqual((finding["rule"], finding["level"], finding["since"], finding["stale"]),
                         ("fragile", "yellow", "2022-01-05", True))
        listed = self.call("record.list", kind="work")["records"]
        self.assertEqual([record["stale"] for record in listed], [["fragile"]])
        self.update(work, trouble=0)
        self.assertEqual((self.light(work), self.get(work)["stale"]), ("green", []))
        self.call("journal.verify")

    def test_14_what_was_never_answered_is_unknown_and_never_green(self):
        work = self.create("work", "甲", on="2022-01-05", trouble=2)
        self.assertEqual((self.light(work), self.get(work)["stale"]), ("unknown", ["fragile"]))
        self.assertEqual((self.listed("light=green"), self.listed("light=unknown")), ([], [work]))
        self.move(work, "signed", on="2022-04-01")  # what other rules find counts
        self.assertEqual((self.light(work), self.get(work)["stale"]), ("red", ["fragile"]))

    def test_14_a_rule_set_aside_stays_stale_until_it_is_mended(self):
        self.own_plugins()
        works = [self.create("work", f"甲{number}", on="2022-01-05", trouble=1) for number in range(5)]
        for work in works:
            self.update(work, trouble=2)
        self.update(works[0], remark="后来")
        self.assertEqual([self.light(work) for work in works], ["yellow"] * 5)
        self.assertEqual([self.get(work)["stale"] for work in works], [["fragile"]] * 5)
        self.edit(("return w.nothing", 'return "red", "大麻烦"'))
        self.call("plugin.reload")
        self.until(len(works), lambda: self.call("record.count", kind="work", filter="light=red")["count"])
        self.assertEqual([self.get(work)["stale"] for work in works], [[]] * 5)
        self.call("journal.verify")

    # ---- asking by the light ----

    def test_14_lights_are_filtered_counted_and_sorted(self):
        red, yellow = self.signed("甲"), self.signed("乙", on="2022-05-01")
        green = self.signed("丙", on="2022-07-01")
        self.assertEqual((self.listed("light=red"), self.listed("灯=黄"), self.listed("light in (green,unknown)")),
                         ([red], [yellow], [green]))
        self.assertEqual((self.listed("light=red", as_of="2022-06-30"), self.listed("light=yellow", as_of="2022-06-30")),
                         ([], [red]))
        groups = self.call("record.count", kind="work", by="light")["groups"]
        self.assertEqual(sorted((group["by"]["light"], group["count"]) for group in groups),
                         [("green", 1), ("red", 1), ("yellow", 1)])
        records = self.call("record.list", kind="work", sort="-light")["records"]
        self.assertEqual([record["id"] for record in records], [red, yellow, green])

    def test_14_the_light_is_never_typed(self):
        work = self.signed()
        for name, value in (("light", "green"), ("灯", "绿"), ("findings", ""), ("waivers", "")):
            self.refused("record.update", code="invalid", id=work, fields={name: value})
        self.assertEqual(self.light(work), "red")

    def test_14_known_seq_gives_the_same_for_ever(self):
        self.own_plugins()
        firm = self.create("firm", "远方", on="2022-01-05")
        work = self.signed(firm=firm, due_on="2022-06-10")
        self.signed("乙", on="2022-07-10")
        seq = self.seq()

        def asked():
            return [self.call("record.list", kind="work", known_seq=seq, as_of=day)["records"]
                    for day in ("2022-06-01", "2022-06-30", "2022-07-18")] + [
                        self.call("record.count", kind="work", by="light", known_seq=seq)["groups"],
                        self.get(work, known_seq=seq)["light"], self.found(work, known_seq=seq)]

        before = asked()
        self.update(firm, rating="失信", on="2022-02-01")
        self.move(work, "building", on="2022-06-15")
        self.call("finding.waive", id=work, rule="bad_firm", until="2022-07-25", note="复查")
        self.restart(today="2022-11-20", kill=True)
        self.edit(("days > 60", "days > 1"))
        self.call("plugin.reload")
        self.settled()
        self.assertEqual(asked(), before)
        self.call("journal.verify")

    # ---- time in conditions ----

    def test_15_time_in_when_is_asked_for_each_day(self):
        work = self.create("work", "甲", on="2022-01-05")
        self.move(work, "building", on="2022-03-01")
        self.assertEqual(self.lights(work, "2022-04-30", "2022-05-01"), ["green", "yellow"])
        self.assertEqual(self.found(work), {"not_visited": ("yellow", "2022-05-01")})

    def test_15_what_comes_is_told_for_ninety_days(self):
        work = self.create("work", "甲", on="2022-07-01", due_on="2022-08-31")
        self.move(work, "signed", on="2022-07-10")
        coming = self.call("finding.list", id=work)["coming"]
        self.assertEqual([(one["on"], one["level"], one["rule"], one["text"]) for one in coming],
                         [("2022-09-01", "yellow", "start_overdue", "应于 2022-08-31 开工，未开工"),
                          ("2022-09-09", "yellow", "signed_too_long", "签约已 61 天"),
                          ("2022-10-09", "red", "signed_too_long", "签约 91 天仍未开工")])
        building = self.create("work", "乙", on="2022-07-01")
        self.move(building, "building", on="2022-07-10")
        coming = self.call("finding.list", id=building)["coming"]
        self.assertEqual([(one["on"], one["level"], one["rule"]) for one in coming], [("2022-09-09", "yellow", "not_visited")])
        late = self.create("work", "丙", on="2022-07-01", due_on="2022-10-16")  # the day after it is the last that is looked at
        self.update(late, due_on="2022-10-15")
        self.assertEqual(self.call("finding.list", id=late)["coming"][0]["on"], "2022-10-16")
        self.update(late, due_on="2022-10-16")
        self.assertEqual(self.call("finding.list", id=late)["coming"], [])

    def test_15_the_condition_becomes_true_by_time_alone(self):
        work = self.create("work", "甲", on="2022-07-01")
        self.move(work, "building", on="2022-07-10")
        self.restart(today="2022-09-08")
        self.settled()
        self.assertEqual(self.light(work), "green")
        self.restart(today="2022-09-09")
        self.until("yellow", lambda: self.light(work))
        self.restart(today="2023-03-01")  # longer than it was looked ahead
        self.settled()
        self.assertEqual(self.lights(work, "2022-09-08", "2022-09-09", "2023-03-01"), ["green", "yellow", "yellow"])
        self.call("journal.verify")


if __name__ == "__main__":
    main()
