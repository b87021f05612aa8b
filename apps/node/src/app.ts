import { METHODS, type IncomingHttpHeaders } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type RouteHandlerMethod } from 'fastify';
import { BodyTooLarge, checksum, largestBody, NoTemporaryFile } from './checksum.ts';
import type { Config } from './config.ts';
import { identity } from './identity.ts';
import { logRequests } from './log.ts';
import { askPeer, errorText } from './peer.ts';
import { roots } from './roots.ts';
import { parseInstant, UnknownZone, wallClock } from './zone.ts';

// A client that has sent nothing complete for this long is cut off, so that none can hold a connection for ever.
const requestTimeout = 30_000;

/** The service, ready to listen or to be tested by injected requests. */
export function createApp(config: Pick<Config, 'peer' | 'temporary'>): FastifyInstance {
  const app = Fastify({
    requestTimeout,
    // A path that cannot be decoded never reaches the handlers below.
    frameworkErrors(error, _request, reply) {
      void fail(reply, 400, error.message);
    },
  });
  logRequests(app.server);

  // A client may ask before it sends a body (RFC 9110, 10.1.1). Node says yes by itself; a body that will be refused is
  // better never sent, for its client would meet a closing connection in the middle of sending.
  app.server.on('checkContinue', (request, response) => {
    if (announced(request.headers) <= largestBody) response.writeContinue();
    app.server.emit('request', request, response);
  });

  // Bodies stay unread until a handler asks for them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => {
    done(null);
  });

  // Fastify knows eight methods. The others must be known too, to be refused by their name.
  for (const method of METHODS.filter((other) => !app.supportedMethods.includes(other))) {
    app.addHttpMethod(method, { hasBody: true });
  }

  route(app, 'GET', '/health', () => ({ status: 'ok' }));
  route(app, 'GET', '/', identity);
  route(app, 'GET', '/roots', roots);

  route(app, 'GET', '/time/*', (request, reply) => {
    const { '*': zone } = request.params as { '*': string };
    const { at } = request.query as { at?: string | string[] };
    const instant = at === undefined ? new Date() : typeof at === 'string' ? parseInstant(at) : undefined;
    if (!instant) return fail(reply, 400, 'at must be one RFC 3339 instant, such as 2026-07-01T12:00:00Z');
    return wallClock(zone, instant);
  });

  route(app, 'GET', '/peer', async (_request, reply) => {
    const { peer } = config;
    if (!peer) return fail(reply, 404, 'no peer: PEER_URL is not set');
    try {
      return { peer: peer.href, status: await askPeer(peer) };
    } catch (error) {
      return fail(reply, 502, errorText(error));
    }
  });

  route(app, 'POST', '/checksum', (request) => {
    if (announced(request.headers) > largestBody) throw new BodyTooLarge();
    return checksum(request.raw, config.temporary);
  });

  app.setNotFoundHandler((_request, reply) => fail(reply, 404, 'not found'));
  app.setErrorHandler((error: ServiceError, _request, reply) => {
    const status = statusOf(error);
    if (status === 500) console.error(error);
    return fail(reply, status, status === 500 ? 'internal error' : error.message);
  });
  return app;
}

/** How many bytes of body a request announces; 0 where it does not say. */
function announced(headers: IncomingHttpHeaders): number {
  return Number(headers['content-length'] ?? 0);
}

type ServiceError = Error & { statusCode?: number; code?: string };

function fail(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}

/** The HTTP status an error stands for: our own errors by their class, Fastify's by what they carry, else 500. */
function statusOf(error: ServiceError): number {
  if (error instanceof UnknownZone) return 404;
  if (error instanceof BodyTooLarge) return 413;
  if (error instanceof NoTemporaryFile) return 507;
  // The client went away in the middle of its body: nobody is left to answer, and nothing here is broken.
  if (error.code === 'ECONNRESET') return 400;
  return error.statusCode ?? 500;
}

/** Adds a route, and 405 for all other methods on its path: Fastify by itself would call that path unknown. */
function route(app: FastifyInstance, method: 'GET' | 'POST', url: string, handler: RouteHandlerMethod): void {
  const allowed: string[] = method === 'GET' ? ['GET', 'HEAD'] : [method];
  app.route({ method, url, handler });
  app.route({
    method: app.supportedMethods.filter((other) => !allowed.includes(other)),
    url,
    handler: (_request, reply) => fail(reply.header('allow', allowed.join(', ')), 405, 'method not allowed'),
  });
}
