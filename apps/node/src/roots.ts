import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/**
 * How many CA certificates this process trusts by default, and where they came from; `source` is null when there are
 * none. Node carries Mozilla's list inside itself, and adds NODE_EXTRA_CA_CERTS, or the system's store on request.
 * With --use-openssl-ca the count is 0: OpenSSL then reads a store of its own choice, out of Node's sight.
 */
export function roots() {
  const trusted = certificates('default');
  const places: [string, Set<string>][] = [
    ['compiled into node', certificates('bundled')],
    [process.env.NODE_EXTRA_CA_CERTS ?? '', certificates('extra')],
  ];
  const sources = places.filter(([, found]) => !found.isDisjointFrom(trusted)).map(([place]) => place);

  const explained = places.reduce((all, [, found]) => all.union(found), new Set<string>());
  if (!trusted.isSubsetOf(explained)) sources.push('system store');

  return { count: trusted.size, source: sources.length > 0 ? sources.join(' and ') : null };
}

/** The certificates of one store by their fingerprints: the stores write the same certificate differently. */
function certificates(store: 'default' | 'bundled' | 'extra'): Set<string> {
  return new Set(getCACertificates(store).map((pem) => new X509Certificate(pem).fingerprint256));
}
