"""The doors (auth/…) and people (users/…) over REST: parse, call, answer."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import cookies, payloads, queries, serializers, services, sign_in, tokens
from accounts import schema as _schema  # noqa: F401  (tells the OpenAPI schema of the token)
from accounts.authentication import actor_of, authenticate_token, bearer_token, session_of
from api import limits, params
from api.addresses import client_address
from api.base import ApiViewSet, DoorView
from api.envelope import Deleted
from api.errors import InvalidToken, NotAuthenticated, NotFound, ParlorError
from api.pagination import paged
from api.responses import created, deleted, ok
from api.schema import describe, text_parameter

SEARCH = (
    text_parameter("q", "Part of a username or display name, literally."),
    text_parameter("skills", "Skills they all have, separated by commas.", max_length=1020),
)


class RegisterView(DoorView):
    """auth/register and auth/signup"""

    @describe(
        "Register",
        body=serializers.Register,
        answer=payloads.SignedIn,
        status=201,
        errors=(409,),
        public=True,
    )
    def post(self, request: Request) -> Response:
        """A new person, signed in. The refresh token is set as a cookie, too."""
        data = serializers.Register.read(request)
        grant = sign_in.sign_up(
            caller_of(request),
            email=data["email"],
            password=data["password"],
            username=data.get("username") or "",
            display_name=data.get("display_name") or data.get("name") or "",
        )
        return _signed_in(created(_answer(grant)), grant)


class LoginView(DoorView):
    """auth/login"""

    @describe(
        "Sign in",
        body=serializers.Login,
        answer=payloads.SignedIn,
        errors=(401,),
        public=True,
    )
    def post(self, request: Request) -> Response:
        """A session for e-mail and password."""
        data = serializers.Login.read(request)
        grant = sign_in.sign_in(caller_of(request), **data)
        return _signed_in(ok(_answer(grant)), grant)


class GuestView(DoorView):
    """auth/guest"""

    @describe(
        "Come in as a guest",
        body=serializers.Guest,
        answer=payloads.SignedIn,
        status=201,
        errors=(409,),
        public=True,
    )
    def post(self, request: Request) -> Response:
        """A session under a name nobody has, without e-mail and password."""
        grant = sign_in.sign_in_guest(caller_of(request), **serializers.Guest.read(request))
        return _signed_in(created(_answer(grant)), grant)


class RefreshView(DoorView):
    """auth/refresh"""

    is_throttled = False  # by person below: behind one address many refresh

    @describe(
        "Renew the tokens",
        body=serializers.Refresh,
        answer=payloads.Tokens,
        errors=(401, 403),
        public=True,
    )
    def post(self, request: Request) -> Response:
        """Spend the refresh token (of the body, else of the cookie) for a new pair.

        TOKEN_SPENT means that another call was quicker: try once more with the newest token.
        """
        try:
            claims = _refresh_claims(request)
        except ParlorError:
            limits.hit_address("anonymous", client_address(request.META))
            raise
        limits.hit("signed_in", str(claims.user_id))
        grant = sign_in.refresh(claims)
        answer = payloads.Tokens(access_token=grant.access_token, refresh_token=grant.refresh_token)
        return _signed_in(ok(answer), grant)


class LogoutView(DoorView):
    """auth/logout"""

    @describe("Sign out", body=serializers.Refresh, answer=Deleted, errors=(401, 403), public=True)
    def post(self, request: Request) -> Response:
        """End the session of the bearer token, or of the refresh token when that is over."""
        session_id = _session_to_leave(request)
        sign_in.sign_out(session_id)
        response = ok(Deleted(id=str(session_id)), message="Signed out.")
        cookies.clear_refresh(response)
        return response


class SessionViewSet(ApiViewSet):
    """auth/me and auth/sessions"""

    @describe("Who am I", answer=payloads.Me)
    def me(self, request: Request) -> Response:
        """The signed-in person."""
        actor = actor_of(request)
        return ok(payloads.Me(user=payloads.user(actor, actor.pk)))

    @describe("Where I am signed in", answer=payloads.Session, many=True)
    def list(self, request: Request) -> Response:
        """All living sessions, the latest used first."""
        current_id = session_of(request).pk
        sessions = queries.list_sessions(actor_of(request))
        return ok([payloads.session(session, current_id) for session in sessions])

    @describe("Sign out elsewhere", answer=Deleted)
    def destroy(self, request: Request, session_id: str) -> Response:
        """End one session of one's own; its sockets close."""
        sign_in.end_session(actor_of(request), session_id=_uuid_or_404(session_id))
        return deleted(session_id)

    @describe("Sign out everywhere else", answer=payloads.EndedSessions)
    def destroy_others(self, request: Request) -> Response:
        """End all sessions but this one; their sockets close."""
        ended = sign_in.end_other_sessions(actor_of(request), current_id=session_of(request).pk)
        return ok(payloads.EndedSessions(ids=ended))


