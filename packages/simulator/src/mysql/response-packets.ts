/** Payloads of OK, EOF and error packets, column definitions and rows. */
import { ByteWriter } from './byte-writer.ts';
import { serverStatus } from './capabilities.ts';
import { wireType } from './column-type.ts';
import type { ResultColumn, Value } from './result.ts';

export function okPacket(affectedRows: number, status: number, info = ''): Buffer {
  const writer = new ByteWriter();
  writer.uint8(0).lengthEncoded(affectedRows).lengthEncoded(0);
  return writer
    .uint16(serverStatus.autocommit | status)
    .uint16(0)
    .text(info)
    .finish();
}

export function eofPacket(status: number): Buffer {
  return new ByteWriter(8)
    .uint8(0xfe)
    .uint16(0)
    .uint16(serverStatus.autocommit | status)
    .finish();
}

export function errorPacket(errno: number, state: string, text: string): Buffer {
  return new ByteWriter().uint8(0xff).uint16(errno).text(`#${state}`).text(text).finish();
}

export function columnDefinition(column: ResultColumn): Buffer {
  const type = wireType(column.type);
  const table = column.table ?? '';
  return new ByteWriter(256)
    .lengthEncodedText('def')
    .lengthEncodedText(table === '' ? '' : 'oceanbase')
    .lengthEncodedText(table)
    .lengthEncodedText(table)
    .lengthEncodedText(column.name)
    .lengthEncodedText(column.originalName ?? '')
    .lengthEncoded(0x0c)
    .uint16(type.collation)
    .uint32(type.length)
    .uint8(type.code)
    .uint16(type.flags)
    .uint8(type.decimals)
    .uint16(0)
    .finish();
}

function textOf(value: Exclude<Value, null>, type: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'number' && type.startsWith('decimal')) return Buffer.from(value.toFixed(4));
  return Buffer.from(String(value), 'utf8');
}

export function textRow(columns: readonly ResultColumn[], row: readonly Value[]): Buffer {
  const writer = new ByteWriter(512);
  for (const [index, column] of columns.entries()) {
    const value = row[index] ?? null;
    if (value === null) writer.uint8(0xfb);
    else writer.lengthEncodedBytes(textOf(value, column.type));
  }
  return writer.finish();
}

export function binaryRow(columns: readonly ResultColumn[], row: readonly Value[]): Buffer {
  const writer = new ByteWriter(512);
  // The bitmap of a result row starts at bit 2.
  const bitmap = Buffer.alloc((columns.length + 9) >> 3);
  for (const index of columns.keys()) {
    if ((row[index] ?? null) === null) {
      const bit = index + 2;
      bitmap.writeUInt8(bitmap.readUInt8(bit >> 3) | (1 << (bit & 7)), bit >> 3);
    }
  }
  writer.uint8(0).bytes(bitmap);
  for (const [index, column] of columns.entries()) {
    const value = row[index] ?? null;
    if (value !== null) binaryValue(writer, column, value);
  }
  return writer.finish();
}

function binaryValue(writer: ByteWriter, column: ResultColumn, value: Exclude<Value, null>): void {
  switch (wireType(column.type).binary) {
    case 'int8':
      writer.uint8(Number(value) & 0xff);
      break;
    case 'int32':
      writer.uint32(Number(value) >>> 0);
      break;
    case 'int64':
      writer.int64(typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value))));
      break;
    case 'double':
      writer.double(Number(value));
      break;
    case 'timestamp':
      binaryTimestamp(writer, String(value));
      break;
    case 'text':
      writer.lengthEncodedBytes(textOf(value, column.type));
      break;
  }
}

function binaryTimestamp(writer: ByteWriter, text: string): void {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?/.exec(text);
  const parts = match?.slice(1, 7).map((part) => Number(part ?? 0)) ?? [0, 0, 0, 0, 0, 0];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const micros = Number((match?.[7] ?? '').padEnd(6, '0'));
  writer
    .uint8(11)
    .uint16(year)
    .uint8(month)
    .uint8(day)
    .uint8(hour)
    .uint8(minute)
    .uint8(second)
    .uint32(micros);
}
