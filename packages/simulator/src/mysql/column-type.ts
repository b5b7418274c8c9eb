/** Declared types as the wire knows them. */
import { binaryCollation, textCollation } from './capabilities.ts';

export interface WireType {
  readonly code: number;
  readonly length: number;
  readonly collation: number;
  readonly flags: number;
  readonly decimals: number;
  /** How a value is written in a binary row. */
  readonly binary: 'int8' | 'int32' | 'int64' | 'double' | 'text' | 'timestamp';
}

const flag = { blob: 0x10, unsigned: 0x20, binary: 0x80 } as const;
const variableLength = 0xfd;

function number(code: number, length: number, binary: WireType['binary'], flags = 0, decimals = 0): WireType {
  return { code, length, collation: binaryCollation, flags: flags | flag.binary, decimals, binary };
}

function text(code: number, characters: number): WireType {
  return { code, length: characters * 4, collation: textCollation, flags: 0, decimals: 0, binary: 'text' };
}

const cache = new Map<string, WireType>();

export function wireType(declared: string): WireType {
  let type = cache.get(declared);
  if (type === undefined) {
    type = resolve(declared);
    cache.set(declared, type);
  }
  return type;
}

function resolve(declared: string): WireType {
  const match = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?( unsigned)?$/.exec(declared);
  const length = Number(match?.[2] ?? 0);
  const unsigned = match?.[4] === undefined ? 0 : flag.unsigned;
  switch (match?.[1]) {
    case 'tinyint':
      return number(0x01, length || 4, 'int8', unsigned);
    case 'int':
      return number(0x03, length || 10, 'int32', unsigned);
    case 'bigint':
      return number(0x08, length || 20, 'int64', unsigned);
    case 'double':
      return number(0x05, 23, 'double', 0, 31);
    case 'decimal':
      return number(0xf6, (length || 65) + 2, 'text', 0, Number(match[3] ?? 0));
    case 'timestamp':
      return number(0x07, 19 + (length > 0 ? length + 1 : 0), 'timestamp', 0, length);
    case 'datetime':
      return number(0x0c, 19 + (length > 0 ? length + 1 : 0), 'timestamp', 0, length);
    case 'longtext':
      return { ...text(0xfc, 0), length: 0xffffffff, flags: flag.blob };
    case 'null':
      return {
        code: 0x06,
        length: 0,
        collation: binaryCollation,
        flags: flag.binary,
        decimals: 0,
        binary: 'text',
      };
    default:
      return text(variableLength, length || 65535);
  }
}
