#!/usr/bin/env python3
"""Rules 25 to 28: money and fractions, ids, @me, working days."""
import os

from semantics import Case, Refused, main


class Money(Case):
    def stored(self, value, field="planned"):
        work = self.create("work", "甲", **{field: value})
        return self.get(work)["fields"][field]

    def test_25_money_is_whole_fen(self):
        for text, fen in (("13.8亿", 138000000000), ("1400万元", 1400000000), ("300元", 30000), ("0.01元", 1), ("1,400万", 1400000000),
                          ("1.5", 1500000), (12345, 12345), ("-3万", -3000000), ("１．２亿", 12000000000), ("0", 0)):
            self.assertEqual(self.stored(text), fen, text)
        for text, fen in (("300000000", 30000000000), ("3,000.50", 300050), ("3,000.5元", 300050), ("2万", 2000000)):
            self.assertEqual(self.stored(text, "cost"), fen, text)  # a field without a unit: yuan

    def test_25_what_is_no_money_is_refused(self):
        for text in ("约1.2亿", "0.001元", "一亿", "1亿2", "", "1e5", 1.5, True, [1], {"a": 1}):
            if text != "":
                with self.assertRaises(Refused, msg=str(text)):
                    self.stored(text)
        self.assertEqual(self.listed(""), [])

    def test_25_in_json_refused_over_two_to_the_53(self):
        self.assertEqual(self.stored(2 ** 53), 2 ** 53)
        self.assertEqual(self.stored(-2 ** 53), -2 ** 53)
        for value in (2 ** 53 + 1, -2 ** 53 - 1, 2 ** 62, "90071992547409.93元", "99999999999亿"):
            with self.assertRaises(Refused, msg=str(value)):
                self.stored(value)

    def test_25_sums_are_checked(self):
        for number in range(3):
            self.create("work", f"甲{number}", planned=2 ** 53)
        answer = self.call("record.count", kind="work", sum="planned")
        self.assertEqual(answer["sum"]["planned"], 3 * 2 ** 53)

    def test_25_fractions_are_text_of_six_places(self):
        for field in ("share", "ratio"):
            for text, wanted in (("0.75", "0.75"), ("75%", "0.75"), ("0.744186", "0.744186"), ("1", "1"), ("-0.5", "-0.5"),
                                 ("0.000001", "0.000001"), ("100%", "1"), ("０.５", "0.5")):
                if field == "ratio" and "%" in text:
                    continue
                self.assertEqual(self.stored(text, field), wanted, (field, text))
            for text in (0.75, "0.7441861", "四成", "1/3"):
                with self.assertRaises(Refused, msg=f"{field} {text}"):
                    self.stored(text, field)

    def test_25_other_types(self):
        self.assertEqual(self.stored("2022.4.12", "due_on"), "2022-04-12")
        self.assertEqual(self.stored("2022年4月12日", "due_on"), "2022-04-12")
        self.assertEqual(self.stored("-30d", "due_on"), "2022-06-18")
        self.assertEqual(self.stored("+10wd", "due_on"), "2022-08-01")
        self.assertEqual(self.stored("今天", "due_on"), "2022-07-18")
        self.assertEqual(self.stored("房屋", "sort"), "house")
        self.assertEqual(self.stored("大,new", "tags"), ["big", "new"])
        self.assertEqual(self.stored(["新", "green"], "tags"), ["green", "new"])
        self.assertIs(self.stored("是", "urgent"), True)
        self.assertIs(self.stored("否", "urgent"), False)
        self.assertEqual(self.stored("-7", "people"), -7)
        for field, value in (("due_on", "2022-02-30"), ("sort", "桥"), ("tags", "红"), ("urgent", "也许"),
                             ("people", "3.5"), ("firm", "F-9999"), ("firm", "没有这家")):
            with self.assertRaises(Refused, msg=f"{field} {value}"):
                self.stored(value, field)

    def test_25_a_sets_parts(self):
        work = self.create("work", "甲", tags=["new"])
        self.update(work, **{"tags+": "big"})
        self.assertEqual(self.get(work)["fields"]["tags"], ["big", "new"])
        self.update(work, **{"tags-": "new"})
        self.assertEqual(self.get(work)["fields"]["tags"], ["big"])
        self.luodi("set", work, "tags+=green", "tags-=big")
        self.assertEqual(self.get(work)["fields"]["tags"], ["green"])
        self.luodi("set", work, "tags=")
        self.assertIsNone(self.get(work)["fields"]["tags"])

    def test_25_a_write_spells_the_unit_out(self):
        answer = self.call("record.create", kind="work", title="甲", fields={"planned": "1400"})
        self.assertEqual(answer["changes"]["planned"], [None, 1400000000])
        self.assertEqual([text["to"] for text in answer["texts"] if text["name"] == "planned"], ["1400万"])
        out, _ = self.luodi("set", answer["id"], "planned=1500")
        self.assertRegex(out, "1,?400万")
        self.assertRegex(out, "1,?500万")


