# SPDX-License-Identifier: ISC
"""The oracle: what must be true of a history, kept outside the daemon.

A test tells the oracle of every command it sends and of every answer it gets, and at the end hands
it the history the daemon tells. The oracle replays the events through its own small statement of a
hold's life (docs/ARCHITECTURE.md), which shares no code with the daemon, and names every fault:

* sequence numbers from 1 without gaps; an event once seen never changes;
* every acknowledged command is there exactly once, with what was sent; a refused one is not; one
  whose answer never came is there once or not at all; nothing is there that nobody asked for;
* an order that was observed (answered before the other was sent) is the order of the history;
* a hold's revision counts its events, and every answer about it is what the replay says it was
  then;
* every timer that was armed fires exactly once unless it was disarmed, not before it is due, ahead
  of any command that comes after that, and ahead of READY where the daemon was down;
* a deadline is 48 hours after eligible_at, and moves only by hold.corrected.
"""

import bisect
import collections
import dataclasses
import datetime
import threading
import time

US_PER_S = 1_000_000
LIMIT_US = 48 * 3600 * US_PER_S
LATE_US = US_PER_S
OPEN = ("pending", "lodged", "held", "expired")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def now_us():
    return time.time_ns() // 1000


def parse_us(text):
    """RFC 3339 to microseconds since the epoch; None stays None."""
    return None if text is None else (datetime.datetime.fromisoformat(text) - EPOCH) // MICROSECOND


def format_us(at_us):
    """Microseconds since the epoch as the daemon writes them."""
    return (EPOCH + datetime.timedelta(microseconds=at_us)).replace(tzinfo=None).isoformat() + "Z"


def read_history(get, after=0):
    """
    Pages of the whole history after a seq. `get` makes a path the JSON of its answer. A page may
    hold fewer events than were asked for, so only `last_seq` says where the end is.
    """
    last_seq = after + 1
    while after < last_seq:
        answer = get(f"/v1/events?after={after}&limit=1000")
        if answer["events"]:
            yield answer["events"]
            after = answer["events"][-1]["seq"]
        last_seq = answer["last_seq"] if answer["events"] else after


# ---- what was sent -------------------------------------------------------------------------------

IN_DOUBT, ACKNOWLEDGED, REFUSED = "in doubt", "acknowledged", "refused"


@dataclasses.dataclass
class Command:
    """A command as sent. `tag` is what tells its event from all others of the hold (see TAGS)."""
    kind: str
    hold: int | None
    body: dict
    sent: float
    fate: str = IN_DOUBT
    answered: float = float("inf")
    problem: dict | None = None
    seqs: list = dataclasses.field(default_factory=list)

    @property
    def path(self):
        return "/v1/holds" if self.hold is None else f"/v1/holds/{self.hold}/{self.kind}"

    def key(self):
        subject = self.body["booking"] if self.hold is None else self.hold
        return self.kind, subject, canonical(self.body[TAGS[self.kind]])


# The member of a command's body that the tests make unique.
TAGS = {"request": "received_at", "decide": "reason", "serve": "at", "start": "eligible_at",
        "schedule": "pickup_at", "transfer": "at", "release": "reason", "cancel": "reason",
        "close": "at", "correct": "reason", "note": "text"}

# Which command an event of a person comes from, and the member of the event that is its tag.
ORIGINS = {"hold.lodged": ("request", "at"), "hold.pending": ("request", "at"),
           "hold.declined": ("request", "at"), "hold.decided": ("decide", "reason"),
           "hold.served": ("serve", "at"), "hold.started": ("start", "at"),
           "transfer.scheduled": ("schedule", "pickup_at"), "hold.transferred": ("transfer", "at"),
           "hold.released": ("release", "reason"), "hold.cancelled": ("cancel", "reason"),
           "hold.closed": ("close", "at"), "hold.corrected": ("correct", "reason"),
           "hold.noted": ("note", "text")}

# Members of a body that an event does not repeat, or under another name.
UNREPEATED = ("form", "issued_at", "ice_office", "ice_warrant", "booked_at")
RENAMED = {("request", "received_at"): "at", ("start", "eligible_at"): "at"}


