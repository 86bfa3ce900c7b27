"""What can be wrong with a file as a whole, and with one of its lines."""

from dataclasses import dataclass

from koumen.kit.errors import Invalid


@dataclass(frozen=True)
class BadLine:
    """One line that cannot be taken: which, which field of it, why; ``text`` is its beginning."""

    line: int
    field: str
    why: str
    text: str

    def __str__(self) -> str:
        return (
            f"line {self.line}, {self.field}: {self.why}" if self.field else f"line {self.line}: {self.why}"
        )


class FileFault(Invalid):
    """A file that cannot be read at all; ``why`` says it in one sentence."""

    def __init__(self, file: object, why: str) -> None:
        super().__init__("file-unreadable", field="file", file=str(file), why=why)

    def __str__(self) -> str:
        return f"{self.params['file']}: {self.params['why']}"


class LinesRefused(Invalid):
    """Some lines cannot be taken, and nothing of the file was kept."""

    def __init__(self, file: object, count: int, first: list[BadLine]) -> None:
        super().__init__("lines-refused", field="file", file=str(file), count=count)
        self.count = count
        self.first = first

    def __str__(self) -> str:
        shown = "\n".join(f"  {bad}" for bad in self.first)
        more = f"\n  and {self.count - len(self.first)} more" if self.count > len(self.first) else ""
        return f"{self.params['file']}: {self.count} bad lines, nothing was kept\n{shown}{more}"
