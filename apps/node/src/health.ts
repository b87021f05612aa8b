import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Config } from './config.ts';

const patience = 2_000;

/** Where a listener can be reached from inside: the loopback address when it listens on every address. */
export function reachable(bind: string): string {
  if (bind === '0.0.0.0') return '127.0.0.1';
  return bind === '::' ? '::1' : bind;
}

/**
 * Asks the running service how it is. Images without a shell have no curl: the service is its own probe.
 *
 * @throws when the answer is not 200 or does not come within two seconds.
 */
export async function probe({ bind, port }: Pick<Config, 'bind' | 'port'>): Promise<void> {
  const signal = AbortSignal.timeout(patience);
  try {
    const request = get({ host: reachable(bind), port, path: '/health', agent: false, signal });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.destroy();
    if (response.statusCode !== 200) throw new Error(`GET /health answered ${response.statusCode ?? 'nothing'}`);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
