/** What a client sent is no packet of the protocol: its connection is closed, and that is no defect of the server. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
}

/** Reads the protocol's primitives out of one payload. Throws MalformedPacket where the payload ends too early. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  uint8(): number {
    return this.take(1).readUInt8(0);
  }

  uint16(): number {
    return this.take(2).readUInt16LE(0);
  }

  uint32(): number {
    return this.take(4).readUInt32LE(0);
  }

  take(length: number): Buffer {
    if (length < 0 || length > this.remaining) throw new MalformedPacket('payload ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  rest(): Buffer {
    return this.take(this.remaining);
  }

  /** A length-encoded integer; what does not fit a safe integer cannot be a length here. */
  lengthEncoded(): number {
    const first = this.uint8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.uint16();
    if (first === 0xfd) return this.take(3).readUIntLE(0, 3);
    if (first !== 0xfe) throw new MalformedPacket('not a length');
    const value = this.take(8).readBigUInt64LE(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new MalformedPacket('length too large');
    return Number(value);
  }

  lengthEncodedBytes(): Buffer {
    return this.take(this.lengthEncoded());
  }

  /** Up to a zero byte, or to the end when there is none. */
  nullTerminated(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) return this.rest().toString('utf8');
    const text = this.take(end - this.#at).toString('utf8');
    this.#at += 1;
    return text;
  }
}
