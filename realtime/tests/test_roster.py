"""The roster: whatever is lost or late between processes, they end up agreeing on who is here."""

import random
from collections import Counter

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.payloads import Person
from realtime import roster as roster_module
from realtime.roster import SILENT_S, Entry, Roster

PEOPLE = ["ann", "ben", "cat"]
ROOMS = ["den", "hall"]


def person(name):
    return Person(id=name, username=name, display_name=name, avatar_url=None)


def entry(name, **fields):
    return Entry(user_id=name, person=person(name), **fields)


def wired(told):
    """As it comes out at the other end: nothing is shared between processes."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(told), type=type(told))


def count_rooms(roster):
    """What the index must say, counted anew."""
    found = {}
    for of_process in [roster.own, *(peer.entries for peer in roster.peers.values())]:
        for one in of_process.values():
            for room in one.rooms:
                found.setdefault(room, Counter())[one.user_id] += 1
    return found


def indexed(roster):
    return {room: Counter(users) for room, users in roster._by_room.items() if users}


@pytest.fixture
def two():
    """Two processes; the second knows the first."""
    here, there = Roster("here"), Roster("there")
    assert there.hear(wired(here.whole()))
    return here, there


# --- by example ----------------------------------------------------------------------------------
def test_a_change_is_told_once_and_known_there(two):
    here, there = two
    here.put(entry("ann", servers=["s"], rooms={"den": 1.0}))
    told = here.take_changes()
    assert here.take_changes() is None
    assert there.hear(wired(told))
    assert there.people_in_room("den") == {"ann": 1}
    assert there.presence_of("ann").status == "online"
    assert list(there.people_in_server("s")) == ["ann"]


def test_a_missed_change_is_noticed_at_the_next_one_and_at_the_next_beat(two):
    here, there = two
    here.put(entry("ann"))
    here.take_changes()  # lost
    assert not there.hear(wired(here.beat()))
    here.put(entry("ben"))
    assert not there.hear(wired(here.take_changes()))
    assert there.hear(wired(here.whole()))
    assert {*there.peers["here"].entries} == {"ann", "ben"}
    assert there.hear(wired(here.beat()))


def test_a_change_that_comes_twice_or_late_changes_nothing(two):
    here, there = two
    here.put(entry("ann"))
    first = wired(here.take_changes())
    here.forget("ann")
    second = wired(here.take_changes())
    for told in (first, second, first, second):
        assert there.hear(told)
    assert there.entries_of("ann") == []


def test_a_whole_that_comes_late_does_not_bring_back_the_past(two):
    """It was overtaken by newer changes; taking it would make people flap."""
    here, there = two
    here.put(entry("ann"))
    here.take_changes()
    old = wired(here.whole())
    here.put(entry("ben"))
    here.forget("ann")
    told = wired(here.take_changes())
    assert there.hear(old)
    assert there.hear(told)

    assert there.hear(old)
    assert there.entries_of("ann") == []
    assert len(there.entries_of("ben")) == 1
    assert there.hear(wired(here.beat()))


def test_a_beat_that_comes_late_asks_for_nothing(two):
    here, there = two
    beat = wired(here.beat())
    here.put(entry("ann"))
    assert there.hear(wired(here.take_changes()))
    assert there.hear(beat)


def test_the_newest_choice_of_any_process_is_what_others_see(two):
    here, there = two
    for roster in two:
        roster.put(entry("ann"))
    here.choose("ann", "dnd", "busy", 2.0)
    there.choose("ann", "idle", None, 1.0)
    there.choose("ann", "online", None, 0.5)  # late
    assert there.hear(wired(here.take_changes()))
    assert there.presence_of("ann")[:2] == ("dnd", "busy")


def test_who_chose_to_be_offline_looks_offline(two):
    here, _ = two
    here.put(entry("ann"))
    here.choose("ann", "offline", "secret", 1.0)
    assert here.presence_of("ann")[:2] == ("offline", None)


def test_one_person_in_two_processes_is_in_the_room_until_the_last_is_gone(two):
    here, there = two
    here.put(entry("ann", rooms={"den": 1.0}))
    there.hear(wired(here.take_changes()))
    there.put(entry("ann", rooms={"den": 2.0}))
    assert there.people_in_room("den") == {"ann": 2}
    here.put(msgspec.structs.replace(here.own["ann"], rooms={}))
    there.hear(wired(here.take_changes()))
    assert there.people_in_room("den") == {"ann": 1}
    there.forget("ann")
    assert there.people_in_room("den") == {}


def test_a_process_that_falls_silent_is_forgotten_with_its_people(two, monkeypatch):
    here, there = two
    here.put(entry("ann", rooms={"den": 1.0}))
    there.hear(wired(here.take_changes()))
    heard_at = there.peers["here"].heard_at
    there.expire(heard_at + SILENT_S)
    assert there.people_in_room("den") == {"ann": 1}
    there.dirty.clear()
    there.expire(heard_at + SILENT_S + 0.1)
    assert there.people_in_room("den") == {}
    assert there.dirty == {"ann"}
    assert not there.hear(wired(here.beat()))  # it was only away: ask it


def test_sockets_of_all_processes_are_counted_oldest_first(two):
    here, there = two
    here.put(entry("ann", sockets=[3.0, 1.0]))
    there.hear(wired(here.take_changes()))
    there.put(entry("ann", sockets=[2.0]))
    assert there.socket_times("ann") == [1.0, 2.0, 3.0]


# --- any loss, any order -------------------------------------------------------------------------
class RosterMachine(RuleBasedStateMachine):
    """Three processes change, tell, beat and ask over a doorbell without conscience."""

    def __init__(self):
        super().__init__()
        self.rosters = {name: Roster(name) for name in ("p1", "p2", "p3")}
        self.in_flight = []  # (to, told)
        self.asked = []  # (whom, who asks)

    def send(self, told):
        for name in self.rosters:
            if name != told.process:
                self.in_flight.append((name, wired(told)))

    @rule(
        process=st.sampled_from(["p1", "p2", "p3"]),
        name=st.sampled_from(PEOPLE),
        rooms=st.sets(st.sampled_from(ROOMS)),
        is_told=st.booleans(),
    )
    def put(self, process, name, rooms, is_told):
        roster = self.rosters[process]
        roster.put(entry(name, rooms=dict.fromkeys(sorted(rooms), 1.0)))
        if is_told:
            self.tell(process)

    @rule(process=st.sampled_from(["p1", "p2", "p3"]), name=st.sampled_from(PEOPLE))
    def forget(self, process, name):
        self.rosters[process].forget(name)

    @rule(process=st.sampled_from(["p1", "p2", "p3"]))
    def tell(self, process):
        told = self.rosters[process].take_changes()
        if told is not None:
            self.send(told)

    @rule(process=st.sampled_from(["p1", "p2", "p3"]))
    def beat(self, process):
        self.send(self.rosters[process].beat())

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), again=st.booleans())
    def arrive(self, data, again):
        index = data.draw(st.integers(0, len(self.in_flight) - 1))
        to, told = self.in_flight[index] if again else self.in_flight.pop(index)
        if not self.rosters[to].hear(wired(told)):
            self.asked.append(told.process)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def get_lost(self, data):
        self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))

    @precondition(lambda self: self.asked)
    @rule()
    def answer(self):
        process = self.asked.pop(0)
        self.tell(process)
        self.send(self.rosters[process].whole())

    @rule(of=st.sampled_from(["p1", "p2", "p3"]), at=st.sampled_from(["p1", "p2", "p3"]))
    def fall_silent(self, of, at):
        self.rosters[at].forget_peer(of)

    @invariant()
    def the_index_of_rooms_is_true(self):
        for roster in self.rosters.values():
            assert indexed(roster) == count_rooms(roster)

    def teardown(self):
        """What is under way comes in any order; then one beat of each, and an answer if asked."""
        random.Random(len(self.in_flight)).shuffle(self.in_flight)
        for to, told in self.in_flight:
            self.rosters[to].hear(told)
        for name, roster in self.rosters.items():
            changes = roster.take_changes()
            for other_name, other in self.rosters.items():
                if other_name == name:
                    continue
                if changes is not None:
                    other.hear(wired(changes))
                if not other.hear(wired(roster.beat())):
                    assert other.hear(wired(roster.whole()))
                assert other.peers[name].entries == roster.own
        self.the_index_of_rooms_is_true()


def test_processes_agree_after_one_quiet_beat_whatever_was_lost_before():
    run_state_machine_as_test(
        RosterMachine,
        settings=settings(
            max_examples=200,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_reload_is_shorter_than_the_time_people_linger():
    assert roster_module.LINGER_S >= 5.0
    assert roster_module.BEAT_S * 3 < SILENT_S  # two lost beats do not make anybody absent
