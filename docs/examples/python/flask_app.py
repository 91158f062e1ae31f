"""Flask: each request is answered from the Notion account of the user it came from."""

import os

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from vendo import (
    AuthError,
    IdentityNotPresent,
    NeedsReauth,
    NotConnected,
    UpstreamError,
    Vendo,
    VendoError,
)

NOTION = os.environ.get("NOTION_URL", "https://api.notion.com")
vendo = Vendo()
app = Flask(__name__)


@app.get("/me")
def me() -> tuple[Response, int]:
    with vendo.for_request(request.headers).session("notion") as notion:
        answer = notion.get(
            f"{NOTION}/v1/users/me", headers={"Notion-Version": "2022-06-28"}, timeout=10
        )
    return jsonify(answer.json()), answer.status_code


# A link where the user can mend it, a time where waiting does, and nothing of the rest.
@app.errorhandler(NotConnected)
@app.errorhandler(NeedsReauth)
def connect_first(error: VendoError) -> tuple[Response, int]:
    return jsonify(error=error.code, connectUrl=error.connect_url), 409


@app.errorhandler(UpstreamError)
def come_back(error: UpstreamError) -> tuple[Response, int, dict[str, str]]:
    return jsonify(error=error.code), 503, {"Retry-After": str(error.retry_after or 5)}


@app.errorhandler(IdentityNotPresent)
@app.errorhandler(AuthError)
def who_asks(error: VendoError) -> tuple[Response, int]:
    if isinstance(error, AuthError) and error.code != "identity_invalid":
        raise error
    return jsonify(error=error.code), 401


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(os.environ.get("PORT", "3000")), app, threaded=True)
    print(f"listening on port: {server.port}", flush=True)
    server.serve_forever()
