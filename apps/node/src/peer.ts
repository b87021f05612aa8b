import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';

const patience = 5_000;

/**
 * Asks an https URL with Node's default trust and returns its status; redirects are not followed. `fetch` would hide
 * the reason of a failure behind "fetch failed" and refuses some ports by itself, so this is `https.get`.
 *
 * @throws the TLS or connection error as Node reports it, or a timeout after five seconds.
 */
export async function askPeer(url: URL): Promise<number> {
  const signal = AbortSignal.timeout(patience);
  try {
    const [response] = (await once(get(url, { signal, agent: false }), 'response')) as [IncomingMessage];
    response.destroy();
    return response.statusCode ?? 0;
  } catch (error) {
    // An abort names itself; its cause says that the time was up.
    throw signal.aborted ? signal.reason : error;
  }
}

/** The whole text of an error. Where a name has several addresses, Node reports one error for each of them. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ');
  return error instanceof Error ? error.message : String(error);
}
