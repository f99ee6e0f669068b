"""The feed of a room: whatever happens on their way, every socket gets every number once."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from realtime.feed import MAX_PENDING, RoomFeed


class Ear:
    """A socket that believes only what the contract lets it: the next number, or a page."""

    def __init__(self, user_id="u"):
        self.user_id = user_id
        self.cursor = None
        self.heard = []
        self.casts = []

    def __hash__(self):
        return id(self)

    def send(self, frame):
        self.heard.append(frame)
        kind, _, rest = frame.partition(" ")
        if kind == "cast":
            self.casts.append(rest)
            return
        assert self.cursor is not None, "a number before the answer"
        if kind == "page":  # every number from `first` to `up_to`
            first, up_to = map(int, rest.split("-"))
            assert first <= self.cursor + 1, f"{frame} leaves a hole after {self.cursor}"
            assert up_to > self.cursor, f"{frame} says nothing new after {self.cursor}"
            self.cursor = up_to
        else:
            assert int(rest) == self.cursor + 1, f"{frame} after {self.cursor}"
            self.cursor += 1

    def send_run(self, frames):
        for frame in frames:
            self.send(frame)

    def answered(self, feed, head):
        """What joining does at its end."""
        self.cursor = head if self.cursor is None else max(self.cursor, head)
        feed.release(self, head)


def one(number):
    """The frame of one change."""
    return f"one {number}"


def run_of(first, count):
    """The frames of changes that one transaction wrote."""
    return [one(number) for number in range(first, first + count)]


def heard_numbers(ear):
    return [int(frame.split()[1]) for frame in ear.heard if frame.startswith("one ")]


def started(head=0):
    feed = RoomFeed()
    feed.start(head)
    return feed


def listening(feed, head=0, user_id="u"):
    ear = Ear(user_id)
    feed.hold(ear)
    ear.answered(feed, head)
    return ear


# --- by example ----------------------------------------------------------------------------------
def test_numbers_that_come_out_of_order_leave_in_order():
    feed = started()
    ear = listening(feed)
    for number in (2, 3, 1, 5, 4):
        feed.accept(number, one(number))
    assert heard_numbers(ear) == [1, 2, 3, 4, 5]
    assert not feed.has_hole


def test_what_was_written_together_leaves_together():
    feed = started()
    ear, held = listening(feed), Ear()
    ear.runs, ear.send_run = [], lambda frames: ear.runs.append(frames)
    feed.hold(held)
    feed.accept(1, *run_of(1, 3))
    assert ear.runs == [("one 1", "one 2", "one 3")]
    held.answered(feed, 2)
    assert held.heard == ["one 3"]
    assert (feed.delivered, feed.known_head) == (3, 3)


@pytest.mark.parametrize("second", [(2, 2), (3, 4), (1, 3), (1, 6)])
def test_what_was_written_together_fits_what_was_there_before(second):
    feed = started()
    ears = [listening(feed), Ear()]
    feed.accept(1, *run_of(1, 2))
    feed.hold(ears[1])
    ears[1].answered(feed, 4)
    feed.accept(*(second[0], *run_of(*second)))
    feed.accept(5, *run_of(5, 3))
    feed.accept(3, *run_of(3, 2))
    assert heard_numbers(ears[0]) == [1, 2, 3, 4, 5, 6, 7]
    assert heard_numbers(ears[1]) == [5, 6, 7]


def test_a_number_that_comes_twice_leaves_once():
    feed = started()
    ear = listening(feed)
    for number in (1, 1, 2, 1, 2):
        feed.accept(number, one(number))
    assert heard_numbers(ear) == [1, 2]


def test_nothing_passes_a_hole_until_the_database_fills_it():
    feed = started()
    ear = listening(feed)
    feed.accept(3, one(3))
    assert ear.heard == []
    assert feed.has_hole

    feed.fill(3, "page 1-3")
    assert ear.heard == ["page 1-3"]
    assert not feed.has_hole


def test_what_arrives_during_a_fill_waits_for_its_end():
    feed = started()
    ear = listening(feed)
    feed.is_filling = True
    feed.accept(1, one(1))
    feed.accept(4, one(4))
    feed.fill(2, "page 1-2")
    feed.fill(3, "page 3-3")
    feed.end_fill()
    assert ear.heard == ["page 1-2", "page 3-3", "one 4"]


def test_a_held_socket_hears_after_its_answer_only_what_the_answer_lacked():
    feed = started()
    ear = Ear()
    feed.hold(ear)
    for number in (1, 2, 3):
        feed.accept(number, one(number))
    assert ear.heard == []

    ear.answered(feed, 2)
    assert ear.heard == ["one 3"]


def test_a_socket_answered_beyond_the_feed_does_not_hear_that_part_again():
    feed = started()
    first, second = listening(feed), Ear()
    feed.hold(second)
    second.answered(feed, 2)  # its snapshot saw 1 and 2 before their frames came
    assert feed.has_hole  # so the first one gets them, if no frame comes

    for number in (1, 2, 3):
        feed.accept(number, one(number))
    assert heard_numbers(first) == [1, 2, 3]
    assert heard_numbers(second) == [3]


def test_a_page_that_reaches_beyond_an_answer_is_heard_by_that_socket_too():
    feed = started()
    ear = Ear()
    feed.hold(ear)
    ear.answered(feed, 2)
    feed.fill(5, "page 1-5")
    assert ear.heard == ["page 1-5"]
    assert ear in feed.live


def test_asking_again_while_listening_answers_up_to_where_one_had_heard():
    feed = started()
    ear = listening(feed)
    feed.accept(1, one(1))
    assert feed.hold(ear) == 1
    feed.accept(2, one(2))
    feed.release(ear, 1)  # the answer failed: as before, without a gap
    assert heard_numbers(ear) == [1, 2]


def test_asking_again_while_ahead_of_the_feed_keeps_the_place():
    feed = started()
    ear = Ear()
    feed.hold(ear)
    ear.answered(feed, 3)
    assert feed.hold(ear) == 3
    feed.release(ear, 3)
    for number in (1, 2, 3, 4):
        feed.accept(number, one(number))
    assert heard_numbers(ear) == [4]


def test_numbers_that_come_before_the_head_is_known_wait_for_it():
    feed = RoomFeed()
    feed.accept(7, one(7))
    feed.accept(5, one(5))
    feed.start(5)
    ear = listening(feed, 5)
    feed.accept(6, one(6))
    # 7 was there already
    assert heard_numbers(ear) == [6, 7]


def test_a_second_start_changes_nothing():
    feed = started(5)
    feed.accept(6, one(6))
    feed.start(9)
    assert feed.delivered == 6


def test_a_flood_beyond_what_is_kept_is_a_hole_and_not_a_loss():
    feed = started()
    ear = listening(feed)
    far = MAX_PENDING + 500
    for number in range(2, far + 1):
        feed.accept(number, one(number))
    assert len(feed.pending) <= MAX_PENDING
    feed.accept(1, one(1))
    assert feed.has_hole
    feed.is_filling = True
    feed.fill(far, f"page {feed.delivered + 1}-{far}")
    feed.end_fill()
    assert ear.cursor == far
    assert feed.pending == {}


def test_typing_is_not_kept_for_a_socket_that_is_being_answered():
    feed = started()
    ear = Ear()
    feed.hold(ear)
    feed.cast("cast typing")
    feed.cast("cast joined", is_droppable=False)
    ear.answered(feed, 0)
    assert ear.casts == ["joined"]


def test_who_causes_an_event_does_not_hear_it():
    feed = started()
    mine, other = listening(feed, user_id="me"), listening(feed, user_id="you")
    feed.cast("cast typing", except_user="me")
    assert mine.casts == []
    assert other.casts == ["typing"]


def test_a_dropped_socket_hears_nothing_more_and_an_empty_feed_says_so():
    feed = started()
    ears = [listening(feed), Ear(), Ear()]
    feed.hold(ears[1])
    feed.hold(ears[2])
    ears[2].answered(feed, 4)
    for ear in ears:
        assert not feed.is_empty
        feed.drop(ear)
    assert feed.is_empty
    feed.accept(1, one(1))
    feed.cast("cast hello")
    assert all(ear.heard == [] for ear in ears)


@pytest.mark.parametrize("place", ["live", "ahead"])
def test_a_socket_that_overflows_and_leaves_while_it_is_told_costs_the_others_nothing(place):
    """A slow reader is thrown out in the middle of a delivery; the delivery goes on."""
    feed = started()

    class Slow(Ear):
        def send(self, frame):
            feed.drop(self)

    ears = []
    for index in range(8):
        ear = Slow() if index % 2 else Ear()
        feed.hold(ear)
        ear.answered(feed, 1 if place == "ahead" else 0)
        ears.append(ear)
    for number in (1, 2, 3):
        feed.accept(number, one(number))
    feed.cast("cast hello")
    for ear in ears[::2]:
        assert ear.cursor == 3
        assert ear.casts == ["hello"]


def test_a_socket_that_overflows_on_what_was_held_for_it_is_not_kept():
    feed = started()

    class Slow(Ear):
        def send(self, frame):
            feed.drop(self)

    for head in (0, 9):
        ear = Slow()
        feed.hold(ear)
        feed.cast("cast hello", is_droppable=False)
        feed.release(ear, head)
    assert feed.is_empty


# --- any order, any loss -------------------------------------------------------------------------
@given(
    start=st.integers(0, 3),
    arrivals=st.lists(st.integers(1, 20), max_size=60),
    answers=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=5),
)
def test_any_arrival_order_leaves_dense(start, arrivals, answers):
    """Some numbers come, some twice, some never; sockets are answered with heads in between."""
    feed = started(start)
    joins = sorted(answers)
    ears = []
    committed = start
    for position, number in enumerate([*arrivals, None]):
        while joins and (joins[0][0] <= position or number is None):
            _, ahead_by = joins.pop(0)
            ear = Ear()
            feed.hold(ear)
            committed = max(committed, feed.delivered + ahead_by)
            ear.answered(feed, committed)
            ears.append(ear)
        if number is not None:
            committed = max(committed, number)
            feed.accept(number, one(number))
    if feed.has_hole:
        feed.is_filling = True
        feed.fill(committed, f"page {feed.delivered + 1}-{committed}")
        feed.end_fill()
    assert not feed.has_hole
    assert all(ear.cursor == feed.delivered for ear in ears if ear in feed.live)
    assert all(ear in feed.live or feed.ahead[ear] > feed.delivered for ear in ears)


class FeedMachine(RuleBasedStateMachine):
    """The database commits, the doorbell loses, doubles and reorders, sockets come, ask and go, and
    the watch reads holes in two pages: in any order of these steps.
    """

    def __init__(self):
        super().__init__()
        self.feed = RoomFeed()
        self.head = 0  # of the database
        self.in_flight = []
        self.waiting = {}  # held socket → the head of its snapshot, or None before it
        self.ears = []
        self.fill = None  # pages still to be delivered

    @initialize(before=st.integers(0, 3), early=st.booleans())
    def begin(self, before, early):
        self.head = before
        if early:  # a frame arrives while the starting head is being read
            self.head += 1
            self.feed.accept(self.head, one(self.head))
        self.feed.start(before)

    @rule(count=st.integers(1, 4))
    def commit(self, count):
        for _ in range(count):
            self.head += 1
            self.in_flight.append((self.head, 1))

    @rule(count=st.integers(2, 4))
    def commit_together(self, count):
        self.in_flight.append((self.head + 1, count))
        self.head += count

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), again=st.booleans())
    def arrive(self, data, again):
        changes = data.draw(st.sampled_from(self.in_flight))
        if not again:
            self.in_flight.remove(changes)
        self.feed.accept(changes[0], *run_of(*changes))

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def get_lost(self, data):
        self.in_flight.remove(data.draw(st.sampled_from(self.in_flight)))

    @rule()
    def come(self):
        ear = Ear()
        self.ears.append(ear)
        self.feed.hold(ear)
        self.waiting[ear] = None

    @precondition(lambda self: any(ear not in self.waiting for ear in self.ears))
    @rule(data=st.data())
    def ask_again(self, data):
        ear = data.draw(st.sampled_from([e for e in self.ears if e not in self.waiting]))
        assert self.feed.hold(ear) == ear.cursor
        self.waiting[ear] = None

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def read_snapshot(self, data):
        self.waiting[data.draw(st.sampled_from(list(self.waiting)))] = self.head

    @precondition(lambda self: any(head is not None for head in self.waiting.values()))
    @rule(data=st.data())
    def answer(self, data):
        ready = [ear for ear, head in self.waiting.items() if head is not None]
        ear = data.draw(st.sampled_from(ready))
        ear.answered(self.feed, self.waiting.pop(ear))

    @precondition(lambda self: any(ear.cursor is not None for ear in self.waiting))
    @rule(data=st.data())
    def answer_fails(self, data):
        ear = data.draw(st.sampled_from([e for e in self.waiting if e.cursor is not None]))
        del self.waiting[ear]
        self.feed.release(ear, ear.cursor)

    @precondition(lambda self: self.ears)
    @rule(data=st.data())
    def go(self, data):
        ear = data.draw(st.sampled_from(self.ears))
        self.ears.remove(ear)
        self.waiting.pop(ear, None)
        self.feed.drop(ear)

    @rule()
    def look_at_the_head(self):
        self.feed.known_head = max(self.feed.known_head, self.head)

    @precondition(lambda self: self.fill is None and self.feed.has_hole)
    @rule(data=st.data())
    def read_hole(self, data):
        first, last = self.feed.delivered + 1, self.head
        middle = data.draw(st.integers(first, last))
        pages = [(first, middle), (middle + 1, last)] if middle < last else [(first, last)]
        self.fill = pages
        self.feed.is_filling = True

    @precondition(lambda self: self.fill is not None)
    @rule()
    def deliver_page(self):
        if self.fill:
            first, up_to = self.fill.pop(0)
            self.feed.fill(up_to, f"page {first}-{up_to}")
        if not self.fill:
            self.fill = None
            self.feed.end_fill()

    @invariant()
    def a_socket_is_in_one_place(self):
        for ear in self.ears:
            places = (ear in self.feed.live, ear in self.feed.held, ear in self.feed.ahead)
            assert sum(places) == 1
            assert places[1] == (ear in self.waiting)

    @invariant()
    def a_live_socket_has_all_that_was_delivered(self):
        for ear in self.feed.live:
            assert ear.cursor == self.feed.delivered

    def teardown(self):
        while self.fill is not None:
            self.deliver_page()
        self.look_at_the_head()
        if self.feed.has_hole:
            self.fill, self.feed.is_filling = [(self.feed.delivered + 1, self.head)], True
            self.deliver_page()
        for ear in list(self.waiting):
            self.waiting.pop(ear)
            ear.answered(self.feed, self.head)
        assert all(ear.cursor == self.head for ear in self.ears)


def test_whatever_happens_in_any_order_every_socket_has_each_number_once_and_in_order():
    run_state_machine_as_test(
        FeedMachine,
        settings=settings(
            max_examples=250,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
