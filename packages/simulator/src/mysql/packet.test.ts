import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { encodePacket, PacketReader } from './packet.ts';

describe('packets', () => {
  it.each([0, 1, 0xfffffe, 0xffffff, 0x1000000, 0x1ffffff])(
    'carry %i bytes, in pieces of any size',
    (length) => {
      const payload = Buffer.alloc(length, 7);
      const { bytes, next } = encodePacket(payload, 254);
      expect(next).toBe((254 + Math.floor(length / 0xffffff) + 1) & 0xff);
      const reader = new PacketReader();
      const packets = [0, 3, 70_000, 16_777_220].flatMap((from, index, cuts) => {
        return reader.push(bytes.subarray(from, cuts[index + 1] ?? bytes.length));
      });
      expect(packets.map((packet) => packet.payload.length)).toEqual([length]);
      expect(packets[0]?.payload.equals(payload)).toBe(true);
    },
  );

  it('read back what was written, and nothing beyond the end', () => {
    for (const value of [0, 250, 251, 65535, 65536, 0xffffff, 0x1000000]) {
      const reader = new ByteReader(new ByteWriter(1).lengthEncoded(value).finish());
      expect(reader.lengthEncoded()).toBe(value);
      expect(() => reader.uint8()).toThrow(RangeError);
    }
  });
});
