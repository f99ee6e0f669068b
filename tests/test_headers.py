"""What every answer carries, in development (DEBUG=1) as in production (DEBUG=0, HTTPS=1): an id, an
envelope, the headers browsers obey; no page of Django's that tells of its inside; who may read it.
"""

import re
import subprocess
import sys

import httpx
import pytest

from tests.live import ROOT, Parlor

HOME, FOREIGN = "https://home.example", "https://evil.example"
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
BODY_OF_2_MB = b" " * 2 * 1024 * 1024

# Every way in which an answer comes about: (method, path, options of the request).
pytestmark = pytest.mark.once
REQUESTS = {
    "the client's page": ("GET", "/", {}),
    "a call's page": ("GET", "/call/abcd-efgh-ijkl", {}),
    "a static file": ("GET", "/static/admin/css/base.css", {}),
    "a static file that is not there": ("GET", "/static/nothing.js", {}),
    "the admin": ("GET", "/admin/login/", {}),
    "the admin's redirect": ("GET", "/admin/", {}),
    "the admin without a CSRF token": ("POST", "/admin/login/", {}),
    "an unknown page": ("GET", "/nothing", {}),
    "the documentation": ("GET", "/docs", {}),
    "the gateway's documentation": ("GET", "/docs/ws", {}),
    "the schema": ("GET", "/api/schema", {}),
    "health": ("GET", "/health", {}),
    "the API": ("GET", "/api", {}),
    "an unknown address of the API": ("GET", "/api/v1/nothing", {}),
    "no token": ("GET", "/api/v1/rooms", {}),
    "a bad token": ("GET", "/api/v1/rooms", {"headers": {"Authorization": "Bearer x"}}),
    "a wrong method": ("DELETE", "/api/v1/auth/login", {}),
    "a wrong method outside the API": ("DELETE", "/health", {}),
    "a wrong method of the schema": ("POST", "/api/schema", {}),
    "a wrong type": ("POST", "/api/v1/auth/login", {"content": b"x"}),
    "a wrong body": ("POST", "/api/v1/auth/login", {"json": {}}),
    "wrong credentials": (
        "POST",
        "/api/v1/auth/login",
        {"json": {"email": "a@b.example", "password": "wrong horse"}},
    ),
    "a body that is too large": ("POST", "/api/v1/auth/login", {"content": BODY_OF_2_MB}),
    "a body that is too large elsewhere": ("POST", "/admin/login/", {"content": BODY_OF_2_MB}),
    "a foreign host": ("GET", "/api/v1/rooms", {"headers": {"Host": "evil.example"}}),
    "a foreign host outside the API": ("GET", "/", {"headers": {"Host": "evil.example"}}),
    "a preflight": (
        "OPTIONS",
        "/api/v1/rooms",
        {"headers": {"Origin": HOME, "Access-Control-Request-Method": "POST"}},
    ),
    "OPTIONS": ("OPTIONS", "/api/v1/rooms", {}),
    "HEAD": ("HEAD", "/api/v1/rooms", {}),
}
PAGES = ("/", "/call/abcd-efgh-ijkl", "/admin/login/", "/docs", "/docs/ws", "/nothing")
# What only a technical page of Django's says.
INSIDE = ("Traceback", "DEBUG = True", "URLconf", "DisallowedHost", "settings", "site-packages")


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A Parlor as in production, behind one proxy that speaks HTTPS."""
    running = Parlor(
        tmp_path_factory.mktemp("strict"),
        DEBUG="0",
        HTTPS="1",
        PROXY_COUNT="1",
        SECRET_KEY="a long secret that only this test knows, of 50 letters",
        CORS_ORIGINS=HOME,
    )
    prepare = [sys.executable, "-m", "config.launch", "prepare"]
    subprocess.run(prepare, cwd=ROOT, env=running.env, check=True, capture_output=True)
    try:
        yield running.start()
    finally:
        running.stop()
        assert "Traceback" not in running.log.read_text(errors="replace")


@pytest.fixture(params=["DEBUG=1", "DEBUG=0"])
def site(request):
    """Requests to either."""
    is_strict = request.param == "DEBUG=0"
    running = request.getfixturevalue("strict" if is_strict else "parlor")
    proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"} if is_strict else {}
    with httpx.Client(base_url=running.url, headers=proxy, timeout=30) as client:
        yield client


@pytest.fixture
def https(strict):
    """Requests through the proxy."""
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    with httpx.Client(base_url=strict.url, headers=headers, timeout=30) as client:
        yield client


every_way = pytest.mark.parametrize(
    ("method", "path", "options"), REQUESTS.values(), ids=REQUESTS.keys()
)


# --- on every answer -----------------------------------------------------------------------------
@every_way
def test_every_answer_has_an_id_and_is_no_fault(site, method, path, options):
    answer = site.request(method, path, **options)
    assert answer.status_code < 500, answer.text[:500]
    assert UUID7.fullmatch(answer.headers["X-Request-ID"])


@every_way
def test_an_id_of_the_clients_own_is_kept(site, method, path, options):
    headers = {**options.get("headers", {}), "X-Request-ID": "my-own.id_42"}
    answer = site.request(method, path, **{**options, "headers": headers})
    assert answer.headers["X-Request-ID"] == "my-own.id_42"


@pytest.mark.parametrize(
    "bad", ["short", "x" * 65, "with space", "<script>", "a\tb\tc\td\te", "é" * 9]
)
def test_an_id_that_is_none_is_replaced(site, bad):
    answer = site.get("/api/v1/rooms", headers={"X-Request-ID": bad.encode("latin-1")})
    assert UUID7.fullmatch(answer.headers["X-Request-ID"])
    assert answer.json()["meta"]["requestId"] == answer.headers["X-Request-ID"]


@every_way
def test_no_answer_tells_of_the_inside(site, method, path, options):
    answer = site.request(method, path, **options)
    if answer.status_code >= 400:
        assert [word for word in INSIDE if word in answer.text] == []
        assert len(answer.text) < 3000


@every_way
def test_every_answer_carries_what_browsers_obey(site, method, path, options):
    answer = site.request(method, path, **options)
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    if answer.status_code == 413:  # refused before Django, in JSON
        assert headers["Content-Type"] == "application/json"
        return
    if path.startswith("/static/") and answer.status_code == 200:  # many, and no page
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers
        return
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "microphone=(self)" in headers["Permissions-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@every_way
def test_every_error_below_api_is_an_envelope(site, method, path, options):
    answer = site.request(method, path, **options)
    if not path.startswith("/api") or answer.status_code < 400 or method == "HEAD":
        return
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert (set(body), body["success"]) == ({"success", "error", "meta"}, False)
    assert set(body["error"]) == {"code", "message", "details"}
    assert set(body["meta"]) == {"timestamp", "requestId"}
    assert body["meta"]["requestId"] == answer.headers["X-Request-ID"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["meta"]["timestamp"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_static_files_go_out_compressed_and_with_few_headers(site):
    page = site.get("/")
    (script,) = re.findall(r'src="(/static/js/main[^"]*)"', page.text)
    answer = site.get(script, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert sum(len(name) + len(value) + 4 for name, value in answer.headers.raw) < 600
    part = site.get(script, headers={"Accept-Encoding": "identity", "Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)


# --- pages ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PAGES)
def test_pages_run_only_our_own_scripts(site, path):
    answer = site.get(path)
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    scripts = policy["script-src"].split()
    assert scripts[0] == "'self'"
    assert all(source.startswith("'nonce-") for source in scripts[1:])
    nonces = [source[len("'nonce-") : -1] for source in scripts[1:]]
    for attributes in re.findall(r"<script([^>]*)>", answer.text):
        if "src=" not in attributes:
            assert any(f'nonce="{nonce}"' in attributes for nonce in nonces), attributes
    assert not re.search(r"<[^>]+\son[a-z]+=", answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_a_nonce_is_used_once(site, path):
    first, second = (site.get(path).headers["Content-Security-Policy"] for _ in range(2))
    assert "nonce-" not in first or first != second


def test_an_unknown_page_is_a_plain_404(site):
    answer = site.get("/nothing")
    assert answer.status_code == 404
    assert "Not Found" in answer.text or "not found" in answer.text


def test_over_https_browsers_are_told_to_stay_there(https, parlor):
    for path in (*PAGES, "/api", "/health"):
        assert https.get(path).headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in httpx.get(parlor.url + "/").headers


# --- origins -------------------------------------------------------------------------------------
def test_the_home_origin_reads_with_credentials(https):
    answer = https.get("/api/v1/rooms", headers={"Origin": HOME})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    exposed = answer.headers["Access-Control-Expose-Headers"].lower()
    assert "x-request-id" in exposed
    assert "retry-after" in exposed
    assert "origin" in answer.headers["Vary"].lower()


def test_a_preflight_of_the_home_origin_allows_what_clients_send(https):
    answer = https.options(
        "/api/v1/rooms",
        headers={
            "Origin": HOME,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type, x-request-id",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    allowed = {name.strip() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "content-type", "x-request-id"} <= allowed


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", "http://home.example", HOME + ".evil.example", HOME + ":8443", "x"]
)
def test_a_foreign_origin_reads_nothing(site, origin):
    for method in ("GET", "OPTIONS"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = site.request(method, "/api/v1/rooms", headers=headers)
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers


# --- cookies -------------------------------------------------------------------------------------
def test_the_refresh_cookie_is_for_the_server_alone(site):
    name = f"cookie-{site.base_url.port}"
    answer = site.post("/api/v1/auth/guest", json={"username": name})
    cookie = answer.headers["Set-Cookie"]
    is_https = "X-Forwarded-Proto" in site.headers
    assert cookie.startswith("parlor_refresh=")
    assert "; HttpOnly" in cookie
    assert "; SameSite=Strict" in cookie
    assert "; Path=/api/" in cookie
    assert "; Max-Age=604800" in cookie
    assert ("; Secure" in cookie) == is_https


def test_the_admins_cookies_are_the_sites_alone(site):
    for cookie in site.get("/admin/login/").headers.get_list("Set-Cookie"):
        assert "; SameSite=Lax" in cookie
        assert ("; Secure" in cookie) == ("X-Forwarded-Proto" in site.headers)


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith("/admin")])
def test_pages_set_no_cookies(site, path):
    assert "Set-Cookie" not in site.get(path).headers


def test_the_cookie_is_no_use_to_a_foreign_page(https):
    https.post("/api/v1/auth/guest", json={"username": "cookie-owner"})
    token = https.cookies["parlor_refresh"]
    sent = {"Cookie": f"parlor_refresh={token}", "Content-Type": "application/json"}
    foreign = https.post("/api/v1/auth/refresh", content=b"{}", headers=sent | {"Origin": FOREIGN})
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "FORBIDDEN")
    home = https.post("/api/v1/auth/refresh", content=b"{}", headers=sent | {"Origin": HOME})
    assert home.status_code == 200
