// Stands in for a company's private npm registry, so that this lesson needs no server: it answers on loopback while one command
// runs, and ends with that command's status.
//
//   node with-registry.mjs npm ci
//
// Like a real one it gives its package only to a request with the right token, and answers 401 to any other. The token itself is
// not in here: the package is enciphered, and the token is the key.
import { spawn } from 'node:child_process';
import { createDecipheriv, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const port = 4873;
const address = `http://127.0.0.1:${port}`;
const stored = JSON.parse(readFileSync(new URL('tides-npm.json', import.meta.url), 'utf8'));
const bytes = (text) => Buffer.from(text, 'base64');

function opened(token) {
  const decipher = createDecipheriv('aes-256-gcm', scryptSync(token, 'harbour', 32), bytes(stored.iv));
  decipher.setAuthTag(bytes(stored.tag));
  return Buffer.concat([decipher.update(bytes(stored.sealed)), decipher.final()]);
}

const server = createServer((request, response) => {
  let tarball;
  try {
    tarball = opened(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')[1]);
  } catch {
    response.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Bearer' });
    return response.end('{"error":"the token is missing or wrong"}');
  }
  if (request.url.endsWith('.tgz')) return response.end(tarball);
  const { name, version, integrity } = stored;
  const dist = { tarball: `${address}/${name}/-/tides-${version}.tgz`, integrity };
  const versions = { [version]: { name, version, dist } };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
});

server.listen(port, '127.0.0.1', () => {
  const [command, ...rest] = process.argv.slice(2);
  // A proxy of the network must not be asked for what is on loopback.
  const direct = [process.env.NO_PROXY ?? process.env.no_proxy, '127.0.0.1'].filter(Boolean).join(',');
  // Nothing but the package is asked for: no audit and no look for a newer npm, which would go to the public registry.
  const quiet = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };
  const env = { ...process.env, ...quiet, NO_PROXY: direct, no_proxy: direct };
  spawn(command, rest, { stdio: 'inherit', env })
    .on('error', (error) => {
      console.error(error.message);
      process.exit(127);
    })
    .on('close', (status) => process.exit(status ?? 1));
});
