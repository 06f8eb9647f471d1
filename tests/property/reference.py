"""The slow fold: what a record was, as of a day in the world and as known at a sequence, straight from the rules of time.

Nothing here is shared with luodi. Each question is answered by itself: sort the live events, walk them, look at the end.
The rules are those of SEMANTICS, whose numbers stand beside them.
"""
from dataclasses import dataclass, field

STAGES = ["idea", "plan", "build", "done", "halt", "dead"]
SUSPENDING, DEAD, DONE = {"halt"}, {"dead"}, {"done"}
FIELDS = ["code", "label", "amount", "count", "share", "due", "urgent", "grade", "tags"]
FOR_EVER = 1 << 60  # as known now
ENDLESS = 1 << 61   # a void that nothing has ended


@dataclass
class Event:
    seq: int
    place: int          # 1: its own seq, or that of what it corrects
    on: str
    action: str         # create update move note drop
    changes: dict       # name to value; "tags+" and "tags-" add to and take from a set
    stage: str = None
    voids: list = field(default_factory=list)  # 2: [from_seq, to_seq), half-open

    def live(self, known):
        return self.seq <= known and not any(begin <= known < end for begin, end in self.voids)


class State:
    def __init__(self):
        self.exists = False
        self.title = None
        self.fields = {name: None for name in FIELDS}
        self.stage = self.stage_since = self.return_stage = None
        self.entries = []  # (stage, day)

    def enter(self, stage, day):
        self.stage, self.stage_since = stage, day
        self.entries.append((stage, day))

    def move(self, stage, day):
        if stage == "resume":  # 11: back to where it was, in the order of the fold
            stage, self.return_stage = self.return_stage, None
        elif stage in SUSPENDING:
            if self.stage not in SUSPENDING:
                self.return_stage = self.stage
        else:
            self.return_stage = None
        self.enter(stage, day)

    def change(self, changes):
        for name, value in changes.items():
            if name == "title":
                self.title = value
            elif name[-1] in "+-":
                have = set(self.fields["tags"] or ())
                have = have | {value} if name[-1] == "+" else have - {value}
                self.fields["tags"] = frozenset(have) or None
            else:
                self.fields[name] = value

    def reached(self):  # 12
        first = {}
        for stage, day in self.entries:
            first[stage] = min(day, first.get(stage, day))
        return first

    def rank(self):  # 12: a suspended record counts as what it returns to
        return STAGES.index(self.return_stage if self.stage in SUSPENDING and self.return_stage else self.stage)


def fold(events, as_of, known):
    """3: at the end of the day as_of. None: it was not there."""
    state = State()
    for event in sorted((e for e in events if e.live(known) and e.on <= as_of), key=lambda e: (e.on, e.place, e.seq)):  # 1
        if event.action == "create":
            state.exists = True
            state.change(event.changes)
            state.enter(event.stage, event.on)
        elif event.action == "drop":  # 7
            state.exists = False
        else:
            state.change(event.changes)
            if event.action == "move":
                state.move(event.stage, event.on)
    return state if state.exists else None