def canonical(value):
    """Instants compare as instants, whatever their offset and fraction look like."""
    if isinstance(value, str) and len(value) >= 20 and value[10] == "T":
        try:
            return parse_us(value)
        except ValueError:
            pass
    return value


# ---- a hold, replayed ----------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Facility:
    warnings_s: tuple
    grace_us: int


class Fault(Exception):
    """The history says something that cannot be."""


def insist(condition, *what):
    if not condition:
        raise Fault(" ".join(str(part) for part in what))


class Hold:
    """One hold as its events say."""

    # event -> states it may come from, state it leads to (None: said by the method below)
    LIFE = {
        "hold.lodged": ((None,), "lodged"),
        "hold.pending": ((None,), "pending"),
        "hold.declined": ((None, "pending", "lodged"), "declined"),
        "hold.decided": (("pending",), None),
        "hold.served": (("lodged",), "lodged"),
        "hold.started": (("lodged",), "held"),
        "hold.warning": (("held",), "held"),
        "hold.expired": (("held",), "expired"),
        "hold.cancelled": (("pending", "lodged", "held"), None),
        "hold.transferred": (("held", "expired"), "transferred"),
        "hold.released": (("held", "expired"), "released"),
        "hold.closed": (OPEN, "closed"),
        "hold.corrected": (("held", "expired"), None),
        "hold.noted": (OPEN, None),
        "transfer.scheduled": (("lodged", "held", "expired"), None),
        "transfer.due": (OPEN, None),
        "transfer.missed": (OPEN, None),
    }

    def __init__(self, event, facilities):
        self.id, self.booking, self.facility = event["hold"], event["booking"], event["facility"]
        self.rules = facilities[self.facility]
        self.rev, self.state, self.last_seq = 0, None, None
        self.states = set()
        self.decision = self.lift_code = self.first_hold = None
        self.received_at = self.served_at = self.eligible_at = self.deadline_at = None
        self.authority_ended_at = self.pickup_at = self.ended_at = None
        self.overdue_us = 0
        self.withdrawn_at = None  # by ICE; no correction brings that back
        self.timers = {}  # (kind, rung_s) -> due_at
        self.owed = {}    # the same -> when it can fire: due_at, or when armed if that is later

    # -- one event --

    def apply(self, event):
        kind, self.now = event["kind"], parse_us(event["recorded_at"])
        self.event, self.at = event, parse_us(event["at"])
        insist(event["rev"] == self.rev + 1, "rev", event["rev"], "after", self.rev)
        insist((event["booking"], event["facility"]) == (self.booking, self.facility),
               "another booking or facility")
        sources, target = self.LIFE[kind]
        insist(self.state in sources, "not possible for a hold that is", self.state)
        self.owed_us = None
        if event["actor"] != "clock":
            for timer, due in self.timers.items():
                insist(due > self.now, *timer, "due", format_us(due), "had not fired yet")
        self.before, self.state = self.state, target or self.state
        getattr(self, "on_" + kind.replace(".", "_"))()
        self.rev, self.last_seq = event["rev"], event["seq"]
        self.states.add(self.state)
        insist(event["state"] == self.state, "state", event["state"], "instead of", self.state)

    def take_at_its_word(self, event):
        """After a fault, so that one fault is not told again with every later event."""
        self.rev, self.state, self.last_seq = event["rev"], event["state"], event["seq"]
        self.states.add(self.state)

    def said(self, member):
        return parse_us(self.event.get(member))

    def expect(self, member, value, default=None):
        said = canonical(self.event.get(member, default))
        insist(said == value, member, "is", said, "instead of", value)

    def by_clock(self):
        return self.event["actor"] == "clock"

    # -- timers --

    def arm(self, kind, due, rung_s=0):
        self.timers[kind, rung_s] = due
        self.owed[kind, rung_s] = max(due, self.now)

    def disarm(self, *kinds):
        for key in [key for key in self.timers if not kinds or key[0] in kinds]:
            del self.timers[key], self.owed[key]

    def fired(self, kind, rung_s=0):
        insist(self.by_clock(), "fired by", self.event["actor"])
        insist((kind, rung_s) in self.timers, "fired again, or was never armed")
        due = self.timers.pop((kind, rung_s))
        self.owed_us = self.owed.pop((kind, rung_s))
        insist(self.now >= due, "fired", due - self.now, "us early")
        insist(self.at == due, "fired for another time than", format_us(due))
        self.expect_lateness(due)

    def expect_lateness(self, due):
        late_us = max(0, self.now - due)
        self.expect("due_at", due)
        self.expect("late_us", late_us, 0)
        self.expect("late", late_us > LATE_US, False)

    def expires_with(self, event):
        """Whether a command, whose event this was, also ended the authority."""
        if self.state != "held" or event["actor"] == "clock":
            return False
        if event["kind"] in ("hold.started", "hold.corrected"):
            return self.deadline_at <= self.now
        return event["kind"] == "hold.cancelled"

    def start_clock(self):
        if self.deadline_at <= self.now:
            return  # expires_with() wants hold.expired next
        rungs = {rung_s: self.deadline_at - rung_s * US_PER_S for rung_s in self.rules.warnings_s}
        passed = [rung_s for rung_s, due in rungs.items() if due <= self.now]
        for rung_s, due in rungs.items():
            if due > self.now or rung_s == min(passed):
                self.arm("warning", max(due, self.now), rung_s)  # one that has passed fires at once
        self.arm("expiry", self.deadline_at)

    # -- what each event does --

    def on_hold_lodged(self):
        self.received_at = self.at
        self.decision = "honor"

    def on_hold_pending(self):
        self.received_at = self.at
        self.decision = "review"

    def on_hold_declined(self):
        if self.before is None:
            self.received_at = self.at
        else:
            self.eligible_at = self.at
        self.decision = "decline"
        self.ended_at = self.at
        self.disarm()

    def on_hold_decided(self):
        self.decision = self.event["decision"]
        self.state = "lodged" if self.decision == "honor" else "declined"
        if self.state == "declined":
            self.ended_at = self.at
            self.disarm()

    def on_hold_served(self):
        self.served_at = self.at

    def on_hold_started(self):
        self.eligible_at = self.said("eligible_at")
        insist(self.eligible_at <= self.at, "a clock later than its own start")
        self.first_hold = self.event.get("first_hold")
        insist((self.first_hold is None) == (self.eligible_at == self.at),
               "inherits from", self.first_hold, "the clock of", format_us(self.eligible_at))
        self.deadline_at = self.eligible_at + LIMIT_US
        self.expect("deadline_at", self.deadline_at)
        self.start_clock()

    def on_hold_warning(self):
        self.fired("warning", self.event["rung_s"])
        self.expect("deadline_at", self.deadline_at)

    def on_hold_expired(self):
        cause = self.event["cause"]
        if cause == "deadline":
            self.authority_ended_at = self.deadline_at
            if self.by_clock():
                self.fired("expiry")
            else:
                self.expect_lateness(self.deadline_at)
        else:
            insist(cause == "cancelled" and not self.by_clock(), "expired because", cause)
            self.authority_ended_at = self.at
            insist(self.at == min(self.withdrawn_at, self.deadline_at), "withdrawn, but not then")
        self.disarm("warning", "expiry")

    def on_hold_cancelled(self):
        self.lift_code = self.event.get("lift_code")
        if self.before == "held":
            self.withdrawn_at = max(self.at, self.eligible_at)
        else:
            self.end("cancelled")

    def end(self, state):
        self.state = state
        self.ended_at = self.at
        self.disarm()
        if self.deadline_at is not None:
            ends = self.deadline_at if self.authority_ended_at is None else self.authority_ended_at
            self.overdue_us = max(0, self.at - ends)
            self.expect("overdue_us", self.overdue_us, 0)

    def on_hold_transferred(self):
        self.end("transferred")

    def on_hold_released(self):
        self.end("released")

    def on_hold_closed(self):
        self.end("closed")

    def on_hold_corrected(self):
        previous = self.deadline_at
        self.eligible_at = self.said("eligible_at")
        self.deadline_at = self.eligible_at + LIMIT_US
        self.expect("deadline_at", self.deadline_at)
        self.expect("previous_deadline_at", previous)
        self.expect("lengthened", self.deadline_at > previous, False)
        if self.withdrawn_at is not None:
            self.authority_ended_at = min(self.withdrawn_at, self.deadline_at)
        elif self.state == "expired":
            running = self.deadline_at > max(self.now, previous)
            self.state = "held" if running else "expired"
            self.authority_ended_at = None if running else self.deadline_at
        if self.state == "held" and self.deadline_at != previous:
            self.disarm("warning", "expiry")
            self.start_clock()

    def on_hold_noted(self):
        pass

    def on_transfer_scheduled(self):
        self.pickup_at = self.said("pickup_at")
        self.disarm("transfer_due", "transfer_missed")
        self.arm("transfer_due", self.pickup_at)
        self.arm("transfer_missed", self.pickup_at + self.rules.grace_us)

    def on_transfer_due(self):
        self.fired("transfer_due")
        self.expect("pickup_at", self.pickup_at)

    def on_transfer_missed(self):
        self.fired("transfer_missed")
        self.expect("pickup_at", self.pickup_at)

    # -- as the API shows it --

    INSTANTS = ("received_at", "served_at", "eligible_at", "deadline_at", "authority_ended_at",
                "pickup_at", "ended_at")
    PLAIN = ("id", "rev", "booking", "facility", "state", "decision", "lift_code", "first_hold",
             "last_seq")

    SHOWN = PLAIN + INSTANTS + ("overdue_us", "next_timer")

    def differences(self, shown):
        """What a hold as the API shows it says otherwise."""
        for name in self.PLAIN:
            if shown[name] != getattr(self, name):
                yield f"{name} is {shown[name]!r} instead of {getattr(self, name)!r}"
        for name in self.INSTANTS:
            if parse_us(shown[name]) != getattr(self, name):
                at = getattr(self, name)
                yield f"{name} is {shown[name]} instead of {at if at is None else format_us(at)}"
        if self.state != "expired" and shown["overdue_us"] != self.overdue_us:
            yield f"overdue_us is {shown['overdue_us']} instead of {self.overdue_us}"
        first = min(self.timers.values(), default=None)
        timer = shown["next_timer"]
        if (parse_us(timer["due_at"]) if timer else None) != first:
            yield f"next_timer is {timer} instead of {first if first is None else format_us(first)}"
        elif timer and (timer["kind"], timer.get("rung_s") or 0) not in self.timers:
            yield f"next_timer is {timer}, which is not armed"


