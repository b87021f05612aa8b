"""Every error as JSON: `{"error": "…"}` with the status that fits."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

# Where the router itself refuses, the contract has its own words.
_ROUTER_WORDS = {"Not Found": "not found", "Method Not Allowed": "method not allowed"}


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        message = _ROUTER_WORDS.get(error.detail, error.detail)
        return _answer(error.status_code, message, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        # Our own words where a validator of ours spoke; pydantic's message puts its own in front of them.
        reason = first.get("ctx", {}).get("error", first["msg"])
        return _answer(400, f"{first['loc'][-1]}: {reason}")

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, error: ClientDisconnect) -> JSONResponse:
        # Nobody reads this answer, but the log gets a status instead of a traceback.
        return _answer(400, "the client left before its request was complete")

    @app.exception_handler(Exception)
    async def bug(_: Request, error: Exception) -> JSONResponse:
        # The traceback goes to standard error, where uvicorn writes it; never to the client.
        return _answer(500, "internal error")


def _answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": message}, status, headers)
