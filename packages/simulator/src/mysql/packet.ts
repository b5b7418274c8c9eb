/** Packets: three bytes of length, one of sequence. A payload of 16 MB or more goes in several. */
const maxPart = 0xffffff;

export interface Packet {
  readonly sequence: number;
  readonly payload: Buffer;
  /** Longer than a payload may be: it was read to its end and thrown away, `payload` is empty. */
  readonly tooLarge: boolean;
}

/**
 * Collects what arrives and gives it out packet by packet, when asked: what comes behind a packet may turn out to be
 * no packet at all, but the first bytes of TLS.
 */
export class PacketReader {
  readonly #maxPayload: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #parts: Buffer[] = [];
  #payloadSize = 0;

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  /** Bytes not given out yet, those of an unfinished payload not counted. */
  get buffered(): number {
    return this.#size;
  }

  push(chunk: Buffer | string): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  /** The next packet that is there as a whole. */
  next(): Packet | undefined {
    for (;;) {
      const packet = this.#nextPart();
      if (packet !== 'part') return packet;
    }
  }

  /** Everything that has not been given out. */
  takeRest(): Buffer {
    const rest = this.#join();
    this.#chunks = [];
    this.#size = 0;
    return rest;
  }

  #nextPart(): Packet | 'part' | undefined {
    if (this.#size < 4) return undefined;
    const length = this.#header().readUIntLE(0, 3);
    if (this.#size < length + 4) return undefined;
    const whole = this.#join();
    this.#chunks = [whole.subarray(length + 4)];
    this.#size -= length + 4;
    this.#payloadSize += length;
    if (this.#payloadSize > this.#maxPayload) this.#parts = [];
    else this.#parts.push(whole.subarray(4, length + 4));
    if (length === maxPart) return 'part';
    const tooLarge = this.#payloadSize > this.#maxPayload;
    const [only] = this.#parts;
    const payload = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#payloadSize = 0;
    return { sequence: whole.readUInt8(3), payload, tooLarge };
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
