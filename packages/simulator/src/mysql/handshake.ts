import { ByteReader, MalformedPacket } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { capability, serverCapabilities, serverStatus, textCollation } from './capabilities.ts';
import { nativePasswordPlugin } from './native-password.ts';

export interface HandshakeResponse {
  readonly capabilities: number;
  readonly user: string;
  readonly answer: Buffer;
  readonly database: string;
  readonly plugin: string;
}

export function initialHandshake(connectionId: number, version: string, scramble: Buffer): Buffer {
  return new ByteWriter()
    .uint8(10)
    .text(version)
    .uint8(0)
    .uint32(connectionId)
    .bytes(scramble.subarray(0, 8))
    .uint8(0)
    .uint16(serverCapabilities & 0xffff)
    .uint8(textCollation)
    .uint16(serverStatus.autocommit)
    .uint16(serverCapabilities >>> 16)
    .uint8(scramble.length + 1)
    .zeros(10)
    .bytes(scramble.subarray(8))
    .uint8(0)
    .text(nativePasswordPlugin)
    .uint8(0)
    .finish();
}

/** The short packet that a client sends before it goes on in TLS: a handshake response that ends before the user. */
export function isTlsRequest(payload: Buffer): boolean {
  return payload.length === 32 && (payload.readUInt32LE(0) & capability.ssl) !== 0;
}

export function parseHandshakeResponse(payload: Buffer): HandshakeResponse {
  const reader = new ByteReader(payload);
  const capabilities = reader.uint32();
  if ((capabilities & capability.protocol41) === 0) throw new MalformedPacket('client is too old');
  reader.take(4 + 1 + 23);
  const user = reader.nullTerminated();
  const answer = readAnswer(reader, capabilities);
  const database = (capabilities & capability.connectWithDatabase) !== 0 ? reader.nullTerminated() : '';
  const plugin =
    (capabilities & capability.pluginAuth) !== 0 ? reader.nullTerminated() : nativePasswordPlugin;
  return { capabilities, user, answer, database, plugin };
}

function readAnswer(reader: ByteReader, capabilities: number): Buffer {
  if ((capabilities & capability.pluginAuthLengthEncoded) !== 0) return reader.lengthEncodedBytes();
  if ((capabilities & capability.secureConnection) !== 0) return reader.take(reader.uint8());
  return Buffer.from(reader.nullTerminated(), 'utf8');
}

export function authSwitchRequest(scramble: Buffer): Buffer {
  return new ByteWriter().uint8(0xfe).text(nativePasswordPlugin).uint8(0).bytes(scramble).uint8(0).finish();
}

/** COM_CHANGE_USER carries much the same as a handshake response. */
export function parseChangeUser(payload: Buffer, capabilities: number): HandshakeResponse {
  const reader = new ByteReader(payload);
  const user = reader.nullTerminated();
  const answer = reader.take(reader.uint8());
  const database = reader.nullTerminated();
  let plugin: string = nativePasswordPlugin;
  if (reader.remaining >= 2) {
    reader.uint16();
    if (reader.remaining > 0 && (capabilities & capability.pluginAuth) !== 0)
      plugin = reader.nullTerminated();
  }
  return { capabilities, user, answer, database, plugin };
}
