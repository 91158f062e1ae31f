"""Lists the tests beside this file, or runs those it is given, for unittest.test.ts.

    list_and_run.py list        their ids, as one JSON list
    list_and_run.py run         ids as a JSON list on stdin; an outcome on a JSON line each

Without it: `PYTHONPATH=packages/sdk-python/src python3 -m unittest discover -s packages/sdk-python/test`.
"""

import gc
import json
import os
import re
import sys
import traceback
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

Failure = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


def every_test() -> Iterator[unittest.TestCase]:
    folder = str(Path(__file__).parent)
    pending: list[Any] = [unittest.TestLoader().discover(folder, top_level_dir=folder)]
    while pending:
        one = pending.pop(0)
        if isinstance(one, unittest.TestSuite):
            pending[:0] = list(one)
        else:
            yield one


class Outcomes(unittest.TestResult):
    """Says what became of a test as soon as it is over."""

    def __init__(self, lines: TextIO) -> None:
        super().__init__()
        self._lines = lines
        self._said: set[str] = set()
        self._outcome = "passed"
        self._text = ""
        self._ignored: list[str] = []
        self._around: list[tuple[str, str, str]] = []
        sys.unraisablehook = lambda what: self._ignored.append(
            f"{what.exc_value!r}: {what.object!r}"
        )

    def _say(self, test: str, outcome: str, text: str) -> None:
        self._said.add(test)
        line = {"id": test, "outcome": outcome, "text": text}
        print(json.dumps(line), file=self._lines, flush=True)

    def _note(self, test: Any, outcome: str, text: str) -> None:
        # What stands around tests has an id such as `setUpClass (test_client.Retries)`.
        around = re.fullmatch(r"\w+ \((.+)\)", test.id())
        if around is not None:
            self._around.append((around[1], outcome, text))
            return
        # A failure stays one, whatever comes after it.
        if self._outcome != "failed":
            self._outcome = outcome
        self._text += text

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self._outcome, self._text = "passed", ""

    def addError(self, test: unittest.TestCase, err: Failure) -> None:
        self._note(test, "failed", "".join(traceback.format_exception(err[1])))

    def addFailure(self, test: unittest.TestCase, err: Failure) -> None:
        self.addError(test, err)

    def addSubTest(
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Failure | None
    ) -> None:
        if err is not None:
            text = "".join(traceback.format_exception(err[1]))
            self._note(test, "failed", f"{subtest}\n{text}")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._note(test, "skipped", reason)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self._note(test, "failed", "succeeds, against what was expected")

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        # What nobody closed says so now, and the test is the one that left it open.
        gc.collect()
        if self._ignored:
            self._note(test, "failed", "\n".join(self._ignored))
            self._ignored.clear()
        self._say(test.id(), self._outcome, self._text)

    def rest(self, tests: list[str]) -> None:
        """Those that were never begun, for something around them failed or said no."""
        for test in tests:
            if test not in self._said:
                for where, outcome, text in self._around:
                    if test.startswith(f"{where}."):
                        self._say(test, outcome, text)
                        break
        # What fails after the last test of a class is not said by any of them.
        for where, outcome, text in self._around:
            if outcome == "failed":
                self._say(where, outcome, text)


if __name__ == "__main__":
    # What a test prints is not an outcome.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if sys.argv[1] == "list":
        print(json.dumps([test.id() for test in every_test()]), file=lines, flush=True)
    else:
        chosen: list[str] = json.load(sys.stdin)
        outcomes = Outcomes(lines)
        unittest.TestSuite(test for test in every_test() if test.id() in chosen).run(outcomes)
        outcomes.rest(chosen)
    lines.close()
