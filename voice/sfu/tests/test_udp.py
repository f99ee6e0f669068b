"""Both kinds of socket do the same."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from voice.sfu import udp
from voice.sfu.udp_batch import BatchSocket, open_socket


@pytest.fixture(params=[BatchSocket, udp.PlainSocket])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[udp.UdpSocket, udp.UdpSocket]]:
    """Two sockets on the loopback."""
    with (
        closing(request.param("127.0.0.1", 0)) as one,
        closing(request.param("127.0.0.1", 0)) as two,
    ):
        yield one, two


def test_many_datagrams_arrive_in_order(pair: tuple[udp.UdpSocket, udp.UdpSocket]) -> None:
    sender, receiver = pair
    target = udp.Destination(sender, udp.make_key("127.0.0.1", receiver.port))
    sent = [b"datagram %d" % number for number in range(150)]
    for data in sent:
        sender.out_view[: len(data)] = data
        sender.push(len(data), target)
    sender.flush()
    found, count = [], udp.RECEIVE_SLOTS
    while count == udp.RECEIVE_SLOTS:
        count = receiver.receive()
        for slot in range(count):
            found.append(bytes(receiver.in_views[slot][: receiver.size_of(slot)]))
            assert udp.read_key(receiver.key_of(slot)) == ("127.0.0.1", sender.port)
    assert found == sent


def test_what_cannot_be_sent_is_counted_and_the_rest_goes(
    pair: tuple[udp.UdpSocket, udp.UdpSocket],
) -> None:
    sender, receiver = pair
    nowhere = udp.Destination(sender, udp.make_key("127.0.0.1", 0))
    somewhere = udp.Destination(sender, udp.make_key("127.0.0.1", receiver.port))
    for target in (nowhere, somewhere, nowhere, somewhere):
        sender.push(10, target)
    sender.flush()
    assert sender.unsent == 2
    assert receiver.receive() == 2


@pytest.mark.parametrize("ip", ["192.0.2.7", "2001:db8::7"])
def test_keys_can_be_read_again(ip: str) -> None:
    assert udp.read_key(udp.make_key(ip, 4242)) == (ip, 4242)


def test_a_port_that_is_taken_leaves_no_socket(
    pair: tuple[udp.UdpSocket, udp.UdpSocket],
) -> None:
    with pytest.raises(OSError, match="in use"):
        open_socket("127.0.0.1", pair[0].port)
