import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant, UnknownZone, wallClock } from '../src/zone.ts';

const clocks = [
  ['Europe/Paris', '2026-01-15T12:00:00Z', '2026-01-15T13:00:00+01:00'],
  ['Europe/Paris', '2026-03-29T00:59:59Z', '2026-03-29T01:59:59+01:00'],
  ['Europe/Paris', '2026-03-29T01:00:00Z', '2026-03-29T03:00:00+02:00'],
  ['Europe/Paris', '2026-10-25T00:59:59Z', '2026-10-25T02:59:59+02:00'],
  ['Europe/Paris', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00+01:00'],
  ['America/St_Johns', '2026-07-01T12:00:00Z', '2026-07-01T09:30:00-02:30'],
  ['Asia/Kathmandu', '2026-07-01T23:00:00.999Z', '2026-07-02T04:45:00+05:45'],
  ['Etc/GMT+5', '2026-07-01T12:00:00Z', '2026-07-01T07:00:00-05:00'],
  ['UTC', '2026-07-01T12:00:00Z', '2026-07-01T12:00:00+00:00'],
  ['CET', '2026-07-01T12:00:00Z', '2026-07-01T14:00:00+02:00'],
] as const;

for (const [zone, at, time] of clocks) {
  test(`${zone} at ${at}`, () => {
    assert.deepEqual(wallClock(zone, new Date(at)), { zone, time, utc_offset: time.slice(19) });
  });
}

test('an offset with seconds is rounded, and the instant stays the same to the minute', () => {
  // Paris kept its own mean time, 9 minutes and 21 seconds ahead of Greenwich, until 1911.
  assert.equal(wallClock('Europe/Paris', new Date('1900-01-01T12:00:00Z')).time, '1900-01-01T12:09:00+00:09');
});

for (const zone of [
  '',
  'Mars/Olympus',
  '../../../etc/passwd',
  'Local',
  'posixrules',
  '+01:00',
  'BST',
  'SystemV/PST8',
]) {
  test(`"${zone}" is no zone`, () => {
    assert.throws(() => wallClock(zone, new Date()), UnknownZone);
  });
}

const instants = [
  ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
  ['2026-07-01t12:00:00.5z', '2026-07-01T12:00:00.500Z'],
  ['2026-07-01T12:00:00+02:00', '2026-07-01T10:00:00.000Z'],
  ['2028-02-29T12:00:00Z', '2028-02-29T12:00:00.000Z'],
] as const;

for (const [text, instant] of instants) {
  test(`${text} is an instant`, () => {
    assert.equal(parseInstant(text)?.toISOString(), instant);
  });
}

for (const text of [
  '',
  'yesterday',
  '2026-07-01',
  '2026-07-01T12:00:00',
  '2026-07-01 12:00:00Z',
  '2026-02-29T12:00:00Z',
  '2026-07-01T24:00:00Z',
  '2026-07-01T12:60:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
]) {
  test(`"${text}" is no instant`, () => {
    assert.equal(parseInstant(text), undefined);
  });
}