class UserViewSet(ApiViewSet):
    """users/…"""

    @describe("Find people", answer=payloads.User, paged=True, query=SEARCH)
    def list(self, request: Request) -> Response:
        """Everybody, or those whose name contains `q` and who have all `skills`; by username."""
        viewer_id = actor_of(request).pk
        people = queries.search_people(params.text(request, "q"), params.words(request, "skills"))
        return paged(request, people, lambda person: payloads.user(person, viewer_id))

    @describe("A person", answer=payloads.User)
    def retrieve(self, request: Request, ref: str) -> Response:
        """By id or username."""
        return ok(payloads.user(queries.get_person(ref), actor_of(request).pk))

    @describe("My profile", answer=payloads.User)
    def me(self, request: Request) -> Response:
        """The signed-in person."""
        actor = actor_of(request)
        return ok(payloads.user(actor, actor.pk))

    @describe("Change my profile", body=serializers.Profile, answer=payloads.User, errors=(409,))
    def update_me(self, request: Request) -> Response:
        """What is sent changes, the rest stays; null clears."""
        changes = serializers.Profile.read(request, partial=True)
        person = services.update_profile(actor_of(request), changes=changes)
        return ok(payloads.user(person, person.pk))

    @describe("Choose my status", body=serializers.Status, answer=payloads.User)
    def status(self, request: Request) -> Response:
        """How others see me while I am here; until `expiresAt`, if that is given."""
        data = serializers.Status.read(request)
        person = services.set_status(
            actor_of(request),
            status=data["status"],
            custom_status=data.get("custom_status") or "",
            expires_at=data.get("expires_at"),
        )
        return ok(payloads.user_as_chosen(person))


def caller_of(request: Request) -> sign_in.Caller:
    """Where the request comes from."""
    return sign_in.Caller(client_address(request.META), request.headers.get("User-Agent", ""))


def _answer(grant: sign_in.Grant) -> payloads.SignedIn:
    return payloads.SignedIn(
        user=payloads.user_as_chosen(grant.user),
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
    )


def _signed_in(response: Response, grant: sign_in.Grant) -> Response:
    cookies.set_refresh(response, grant.refresh_token)
    return response


def _refresh_claims(request: Request) -> tokens.RefreshClaims:
    """Of the body, else of the cookie. Raises `NotAuthenticated` with neither."""
    token = serializers.Refresh.read(request).get("refresh_token") or cookies.read_refresh(request)
    if not token:
        raise NotAuthenticated("Send a refresh token.")
    return tokens.read_refresh(token)


def _session_to_leave(request: Request) -> UUID:
    serializers.Refresh.read(request)  # a wrong body is wrong, also where it is not needed
    bearer = bearer_token(request)
    if bearer is not None:
        try:
            return authenticate_token(bearer).pk
        except InvalidToken:
            pass  # over, perhaps; the refresh token says which session it was
    try:
        return _refresh_claims(request).session_id
    except NotAuthenticated:
        if bearer is not None:
            raise InvalidToken from None
        raise


def _uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
