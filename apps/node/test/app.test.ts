import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { createApp } from '../src/app.ts';
import { version } from '../src/identity.ts';

// What every language answers alike is tested from outside, against the image. Here is what that cannot see.
const app = createApp({ peer: undefined, temporary: tmpdir() });

test('the version is the one in package.json', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as unknown;
  assert.equal((manifest as { version: string }).version, version);
});

test('without a bundler the revision is unknown', async () => {
  const identity = (await app.inject('/')).json<Record<string, unknown>>();
  assert.equal(identity.revision, 'unknown');
  assert.equal(identity.runtime, `Node.js ${process.version}`);
});

test('the instant must be given once and well', async () => {
  for (const query of ['at=', 'at=yesterday', 'at=2026-07-01T12:00:00Z&at=2026-07-01T12:00:00Z']) {
    assert.equal((await app.inject(`/time/UTC?${query}`)).statusCode, 400, query);
  }
});

test('every other method on a known path is refused and told what is allowed', async () => {
  for (const [method, url, allow] of [
    ['DELETE', '/health', 'GET, HEAD'],
    ['POST', '/time/Europe/Paris', 'GET, HEAD'],
    ['PROPFIND', '/roots', 'GET, HEAD'],
    ['GET', '/checksum', 'POST'],
  ] as const) {
    // inject() is typed for the common methods only.
    const response = await app.inject({ method: method as 'GET', url, payload: method === 'GET' ? '' : '{' });
    assert.equal(response.statusCode, 405, `${method} ${url}`);
    assert.equal(response.headers.allow, allow);
    assert.deepEqual(response.json(), { error: 'method not allowed' });
  }
});

test('HEAD is GET without the body', async () => {
  const response = await app.inject({ method: 'HEAD', url: '/health' });
  assert.equal(response.statusCode, 200);
  assert.equal(response.body, '');
});

test('a path that cannot be decoded is an answer like the others', async () => {
  const response = await app.inject('/time/%zz');
  assert.equal(response.statusCode, 400);
  assert.deepEqual(response.json(), { error: "'/time/%zz' is not a valid url component" });
});

test('a body is not interpreted, whatever it says it is', async () => {
  const headers = { 'content-type': 'application/json' };
  const response = await app.inject({ method: 'POST', url: '/checksum', headers, payload: '{' });
  assert.equal(response.statusCode, 200);
  assert.equal(response.json<{ bytes: number }>().bytes, 1);
});

test('a body that says it is too large is refused unread', async () => {
  const headers = { 'content-length': '1048577' };
  const response = await app.inject({ method: 'POST', url: '/checksum', headers, payload: '' });
  assert.equal(response.statusCode, 413);
});

test('a client that asks first is told no before it sends too large a body', async () => {
  const asked = createApp({ peer: undefined, temporary: tmpdir() });
  await asked.listen({ port: 0, host: '127.0.0.1' });
  const { port } = asked.server.address() as AddressInfo;
  for (const [bytes, answer] of [
    [5, 'continue'],
    [1_048_577, 413],
  ] as const) {
    const headers = { expect: '100-continue', 'content-length': bytes };
    const client = request({ port, host: '127.0.0.1', method: 'POST', path: '/checksum', headers });
    client.flushHeaders();
    const first = await new Promise((resolve) => {
      client.once('continue', () => {
        resolve('continue');
      });
      client.once('response', (response: IncomingMessage) => {
        resolve(response.statusCode);
      });
    });
    assert.equal(first, answer);
    client.once('error', () => undefined).destroy();
  }
  await asked.close();
});
