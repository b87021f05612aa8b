import { createHash, randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getSystemErrorMessage } from 'node:util';

/** Largest body, in bytes (1 MiB). */
export const largestBody = 1_048_576;

/** The body is larger than {@link largestBody}. */
export class BodyTooLarge extends Error {
  constructor() {
    super(`the body must be at most ${largestBody} bytes`);
  }
}

/** A temporary file cannot be made or filled. */
export class NoTemporaryFile extends Error {
  constructor(directory: string, cause: unknown) {
    super(`no writable place for temporary files: ${directory}: ${systemMessage(cause)}`, { cause });
  }
}

/**
 * Spools a body through a temporary file, as an upload handler does, and hashes what the file holds.
 *
 * @returns the size in bytes and the SHA-256 in lower-case hex.
 * @throws {BodyTooLarge} and leaves the rest of the body unread.
 * @throws {NoTemporaryFile} when the directory cannot take the file.
 */
export async function checksum(body: Readable, directory: string) {
  await using file = await openTemporary(directory);
  let bytes = 0;
  // Leaving this loop must not destroy the request: the answer still has to travel over its connection.
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestBody) throw new BodyTooLarge();
    await file.appendFile(chunk).catch((error: unknown) => {
      throw new NoTemporaryFile(directory, error);
    });
  }
  const hash = createHash('sha256');
  await pipeline(file.createReadStream({ start: 0, autoClose: false }), hash);
  return { bytes, sha256: hash.digest('hex') };
}

/** A new file that has no name any more: the kernel removes it with its last handle, whatever becomes of us. */
async function openTemporary(directory: string): Promise<FileHandle> {
  const path = join(directory, `harbour-clock-${randomUUID()}`);
  try {
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return file;
  } catch (error) {
    throw new NoTemporaryFile(directory, error);
  }
}

/** The operating system's own words for an error, such as "read-only file system". */
function systemMessage(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return errno === undefined ? message : getSystemErrorMessage(errno);
}
