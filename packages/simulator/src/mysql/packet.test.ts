import { describe, expect, it } from 'vitest';
import { ByteReader, MalformedPacket } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { encodePacket, type Packet, PacketReader } from './packet.ts';

function readAll(reader: PacketReader): Packet[] {
  const packets: Packet[] = [];
  for (let packet = reader.next(); packet !== undefined; packet = reader.next()) packets.push(packet);
  return packets;
}

describe('packets', () => {
  it.each([0, 1, 0xfffffe, 0xffffff, 0x1000000, 0x1ffffff])(
    'carry %i bytes, in pieces of any size',
    (length) => {
      const payload = Buffer.alloc(length, 7);
      const { bytes, next } = encodePacket(payload, 254);
      expect(next).toBe((254 + Math.floor(length / 0xffffff) + 1) & 0xff);
      const reader = new PacketReader(0x2000000);
      const packets = [0, 3, 70_000, 16_777_220].flatMap((from, index, cuts) => {
        reader.push(bytes.subarray(from, cuts[index + 1] ?? bytes.length));
        return readAll(reader);
      });
      expect(packets.map((packet) => packet.payload.length)).toEqual([length]);
      expect(packets[0]?.payload.equals(payload)).toBe(true);
    },
  );

  it('a payload over the limit is read to its end, and the one behind it is whole', () => {
    const reader = new PacketReader(0xffffff);
    reader.push(encodePacket(Buffer.alloc(0x1000001), 0).bytes);
    reader.push(encodePacket(Buffer.from('next'), 0).bytes);
    expect(readAll(reader).map(({ payload, tooLarge }) => [payload.toString(), tooLarge])).toEqual([
      ['', true],
      ['next', false],
    ]);
  });

  it('bytes behind a packet can be taken as they are', () => {
    const reader = new PacketReader(100);
    reader.push(Buffer.from([1, 0, 0, 0, 65, 0x16, 3, 1]));
    expect(reader.next()?.payload.toString()).toBe('A');
    expect(reader.takeRest()).toEqual(Buffer.from([0x16, 3, 1]));
    expect(reader.next()).toBeUndefined();
  });

  it('read back what was written, and nothing beyond the end', () => {
    for (const value of [0, 250, 251, 65535, 65536, 0xffffff, 0x1000000]) {
      const reader = new ByteReader(new ByteWriter(1).lengthEncoded(value).finish());
      expect(reader.lengthEncoded()).toBe(value);
      expect(() => reader.uint8()).toThrow(MalformedPacket);
    }
  });
});
