"""A script with no users of its own: it acts for whoever runs it."""

import os
import sys

from vendo import NeedsReauth, NotConnected, Vendo

NOTION = os.environ.get("NOTION_URL", "https://api.notion.com")

with Vendo() as vendo:
    print("tokens are vended" if vendo.is_vendo_mode() else "tokens come from the environment")
    try:
        with vendo.session("notion") as notion:
            answer = notion.get(
                f"{NOTION}/v1/users/me", headers={"Notion-Version": "2022-06-28"}, timeout=10
            )
        print(answer.status_code, answer.text)
    except (NotConnected, NeedsReauth) as error:
        sys.exit(f"{error.message} {error.connect_url or ''}")
