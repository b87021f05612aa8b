"""Checksums of uploads, by way of a temporary file as upload handlers do it."""

import hashlib
from collections.abc import AsyncIterable
from typing import TypedDict

import anyio

MAX_BYTES = 1024 * 1024
_BLOCK = 64 * 1024


class TooLargeError(Exception):
    """The upload has more than `MAX_BYTES` bytes."""


class NoSpoolError(Exception):
    """The temporary file cannot be created or written; the message names the directory and why."""


class Checksum(TypedDict):
    """Length in bytes and SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


async def checksum(chunks: AsyncIterable[bytes], directory: str) -> Checksum:
    """Write the chunks to a temporary file in a directory and hash what the file then holds.

    On Linux the file has no name (O_TMPFILE), so nothing can be left behind, not even by a crash.

    Raises:
        TooLargeError: as soon as the chunks exceed `MAX_BYTES`.
        NoSpoolError: if the directory takes no file, or the file not all bytes.

    """
    size, digest = 0, hashlib.sha256()
    try:
        async with anyio.TemporaryFile("w+b", dir=directory) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise TooLargeError
                await file.write(chunk)
            # Going back also writes out what is buffered, so a full disk shows here at the latest.
            await file.seek(0)
            while block := await file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"no writable place for temporary files: {directory}: {reason}"
        raise NoSpoolError(message) from error
    return {"bytes": size, "sha256": digest.hexdigest()}
