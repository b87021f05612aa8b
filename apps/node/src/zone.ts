/** A name that is no IANA time zone. */
export class UnknownZone extends Error {
  constructor(zone: string) {
    super(`unknown time zone "${zone}"`);
  }
}

const minute = 60_000;

// ICU still answers to names from early Java: three letters that are in no IANA list and that surprise (its BST is
// Dhaka). These are the ones IANA does list.
const threeLetterZones = new Set('CET EET EST GMT HST MET MST PRC ROC ROK UCT UTC WET'.split(' '));
const notIana = /^([+-]|SystemV\/|[A-Z]{3}$)/;

/**
 * The wall clock of an IANA time zone at an instant, to the second, and how far it is from UTC. Zone data is the part
 * of ICU that is compiled into Node, so this needs no file from the image.
 *
 * @throws {UnknownZone} when there is no such zone.
 */
export function wallClock(zone: string, at: Date) {
  const minutes = offsetMinutes(zone, at);
  const wall = new Date(at.getTime() + minutes * minute).toISOString().slice(0, 19);
  const offset = formatOffset(minutes);
  return { zone, time: wall + offset, utc_offset: offset };
}

/** Minutes east of UTC. Times before standard time had seconds too; RFC 3339 cannot write them, so they are rounded. */
function offsetMinutes(zone: string, at: Date): number {
  if (notIana.test(zone) && !threeLetterZones.has(zone)) throw new UnknownZone(zone);
  const [, sign, hours, minutes, seconds] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(longOffset(zone, at)) ?? [];
  const magnitude = Number(hours) * 60 + Number(minutes) + Math.round(Number(seconds ?? 0) / 60);
  return sign === '-' ? -magnitude : magnitude;
}

/** ICU's text for the offset in force: `GMT-02:30`, `GMT+00:09:21` in Paris before 1911. */
function longOffset(zone: string, at: Date): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).format(at);
  } catch (error) {
    if (error instanceof RangeError) throw new UnknownZone(zone);
    throw error;
  }
}

function formatOffset(minutes: number): string {
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(rest)}`;
}

const twoDigits = (number: number) => String(number).padStart(2, '0');

/**
 * Reads an RFC 3339 instant such as `2026-07-01T14:00:00+02:00`; undefined when it is none. `Date` alone is too
 * generous: it takes many other spellings, and turns 30 February into 2 March. The years 0000 and 9999 are left out: at
 * their ends the wall clock of another zone shows a year that RFC 3339 cannot write.
 */
export function parseInstant(text: string): Date | undefined {
  const shape = /^(?!0000|9999)(\d{4}-\d\d-\d\d)T(?!24)\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
  const day = shape.exec(text)?.[1];
  const instant = new Date(text.toUpperCase());
  if (day === undefined || Number.isNaN(instant.getTime())) return undefined;
  return new Date(day).toISOString().startsWith(day) ? instant : undefined;
}
