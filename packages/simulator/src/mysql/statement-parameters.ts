/** Parameters of COM_STMT_EXECUTE, decoded by the types the client names. */
import { ByteReader, MalformedPacket } from './byte-reader.ts';
import type { Value } from './result.ts';

export interface ParameterType {
  readonly code: number;
  readonly unsigned: boolean;
}

export interface DecodedParameters {
  readonly types: readonly ParameterType[];
  readonly values: readonly Value[];
}

/** `known` are the types of the last execution: a client sends them only when they change. */
export function decodeParameters(
  reader: ByteReader,
  count: number,
  known: readonly ParameterType[],
  longData: ReadonlyMap<number, Buffer>,
): DecodedParameters {
  if (count === 0) return { types: [], values: [] };
  const nulls = reader.take((count + 7) >> 3);
  let types = known;
  if (reader.uint8() === 1) {
    types = Array.from({ length: count }, () => ({
      code: reader.uint8(),
      unsigned: (reader.uint8() & 0x80) !== 0,
    }));
  }
  if (types.length !== count) throw new MalformedPacket('parameter types are missing');
  const values = types.map((type, index): Value => {
    const long = longData.get(index);
    if (long !== undefined) return long.toString('utf8');
    const isNull = (nulls.readUInt8(index >> 3) & (1 << (index & 7))) !== 0;
    return isNull ? null : decodeValue(reader, type);
  });
  return { types, values };
}

function decodeValue(reader: ByteReader, { code, unsigned }: ParameterType): Value {
  switch (code) {
    case 0x01:
      return BigInt(unsigned ? reader.uint8() : reader.take(1).readInt8(0));
    case 0x02:
    case 0x0d:
      return BigInt(unsigned ? reader.uint16() : reader.take(2).readInt16LE(0));
    case 0x03:
    case 0x09:
      return BigInt(unsigned ? reader.uint32() : reader.take(4).readInt32LE(0));
    case 0x08:
      return unsigned ? reader.take(8).readBigUInt64LE(0) : reader.take(8).readBigInt64LE(0);
    case 0x04:
      return reader.take(4).readFloatLE(0);
    case 0x05:
      return reader.take(8).readDoubleLE(0);
    case 0x06:
      return null;
    case 0x07:
    case 0x0a:
    case 0x0c:
      return decodeDate(reader);
    case 0x0b:
      return decodeTime(reader);
    default:
      return reader.lengthEncodedBytes().toString('utf8');
  }
}

const two = (value: number) => String(value).padStart(2, '0');

function decodeDate(reader: ByteReader): string {
  const bytes = new ByteReader(reader.take(reader.uint8()));
  if (bytes.remaining < 4) return '0000-00-00';
  const date = `${String(bytes.uint16()).padStart(4, '0')}-${two(bytes.uint8())}-${two(bytes.uint8())}`;
  if (bytes.remaining < 3) return date;
  const time = `${two(bytes.uint8())}:${two(bytes.uint8())}:${two(bytes.uint8())}`;
  const micros = bytes.remaining >= 4 ? `.${String(bytes.uint32()).padStart(6, '0')}` : '';
  return `${date} ${time}${micros}`;
}

function decodeTime(reader: ByteReader): string {
  const bytes = new ByteReader(reader.take(reader.uint8()));
  if (bytes.remaining < 8) return '00:00:00';
  const sign = bytes.uint8() === 1 ? '-' : '';
  const hours = bytes.uint32() * 24 + bytes.uint8();
  return `${sign}${two(hours)}:${two(bytes.uint8())}:${two(bytes.uint8())}`;
}
