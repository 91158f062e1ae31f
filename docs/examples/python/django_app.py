"""Django, in one file: each request is answered from the Notion account of the user it came from."""

import os
from collections.abc import Callable
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from vendo import AuthError, IdentityNotPresent, NeedsReauth, NotConnected, UpstreamError, Vendo

NOTION = os.environ.get("NOTION_URL", "https://api.notion.com")
vendo = Vendo()


def me(request: HttpRequest) -> HttpResponse:
    with vendo.for_request(request.headers).session("notion") as notion:
        answer = notion.get(
            f"{NOTION}/v1/users/me", headers={"Notion-Version": "2022-06-28"}, timeout=10
        )
    return JsonResponse(answer.json(), status=answer.status_code)


class VendoErrors:
    """A link where the user can mend it, a time where waiting does, and nothing of the rest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        match error:
            case NotConnected() | NeedsReauth():
                return JsonResponse(
                    {"error": error.code, "connectUrl": error.connect_url}, status=409
                )
            case UpstreamError():
                response = JsonResponse({"error": error.code}, status=503)
                response["Retry-After"] = str(error.retry_after or 5)
                return response
            case IdentityNotPresent() | AuthError(code="identity_invalid"):
                return JsonResponse({"error": error.code}, status=401)
            case _:
                return None


urlpatterns = [path("me", me)]
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    # What went wrong is written to standard error, and mailed to nobody.
    LOGGING_CONFIG=None,
    MIDDLEWARE=[f"{__name__}.VendoErrors"],
    ROOT_URLCONF=__name__,
)
application = get_wsgi_application()


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "3000"))
    with make_server("127.0.0.1", port, application, ThreadingServer) as server:
        print(f"listening on port: {server.server_port}", flush=True)
        server.serve_forever()
