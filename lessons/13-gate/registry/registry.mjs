// A container registry in memory, for the page of this lesson: it takes what is pushed, and gives it to whoever pulls. Nobody has to log in.
// It ends with its container. What the requests mean: the OCI distribution specification.
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const blobs = new Map();
const manifests = new Map();
const uploads = new Map();
const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function answer(request, response, status, headers = {}, bytes = Buffer.alloc(0)) {
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

async function upload(request, response, name, id, digest) {
  const soFar = Buffer.concat([uploads.get(id) ?? Buffer.alloc(0), await body(request)]);
  const place = `/v2/${name}/blobs/uploads/${id}`;
  if (request.method === 'PUT') {
    uploads.delete(id);
    if (digestOf(soFar) !== digest) return answer(request, response, 400);
    blobs.set(digest, soFar);
    return answer(request, response, 201, { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest });
  }
  uploads.set(id, soFar);
  answer(request, response, 202, { location: place, range: `0-${Math.max(soFar.length - 1, 0)}`, 'docker-upload-uuid': id });
}

async function manifest(request, response, name, reference) {
  if (request.method === 'PUT') {
    const bytes = await body(request);
    const digest = digestOf(bytes);
    const entry = { bytes, digest, type: request.headers['content-type'] };
    // A digest is counted from the bytes. A tag is a word, and names what was pushed last.
    for (const key of [digest, reference]) manifests.set(`${name} ${key}`, entry);
    return answer(request, response, 201, { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest });
  }
  const entry = manifests.get(`${name} ${reference}`);
  if (entry === undefined) return answer(request, response, 404);
  answer(request, response, 200, { 'content-type': entry.type, 'docker-content-digest': entry.digest }, entry.bytes);
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://registry');
  const [, name, kind, reference] = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
  if (pathname === '/v2/') return answer(request, response, 200);
  if (kind === 'manifests') return manifest(request, response, name, reference);
  if (kind === 'blobs/uploads') return upload(request, response, name, reference || randomUUID(), searchParams.get('digest'));
  const blob = blobs.get(reference);
  if (blob === undefined) return answer(request, response, 404);
  answer(request, response, 200, { 'docker-content-digest': reference }, blob);
}).listen(5000);
