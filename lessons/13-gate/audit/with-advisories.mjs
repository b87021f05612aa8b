// Stands in for npm's service of advisories, which does not answer everywhere: it answers on loopback while one command runs, and ends
// with that command's status.
//
//   node with-advisories.mjs npm audit
//
// The list is advisories.json. The secret `today` says which day it is: what was published later, the service does not know yet. The real
// service has its day from the calendar, which is no part of a build either.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const port = 4874;
const list = JSON.parse(readFileSync(new URL('advisories.json', import.meta.url), 'utf8'));
const today = readFileSync('/run/secrets/today', 'utf8').slice(0, '2022-03-17'.length);

// What the registry answers to a POST of the names and versions that a lockfile has. npm itself compares the versions.
function known(names) {
  const found = names.map((name) => {
    const published = (list.advisories[name] ?? []).filter((advisory) => advisory.published <= today);
    const entries = published.map(({ id, title, severity, vulnerable_versions }) => {
      return { id, url: `https://github.com/advisories/${id}`, title, severity, vulnerable_versions };
    });
    return [name, entries];
  });
  return Object.fromEntries(found.filter(([, entries]) => entries.length > 0));
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST' || !request.url.endsWith('/-/npm/v1/security/advisories/bulk')) {
    // npm asks which other versions a package has, so that it can name one without the fault.
    const name = decodeURIComponent(request.url.slice(1));
    const versions = list.versions[name] ?? [];
    response.writeHead(versions.length > 0 ? 200 : 404, { 'content-type': 'application/json' });
    const all = Object.fromEntries(versions.map((version) => [version, { name, version }]));
    return response.end(JSON.stringify({ name, 'dist-tags': { latest: versions.at(-1) }, versions: all }));
  }
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known(Object.keys(JSON.parse(text)))));
});

server.listen(port, '127.0.0.1', () => {
  const [command, ...rest] = process.argv.slice(2);
  // A proxy of the network must not be asked for what is on loopback.
  const direct = [process.env.NO_PROXY ?? process.env.no_proxy, '127.0.0.1'].filter(Boolean).join(',');
  const own = { npm_config_registry: `http://127.0.0.1:${port}`, npm_config_update_notifier: 'false' };
  const env = { ...process.env, ...own, NO_PROXY: direct, no_proxy: direct };
  console.log(`advisories as of ${today}`);
  spawn(command, rest, { stdio: 'inherit', env })
    .on('error', (error) => {
      console.error(error.message);
      process.exit(127);
    })
    .on('close', (status) => process.exit(status ?? 1));
});
