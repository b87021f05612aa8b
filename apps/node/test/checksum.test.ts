import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { BodyTooLarge, checksum, largestBody, NoTemporaryFile } from '../src/checksum.ts';

/** An empty directory that goes away with the test. */
async function emptyDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'checksum-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test('a body in pieces is hashed as a whole', async () => {
  await using directory = await emptyDirectory();
  assert.deepEqual(await checksum(Readable.from([Buffer.from('hel'), Buffer.from('lo')]), directory.path), {
    bytes: 5,
    sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
  });
  assert.deepEqual(await readdir(directory.path), []);
});

test('an empty body has a hash too', async () => {
  await using directory = await emptyDirectory();
  assert.deepEqual(await checksum(Readable.from([]), directory.path), {
    bytes: 0,
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  });
});

test('the largest body passes, one byte more does not and leaves nothing behind', async () => {
  await using directory = await emptyDirectory();
  const largest = Buffer.alloc(largestBody, 'a');
  assert.equal((await checksum(Readable.from([largest]), directory.path)).bytes, largestBody);

  const body = new Readable({ read: () => undefined });
  body.push(largest);
  body.push('a');
  await assert.rejects(checksum(body, directory.path), BodyTooLarge);
  assert.equal(body.destroyed, false, 'a destroyed request could not be answered any more');
  assert.deepEqual(await readdir(directory.path), []);
});

test('a directory that takes no file is named, with the reason', async () => {
  await using directory = await emptyDirectory();
  const missing = join(directory.path, 'missing');
  await assert.rejects(checksum(Readable.from([]), missing), (error: unknown) => {
    assert.ok(error instanceof NoTemporaryFile);
    assert.equal(error.message, `no writable place for temporary files: ${missing}: no such file or directory`);
    return true;
  });
});
