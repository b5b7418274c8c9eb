/** Packets: three bytes of length, one of sequence. A payload of 16 MB or more goes in several. */
const maxPart = 0xffffff;

/** More than any statement needs; a longer payload is not collected. */
const maxPayload = 64 * 1024 * 1024;

export interface Packet {
  readonly sequence: number;
  readonly payload: Buffer;
}

export class PacketReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #parts: Buffer[] = [];
  #partsSize = 0;

  push(chunk: Buffer | string): Packet[] {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    const packets: Packet[] = [];
    for (;;) {
      const packet = this.#next();
      if (packet === undefined) return packets;
      if (packet !== 'part') packets.push(packet);
    }
  }

  #next(): Packet | 'part' | undefined {
    if (this.#size < 4) return undefined;
    const length = this.#header().readUIntLE(0, 3);
    if (this.#size < length + 4) return undefined;
    const whole = this.#join();
    this.#chunks = [whole.subarray(length + 4)];
    this.#size -= length + 4;
    this.#parts.push(whole.subarray(4, length + 4));
    this.#partsSize += length;
    if (this.#partsSize > maxPayload) throw new RangeError('packet too large');
    if (length === maxPart) return 'part';
    const [only] = this.#parts;
    const payload = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partsSize = 0;
    return { sequence: whole.readUInt8(3), payload };
  }

  /** Chunks are joined only when a packet is complete: a long one would be copied for each chunk otherwise. */
  #header(): Buffer {
    const [first] = this.#chunks;
    return first !== undefined && first.length >= 4 ? first : this.#join();
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}

/** The packets of one payload, and the sequence number that follows. */
export function encodePacket(payload: Uint8Array, sequence: number): { bytes: Buffer; next: number } {
  const parts: Buffer[] = [];
  let next = sequence;
  for (let at = 0; ; at += maxPart) {
    const part = payload.subarray(at, at + maxPart);
    const header = Buffer.allocUnsafe(4);
    header.writeUIntLE(part.length, 0, 3);
    header.writeUInt8(next & 0xff, 3);
    next += 1;
    parts.push(header, Buffer.from(part.buffer, part.byteOffset, part.length));
    if (part.length < maxPart) return { bytes: Buffer.concat(parts), next: next & 0xff };
  }
}
