"""The routing service over HTTP: `POST /v1/decide`, `GET /v1/health` and `GET /v1/interface`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from ccenv.serving.decider import Decider
from ccenv.serving.errors import RequestError
from ccenv.serving.request import BodyError

LARGEST_BODY = 2**20


class Json(Response):
    """A response in JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode plain values and structs."""
        return msgspec.json.encode(content)


def make_app(decider: Decider) -> Starlette:
    """The application that serves one bundle."""

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
            }
        )

    async def interface(request: HttpRequest) -> Json:
        return Json(decider.bundle.manifest.interface)

    async def decide(request: HttpRequest) -> Json:
        body = await _body(request)
        return Json(await decider.decide(body, time.monotonic()))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        decider.close()

    return Starlette(
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
        lifespan=lifespan,
    )


async def _body(request: HttpRequest) -> bytes:
    """Read the body; a body above `LARGEST_BODY` bytes is refused as soon as they have arrived."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                raise HTTPException(413, f"the body has more than {LARGEST_BODY} bytes")
    except ClientDisconnect:
        raise HTTPException(400, "the client left before the body was complete") from None
    return bytes(body)


async def _refuse_field(request: HttpRequest, error: Any) -> Json:
    value = None if error.value is msgspec.UNSET else error.value
    return Json({"error": str(error), "field": error.field, "value": value, "allowed": error.allowed}, 422)


async def _refuse_body(request: HttpRequest, error: Any) -> Json:
    return Json({"error": str(error)}, 400)


async def _refuse(request: HttpRequest, error: Any) -> Json:
    return Json({"error": error.detail}, error.status_code, headers=error.headers)
