"""Where a request comes from cannot be made up."""

import pytest

from api.addresses import client_address, network_of


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        (0, "10.0.0.1", "", "10.0.0.1"),
        (0, "10.0.0.1", "6.6.6.6", "10.0.0.1"),
        (1, "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (2, "10.0.0.1", "1.2.3.4", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "1.2.3.4:5678", "10.0.0.1"),
        (1, "::1", " 2001:DB8::1 ", "2001:db8::1"),
        (0, "::ffff:1.2.3.4", "", "1.2.3.4"),
        (0, "", "", "unknown"),
    ],
)
def test_the_address_is_the_one_a_trusted_proxy_saw(settings, proxies, peer, forwarded, expected):
    settings.PROXY_COUNT = proxies
    meta = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(meta) == expected


def test_limits_count_a_clients_whole_ipv6_network():
    assert network_of("1.2.3.4") == "1.2.3.4"
    assert network_of("unknown") == "unknown"
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
