#!/usr/bin/env python3
"""Thousands of random histories through the real luodid, each answer about the past compared with the slow fold.

    tests/property/histories.py --build build/debug --cases 2000
    tests/property/histories.py --build build/debug --seed 7 --cases 500 --rounds 10

A case is one record: created, changed, moved, backdated, corrected, undone, undone again, dropped, imported, in three
stretches on three days, with a restart between. Then every case is asked what it was as of many days and as known at many
sequences and days, by record.get, record.list, record.count and filters. What differs is made small, and printed with its
seed.
"""
import argparse
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
import reference  # noqa: E402
from luodi_daemon import Daemon, Refused  # noqa: E402
from reference import ENDLESS, FOR_EVER, Event  # noqa: E402

DAYS = [f"2022-0{month}-{day:02}" for month in (1, 2, 3) for day in (1, 2, 3, 4, 20)]  # few: so they meet
STRETCHES = ["2022-02-02", "2022-03-01", "2022-03-25"]  # the day that luodi believes in
LATER = "2022-04-30"  # after all of them
STEPS_LARGEST = 14
TOGETHER = 48  # requests under way at once; luodid takes 64


# ---- making a case: what is wanted, without knowing what is allowed ----

def random_fields(rng, few=False):
    makers = {
        "label": lambda: rng.choice(["甲", "乙", "易发式电气", None]),
        "amount": lambda: rng.choice([None, 0, 1, 100000000, rng.randrange(1 << 40)]),
        "count": lambda: rng.choice([None, rng.randrange(-5, 50)]),
        "share": lambda: rng.choice([None, "0.75", "0.333333", "1"]),
        "due": lambda: rng.choice([None, "2022-06-30", "2023-01-01"]),
        "urgent": lambda: rng.choice([None, True, False]),
        "grade": lambda: rng.choice([None, "low", "middle", "high"]),
        "tags+": lambda: rng.choice(["red", "round", "heavy"]),
        "tags-": lambda: rng.choice(["red", "round", "heavy"]),
        "title": lambda: rng.choice(["样品一", "样品二", "样品三"]),
    }
    names = rng.sample(sorted(makers), rng.randrange(1, 3 if few else 5))
    if "tags+" in names and "tags-" in names:
        names.remove("tags-")
    return {name: makers[name]() for name in names}


