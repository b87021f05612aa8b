import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readConfig } from '../src/config.ts';

test('what is not set has a default, and empty is not set', () => {
  const defaults = { port: 8080, bind: '0.0.0.0', peer: undefined, temporary: '/tmp' };
  assert.deepEqual(readConfig({}), defaults);
  assert.deepEqual(readConfig({ PORT: '', BIND: '', PEER_URL: '', TMPDIR: '' }), defaults);
});

test('every setting is read', () => {
  const environment = { PORT: '65535', BIND: '::1', PEER_URL: 'https://pier.example/', TMPDIR: '/var/tmp' };
  const peer = new URL('https://pier.example/');
  assert.deepEqual(readConfig(environment), { port: 65535, bind: '::1', peer, temporary: '/var/tmp' });
});

const mistakes = [
  ['PORT', 'abc', 'PORT must be a number from 1 to 65535, got "abc"'],
  ['PORT', '0', 'PORT must be a number from 1 to 65535, got "0"'],
  ['PORT', '65536', 'PORT must be a number from 1 to 65535, got "65536"'],
  ['PORT', '8e1', 'PORT must be a number from 1 to 65535, got "8e1"'],
  ['BIND', 'localhost', 'BIND must be an IP address, got "localhost"'],
  ['PEER_URL', 'http://pier.example/', 'PEER_URL must be an https URL, got "http://pier.example/"'],
  ['PEER_URL', 'pier', 'PEER_URL must be an https URL, got "pier"'],
] as const;

for (const [name, value, message] of mistakes) {
  test(`${name}=${value} is refused`, () => {
    assert.throws(() => readConfig({ [name]: value }), new ConfigError(message));
  });
}
