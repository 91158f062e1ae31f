"""FastAPI: each request is answered from the Notion account of the user it came from, in a thread or on the loop."""

import asyncio
import os
import socket

import aiohttp
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from vendo import (
    AsyncVendo,
    AuthError,
    IdentityNotPresent,
    NeedsReauth,
    NotConnected,
    UpstreamError,
    Vendo,
    VendoError,
)

NOTION = os.environ.get("NOTION_URL", "https://api.notion.com")
HEADERS = {"Notion-Version": "2022-06-28"}
vendo = Vendo()
async_vendo = AsyncVendo()
app = FastAPI()


@app.get("/me")
def me(request: Request) -> JSONResponse:
    """In a plain `def`, which FastAPI runs in a thread: the client that waits, and a session that renews the token."""
    with vendo.for_request(request.headers).session("notion") as notion:
        answer = notion.get(f"{NOTION}/v1/users/me", headers=HEADERS, timeout=10)
    return JSONResponse(answer.json(), answer.status_code)


@app.get("/me/async")
async def me_async(request: Request) -> JSONResponse:
    # `vendo.for_request(request.headers).token("notion")` works here as well, but all other requests wait for it.
    token = await async_vendo.for_request(request.headers).token("notion")
    headers = HEADERS | {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as notion,
        notion.get(f"{NOTION}/v1/users/me", headers=headers) as answer,
    ):
        return JSONResponse(await answer.json(), answer.status)


# A link where the user can mend it, a time where waiting does, and nothing of the rest.
@app.exception_handler(NotConnected)
@app.exception_handler(NeedsReauth)
async def connect_first(_request: Request, error: VendoError) -> JSONResponse:
    return JSONResponse({"error": error.code, "connectUrl": error.connect_url}, 409)


@app.exception_handler(UpstreamError)
async def come_back(_request: Request, error: UpstreamError) -> JSONResponse:
    return JSONResponse({"error": error.code}, 503, {"Retry-After": str(error.retry_after or 5)})


@app.exception_handler(IdentityNotPresent)
@app.exception_handler(AuthError)
async def who_asks(_request: Request, error: VendoError) -> JSONResponse:
    if isinstance(error, AuthError) and error.code != "identity_invalid":
        raise error
    return JSONResponse({"error": error.code}, 401)


async def main() -> None:
    listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "3000"))))
    print(f"listening on port: {listener.getsockname()[1]}", flush=True)
    # An app that uvicorn starts from its command line does this in a `lifespan` of its own.
    async with async_vendo:
        await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve([listener])


if __name__ == "__main__":
    asyncio.run(main())
