/** Replaced by its value when the service is bundled (bundle.js); not there when it runs from plain tsc output. */
declare const REVISION: string | undefined;

const startedAt = new Date();

/** The version in package.json, which the bundle leaves behind; a test keeps the two equal. */
export const version = '1.0.0';

/** Who answers: names and versions as text, `started_at` as an RFC 3339 instant, `uptime_seconds` as a number. */
export function identity() {
  return {
    service: 'harbour-clock',
    language: 'node',
    runtime: `Node.js ${process.version}`,
    version,
    revision: typeof REVISION === 'string' ? REVISION : 'unknown',
    started_at: startedAt.toISOString(),
    uptime_seconds: process.uptime(),
  };
}
