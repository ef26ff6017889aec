"""The routing service over HTTP: `POST /v1/decide`, `GET /v1/health` and `GET /v1/interface`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from ccenv.serving.body import BodyError
from ccenv.serving.decider import Decider
from ccenv.serving.errors import RequestError
from ccenv.serving.limits import FAULT, LIMITS, Limits

log = logging.getLogger("ccenv.serving")


class Json(Response):
    """A response in JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode plain values and structs."""
        return msgspec.json.encode(content)


class LastResort:
    """Answers an unexpected error with status 500 and an id, under which the log has the traceback.

    The connection stays open, so the requests behind the failed one are answered.

    Args:
        app: The application.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the application."""
        started = False

        async def noted(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception:
            if started or scope["type"] != "http":
                raise
            error_id = secrets.token_hex(8)
            log.exception("error %s: %s %r", error_id, scope["method"], scope["path"])
            answer = {"error": "an error of the service; its log has the details", "error_id": error_id}
            await Json(answer, 500)(scope, receive, send)


def make_app(decider: Decider, limits: Limits = LIMITS) -> Starlette:
    """The application that serves one bundle, within limits on the size and the time of a body."""

    async def health(request: HttpRequest) -> Json:
        manifest = decider.bundle.manifest
        return Json(
            {
                "status": "ok",
                "bundle": manifest.name,
                "scenario": manifest.scenario.name,
                "interface_digest": manifest.interface_digest,
                "decisions": decider.n_decisions,
                "fallbacks": decider.n_fallbacks,
                "safe_range": {
                    "checked": decider.safe.checked,
                    "not_checkable": decider.safe.not_checkable,
                    "outside": decider.safe.outside,
                },
            }
        )

    async def interface(request: HttpRequest) -> Json:
        return Json(decider.interface)

    async def decide(request: HttpRequest) -> Json:
        body = await _body(request, limits)
        return Json(await decider.decide(body, time.monotonic()))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        decider.close()

    app = Starlette(
        routes=[
            Route("/v1/health", health, methods=["GET"]),
            Route("/v1/interface", interface, methods=["GET"]),
            Route("/v1/decide", decide, methods=["POST"]),
        ],
        exception_handlers={
            RequestError: _refuse_field,
            BodyError: _refuse_body,
            HTTPException: _refuse,
        },
        middleware=[Middleware(LastResort)],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # the target would be built from the client's Host header
    return app


async def _body(request: HttpRequest, limits: Limits) -> bytes:
    """Read the body.

    Raises:
        HTTPException: 413 if it is declared or found to be too large, 408 if it is not complete in time, 400 if the
            client leaves before. The connection then ends.
    """
    if _declared(request) > limits.body_bytes:
        raise _too_large(limits)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.receive_s):
            async for part in request.stream():
                body += part
                if len(body) > limits.body_bytes:
                    raise _too_large(limits)
    except TimeoutError:
        raise _ending(408, f"the body was not complete within {limits.receive_s:g} s") from None
    except ClientDisconnect:
        raise _ending(400, "the client left before the body was complete") from None
    if FAULT in request.scope:
        raise _ending(*request.scope[FAULT])
    return bytes(body)


def _declared(request: HttpRequest) -> int:
    """Declared length of the body; 0 if it is not declared."""
    length = request.headers.get("content-length", "")
    if not length:
        return 0
    if not (length.isascii() and length.isdigit()):
        raise _ending(400, "Content-Length is not a number")
    return int(length) if len(length) < 20 else 10**20


def _too_large(limits: Limits) -> HTTPException:
    return _ending(413, f"the body has more than {limits.body_bytes} bytes")


def _ending(status: int, message: str) -> HTTPException:
    """A refusal after which the connection ends, because the rest of the body is not read."""
    return HTTPException(status, message, headers={"connection": "close"})


async def _refuse_field(request: HttpRequest, error: Any) -> Json:
    value = None if error.value is msgspec.UNSET else error.value
    return Json({"error": str(error), "field": error.field, "value": value, "allowed": error.allowed}, 422)


async def _refuse_body(request: HttpRequest, error: Any) -> Json:
    return Json({"error": str(error)}, 400)


async def _refuse(request: HttpRequest, error: Any) -> Json:
    return Json({"error": error.detail}, error.status_code, headers=error.headers)
