/** Functions of MySQL and OceanBase that SQLite lacks or understands differently. */
import type { DatabaseSync } from 'node:sqlite';
import { kernelError } from '../kernel-error.ts';
import { nowUs } from '../timing.ts';
import type { SessionFacts } from './session-facts.ts';
import { parseTimestamp, timestampText } from './timestamp.ts';

type SqlValue = string | number | bigint | null | Uint8Array;
type SqlFunction = (facts: SessionFacts, ...values: SqlValue[]) => SqlValue;

/** NULL in, NULL out. */
function strict(body: (facts: SessionFacts, ...values: NonNullable<SqlValue>[]) => SqlValue): SqlFunction {
  return (facts, ...values) => {
    const present = values.filter((value) => value !== null);
    return present.length === values.length ? body(facts, ...present) : null;
  };
}

const unitUs: Readonly<Record<string, number>> = {
  MICROSECOND: 1,
  SECOND: 1e6,
  MINUTE: 60e6,
  HOUR: 3600e6,
  DAY: 86_400e6,
  WEEK: 604_800e6,
};

function addInterval(facts: SessionFacts, time: SqlValue, count: number, unit: string): SqlValue {
  const at = parseTimestamp(String(time), facts.offset);
  if (at === undefined) return null;
  const step = unitUs[unit];
  // A day without a time stays one when days are added.
  const isDay = /^\d+-\d+-\d+$/.test(String(time).trim()) && ['DAY', 'WEEK'].includes(unit);
  if (step !== undefined) {
    const text = timestampText(at + count * step, facts.offset);
    return isDay ? text.slice(0, 10) : trimmed(text);
  }
  const date = new Date(at / 1000);
  date.setUTCMonth(date.getUTCMonth() + count * (unit === 'YEAR' ? 12 : 1));
  return trimmed(timestampText(date.getTime() * 1000, facts.offset));
}

function trimmed(text: string): string {
  return text.replace(/\.000000$/, '');
}

const functions: Readonly<Record<string, SqlFunction>> = {
  ob_now: (facts, decimals) => timestampText(nowUs(), facts.offset, Number(decimals ?? 0)),
  utc_timestamp: (_facts, decimals) => timestampText(nowUs(), 0, Number(decimals ?? 0)),
  ob_user: (facts) => `${facts.user}@${facts.clientAddress}`,
  ob_database: (facts) => facts.database ?? null,
  ob_mysql_version: (facts) => facts.mysqlVersion,
  ob_version: (facts) => facts.obVersion,
  connection_id: (facts) => facts.connectionId,
  effective_tenant: (facts) => facts.tenantName,
  host_ip: (facts) => facts.serverIp,
  rpc_port: (facts) => facts.rpcPort,
  mysql_port: (facts) => facts.sqlPort,
  ob_concat: strict((_facts, ...values) => values.map(String).join('')),
  ob_concat_ws: (_facts, separator, ...values) =>
    separator === null || separator === undefined
      ? null
      : values
          .filter((value) => value !== null)
          .map(String)
          .join(String(separator)),
  ob_left: strict((_facts, text, count) => String(text).slice(0, Math.max(0, Number(count)))),
  ob_right: strict((_facts, text, count) => (Number(count) <= 0 ? '' : String(text).slice(-Number(count)))),
  repeat: strict((_facts, text, count) => repeat(String(text), Number(count))),
  sleep: () => 0,
  ob_isnull: (_facts, value) => (value === null || value === undefined ? 1 : 0),
  regexp: strict((_facts, pattern, text) => (new RegExp(String(pattern), 'i').test(String(text)) ? 1 : 0)),
  locate: strict(
    (_facts, needle, text) => String(text).toLowerCase().indexOf(String(needle).toLowerCase()) + 1,
  ),
  substring_index: strict((_facts, text, delimiter, count) => {
    const parts = String(text).split(String(delimiter));
    const wanted = Number(count);
    return (wanted >= 0 ? parts.slice(0, wanted) : parts.slice(wanted)).join(String(delimiter));
  }),
  time_to_usec: strict((facts, time) => parseTimestamp(String(time), facts.offset) ?? null),
  usec_to_time: strict((facts, time) => timestampText(Number(time), facts.offset)),
  unix_timestamp: (facts, time) => {
    if (time === undefined) return Math.floor(nowUs() / 1e6);
    const at = time === null ? undefined : parseTimestamp(String(time), facts.offset);
    return at === undefined ? null : Math.floor(at / 1e6);
  },
  from_unixtime: strict((facts, time) => timestampText(Number(time) * 1e6, facts.offset, 0)),
  timestampdiff: strict((facts, unit, from, to) => {
    const start = parseTimestamp(String(from), facts.offset);
    const end = parseTimestamp(String(to), facts.offset);
    const step = unitUs[String(unit)];
    return start === undefined || end === undefined || step === undefined
      ? null
      : Math.trunc((end - start) / step);
  }),
  date_add: strict((facts, time, count, unit) => addInterval(facts, time, Number(count), String(unit))),
  date_sub: strict((facts, time, count, unit) => addInterval(facts, time, -Number(count), String(unit))),
  ob_date_format: strict((_facts, time, format) => dateFormat(String(time), String(format))),
};

const maxAllowedPacket = 16_777_216;

function repeat(text: string, count: number): string {
  if (Buffer.byteLength(text) * count > maxAllowedPacket) {
    throw kernelError(
      'resultTooLarge',
      `Result of repeat() was larger than max_allowed_packet (${maxAllowedPacket}) - truncated`,
    );
  }
  return text.repeat(Math.max(0, Math.floor(count)));
}

function dateFormat(time: string, format: string): string {
  const [date = '', clock = '00:00:00'] = time.split(' ');
  const [year = '', month = '', day = ''] = date.split('-');
  const [hour = '', minute = '', second = ''] = clock.split(':');
  const [whole = '', fraction = ''] = second.split('.');
  const parts: Readonly<Record<string, string>> = {
    Y: year,
    m: month,
    d: day,
    H: hour,
    i: minute,
    s: whole,
    S: whole,
    f: fraction.padEnd(6, '0'),
    T: `${hour}:${minute}:${whole}`,
    '%': '%',
  };
  return format.replace(/%(.)/g, (_match, letter: string) => parts[letter] ?? letter);
}

/** Whole numbers must stay whole: SQLite would make a double of a JavaScript number. */
function toSql(value: SqlValue): SqlValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

export function registerFunctions(database: DatabaseSync, facts: () => SessionFacts): void {
  for (const [name, body] of Object.entries(functions)) {
    database.function(name, { varargs: true, useBigIntArguments: true }, (...values) =>
      toSql(body(facts(), ...values)),
    );
  }
}

/** The type of a call's result where SQLite cannot tell. */
export const functionTypes: Readonly<Record<string, string>> = {
  SUM: 'decimal(65,0)',
  AVG: 'decimal(65,4)',
  COUNT: 'bigint',
  CONCAT: 'varchar(65535)',
  CONCAT_WS: 'varchar(65535)',
  DATABASE: 'varchar(128)',
  SCHEMA: 'varchar(128)',
  USER: 'varchar(193)',
  VERSION: 'varchar(4096)',
  NOW: 'datetime',
  CURRENT_TIMESTAMP: 'datetime',
  LOCALTIME: 'datetime',
  SYSDATE: 'datetime',
  UTC_TIMESTAMP: 'datetime',
  USEC_TO_TIME: 'timestamp(6)',
  FROM_UNIXTIME: 'datetime',
  CONNECTION_ID: 'int(10) unsigned',
};