def random_steps(rng, stretch, first):
    """Each step: its sort, its day, and what it says; events are named by how far back they lie."""
    today = STRETCHES[stretch]
    days = [day for day in DAYS if day <= today]
    steps = []
    if first:
        entered = [rng.choice(["idea", "plan", "idea", "plan", rng.choice(reference.STAGES)])]
        while rng.random() < 0.4 and len(entered) < 4:
            entered.append(rng.choice(reference.STAGES[:4]))
        steps.append({"sort": "create", "fields": random_fields(rng), "entered": entered,
                      "days": sorted(rng.choice(days[:6]) for _ in entered)})
    for _ in range(rng.randrange(1, STEPS_LARGEST // 3 + 1)):
        sort = rng.choices(["update", "move", "note", "correct", "void", "void_all", "undo", "drop", "import"],
                           [24, 34, 3, 14, 6, 1, 14, 3, 8])[0]
        on = rng.choice(days + days[-4:])
        step = {"sort": sort, "on": on, "back": rng.randrange(6), "fields": random_fields(rng, sort == "correct")}
        if sort == "move":
            step["to"] = rng.choice(reference.STAGES + ["resume"] * 2)
            step["fields"] = random_fields(rng) if rng.random() < 0.4 else {}
        if sort == "correct" and rng.random() < 0.3:
            step["fields"] = {}
        step["keep_day"] = rng.random() < 0.4
        steps.append(step)
    return steps


class Case:
    def __init__(self, number, seed, stretches=None):
        rng = random.Random(seed * 1000003 + number)
        self.number, self.seed = number, seed
        self.code = f"c{number}"
        self.stretches = stretches or [random_steps(rng, index, index == 0) for index in range(len(STRETCHES))]
        self.id = None
        self.events = []   # reference.Event
        self.batches = []  # number, events recorded, voids begun, events brought back, whether undone
        self.known = []    # sequences at which the record may be asked for
        self.done = {}     # sort to how often it was accepted
        self.refused = []


def json_fields(fields):
    fields = dict(fields)
    fields.pop("title", None)
    return {name: value for name, value in fields.items()}


# ---- one step through luodi, and the same in the reference ----

class Runner:
    """A case's steps, as a generator of (method, params): what is sent in is the answer, or the refusal."""

    def __init__(self, case):
        self.case = case

    def steps(self, stretch):
        for step in self.case.stretches[stretch]:
            if self.case.id is None and step["sort"] != "create":
                return
            try:
                yield from getattr(self, "do_" + step["sort"])(step)
                self.case.done[step["sort"]] = self.case.done.get(step["sort"], 0) + 1
            except Refused as refusal:
                if refusal.code not in ("refused", "invalid", "not_found", "conflict"):
                    raise
                self.case.refused.append((step, refusal))
            except LookupError:  # there was nothing to correct, to undo
                pass

    def note(self, answer, events=(), voided=(), restored=()):
        """What the reference learns of an accepted write."""
        case = self.case
        if answer["batch"] is None:  # it was so already: nothing was written
            assert not voided and not restored
            return
        void_seq = answer["first_seq"]
        began, ended = [], []
        for event in voided:
            void = [void_seq, ENDLESS]
            event.voids.append(void)
            began.append((event, void))
        for event, void in restored:
            void[1] = void_seq
            ended.append(event)
        case.events.extend(events)
        case.batches.append({"number": answer["batch"], "events": list(events), "began": began, "ended": ended, "undone": False})
        case.known.append(answer["seq"])

    def do_create(self, step):
        case = self.case
        entered = [{"stage": stage, "on": day} for stage, day in zip(step["entered"], step["days"])]
        fields = {name: value for name, value in json_fields(step["fields"]).items() if not name.endswith("-")}
        fields["code"] = case.code
        title = step["fields"].get("title", "无名")
        try:
            answer = yield "record.create", {"kind": "sample", "title": title, "fields": fields, "entered": entered}
        except Refused as refusal:  # then the plainest one, which must not find traces of the other
            case.refused.append((step, refusal))
            step = dict(step, entered=["idea"])
            answer = yield "record.create", {"kind": "sample", "title": title, "fields": fields,
                                             "entered": [{"stage": "idea", "on": step["days"][0]}]}
        case.id = answer["id"]
        seq = answer["first_seq"]
        changes = dict(fields, title=title)
        events = [Event(seq, seq, step["days"][0], "create", changes, step["entered"][0])]
        for stage, day in list(zip(step["entered"], step["days"]))[1:]:
            seq += 1
            events.append(Event(seq, seq, day, "move", {}, stage))
        assert seq <= answer["seq"], "a creation of fewer events than stages"
        self.note(answer, events)

    def do_update(self, step):
        fields = {name: value for name, value in step["fields"].items()}
        answer = yield "record.update", {"id": self.case.id, "fields": fields, "on": step["on"]}
        self.note(answer, [Event(answer["first_seq"], answer["first_seq"], step["on"], "update", fields)])

    def do_move(self, step):
        answer = yield "record.move", {"id": self.case.id, "to": step["to"], "fields": step["fields"], "on": step["on"],
                                       "note": "理由"}
        stage = step["to"]
        before = reference.fold(self.case.events, step["on"], FOR_EVER)
        # back to where it was is a resumption, however it was typed
        if before.stage in reference.SUSPENDING and stage == before.return_stage:
            stage = "resume"
        self.note(answer, [Event(answer["first_seq"], answer["first_seq"], step["on"], "move", step["fields"], stage)])

    def do_note(self, step):
        answer = yield "record.note", {"id": self.case.id, "text": "走访", "on": step["on"]}
        self.note(answer, [Event(answer["first_seq"], answer["first_seq"], step["on"], "note", {})])

    def do_drop(self, step):
        answer = yield "record.drop", {"id": self.case.id, "on": step["on"], "confirm": True}
        self.note(answer, [Event(answer["first_seq"], answer["first_seq"], step["on"], "drop", {})])

    def live_event(self, step):
        live = [event for event in self.case.events if event.live(FOR_EVER)]
        return live[-1 - step["back"] % len(live)] if live else live[0]

    def do_correct(self, step):
        wrong = self.live_event(step)
        params = {"seq": wrong.seq, "fields": step["fields"], "confirm": True}
        if not step["keep_day"] or not step["fields"]:
            params["on"] = step["on"]
        answer = yield "event.correct", params
        changes = dict(wrong.changes)
        for name, value in step["fields"].items():  # what is said of a field replaces what was said of it
            for other in [other for other in changes if other.rstrip("+-") == name.rstrip("+-")]:
                del changes[other]
            changes[name] = value
        right = Event(answer["seq"], wrong.place, params.get("on", wrong.on), wrong.action, changes, wrong.stage)
        self.note(answer, [right], voided=[wrong])

    def do_void(self, step):
        wrong = self.live_event(step)
        answer = yield "event.correct", {"seq": wrong.seq, "void": True, "confirm": True}
        self.note(answer, voided=[wrong])

    def do_void_all(self, step):
        wrong = self.live_event(step)
        answer = yield "event.correct", {"seq": wrong.seq, "void": True, "all": True, "confirm": True}
        self.note(answer, voided=[event for event in self.case.events if event.live(FOR_EVER)])

    def do_undo(self, step):
        batches = self.case.batches
        batch = batches[-1 - step["back"] % len(batches)]
        answer = yield "batch.undo", {"batch": batch["number"], "confirm": True}
        assert not batch["undone"], "a batch was undone twice"
        batch["undone"] = True
        if batch.get("undid"):
            batch["undid"]["undone"] = False
        # 2: what it recorded goes, what it took away comes back, what it brought back goes again
        self.note(answer, voided=[event for event in batch["events"] + batch["ended"] if event.live(FOR_EVER)],
                  restored=[(event, void) for event, void in batch["began"] if void[1] == ENDLESS])
        batches[-1]["undid"] = batch

    def do_import(self, step):
        """One row by its key: what differs from the state on the row's day becomes an update."""
        case = self.case
        present = reference.fold(case.events, LATER, FOR_EVER)
        state = reference.fold(case.events, step["on"], FOR_EVER)
        if present is None or state is None:
            raise LookupError
        label, count = step["fields"].get("label"), step["fields"].get("count")
        begun = yield from self.begin_import(step["on"])
        yield "import.rows", {"import": begun["import"], "rows": [[case.code, label, None if count is None else str(count)]]}
        answer = yield "import.commit", {"import": begun["import"]}
        changes = {name: value for name, value in (("label", label), ("count", count))
                   if value is not None and state.fields[name] != value}
        if answer["changed"] == 0:
            assert not changes or answer["refused"], f"an import left {changes} unwritten"
            return
        assert changes, "an import wrote what was the same"
        batches = yield "batch.list", {"before": answer["batch"] + 1, "limit": 1}
        seq = batches["batches"][0]["first_seq"]  # one row, one event
        assert seq == batches["batches"][0]["last_seq"] and batches["batches"][0]["batch"] == answer["batch"]
        self.note({"first_seq": seq, "seq": seq, "batch": answer["batch"]}, [Event(seq, seq, step["on"], "update", changes)])


    def begin_import(self, day):
        while True:
            try:
                return (yield "import.begin", {"kind": "sample", "header": ["编码", "标签", "count"], "key": "编码", "on": day})
            except Refused as refusal:
                if refusal.code != "busy":  # a connection may have four under way: others' are going on
                    raise


def run_stretch(connection, cases, stretch):
    """Many cases under way at once on one connection, so that their events lie between each other's."""
    waiting = [Runner(case).steps(stretch) for case in cases]
    waiting = [(generator, case) for generator, case in zip(waiting, cases)]
    under_way = {}

    def go_on(generator, case, answer, refusal):
        try:
            if refusal is not None:
                method, params = generator.throw(refusal)
            else:
                method, params = generator.send(answer)
        except StopIteration:
            return
        under_way[connection.send(method, **params)] = (generator, case)

    while waiting or under_way:
        while waiting and len(under_way) < TOGETHER:
            generator, case = waiting.pop()
            go_on(generator, case, None, None)
        if not under_way:
            continue
        number, result, error = connection.receive()
        generator, case = under_way.pop(number)
        go_on(generator, case, result, Refused(error) if error else None)


# ---- asking, and comparing ----

class Difference(Exception):
    def __init__(self, case, question, expected, got):
        super().__init__(f"{case.id} {question}:\n  slow fold  {expected}\n  luodi      {got}")
        self.case = case


def shown(state):
    """What luodi says of a state, as the reference sees it."""
    if state is None:
        return None
    fields = {name: value for name, value in state.fields.items()}
    fields["tags"] = sorted(state.fields["tags"]) if state.fields["tags"] else None
    if fields["share"] is not None:
        fields["share"] = float(fields["share"])
    fields["twice"] = None if state.fields["count"] is None else 2 * state.fields["count"]
    return {"title": state.title, "stage": state.stage, "stage_since": state.stage_since, "fields": fields}


def heard(record):
    fields = dict(record["fields"])
    tags = fields.get("tags")
    fields["tags"] = sorted(tags.split(",") if isinstance(tags, str) else tags) if tags else None
    if fields.get("share") is not None:
        fields["share"] = float(fields["share"])
    return {"title": record["title"], "stage": record["stage"], "stage_since": record["stage_since"], "fields": fields}


def known_days(boundaries):
    """(parameters, sequence) for each way to say as of when it is known."""
    return [({"known": day}, seq) for day, seq in zip(STRETCHES, boundaries)]


def ask_single(connection, cases, boundaries, rng, each):
    """record.get as of days and as known, pipelined."""
    asked = {}
    for case in cases:
        if case.id is None:
            continue
        ways = known_days(boundaries) + [({"known_seq": seq}, seq) for seq in rng.sample(case.known, min(4, len(case.known)))]
        ways.append(({}, FOR_EVER))
        for _ in range(each):
            said, seq = rng.choice(ways)
            day = rng.choice(DAYS + [LATER, "2021-12-31"])
            asked[connection.send("record.get", id=case.id, as_of=day, **said)] = (case, day, said, seq)
            if len(asked) >= TOGETHER:
                take_single(connection, asked)
    while asked:
        take_single(connection, asked)


def take_single(connection, asked):
    number, result, error = connection.receive()
    case, day, said, seq = asked.pop(number)
    if error is not None and (error.get("data") or {}).get("code") != "not_found":
        raise Difference(case, f"as of {day} {said}", "an answer", error)
    state = reference.fold(case.events, day, seq)
    got = heard(result) if result else None
    if got != shown(state):
        raise Difference(case, f"as of {day} {said}", shown(state), got)
    if state is not None and result["reached"] != state.reached():
        raise Difference(case, f"reached, as of {day} {said}", state.reached(), result["reached"])


FILTERS = [
    ("stage=plan", lambda s: s.stage == "plan"),
    ("阶段=施工 or 阶段=暂停", lambda s: s.stage in ("build", "halt")),
    ("stage>=build", lambda s: s.stage is not None and s.rank() >= 2),
    ("count>=10", lambda s: s.fields["count"] is not None and s.fields["count"] >= 10),
    ("not count>=10", lambda s: not (s.fields["count"] is not None and s.fields["count"] >= 10)),  # 19
    ("金额>=1亿 or 占比=75%", lambda s: (s.fields["amount"] or 0) >= 10000000000 or s.fields["share"] == "0.75"),
    ("label?", lambda s: s.fields["label"] is not None),
    ("due!", lambda s: s.fields["due"] is None),
    ("tags=red", lambda s: "red" in (s.fields["tags"] or ())),
    ("grade in (低,high)", lambda s: s.fields["grade"] in ("low", "high")),
    ("urgent=true", lambda s: s.fields["urgent"] is True),
    ("reached(build) in 2022-01-02..2022-02-03", lambda s: any(stage == "build" and "2022-01-02" <= day <= "2022-02-03"
                                                             for stage, day in s.entries)),
    ("plan_on in 2022-02", lambda s: s.reached().get("plan", "").startswith("2022-02")),
    ("reached(done)", lambda s: any(stage == "done" for stage, _ in s.entries)),
    ("stage_since>=2022-02-01", lambda s: s.stage_since >= "2022-02-01"),
    ("label~电气", lambda s: "电气" in (s.fields["label"] or "")),
    ("twice<0", lambda s: s.fields["count"] is not None and s.fields["count"] < 0),
    ("dead", lambda s: s.stage == "dead"),
    ("", lambda s: True),
]


def ask_lists(connection, cases, boundaries, rng, rounds):
    by_id = {case.id: case for case in cases if case.id}
    seqs = sorted(seq for case in cases for seq in case.known)
    for round_number in range(rounds):
        text, holds = FILTERS[round_number % len(FILTERS)]
        day = rng.choice(DAYS + [LATER])
        said, seq = rng.choice(known_days(boundaries) + [({}, FOR_EVER)] * 2 +
                               [({"known_seq": s}, s) for s in rng.sample(seqs, 3)])
        expected = {}
        for case in by_id.values():
            state = reference.fold(case.events, day, seq)
            if state is not None and holds(state):
                expected[case.id] = state
        got, offset = {}, 0
        while offset is not None:
            answer = connection.call("record.list", kind="sample", filter=text, as_of=day, limit=1000, offset=offset, **said)
            for record in answer["records"]:
                got[record["id"]] = record
            offset = answer["next"]
        question = f"list {text!r} as of {day} {said}"
        for name in expected.keys() ^ got.keys():
            raise Difference(by_id[name], question, name in expected, name in got)
        for name, state in expected.items():
            if heard(got[name]) != shown(state):
                raise Difference(by_id[name], question, shown(state), heard(got[name]))
        compare_count(connection, by_id, expected, question, dict(filter=text, as_of=day, **said))


def compare_count(connection, by_id, expected, question, params):
    answer = connection.call("record.count", kind="sample", by=["stage"], sum=["amount"], **params)
    groups = {}
    for state in expected.values():
        count, total = groups.get(state.stage, (0, 0))
        groups[state.stage] = (count + 1, total + (state.fields["amount"] or 0))
    got = {group["by"]["stage"]: (group["count"], group["sum"]["amount"] or 0) for group in answer["groups"]}
    got = {stage: value for stage, value in got.items() if value[0]}
    if got != groups or answer["count"] != len(expected):
        raise Difference(next(iter(by_id.values())), "count by stage of " + question, groups, got)


# ---- a round of many cases, and making a fault small ----

def run_cases(build, cases, rng, lists, each):
    """Raises Difference. One daemon a stretch, on the same folder."""
    daemon = Daemon(build, [os.path.join(HERE, "plugins")])
    boundaries = []
    try:
        for stretch, today in enumerate(STRETCHES):
            daemon.today = today
            daemon.start()
            connection = daemon.connect()
            run_stretch(connection, cases, stretch)
            boundaries.append(connection.call("server.status")["seq"])
            if stretch + 1 < len(STRETCHES):
                connection.close()
                daemon.stop()
        ask_single(connection, cases, boundaries, rng, each)
        ask_lists(connection, cases, boundaries, rng, lists)
        try:
            connection.call("journal.verify")
        except Refused as damage:
            named = [case for case in cases if case.id and case.id in str(damage)]
            raise Difference((named or cases)[0], "verify", "clean", damage) from None
        connection.close()
        daemon.stop()
    finally:
        daemon.kill()
        daemon.clean()


def still_differs(build, case, stretches):
    alone = Case(case.number, case.seed, stretches)
    try:
        run_cases(build, [alone], random.Random(1), lists=2 * len(FILTERS), each=400)
    except (Difference, Refused, AssertionError, KeyError, IndexError, ValueError) as difference:
        return difference
    return None


def shrink(build, case, deadline):
    """Leaves out one step after another, as long as it still differs."""
    stretches = [list(steps) for steps in case.stretches]
    found = still_differs(build, case, stretches)
    if found is None:
        return stretches, None
    smaller = True
    while smaller and time.monotonic() < deadline:
        smaller = False
        for stretch in range(len(stretches)):
            for index in range(len(stretches[stretch]) - 1, -1, -1):
                if stretches[stretch][index]["sort"] == "create" or time.monotonic() > deadline:
                    continue
                fewer = [steps[:index] + steps[index + 1:] if number == stretch else steps
                         for number, steps in enumerate(stretches)]
                difference = still_differs(build, case, fewer)
                if difference is not None:
                    stretches, found, smaller = fewer, difference, True
    return stretches, found


def report(build, difference, seed, minutes):
    case = difference.case
    print(f"seed {seed}, case {case.number}: {difference}")
    for event in case.events:
        print("   ", event)
    stretches, alone = shrink(build, case, time.monotonic() + 60 * minutes)
    if alone is None:
        print("alone, it does not differ")
        return
    print(f"made small: {alone}")
    for today, steps in zip(STRETCHES, stretches):
        for step in steps:
            print(f"    {today}  {step}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=1, help="each of that many cases, in a store of its own")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LUODI_SEED", "20220718")))
    options = parser.parse_args()
    started, done, refused, events = time.monotonic(), {}, 0, 0
    for round_number in range(options.rounds):
        seed = options.seed + round_number
        cases = [Case(number, seed) for number in range(options.cases)]
        try:
            run_cases(options.build, cases, random.Random(seed), lists=3 * len(FILTERS), each=10)
        except Difference as difference:
            report(options.build, difference, seed, minutes=3)
            sys.exit(1)
        for case in cases:
            refused += len(case.refused)
            events += len(case.events)
            for sort, count in case.done.items():
                done[sort] = done.get(sort, 0) + count
    print(f"{options.cases * options.rounds} histories, {events} events, {refused} refusals, "
          f"{', '.join(f'{sort} {count}' for sort, count in sorted(done.items()))}: no difference "
          f"(seed {options.seed}, {time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
