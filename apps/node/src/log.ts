import type { Server } from 'node:http';

/** Writes one line of JSON to stdout. `console` goes on serving when nobody reads stdout any more. */
export function log(entry: Record<string, string | number>): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...entry }));
}

/**
 * Logs every request once, when its answer has left or its client has. Fastify's own hooks would miss the requests it
 * refuses before routing them. The query is left out: nothing in it is needed to read the log.
 */
export function logRequests(server: Server): void {
  server.prependListener('request', (request, response) => {
    const started = performance.now();
    response.once('close', () => {
      const { method = '', url = '' } = request;
      // 499 is what web servers write when the client left before it had an answer.
      const status = response.headersSent ? response.statusCode : 499;
      const duration = Math.round((performance.now() - started) * 1000) / 1000;
      log({ method, path: url.replace(/\?.*/s, ''), status, duration_ms: duration });
    });
  });
}
