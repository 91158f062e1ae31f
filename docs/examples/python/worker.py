"""
A worker: each job names its user by a token that came with it. Here the queue is standard input, one JSON job a
line, and what became of each job is a line of standard output.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypedDict

from vendo import NeedsReauth, NotConnected, UpstreamError, Vendo, VendoError


class Job(TypedDict):
    id: int
    userToken: str
    """As the request had it that put the job into the queue."""


NOTION = os.environ.get("NOTION_URL", "https://api.notion.com")
vendo = Vendo()


def work(job: Job) -> dict[str, Any]:
    with vendo.for_user(job["userToken"]).session("notion") as notion:
        answer = notion.get(
            f"{NOTION}/v1/users/me", headers={"Notion-Version": "2022-06-28"}, timeout=10
        )
    return {"done": answer.json()}


def outcome(job: Job) -> dict[str, Any]:
    """What a queue does with a job that failed: waits for the user, tries later, or gives it up."""
    try:
        return work(job)
    except (NotConnected, NeedsReauth) as error:
        return {"waitsForUser": error.connect_url}
    except UpstreamError as error:
        return {"retryIn": error.retry_after or 5}
    except VendoError as error:
        # Also a job that took so long to be worked at that its token has expired.
        return {"failed": error.code}


def take(line: str) -> None:
    job: Job = json.loads(line)
    # In one piece: others write as well.
    sys.stdout.write(json.dumps({"id": job["id"]} | outcome(job)) + "\n")


with vendo, ThreadPoolExecutor(max_workers=8) as pool:
    jobs = [pool.submit(take, line) for line in sys.stdin]
for job in jobs:
    job.result()
