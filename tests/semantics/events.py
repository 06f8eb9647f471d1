#!/usr/bin/env python3
"""Rules 1 to 9: events, the order in which they count, and what may be taken back."""
from semantics import Case, Refused, main


class Order(Case):
    def test_01_the_day_comes_before_the_sequence(self):
        work = self.create("work", "甲", on="2022-01-05", remark="一月")
        self.update(work, on="2022-05-01", remark="五月")
        self.update(work, on="2022-03-01", remark="三月")
        self.assertEqual([self.get(work, as_of=day)["fields"]["remark"] for day in
                          ("2022-01-05", "2022-03-01", "2022-04-30", "2022-05-01", "2022-07-18")],
                         ["一月", "三月", "三月", "五月", "五月"])
        self.assertEqual([event["effective_on"] for event in self.events(work)],
                         ["2022-01-05", "2022-03-01", "2022-05-01"])

    def test_01_on_one_day_the_later_recorded_counts(self):
        work = self.create("work", "甲", on="2022-01-05", remark="一")
        self.update(work, on="2022-02-01", remark="二")
        self.update(work, on="2022-02-01", remark="三")
        self.assertEqual(self.get(work, as_of="2022-02-01")["fields"]["remark"], "三")

    def test_01_a_correction_keeps_the_place_of_what_it_corrects(self):
        work = self.create("work", "甲", on="2022-01-05")
        first = self.update(work, on="2022-02-01", remark="一", people=1)["first_seq"]
        self.update(work, on="2022-02-01", remark="二")
        answer = self.call("event.correct", seq=first, fields={"remark": "改", "people": 5})
        self.assertEqual(answer["voided"], 1)
        fields = self.get(work, as_of="2022-02-01")["fields"]
        self.assertEqual((fields["remark"], fields["people"]), ("二", 5))  # the second still has the last word
        second = self.events(work)[-1]["seq"]
        corrected = next(event["seq"] for event in self.events(work) if event["changes"].get("people") == [None, 5])
        self.call("event.correct", seq=corrected, fields={"people": 6})  # and so does a correction of a correction
        fields = self.get(work, as_of="2022-02-01")["fields"]
        self.assertEqual((fields["remark"], fields["people"]), ("二", 6))
        self.assertEqual(self.events(work)[-1]["seq"], second)