class Ids(Case):
    def test_26_a_number_once_committed_is_never_used_again(self):
        answer = self.call("record.create", kind="work", title="甲")
        self.assertEqual(answer["id"], "W-0001")
        self.call("batch.undo", batch=answer["batch"])
        self.assertEqual(self.create("work", "乙"), "W-0002")
        self.call("record.drop", id="W-0002")
        self.restart()
        self.assertEqual(self.create("work", "丙"), "W-0003")

    def test_26_redo_gets_the_same_id_back(self):
        answer = self.call("record.create", kind="work", title="甲")
        undo = self.call("batch.undo", batch=answer["batch"])
        self.create("work", "乙")
        self.call("batch.undo", batch=undo["batch"])
        self.assertEqual(self.get("W-0001")["title"], "甲")

    def test_26_a_dry_run_takes_no_number(self):
        answer = self.call("record.create", kind="work", title="甲", dry_run=True)
        self.assertEqual(answer["id"], "W-(next)")
        self.assertIs(answer["dry_run"], True)
        self.assertEqual(self.seq(), 0)
        self.assertEqual(self.create("work", "乙"), "W-0001")
        out, _ = self.luodi("add", "work", "名称=丙", "--dry-run")
        self.assertIn("W-(next)", out)
        self.assertEqual(self.listed(""), ["W-0001"])

    def test_26_a_refusal_takes_no_number(self):
        self.refused("record.create", kind="work", title="甲", stage="signed")
        self.assertEqual(self.create("work", "乙"), "W-0001")


class Me(Case):
    def setUp(self):
        super().setUp()
        self.person = self.create("person", "李明", staff_no="7")
        self.work = self.create("work", "甲", steward=self.person)

    def test_27_unset_it_matches_nothing_and_says_so(self):
        answer = self.call("record.list", kind="work", filter="steward=@me")
        self.assertEqual(answer["total"], 0)
        self.assertIn("@me", str({name: value for name, value in answer.items() if name not in ("records", "columns")}))
        self.assertEqual(self.call("record.count", kind="work", filter="steward=@me")["count"], 0)
        out, err = self.luodi("list", "work", "steward=@me")
        self.assertIn("@me", out + err)

    def test_27_set_it_is_that_record(self):
        config = self.file("luodid.lua", 'return { roles = { { user = "root", role = "admin", name = "李明", person = "李明" } } }\n')
        self.daemon.arguments = ["--config", config]
        self.restart()
        if os.getuid() == 0:
            self.assertEqual(self.listed("steward=@me"), [self.work])
            self.assertEqual(self.listed("not steward=@me"), [])
            self.update(self.work, people=1)
            self.assertEqual(self.events(self.work)[-1]["actor"], "李明")


class WorkingDays(Case):
    def test_28_a_filter_without_a_calendar_is_refused(self):
        work = self.create("work", "甲", on="2022-01-05")
        self.assertEqual(self.listed("stage_since<-20wd"), [work])
        for params in ({"filter": "due_on<+200wd"}, {"filter": "stage_since<-20wd", "as_of": "2023-03-01"},
                       {"filter": "due_on=-300wd"}):
            error = self.refused("record.list", code="invalid", kind="work", **params)
            self.assertIn("202", error["message"])
        with self.assertRaises(Refused):
            self.update(work, due_on="+300wd")

    def test_28_holidays_and_make_up_days_count(self):
        work = self.create("work", "甲", on="2022-04-29", due_on="2022-05-09")
        self.assertEqual(self.listed("due_on=+4wd", as_of="2022-04-29"), [work])  # 5-5, 5-6, 5-7 (made up), 5-9
        self.assertEqual(self.call("record.list", kind="work", columns="workdays_in_stage", as_of="2022-05-09")
                         ["records"][0]["fields"]["workdays_in_stage"], 4)

    def test_28_a_shown_column_is_empty_with_a_warning(self):
        self.create("work", "甲", on="2021-06-01")
        answer = self.call("record.list", kind="work", columns="title,workdays_in_stage")
        self.assertIsNone(answer["records"][0]["fields"]["workdays_in_stage"])
        self.assertTrue(answer.get("warnings"), answer)


if __name__ == "__main__":
    main()
