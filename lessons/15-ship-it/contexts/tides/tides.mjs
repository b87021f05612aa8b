// A second service of the harbour: the next high water. It is here to share a base with the first one.
import { createServer } from 'node:http';

const halfDay = (12 * 60 + 25) * 60 * 1000;

const server = createServer((request, response) => {
  const next = new Date(Math.ceil(Date.now() / halfDay) * halfDay).toISOString();
  const answer = request.url === '/health' ? { status: 'ok' } : { next_high_water: next };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
});
server.listen(8080);
process.on('SIGTERM', () => server.close());
