import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const entry = new URL('../src/main.ts', import.meta.url).pathname;

/** Runs the program to its end. */
function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { PATH: process.env.PATH, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A port that nobody listens on. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
}

/** The service in a process of its own, with the lines it logs after its first. */
async function start(port: string) {
  const env = { PATH: process.env.PATH, PORT: port, BIND: '127.0.0.1' };
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? 'null') as Record<string, unknown>;
  assert.partialDeepStrictEqual(await next(), { message: 'listening', address: `127.0.0.1:${port}` });
  return { child, next };
}

test('an unknown argument is answered with the usage', () => {
  const usage = { status: 2, stdout: '', stderr: 'usage: harbour-clock [health]\n' };
  assert.deepEqual(run(['help']), usage);
  assert.deepEqual(run(['health', 'now']), usage);
});

test('a bad setting is one line and status 2', () => {
  const stderr = 'harbour-clock: PORT must be a number from 1 to 65535, got "abc"\n';
  assert.deepEqual(run([], { PORT: 'abc' }), { status: 2, stdout: '', stderr });
});

test('health fails in one line when nobody answers', async () => {
  const PORT = await freePort();
  const stderr = `harbour-clock: connect ECONNREFUSED 127.0.0.1:${PORT}\n`;
  assert.deepEqual(run(['health'], { PORT }), { status: 1, stdout: '', stderr });
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the service although a client keeps its connection`, async () => {
    const port = await freePort();
    const { child, next } = await start(port);
    assert.deepEqual(run(['health'], { PORT: port }), { status: 0, stdout: '', stderr: '' });
    assert.partialDeepStrictEqual(await next(), { method: 'GET', path: '/health', status: 200 });

    const client = connect(Number(port), '127.0.0.1');
    client.write('GET /time/UTC?at=yesterday HTTP/1.1\r\nHost: pier\r\n\r\n');
    await once(client, 'data');
    assert.partialDeepStrictEqual(await next(), { method: 'GET', path: '/time/UTC', status: 400 });

    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    client.destroy();
  });
}

test('a request in flight is finished before the service ends', async () => {
  const port = await freePort();
  const { child } = await start(port);
  const upload = connect(Number(port), '127.0.0.1').setEncoding('utf8');
  upload.write('POST /checksum HTTP/1.1\r\nHost: pier\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
  await once(upload, 'data');
  const idle = connect(Number(port), '127.0.0.1');
  idle.write('GET /health HTTP/1.1\r\nHost: pier\r\n\r\n');
  await once(idle, 'data');

  child.kill();
  // That the idle connection is closed shows that the service is on its way out.
  await once(idle, 'close');
  upload.write('hello');
  const [answer] = (await once(upload, 'data')) as [string];
  assert.match(answer, /^HTTP\/1.1 200 OK[^]*"bytes":5/);
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a stalled client cannot keep the service from ending', async () => {
  const port = await freePort();
  const { child } = await start(port);
  const client = connect(Number(port), '127.0.0.1');
  client.on('error', () => undefined);
  client.write('POST /checksum HTTP/1.1\r\nHost: pier\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
  await once(client, 'data');
  const begun = performance.now();
  child.kill();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.ok(performance.now() - begun < 5000, 'within the five seconds that are promised');
});
