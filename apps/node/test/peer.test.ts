import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { errorText } from '../src/peer.ts';
import { roots } from '../src/roots.ts';

test('of several errors, every one is told', () => {
  const error = new AggregateError([
    new Error('connect ECONNREFUSED ::1:9'),
    new Error('connect ETIMEDOUT 10.0.0.1:9'),
  ]);
  assert.equal(errorText(error), 'connect ECONNREFUSED ::1:9; connect ETIMEDOUT 10.0.0.1:9');
});

test('a timeout says that it was one', () => {
  assert.equal(errorText(AbortSignal.abort(new Error('time is up')).reason), 'time is up');
});

test('the certificates inside Node are counted', () => {
  const { count, source } = roots();
  assert.ok(count >= rootCertificates.length);
  assert.match(source ?? '', /^compiled into node/);
});
