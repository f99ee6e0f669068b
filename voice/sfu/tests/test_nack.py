"""Retransmission's two halves."""

from voice.sfu.nack import MAX_MISSING, MAX_TRIES, History, Missing


def test_a_history_finds_what_it_still_has() -> None:
    history = History(4)
    for index in range(10, 16):
        history.indexes[index & history.mask] = index
    assert history.find(15) == 3
    assert history.find(11) == -1


def test_what_is_missing_is_asked_for_at_once_and_again_after_a_round_trip() -> None:
    missing = Missing()
    assert missing.notice(5, 8, 1.0)
    assert missing.due(1.0) == [5, 6, 7]
    assert missing.due(1.05) == []
    missing.found(6, 1.06)
    assert missing.due(1.13) == [5, 7]


def test_the_round_trip_is_learned() -> None:
    missing, before = Missing(), Missing().round_trip_s
    missing.notice(5, 6, 1.0)
    missing.due(1.0)
    missing.found(5, 1.02)
    assert missing.round_trip_s < before
    assert not missing


def test_what_never_comes_is_given_up() -> None:
    missing, asked = Missing(), 0
    missing.notice(5, 6, 1.0)
    for tick in range(100):
        asked += len(missing.due(1.0 + tick * 0.05))
    assert 1 < asked <= MAX_TRIES
    assert not missing


def test_a_hole_that_is_too_long_is_not_asked_for() -> None:
    missing = Missing()
    assert not missing.notice(0, MAX_MISSING + 1, 1.0)
    assert not missing