class Live(Case):
    def test_02_void_is_known_from_its_own_sequence_on(self):
        work = self.create("work", "甲", on="2022-01-05", remark="一")
        update = self.update(work, remark="二")
        correction = self.call("event.correct", seq=update["first_seq"], void=True)
        self.assertEqual(self.get(work)["fields"]["remark"], "一")
        for seq in range(update["seq"], correction["first_seq"]):
            self.assertEqual(self.get(work, known_seq=seq)["fields"]["remark"], "二")
        self.assertEqual(self.get(work, known_seq=correction["first_seq"])["fields"]["remark"], "一")
        event = next(event for event in self.events(work) if event["seq"] == update["first_seq"])
        self.assertEqual(event["void"], correction["first_seq"])
        event = self.events(work, known_seq=update["seq"])[-1]
        self.assertIsNone(event["void"])

    def test_02_undo_redo_undo_again(self):
        work = self.create("work", "甲", on="2022-01-05", remark="一")
        update = self.update(work, on="2022-02-01", remark="二")
        self.update(work, on="2022-02-01", people=3)
        batch, seen = update["batch"], []
        for wanted in ("一", "二", "一", "二", "一"):
            answer = self.call("batch.undo", batch=batch)
            batch = answer["batch"]
            self.assertEqual(self.get(work)["fields"]["remark"], wanted)
            self.assertEqual(self.get(work)["fields"]["people"], 3)
            seen.append((answer["seq"], wanted))
        for seq, wanted in seen:
            self.assertEqual(self.get(work, known_seq=seq)["fields"]["remark"], wanted)

    def test_02_what_comes_back_has_its_old_place(self):
        work = self.create("work", "甲", on="2022-01-05")
        first = self.update(work, on="2022-02-01", remark="一")
        self.update(work, on="2022-02-01", remark="二")
        undo = self.call("batch.undo", batch=first["batch"], confirm=True)
        self.call("batch.undo", batch=undo["batch"], confirm=True)
        self.assertEqual(self.get(work)["fields"]["remark"], "二")
        remarks = [event["changes"]["remark"][1] for event in self.events(work) if "remark" in event["changes"]]
        self.assertEqual(remarks, ["一", "二"])

    def test_02_undo_of_an_undone_batch_is_refused(self):
        work = self.create("work", "甲", on="2022-01-05")
        update = self.update(work, remark="一")
        undo = self.call("batch.undo", batch=update["batch"])
        error = self.refused("batch.undo", batch=update["batch"])
        self.assertIn(str(undo["batch"]), error["message"] + error["data"]["hint"])
        self.assertEqual([batch["undone_by"] for batch in self.call("batch.list")["batches"]
                          if batch["batch"] == update["batch"]], [undo["batch"]])

    def test_02_correct_of_a_void_event_is_refused(self):
        work = self.create("work", "甲", on="2022-01-05")
        update = self.update(work, remark="一")
        self.call("event.correct", seq=update["first_seq"], void=True)
        self.refused("event.correct", seq=update["first_seq"], void=True)
        self.refused("event.correct", seq=update["first_seq"], fields={"remark": "二"})
        self.refused("event.correct", code="not_found", seq=999, void=True)

    def test_02_undo_of_a_correction_brings_the_old_words_back(self):
        work = self.create("work", "甲", on="2022-01-05")
        update = self.update(work, on="2022-02-01", people=1)
        correction = self.call("event.correct", seq=update["first_seq"], on="2022-03-01", fields={"people": 2})
        self.assertEqual(self.get(work, as_of="2022-02-15")["fields"]["people"], None)
        self.call("batch.undo", batch=correction["batch"])
        self.assertEqual(self.get(work, as_of="2022-02-15")["fields"]["people"], 1)
        self.assertEqual(self.get(work)["fields"]["people"], 1)


