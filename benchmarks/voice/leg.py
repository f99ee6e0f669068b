"""One connection of the load: ICE (controlling), DTLS client and SRTP, over a real UDP socket.

Blocking and plain, and made of nothing that Parlor uses for the same: every server meets the same
client. Media is `generator`'s.
"""

import datetime
import secrets
import socket
import time
from typing import NamedTuple

from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pylibsrtp import Session

from benchmarks.voice.srtp import EXPORTER, KEY_LENGTH, PROFILE_NAME, SALT_LENGTH, sessions

TIMEOUT_S = 15.0
RETRY_S = 0.05
BUFFER_LENGTH = 4 * 1024 * 1024


class Identity(NamedTuple):
    """The certificate of all connections of a run."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> str:
        """SHA-256, as in SDP."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def make_identity() -> Identity:
    """A fresh one, as browsers make it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate, key)


class Remote(NamedTuple):
    """Where a server waits for one connection, and how it proves who it is."""

    host: str
    port: int
    username: str
    password: str
    fingerprint: str  # SHA-256


class Local(NamedTuple):
    """Our ICE credentials of one connection."""

    username: str
    password: str


def make_local() -> Local:
    """Fresh ones."""
    return Local(secrets.token_hex(4), secrets.token_hex(12))


class Leg(NamedTuple):
    """A connection that stands."""

    socket: socket.socket
    binding: bytes  # a signed binding request, good for as long as it lives
    tx: Session
    rx: Session


def open_leg(remote: Remote, local: Local, identity: Identity) -> Leg:
    """Connects. Raises TimeoutError, or ConnectionError when the other side is somebody else."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        opened.setsockopt(socket.SOL_SOCKET, option, BUFFER_LENGTH)
    opened.connect((remote.host, remote.port))
    opened.settimeout(RETRY_S)
    try:
        return _Handshake(opened, remote, local, identity).run()
    except BaseException:
        opened.close()
        raise


class _Handshake:
    def __init__(
        self, opened: socket.socket, remote: Remote, local: Local, identity: Identity
    ) -> None:
        self._socket, self._remote, self._local = opened, remote, local
        self._binding = _binding_request(remote, local)
        self._is_bound = False
        self._opening: list[bytes] = []  # said again as long as the server has not begun
        self._has_begun = False
        context = SSL.Context(SSL.DTLS_METHOD)
        context.use_certificate(identity.certificate)
        context.use_privatekey(identity.key)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)  # by fingerprint, below
        context.set_tlsext_use_srtp(PROFILE_NAME)
        self._tls = SSL.Connection(context, None)
        self._tls.set_connect_state()

    def run(self) -> Leg:
        end = time.monotonic() + TIMEOUT_S
        while not self._step():
            if time.monotonic() > end:
                raise TimeoutError("no DTLS" if self._is_bound else "no answer to binding requests")
        peer = self._tls.get_peer_certificate(as_cryptography=True)
        if peer is None or peer.fingerprint(hashes.SHA256()).hex(":").upper() != (
            self._remote.fingerprint.upper()
        ):
            raise ConnectionError("the server has another certificate than it said")
        material = self._tls.export_keying_material(EXPORTER, 2 * (KEY_LENGTH + SALT_LENGTH))
        self._socket.setblocking(False)
        return Leg(self._socket, self._binding, *sessions(material))

    def _step(self) -> bool:
        """Says what there is to say and reads one datagram. Whether it is done."""
        if not self._is_bound:
            self._socket.send(self._binding)
        elif self._shake():
            return True
        try:
            data = self._socket.recv(4096)
        except TimeoutError:
            return False
        except ConnectionRefusedError:
            time.sleep(RETRY_S)
            return False
        if data[0] < 4:
            self._on_stun(data)
        elif 19 < data[0] < 64:
            self._has_begun = True
            self._opening = []
            self._tls.bio_write(data)
        return False

    def _shake(self) -> bool:
        try:
            self._tls.do_handshake()
            is_done = True
        except SSL.WantReadError:
            is_done = False
        said = self._opening
        try:
            while True:
                said.append(self._tls.bio_read(1500))
        except SSL.WantReadError:
            pass
        for record in said:
            self._socket.send(record)
        # Some servers drop what comes before they know that ICE is done; DTLS's own patience for
        # that is a second.
        self._opening = [] if self._has_begun else said
        return is_done

    def _on_stun(self, data: bytes) -> None:
        message = stun.parse_message(data)
        if message.message_class == stun.Class.RESPONSE:
            self._is_bound = True
        elif message.message_class == stun.Class.REQUEST:  # a full agent checks us as well
            response = stun.Message(
                stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id
            )
            response.attributes["XOR-MAPPED-ADDRESS"] = self._socket.getpeername()
            response.add_message_integrity(self._local.password.encode())
            self._socket.send(bytes(response))


def _binding_request(remote: Remote, local: Local) -> bytes:
    message = stun.Message(
        stun.Method.BINDING,
        stun.Class.REQUEST,
        attributes={
            "USERNAME": f"{remote.username}:{local.username}",
            "PRIORITY": 1853824767,
            "ICE-CONTROLLING": secrets.randbits(63),
            "USE-CANDIDATE": None,
        },
    )
    message.add_message_integrity(remote.password.encode())
    return bytes(message)