# ---- the oracle ----------------------------------------------------------------------------------

@dataclasses.dataclass
class Run:
    """One life of the daemon, in microseconds since the epoch."""
    spawned_us: int
    ready_us: int | None = None
    ended_us: int | None = None


class Oracle:
    """Told by many threads; asked, at the end, by one."""

    def __init__(self, facilities, slack_s=2):
        self.facilities = facilities
        self.slack_us = int(slack_s * US_PER_S)
        self.lock = threading.Lock()
        self.commands = []
        self.shown = collections.defaultdict(list)  # (hold, rev) -> answers that showed it
        self.seen = {}                              # seq -> hash of the event, as first seen
        self.runs = []
        self.faults = []
        self.holds = {}
        self.clocks = collections.defaultdict(list)  # (facility, booking) -> started holds
        self.last = None
        self.last_seq = 0
        self.fired = self.fired_late = self.in_doubt_recorded = 0

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    # -- told while it happens --

    def sent(self, kind, hold, body):
        """Before a command is sent: from now on its event may appear."""
        command = Command(kind, hold, body, time.monotonic())
        with self.lock:
            self.commands.append(command)
        return command

    def unsent(self, command):
        """It turned out that not one byte of it left."""
        with self.lock:
            self.commands.remove(command)

    def answered(self, command, status, answer):
        """The answer came. 503 promises that nothing was recorded, like every other refusal."""
        command.answered = time.monotonic()
        if status in (200, 201):
            command.fate = ACKNOWLEDGED
            self.show(answer)
            if status != (201 if command.hold is None else 200):
                self.fault(f"{command.kind} answered with {status}")
        else:
            command.fate = REFUSED
            command.problem = answer

    def show(self, hold):
        """A hold as an answer showed it, after a command or a plain read."""
        shown = {name: hold[name] for name in Hold.SHOWN}
        with self.lock:
            self.shown[hold["id"], hold["rev"]].append(shown)

    def observe(self, events):
        """Events as somebody saw them: they may never change again."""
        with self.lock:
            for event in events:
                mark = hash(repr(event))
                if self.seen.setdefault(event["seq"], mark) != mark:
                    self.faults.append(f"event {event['seq']} was told otherwise before: {event}")

    # -- the history --

    def replay(self, events):
        """Feeds the next part of the history, in order of seq."""
        self.observe(events)
        for event in events:
            try:
                self.replay_one(event)
            except (Fault, LookupError, TypeError, ValueError) as fault:
                self.fault(f"event {event['seq']}, {event['kind']} of hold {event.get('hold')}: "
                           f"{'' if isinstance(fault, Fault) else type(fault).__name__} {fault}")
                if event.get("hold") in self.holds:
                    self.holds[event["hold"]].take_at_its_word(event)
            self.last, self.last_seq = event, event["seq"]

    def replay_one(self, event):
        insist(event["seq"] == self.last_seq + 1, "comes after", self.last_seq)
        if event["kind"] == "clock.stepped":
            return
        consequence = self.check_consequence(event)
        if event["hold"] not in self.holds:
            self.holds[event["hold"]] = Hold(event, self.facilities)
        hold = self.holds[event["hold"]]
        hold.apply(event)
        if event["actor"] == "clock":
            self.fired += 1
            self.fired_late += event.get("late", False)
            self.check_punctual(hold, hold.now)
        elif not consequence:
            self.check_asked_for(event, hold)
        if event["kind"] == "hold.started":
            self.check_inherited(hold)
        with self.lock:
            shown = self.shown.pop((hold.id, hold.rev), [])
        for answer in shown:
            differences = list(hold.differences(answer))
            insist(not differences, "an answer said otherwise:", *differences)

    def check_consequence(self, event):
        """Whether this is a hold.expired that the command of the event before brought with it."""
        last = self.last or {}
        hold = self.holds.get(last.get("hold"))
        must = hold is not None and hold.expires_with(last)
        expired_by_command = event["kind"] == "hold.expired" and event["actor"] != "clock"
        if must:
            same = all(event[name] == last[name] for name in ("hold", "actor", "recorded_at"))
            insist(expired_by_command and same, "hold.expired must follow event", last["seq"])
        insist(must or not expired_by_command, "expired by", event["actor"])
        return must

    def check_asked_for(self, event, hold):
        kind, tag = ORIGINS[event["kind"]]
        if event["kind"] == "hold.declined" and hold.rev > 1:
            kind = "start"
        key = kind, hold.booking if kind == "request" else hold.id, canonical(event[tag])
        command = self.asked().get(key)
        insist(command, "nobody asked for it:", key)
        insist(command.fate != REFUSED, "it was refused:", command.problem)
        insist(not command.seqs, "it is there already as event", command.seqs)
        command.seqs.append(event["seq"])
        self.in_doubt_recorded += command.fate == IN_DOUBT
        for name, value in command.body.items():
            member = RENAMED.get((kind, name), name)
            if name not in UNREPEATED:
                insist(canonical(event.get(member)) == canonical(value),
                       member, "is", event.get(member), "but was sent as", value)

    def asked(self):
        """Commands by key; made anew when there are more."""
        with self.lock:
            if len(getattr(self, "_asked", ())) != len(self.commands):
                self._asked = {command.key(): command for command in self.commands}
                if len(self._asked) != len(self.commands):
                    raise AssertionError("the test sent two commands that it cannot tell apart")
        return self._asked

    def check_inherited(self, hold):
        """The first clock started on a booking binds the holds that follow."""
        others = self.clocks[hold.facility, hold.booking]
        if hold.first_hold is not None:
            first = self.holds.get(hold.first_hold)
            insist(first in others, "inherits from", hold.first_hold, "of another booking")
            insist(first.eligible_at == hold.eligible_at, "not the clock of", hold.first_hold)
        earliest = min((other.eligible_at for other in others), default=hold.eligible_at)
        insist(hold.eligible_at <= earliest, "later clock than another of the same booking")
        others.append(hold)

    def check_punctual(self, hold, recorded):
        """Nothing fires long after it could, nor after the READY of a daemon that found it owed."""
        owed = hold.owed_us
        index = bisect.bisect_right(self.runs, owed, key=lambda run: run.spawned_us) - 1
        if index >= 0 and self.runs[index].ready_us is not None:
            run = self.runs[index]
            able = max(owed, run.ready_us) + self.slack_us
            insist(recorded <= able or (run.ended_us or able + 1) <= able,
                   "fired", (recorded - owed) / US_PER_S, "s late while the daemon ran")
        for run in self.runs[index + 1:]:
            if run.ready_us is not None:
                insist(recorded <= run.ready_us, "was owed before the start, but fired after READY")
                break

    # -- the verdict --

    def due_within(self, horizon_us):
        """How many armed timers fall due before that instant."""
        return sum(due <= horizon_us
                   for hold in self.holds.values() for due in hold.timers.values())

    def conclude(self, holds, at_us):
        """
        The last questions, once the whole history is replayed: `holds` is the full list as the API
        shows it, `at_us` an instant before which every timer has had its time. Returns the faults.
        """
        for command in self.commands:
            if command.fate == ACKNOWLEDGED and not command.seqs:
                self.fault(f"acknowledged, but lost: {command.kind} of hold {command.hold}, "
                           f"{str(command.body)[:200]}")
        self.check_refusals()
        self.check_order()
        self.check_holds(holds)
        for hold in self.holds.values():
            for (kind, rung_s), due in hold.timers.items():
                if due <= at_us:
                    self.fault(f"hold {hold.id}: {kind} {rung_s} of {format_us(due)} never fired")
        for (hold, rev), answers in self.shown.items():
            self.fault(f"hold {hold} rev {rev}, shown {len(answers)} times, was never there")
        for seq in sorted(set(self.seen) - set(range(1, self.last_seq + 1)))[:10]:
            self.fault(f"event {seq} was seen, but is gone")
        return self.faults

    def check_holds(self, holds):
        shown = {hold["id"]: hold for hold in holds}
        if len(shown) != len(holds) or shown.keys() != self.holds.keys():
            self.fault(f"{len(holds)} holds listed, {len(self.holds)} in the history")
        for number, answer in shown.items():
            if number in self.holds:
                for difference in self.holds[number].differences(answer):
                    self.fault(f"hold {number}: {difference}")

    def check_refusals(self):
        for command in self.commands:
            problem = command.problem
            if command.fate != REFUSED or problem["kind"] != "illegal-transition":
                continue
            if command.kind in problem["legal"]:
                self.fault(f"{command.kind} refused, but named as legal: {problem}")
            hold = self.holds.get(command.hold)
            if hold and problem["state"] not in hold.states:
                self.fault(f"hold {command.hold} was never {problem['state']}")

    def check_order(self):
        """What was answered before another was sent comes before it."""
        recorded = [command for command in self.commands if command.seqs]
        recorded.sort(key=lambda command: command.seqs[0])
        answered_first = float("inf")
        for command in reversed(recorded):
            if command.sent > answered_first:
                self.fault(f"event {command.seqs[0]}, {command.kind}, comes before one that was "
                           "answered before it was sent")
            answered_first = min(answered_first, command.answered)

    def summary(self):
        fates = collections.Counter(command.fate for command in self.commands)
        return (f"{fates[ACKNOWLEDGED]} commands acknowledged, {fates[REFUSED]} refused, "
                f"{fates[IN_DOUBT]} in doubt ({self.in_doubt_recorded} recorded); "
                f"{self.last_seq} events, {self.fired} timers fired "
                f"({self.fired_late} marked late)")
