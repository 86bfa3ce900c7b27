"""What a run tells at its end: the time of each part against its budget, and the journeys left out."""

import os
from collections import Counter, defaultdict
from pathlib import PurePosixPath

import pytest

# Seconds of work, added over the workers: a part that outgrows this makes people stop running the tests.
BUDGET_S = defaultdict(lambda: 30.0, {"journeys": 240.0, "sites": 90.0, "embedded": 60.0, "simulation": 60.0})
REQUIRE_BROWSER = "KOUMEN_REQUIRE_BROWSER"


class Report:
    """Collects as the tests go, also from the workers of xdist."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.journeys: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up, by the first folder under tests."""
        parts = PurePosixPath(report.nodeid.partition("::")[0]).parts
        self.seconds[parts[1] if len(parts) > 2 else "tests"] += report.duration  # type: ignore[assignment]
        if "journey" in report.keywords:
            if report.skipped:
                self.journeys["left out"] += 1
            elif report.when == "call":
                self.journeys["run"] += 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Where a browser is required, a journey left out is a failure."""
        if self.journeys["left out"] and os.environ.get(REQUIRE_BROWSER) == "1" and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line for each part."""
        terminalreporter.section("seconds by part (budget)")
        for part, seconds in sorted(self.seconds.items()):
            over = "  OVER BUDGET" if seconds > BUDGET_S[part] else ""
            terminalreporter.write_line(f"{part:<14} {seconds:7.1f} ({BUDGET_S[part]:.0f}){over}")

    def pytest_unconfigure(self) -> None:
        """The last line of all."""
        print(f"journeys: {self.journeys['run']} run, {self.journeys['left out']} left out")  # noqa: T201


def pytest_configure(config: pytest.Config) -> None:
    """Report once: in the main process, not in its workers."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(), "koumen-report")
