import { createApp } from './app.ts';
import { ConfigError, readConfig } from './config.ts';
import { probe } from './health.ts';
import { log } from './log.ts';
import { errorText } from './peer.ts';

// Requests in flight get this long after a signal; container engines kill after ten seconds, we promise five.
const grace = 4_000;

async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const app = createApp(config);
  const stop = () => {
    // Closing stops listening and waits for every connection to end. One that has had its answer may be kept open by
    // its client, so such ones are closed from here; a client that stalls is given up after the grace period.
    setInterval(() => {
      app.server.closeIdleConnections();
    }, 50);
    setTimeout(() => process.exit(0), grace);
    void app.close().then(() => process.exit(0));
  };
  // As process 1 there is no default action for these signals: without a handler they would do nothing.
  process.once('SIGTERM', stop).once('SIGINT', stop);

  await app.listen({ port: config.port, host: config.bind });
  const host = config.bind.includes(':') ? `[${config.bind}]` : config.bind;
  log({ message: 'listening', address: `${host}:${config.port}` });
}

function fail(status: number, message: string): never {
  console.error(message);
  process.exit(status);
}

async function main([command, ...rest]: string[]): Promise<void> {
  if (rest.length > 0 || (command !== undefined && command !== 'health')) fail(2, 'usage: harbour-clock [health]');
  try {
    await (command === 'health' ? probe(readConfig(process.env)) : serve());
  } catch (error) {
    fail(error instanceof ConfigError ? 2 : 1, `harbour-clock: ${errorText(error)}`);
  }
}

void main(process.argv.slice(2));
