"""What happens to stored files."""

from dataclasses import dataclass

from koumen.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class DocumentStored(Event):
    """A file was sealed and kept; the digest proves later which bytes they were."""

    document_kind: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class DocumentDeleted(Event):
    """A stored file is no longer kept; what it was is known by the digest of DocumentStored alone."""

    document_kind: str
