/** Column types of user tables: which there are, how the statement engine holds them, and what a value must be. */
import type { UserColumn, UserValue } from '../cluster/rows.ts';
import { kernelError } from '../kernel-error.ts';
import { parseTimestamp, timestampText } from './timestamp.ts';

type Kind = 'integer' | 'double' | 'text' | 'datetime' | 'timestamp';

interface UserType {
  readonly kind: Kind;
  /** Characters, or decimals of a second. */
  readonly length: number;
  readonly min: bigint;
  readonly max: bigint;
}

const largest = 2n ** 63n - 1n;
const integerBits: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
};
const displayWidth: Readonly<Record<string, number>> = {
  tinyint: 4,
  smallint: 6,
  mediumint: 9,
  int: 11,
  bigint: 20,
};
const textLength: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65535,
  mediumtext: 16777215,
  longtext: 536870911,
};
const synonyms: Readonly<Record<string, string>> = {
  integer: 'int',
  bool: 'tinyint',
  boolean: 'tinyint',
  float: 'double',
  real: 'double',
};

/** The type as the kernel shows it. Undefined for one that this engine does not have. */
export function declaredType(
  name: string,
  length: number | undefined,
  isUnsigned: boolean,
): string | undefined {
  const lower = name.toLowerCase();
  const base = synonyms[lower] ?? lower;
  const unsigned = isUnsigned ? ' unsigned' : '';
  if (base in integerBits) {
    const width = lower.startsWith('bool') ? 1 : (length ?? displayWidth[base]);
    return `${base}(${width})${unsigned}`;
  }
  if (base === 'double') return base;
  if (base === 'char' || base === 'varchar') return `${base}(${length ?? 1})`;
  if (base in textLength) return base;
  if (base === 'datetime' || base === 'timestamp') {
    if ((length ?? 0) > 6) return undefined;
    return length === undefined || length === 0 ? base : `${base}(${length})`;
  }
  return undefined;
}

/** `type` comes from `declaredType`. */
function userType(type: string): UserType {
  const [, base = '', digits, unsigned] = /^(\w+)(?:\((\d+)\))?( unsigned)?$/.exec(type) ?? [];
  const length = Number(digits ?? 0);
  const none = { min: 0n, max: 0n };
  const bits = integerBits[base];
  if (bits !== undefined) {
    const half = 1n << BigInt(bits - 1);
    const range = unsigned === undefined ? { min: -half, max: half - 1n } : { min: 0n, max: half * 2n - 1n };
    // The engine's whole numbers are signed: the upper half of an unsigned bigint is out of its range.
    if (range.max > largest) return { kind: 'integer', length, min: range.min, max: largest };
    return { kind: 'integer', length, ...range };
  }
  if (base === 'double') return { kind: 'double', length, ...none };
  if (base === 'datetime' || base === 'timestamp') return { kind: base, length, ...none };
  return { kind: 'text', length: textLength[base] ?? length, ...none };
}

/** The column of the engine's own table: only the affinity and the collation count. */
export function engineColumnType(type: string): string {
  const { kind } = userType(type);
  if (kind === 'integer') return 'BIGINT';
  return kind === 'double' ? 'DOUBLE' : 'TEXT COLLATE NOCASE';
}

/** The type that a result column is announced with. */
export function resultType(type: string): string {
  const { kind, length } = userType(type);
  if (kind === 'integer') return type.endsWith('unsigned') ? 'bigint unsigned' : 'bigint';
  if (kind !== 'text') return type;
  return length > 65535 ? 'longtext' : `varchar(${length})`;
}

/** From the stored form to the engine's: digits become whole numbers, timestamps text of the session's zone. */
export function engineValue(type: string, value: UserValue, offset: number): bigint | UserValue {
  if (value === null) return null;
  const { kind, length } = userType(type);
  if (kind === 'integer') return BigInt(value);
  return kind === 'timestamp' ? timestampText(Number(value), offset, length) : value;
}

export interface Place {
  readonly column: UserColumn;
  readonly row: number;
  /** Minutes east of UTC of the session. */
  readonly offset: number;
}

/** From the engine's form to the stored one. @throws KernelError for a value that the column does not take. */
export function storedValue(value: bigint | number | string | null, place: Place): UserValue {
  if (value === null) return null;
  const type = userType(place.column.type);
  switch (type.kind) {
    case 'integer':
      return storedInteger(value, type, place);
    case 'double': {
      const number = Number(value);
      if (!Number.isFinite(number)) throw wrongValue('double', value, place);
      return number;
    }
    case 'text':
      if (Array.from(String(value)).length > type.length) {
        throw kernelError(
          'dataTooLong',
          `Data too long for column '${place.column.name}' at row ${place.row}`,
        );
      }
      return String(value);
    case 'datetime':
    case 'timestamp':
      return storedTime(String(value), type, place);
  }
}

function storedInteger(value: bigint | number | string, { min, max }: UserType, place: Place): string {
  const number = typeof value === 'string' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw wrongValue('integer', value, place);
  const whole = typeof value === 'bigint' ? value : BigInt(Math.round(number));
  if (whole >= min && whole <= max) return String(whole);
  throw kernelError('outOfRange', `Out of range value for column '${place.column.name}' at row ${place.row}`);
}

function storedTime(text: string, { kind, length }: UserType, { column, row, offset }: Place): UserValue {
  const zone = kind === 'timestamp' ? offset : 0;
  const at = parseTimestamp(text, zone);
  if (at === undefined) {
    throw kernelError(
      'wrongTime',
      `Incorrect datetime value: '${text}' for column '${column.name}' at row ${row}`,
    );
  }
  const unit = 10 ** (6 - length);
  const rounded = Math.floor(at / unit) * unit;
  return kind === 'timestamp' ? rounded : timestampText(rounded, 0, length);
}

function wrongValue(what: string, value: bigint | number | string, { column, row }: Place): Error {
  return kernelError(
    'wrongValue',
    `Incorrect ${what} value: '${value}' for column '${column.name}' at row ${row}`,
  );
}
