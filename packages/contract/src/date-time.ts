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

/** @param epochMs milliseconds since 1970-01-01T00:00:00Z */
export function formatDateTime(epochMs: number, offsetMinutes = 0): string {
  const local = new Date(epochMs + offsetMinutes * MINUTE_MS).toISOString();
  // Without the Z. A page of servers has dozens of times: no patterns here.
  let end = local.length - 1;
  while (local[end - 1] === '0') end -= 1;
  const isWhole = local[end - 1] === '.';
  return `${local.slice(0, isWhole ? end - 1 : end)}${formatOffset(offsetMinutes)}`;
}
