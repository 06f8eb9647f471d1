#!/usr/bin/env python3
"""Rule 30: declarations that change under records that are there."""
import os
import shutil

from semantics import PLUGINS, Case, Refused, main


class Changed(Case):
    def setUp(self):
        super().setUp()
        self.folder = os.path.join(self.daemon.folder, "plugins")
        shutil.copytree(PLUGINS, self.folder)
        self.daemon.plugins = [self.folder]
        self.restart()
        self.path = os.path.join(self.folder, "works", "init.lua")
        self.work = self.create("work", "甲", on="2022-01-05", remark="有字", people=3, sort="road")

    def edit(self, *pairs):
        with open(self.path, encoding="utf-8") as file:
            text = file.read()
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def reload(self, *pairs):
        self.edit(*pairs)
        return self.call("plugin.reload")

    def reload_refused(self, *pairs):
        with open(self.path, encoding="utf-8") as file:
            before = file.read()
        self.edit(*pairs)
        try:
            self.call("plugin.reload")
        except Refused as refusal:
            self.assertEqual(self.get(self.work)["fields"]["remark"], "有字")  # what ran runs on
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(before)
            return str(refusal.error)
        return self.fail("it was not refused")

    def test_30_a_declared_rename_keeps_the_values(self):
        seq = self.seq()
        self.reload(('{ "remark", "text", title = "备注" }', '{ "comment", "text", title = "备注", was = "remark" }'),
                    ('{ "说明", "remark" }', '{ "说明", "comment" }'))
        self.assertEqual(self.get(self.work)["fields"]["comment"], "有字")
        self.assertEqual(self.get(self.work, known_seq=seq)["fields"]["comment"], "有字")
        self.assertEqual(self.listed("comment=有字", as_of="2022-03-01"), [self.work])
        self.assertIn("comment", self.events(self.work)[0]["changes"])
        self.update(self.work, comment="改")
        self.call("journal.verify")
        self.restart()
        self.assertEqual(self.get(self.work)["fields"]["comment"], "改")
        self.assertEqual(self.get(self.work, as_of="2022-03-01")["fields"]["comment"], "有字")

    def test_30_a_stage_may_be_renamed_too(self):
        self.move(self.work, "landed", on="2022-03-01")
        self.reload(('{ "landed", title = "落地"', '{ "settled", was = "landed", title = "落地"'), ('"landed"', '"settled"'),
                    ('was = "settled"', 'was = "landed"'), ("reached(landed)", "reached(settled)"))
        self.assertEqual(self.get(self.work)["stage"], "settled")
        self.assertEqual(self.listed("settled_on=2022-03-01"), [self.work])
        self.assertEqual(self.listed("reached(settled)"), [self.work])
        self.call("journal.verify")

    def test_30_a_field_taken_away_and_declared_again(self):
        line = '    { "people", "int", title = "人数" },\n'
        self.reload((line, ""))
        self.assertNotIn("people", self.get(self.work)["fields"])
        with self.assertRaises(Refused):
            self.listed("people=3")
        self.update(self.work, remark="别的")
        self.call("journal.verify")
        self.reload(('    { "urgent", "bool"', line + '    { "urgent", "bool"'))
        self.assertEqual(self.get(self.work)["fields"]["people"], 3)
        self.assertEqual(self.listed("people=3"), [self.work])

    def test_30_another_type_is_refused(self):
        said = self.reload_refused(('{ "people", "int"', '{ "people", "text"'))
        self.assertIn("people", said)
        self.edit(('{ "people", "int"', '{ "people", "text"'))
        self.connection.close()
        self.daemon.stop()
        with self.assertRaises(RuntimeError):
            self.daemon.start()
        self.edit(('{ "people", "text"', '{ "people", "int"'))
        self.daemon.start()
        self.connection = self.daemon.connect()

    def test_30_a_new_unique_names_the_duplicates(self):
        for title in ("乙", "丙"):
            self.create("work", title, remark="一样", permit=title)
        said = self.reload_refused(('{ "remark", "text", title = "备注" }', '{ "remark", "text", title = "备注", unique = true }'))
        self.assertIn("W-0002", said)
        self.assertIn("W-0003", said)
        self.reload(('{ "permit", "text", title = "许可证" }', '{ "permit", "text", title = "许可证", unique = true }'))
        self.refused("record.create", kind="work", title="丁", fields={"permit": "乙"})

    def test_30_a_new_required_is_asked_of_writes_alone(self):
        self.reload(('{ "permit", "text", title = "许可证" }', '{ "permit", "text", title = "许可证", required = true }'))
        self.assertIsNone(self.get(self.work)["fields"]["permit"])
        self.refused("record.create", kind="work", title="乙")
        self.create("work", "乙", permit="证1")
        self.call("journal.verify")

    def test_30_a_wrong_file_changes_nothing(self):
        before = self.call("plugin.list")["set"]
        said = self.reload_refused(('luodi.kind {\n  name = "work"', 'luodi.kind {{\n  name = "work"'))
        self.assertIn("init.lua:", said)
        self.assertEqual(self.call("plugin.list")["set"], before)
        said = self.reload_refused(('numerator = "stage in (building,finished)"', 'numerator = "stage in (bilding)"'))
        self.assertIn("building", said)

    def test_30_prefixes_are_unique_over_all_plugins(self):
        said = self.reload_refused(('title = "人员", prefix = "U"', 'title = "人员", prefix = "F"'))
        self.assertIn("F", said)

    def test_30_answers_carry_the_sets_hash(self):
        before = self.get(self.work)["plugins"]
        self.reload(("本期首次签约的", "本期头一次签约的"))
        after = self.get(self.work)["plugins"]
        self.assertNotEqual(before, after)
        self.reload(("本期头一次签约的", "本期首次签约的"))
        self.assertEqual(self.get(self.work)["plugins"], before)


if __name__ == "__main__":
    main()