class Days(Case):
    def test_03_as_of_is_the_end_of_the_day(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        self.move(work, "signed", on="2022-03-01")
        self.move(work, "landed", on="2022-03-01")
        self.assertEqual(self.get(work, as_of="2022-02-28")["stage"], "clue")
        self.assertEqual(self.get(work, as_of="2022-03-01")["stage"], "landed")

    def test_03_a_stage_of_no_full_day_counts_as_reached(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        self.move(work, "signed", on="2022-03-01")
        self.move(work, "landed", on="2022-03-01")
        for day in ("2022-02-28", "2022-03-01", "2022-03-02"):
            self.assertEqual(self.listed("stage=signed", as_of=day), [])
        self.assertEqual(self.listed("signed_on=2022-03-01"), [work])
        self.assertEqual(self.listed("reached(signed)"), [work])
        self.assertEqual(self.listed("reached(signed) in 2022-03"), [work])
        self.assertEqual(self.get(work)["reached"]["signed"], "2022-03-01")
        self.assertIn(["clue", "signed"], [event["stage"] for event in self.events(work)])

    def test_02_a_void_event_is_told_as_what_it_was(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        self.update(work, on="2022-02-01", planned="2亿")
        move = self.move(work, "signed", on="2022-03-01", planned="3亿")
        later = self.move(work, "landed", on="2022-04-01")
        self.call("event.correct", seq=later["seq"], void=True)
        self.call("batch.undo", batch=move["batch"])
        told = {event["seq"]: event for event in self.events(work)}
        self.assertEqual((told[move["seq"]]["stage"], told[move["seq"]]["changes"]["planned"]), (["clue", "signed"], [20000000000, 30000000000]))
        self.assertEqual((told[later["seq"]]["stage"], told[later["seq"]]["stage_titles"]), (["signed", "landed"], ["签约", "落地"]))
        again = self.events(work, known_seq=later["seq"])[-1]  # as it was told before it was void
        self.assertEqual((again["stage"], again["changes"]), (told[later["seq"]]["stage"], told[later["seq"]]["changes"]))

    def test_04_it_exists_from_its_creations_day(self):
        work = self.create("work", "甲", on="2022-02-01")
        self.assertFalse(self.there(work, as_of="2022-01-31"))
        self.assertTrue(self.there(work, as_of="2022-02-01"))
        self.assertEqual(self.listed("", as_of="2022-01-31"), [])

    def test_04_a_change_before_the_beginning_is_refused_with_the_way_out(self):
        work = self.create("work", "甲", on="2022-02-01")
        creation = self.events(work)[0]["seq"]
        for method, params in (("record.update", {"fields": {"people": 1}}), ("record.note", {"text": "来访"}),
                               ("record.move", {"to": "landed"}), ("record.drop", {})):
            error = self.refused(method, id=work, on="2022-01-15", **params)
            self.assertIn(f"correct {creation} --on 2022-01-15", error["data"]["hint"])
        self.call("event.correct", seq=creation, on="2022-01-15")  # and the way out is one
        self.update(work, on="2022-01-15", people=1)

    def test_04_a_creation_moved_earlier_takes_its_values_with_it(self):
        work = self.create("work", "甲", on="2022-02-01", people=7)
        self.update(work, on="2022-03-01", people=8)
        self.call("event.correct", seq=self.events(work)[0]["seq"], on="2021-12-01")
        self.assertEqual(self.get(work, as_of="2021-12-01")["fields"]["people"], 7)
        self.assertEqual(self.get(work, as_of="2022-03-01")["fields"]["people"], 8)

    def test_04_a_creation_moved_past_an_event_is_refused_naming_the_first(self):
        work = self.create("work", "甲", on="2022-02-01")
        first = self.update(work, on="2022-03-01", people=1)["first_seq"]
        self.update(work, on="2022-04-01", people=2)
        creation = self.events(work)[0]["seq"]
        error = self.refused("event.correct", seq=creation, on="2022-05-01")
        self.assertIn(f"#{first}", error["message"] + error["data"].get("hint", ""))
        self.call("event.correct", seq=creation, on="2022-02-20")  # as far as it precedes none
        self.assertFalse(self.there(work, as_of="2022-02-19"))

    def test_05_a_backdated_change_lands_in_its_place(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        self.move(work, "landed", on="2022-05-01")
        answer = self.move(work, "signed", on="2022-03-01")
        self.assertEqual(answer["changes"]["stage"], ["clue", "signed"])
        self.assertEqual(self.get(work)["stage"], "landed")
        self.assertEqual(self.get(work)["reached"], {"clue": "2022-01-05", "signed": "2022-03-01", "landed": "2022-05-01"})

    def test_05_what_makes_a_later_move_impossible_is_refused_naming_it(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        step = self.move(work, "signed", on="2022-05-01")["first_seq"]
        self.move(work, "landed", on="2022-06-01")
        error = self.refused("record.move", id=work, to="abandoned", on="2022-04-01", note="不做了")  # the flow
        self.assertIn(f"#{step}", error["message"] + error["data"].get("hint", ""))
        error = self.refused("record.update", id=work, fields={"planned": None}, on="2022-02-01")  # what a stage needs
        self.assertIn(f"#{step}", error["message"] + error["data"].get("hint", ""))
        self.assertEqual(self.get(work, as_of="2022-04-01")["stage"], "clue")

    def test_05_a_required_field_is_never_cleared(self):
        person = self.create("person", "李明", on="2022-01-05", staff_no="7")
        error = self.refused("record.update", id=person, fields={"staff_no": None})
        self.assertEqual(error["data"]["field"], "staff_no")
        self.refused("record.create", kind="person", title="王芳")

    def test_05_guards_see_the_changes_own_day_and_the_present(self):
        work = self.create("work", "甲", on="2022-01-05", planned="100万", paid="10万")
        self.update(work, on="2022-03-01", planned="20万")
        self.update(work, on="2022-05-01", planned="100万")
        error = self.refused("record.update", id=work, fields={"paid": "120万"}, on="2022-02-01")  # on its own day
        self.assertEqual(error["data"]["field"], "paid")
        self.update(work, on="2022-02-01", paid="50万")  # too much in March, which nobody asks about
        self.assertEqual(self.get(work, as_of="2022-03-01")["fields"]["paid"], 5000000 * 10)
        other = self.create("work", "乙", on="2022-01-05", planned="100万")
        self.update(other, on="2022-05-01", planned="20万")
        self.refused("record.update", id=other, fields={"paid": "50万"}, on="2022-02-01")  # in the present

    def test_06_the_future_is_refused_in_every_write(self):
        work = self.create("work", "甲", on="2022-01-05")
        seq = self.events(work)[0]["seq"]
        for method, params in (("record.create", {"kind": "work", "title": "乙"}),
                               ("record.create", {"kind": "work", "title": "乙", "entered": [{"stage": "clue", "on": "2022-07-19"}]}),
                               ("record.update", {"id": work, "fields": {"people": 1}}), ("record.drop", {"id": work}),
                               ("record.note", {"id": work, "text": "来访"}), ("record.move", {"id": work, "to": "landed"}),
                               ("event.correct", {"seq": seq})):
            if "entered" not in params:
                params["on"] = "2022-07-19"
            self.refused(method, **params)
        self.assertEqual(self.seq(), seq)
        self.update(work, on="2022-07-18", due_on="2030-01-01")  # a date field may lie ahead

    def test_06_as_of_may_lie_ahead_and_says_so(self):
        work = self.create("work", "甲", on="2022-01-05")
        answer = self.get(work, as_of="2023-01-01")
        self.assertIs(answer["forecast"], True)
        self.assertEqual(answer["as_of"], "2023-01-01")
        self.assertNotIn("forecast", self.get(work, as_of="2022-07-18"))
        self.assertIs(self.call("record.count", kind="work", as_of="2023-01-01")["forecast"], True)

    def test_06_today_never_goes_back(self):
        self.create("work", "甲")
        self.restart(today="2022-07-20")
        work = self.create("work", "乙", on="2022-07-20")
        self.assertEqual(self.events(work)[0]["recorded_at"][:10], "2022-07-20")
        self.restart(today="2022-07-01")  # the journal has been further
        self.assertEqual(self.call("server.status")["today"], "2022-07-20")
        self.update(work, on="2022-07-20", people=1)
        times = [event["recorded_at"] for event in self.events(work)]
        self.assertEqual(times, sorted(times))


class Ends(Case):
    def test_07_dropped_from_its_day_on(self):
        work = self.create("work", "甲", on="2022-01-05")
        self.call("record.drop", id=work, on="2022-05-01", note="重复")
        self.assertFalse(self.there(work))
        self.assertFalse(self.there(work, as_of="2022-05-01"))
        self.assertTrue(self.there(work, as_of="2022-04-30"))
        self.assertEqual(self.listed("", as_of="2022-04-30"), [work])
        self.assertEqual(self.listed(""), [])
        self.assertEqual(self.events(work)[-1]["action"], "drop")
        self.assertEqual(self.events(work)[-1]["note"], "重复")

    def test_07_refused_while_present_records_refer_to_it(self):
        firm = self.create("firm", "甲公司", on="2022-01-05")
        work = self.create("work", "甲", on="2022-02-01", firm=firm)
        error = self.refused("record.drop", id=firm)
        self.assertEqual([candidate["id"] for candidate in error["data"]["candidates"]], [work])
        self.update(work, on="2022-03-01", firm=None)
        self.call("record.drop", id=firm, on="2022-04-01")
        self.assertEqual(self.get(work, as_of="2022-02-01")["fields"]["firm"], firm)

    def test_07_a_reference_to_what_is_gone_is_refused(self):
        firm = self.create("firm", "甲公司", on="2022-01-05")
        self.call("record.drop", id=firm, on="2022-03-01")
        for value in (firm, "甲公司"):
            with self.assertRaises(Refused):
                self.create("work", "甲", firm=value)
        self.assertEqual(self.listed(""), [])

    def test_07_only_undoing_revives(self):
        work = self.create("work", "甲", on="2022-01-05", people=3)
        drop = self.call("record.drop", id=work, on="2022-05-01")
        for method, params in (("record.update", {"fields": {"people": 1}}), ("record.move", {"to": "landed"}),
                               ("record.drop", {}), ("record.note", {"text": "来访"})):
            with self.assertRaises(Refused):
                self.call(method, id=work, **params)
        self.call("batch.undo", batch=drop["batch"])
        self.assertEqual(self.get(work)["fields"]["people"], 3)

    def test_07_never_existed_is_voiding_its_creation(self):
        work = self.create("work", "甲", on="2022-01-05")
        creation = self.events(work)[0]["seq"]
        self.call("event.correct", seq=creation, void=True)
        self.assertFalse(self.there(work))
        self.assertFalse(self.there(work, as_of="2022-03-01"))
        self.assertEqual(self.listed("", as_of="2022-03-01"), [])
        self.assertTrue(self.there(work, as_of="2022-03-01", known_seq=creation))

    def test_08_void_of_a_creation_with_later_events_lists_them(self):
        work = self.create("work", "甲", on="2022-01-05")
        creation = self.events(work)[0]["seq"]
        later = [self.update(work, people=n)["first_seq"] for n in (1, 2, 3)]
        error = self.refused("event.correct", seq=creation, void=True)
        for seq in later:
            self.assertIn(f"#{seq}", error["message"])
        self.assertIn(f"correct {creation} --void --all", error["data"]["hint"])
        self.assertTrue(self.there(work))

    def test_08_all_voids_every_live_event_in_one_step(self):
        work = self.create("work", "甲", on="2022-01-05")
        creation = self.events(work)[0]["seq"]
        for n in (1, 2, 3):
            self.update(work, people=n)
        answer = self.call("event.correct", seq=creation, void=True, all=True)
        self.assertEqual(answer["voided"], 4)
        self.assertFalse(self.there(work))
        self.assertTrue(all(event["void"] for event in self.events(work) if event["action"] != "recompute"))
        self.call("batch.undo", batch=answer["batch"])
        self.assertEqual(self.get(work)["fields"]["people"], 3)

    def test_08_undo_of_a_batch_with_all_of_them_is_allowed(self):
        answer = self.call("record.create", kind="work", title="甲", fields={"planned": "1亿"},
                           entered=[{"stage": "clue", "on": "2022-01-05"}, {"stage": "signed", "on": "2022-02-01"}])
        self.call("batch.undo", batch=answer["batch"])
        self.assertFalse(self.there(answer["id"]))
        other = self.call("record.create", kind="work", title="乙", on="2022-01-05")
        step = self.update(other["id"], people=1)["first_seq"]
        error = self.refused("batch.undo", batch=other["batch"])  # the second step is in another
        self.assertIn(f"#{step}", error["message"] + error["data"].get("hint", ""))
        self.refused("batch.undo", batch=other["batch"], confirm=True)

    def test_08_all_is_refused_while_others_refer_to_it(self):
        firm = self.create("firm", "甲公司", on="2022-01-05")
        work = self.create("work", "甲", on="2022-02-01", firm=firm)
        creation = self.events(firm)[0]["seq"]
        for params in ({"void": True}, {"void": True, "all": True}):
            error = self.refused("event.correct", seq=creation, **params)
            self.assertIn(work, error["message"] + str(error["data"]))
        self.refused("batch.undo", batch=1)


class Undo(Case):
    def test_09_a_batch_goes_whole_or_not_at_all(self):
        batch = self.call("record.create", kind="work", title="甲", fields={"planned": "1亿"}, entered=[
            {"stage": "clue", "on": "2022-01-05"}, {"stage": "signed", "on": "2022-02-01"}])
        self.move(batch["id"], "landed", on="2022-03-01")
        before = self.seq()
        self.refused("batch.undo", batch=batch["batch"])
        self.assertEqual(self.seq(), before)
        self.assertEqual(self.get(batch["id"])["stage"], "landed")

    def test_09_a_later_step_that_becomes_impossible_is_named(self):
        work = self.create("work", "甲", on="2022-01-05")
        planned = self.update(work, on="2022-02-01", planned="1亿")
        step = self.move(work, "signed", on="2022-03-01")["first_seq"]
        for confirm in (False, True):
            error = self.refused("batch.undo", batch=planned["batch"], confirm=confirm)
            self.assertIn(f"#{step}", error["message"] + error["data"].get("hint", ""))

    def test_09_later_events_on_the_same_fields_are_listed_until_confirmed(self):
        work = self.create("work", "甲", on="2022-01-05")
        first = self.update(work, on="2022-02-01", remark="一")
        self.update(work, on="2022-03-01", remark="二")
        error = self.refused("batch.undo", batch=first["batch"])
        self.assertEqual([candidate["id"] for candidate in error["data"]["candidates"]], [work])
        self.call("batch.undo", batch=first["batch"], confirm=True)
        self.assertIsNone(self.get(work, as_of="2022-02-15")["fields"]["remark"])
        self.assertEqual(self.get(work)["fields"]["remark"], "二")

    def test_09_later_events_on_other_fields_need_no_word(self):
        work = self.create("work", "甲", on="2022-01-05")
        first = self.update(work, on="2022-02-01", remark="一")
        self.update(work, on="2022-03-01", people=1)
        self.call("batch.undo", batch=first["batch"])
        self.assertIsNone(self.get(work)["fields"]["remark"])

    def test_09_guards_are_not_asked(self):
        work = self.create("work", "甲", on="2022-01-05", planned="100万", paid="50万")
        update = self.update(work, on="2022-02-01", planned="200万")
        self.update(work, on="2022-02-01", paid="150万")
        self.call("batch.undo", batch=update["batch"])  # a guard would not have let 150 of 100 through
        self.assertEqual(self.get(work)["fields"]["planned"], 100000000)

    def test_09_unique_is_checked_without_the_batch(self):
        work = self.create("work", "甲", on="2022-01-05", code="A1")
        update = self.update(work, code="A2")
        self.create("work", "乙", code="A1")
        error = self.refused("batch.undo", batch=update["batch"])
        self.assertEqual(error["data"].get("field"), "code")

    def test_09_a_reference_is_checked_without_the_batch(self):
        firm = self.call("record.create", kind="firm", title="甲公司", on="2022-01-05")
        work = self.create("work", "甲", on="2022-02-01", firm=firm["id"])
        error = self.refused("batch.undo", batch=firm["batch"])
        self.assertIn(work, error["message"] + str(error["data"]))

    def test_09_a_dry_run_tells_and_writes_nothing(self):
        work = self.create("work", "甲", on="2022-01-05")
        update = self.update(work, remark="一")
        answer = self.call("batch.undo", batch=update["batch"], dry_run=True)
        self.assertIs(answer["dry_run"], True)
        self.assertEqual(answer["voided"], 1)
        self.assertEqual(self.get(work)["fields"]["remark"], "一")
        self.assertEqual(self.seq(), update["seq"])
        self.call("batch.undo", batch=update["batch"])

    def test_09_what_comes_back_may_not_refer_to_what_is_gone(self):
        old = self.create("firm", "甲公司", on="2022-01-05")
        new = self.create("firm", "乙公司", on="2022-01-05")
        work = self.create("work", "甲", on="2022-02-01", firm=old)
        change = self.update(work, on="2022-03-01", firm=new)
        self.call("record.drop", id=old, on="2022-04-01")
        for method, params in (("batch.undo", {"batch": change["batch"]}),
                               ("event.correct", {"seq": change["first_seq"], "void": True})):
            error = self.refused(method, **params)
            self.assertIn(old, error["message"])
        self.assertEqual(self.get(work)["fields"]["firm"], new)

    def test_09_one_after_the_other_they_may_go(self):
        firm = self.create("firm", "甲公司", on="2022-01-05")
        work = self.create("work", "甲", on="2022-02-01", firm=firm)
        self.call("event.correct", seq=self.events(work)[0]["seq"], void=True)
        self.call("event.correct", seq=self.events(firm)[0]["seq"], void=True)
        self.assertEqual(self.listed("", kind="firm"), [])


if __name__ == "__main__":
    main()
