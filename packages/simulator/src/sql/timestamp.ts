/** Times as text in a session's time zone; the kernel's default zone is eight hours ahead of UTC. */
export const defaultTimeZone = '+08:00';

/** Minutes east of UTC. Undefined for what is no offset; SYSTEM is the default zone. */
export function offsetMinutes(timeZone: string): number | undefined {
  if (timeZone.toUpperCase() === 'SYSTEM') return offsetMinutes(defaultTimeZone);
  const match = /^([+-])(\d{1,2}):(\d{2})$/.exec(timeZone.trim());
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return minutes > 14 * 60 ? undefined : match[1] === '-' ? -minutes : minutes;
}

/** Minutes east of UTC as `+08:00`. */
export function offsetText(minutes: number): string {
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

/** `2026-01-31 12:00:00.123456` */
export function timestampText(microseconds: number, offset: number, decimals = 6): string {
  const shifted = microseconds + offset * 60_000_000;
  const whole = Math.floor(shifted / 1_000_000);
  const text = new Date(whole * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = String(shifted - whole * 1_000_000).padStart(6, '0');
  return decimals === 0 ? text : `${text}.${fraction.slice(0, decimals)}`;
}

/** Microseconds since the epoch; undefined for what is no time. */
export function parseTimestamp(text: string, offset: number): number | undefined {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?)?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const utc = Date.UTC(year, month - 1, day, hour, minute, second);
  return (utc - offset * 60_000) * 1000 + Number((match[7] ?? '').padEnd(6, '0'));
}
