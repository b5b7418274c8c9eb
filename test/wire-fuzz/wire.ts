/** The few packets of the MySQL protocol that a client needs to be let in, written without the server's own code. */
import { createHash } from 'node:crypto';

export const capability = { ssl: 0x800 } as const;

/** protocol 4.1, long password, connect with database, transactions, secure connection, multi statements, plugins. */
const loginCapabilities = 0x0000_0200 | 0x1 | 0x8 | 0x2000 | 0x8000 | 0x1_0000 | 0x2_0000 | 0x8_0000;
const plugin = 'mysql_native_password';

export function frame(payload: Uint8Array, sequence = 0): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([header, payload]);
}

export function text(value: string): Buffer {
  return Buffer.from(value, 'utf8');
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export function query(sql: string): Buffer {
  return Buffer.concat([Buffer.from([0x03]), text(sql)]);
}

/** The payload of the greeting -> the 20 bytes that the password is mixed with. */
export function scrambleOf(greeting: Buffer): Buffer {
  const afterVersion = greeting.indexOf(0) + 5;
  const second = afterVersion + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10;
  return Buffer.concat([
    greeting.subarray(afterVersion, afterVersion + 8),
    greeting.subarray(second, second + 12),
  ]);
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function passwordAnswer(password: string, scramble: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const once = sha1(text(password));
  const mask = sha1(scramble, sha1(once));
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

export function loginResponse(user: string, password: string, scramble: Buffer): Buffer {
  const answer = passwordAnswer(password, scramble);
  return Buffer.concat([
    tlsRequest(0),
    text(`${user}\0`),
    Buffer.from([answer.length]),
    answer,
    text(`oceanbase\0${plugin}\0`),
  ]);
}

/** With `capability.ssl` it asks for TLS; it is also how a login begins. */
export function tlsRequest(extra: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE((loginCapabilities | extra) >>> 0, 0);
  head.writeUInt32LE(0x0100_0000, 4);
  head.writeUInt8(46, 8);
  return head;
}
