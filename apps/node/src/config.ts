import { isIP } from 'node:net';

export interface Config {
  /** TCP port, 1–65535. */
  port: number;
  /** IP address to listen on. */
  bind: string;
  /** What `GET /peer` asks, when the operator named it. */
  peer: URL | undefined;
  /** Directory for uploads on their way through. */
  temporary: string;
}

/** A setting the operator has to correct. */
export class ConfigError extends Error {}

/**
 * Reads the settings from the environment. Empty counts as not set, because that is what `${PEER_URL:-}` in a compose
 * file makes of an absent value.
 *
 * @throws {ConfigError} when a value is not usable; the message names the variable and the value.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return {
    port: port(environment.PORT || '8080'),
    bind: address(environment.BIND || '0.0.0.0'),
    peer: environment.PEER_URL ? httpsUrl(environment.PEER_URL) : undefined,
    temporary: environment.TMPDIR || '/tmp',
  };
}

function port(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65535) throw new ConfigError(`PORT must be a number from 1 to 65535, got "${text}"`);
  return number;
}

function address(text: string): string {
  if (!isIP(text)) throw new ConfigError(`BIND must be an IP address, got "${text}"`);
  return text;
}

function httpsUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') throw new ConfigError(`PEER_URL must be an https URL, got "${text}"`);
  return url;
}
