/** Times as OCP writes them: ISO 8601 with milliseconds and offset, trailing zeros of the fraction dropped. */
import { z } from 'zod';

const MINUTE_MS = 60_000;

/** `stopTime` of a server that was never stopped: the epoch, as OCP shows it. */
export const NEVER_MS = 0;

export const dateTime = z.string().meta({ format: 'date-time', examples: ['2021-03-02T16:11:11.37+08:00'] });

/** `+08:00` for 480. */
export function formatOffset(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  if (minutes === 0) return '+00:00';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const HOUR_MS = 60 * MINUTE_MS;
/** `08` for 8. */
const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
/** The calendar is most of the work, and a page with a hundred times has most of them from one hour. */
let lastHour = { hour: Number.NaN, text: '' };

/** `2021-03-02T16:` */
function textOfHour(hour: number): string {
  if (hour !== lastHour.hour) {
    const wholeHour = new Date(hour * HOUR_MS).toISOString();
    lastHour = { hour, text: wholeHour.slice(0, -'00:00.000Z'.length) };
  }
  return lastHour.text;
}

/** `.37` for 370, nothing for 0. */
function textOfFraction(milliseconds: number): string {
  if (milliseconds === 0) return '';
  let digits = milliseconds;
  let length = 3;
  for (; digits % 10 === 0; length -= 1) digits /= 10;
  return `.${String(digits).padStart(length, '0')}`;
}

/** @param epochMs whole milliseconds since 1970-01-01T00:00:00Z */
export function formatDateTime(epochMs: number, offsetMinutes = 0): string {
  const local = Math.trunc(epochMs + offsetMinutes * MINUTE_MS);
  const hour = Math.floor(local / HOUR_MS);
  const inHour = local - hour * HOUR_MS;
  const minute = Math.floor(inHour / MINUTE_MS);
  const second = Math.floor((inHour % MINUTE_MS) / 1000);
  const clock = `${twoDigits[minute]}:${twoDigits[second]}${textOfFraction(inHour % 1000)}`;
  return `${textOfHour(hour)}${clock}${formatOffset(offsetMinutes)}`;
}
