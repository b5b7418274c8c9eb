/** Frames of the simulator's own RPC: four bytes of length, then JSON. */

/** More than any state transfer needs; a longer announcement is garbage and ends the connection. */
const maxFrameBytes = 64 * 1024 * 1024;

export function encodeFrame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  const frame = Buffer.allocUnsafe(body.length + 4);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
}

export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  /** Complete messages in `chunk` and what came before it. Throws on a frame that cannot be one. */
  push(chunk: Buffer | string): unknown[] {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    const messages: unknown[] = [];
    for (;;) {
      if (this.#size < 4) return messages;
      const [first] = this.#chunks;
      const length = (first !== undefined && first.length >= 4 ? first : this.#join()).readUInt32BE(0);
      if (length > maxFrameBytes) throw new Error(`rpc frame of ${length} bytes`);
      // Chunks are joined only when the frame is complete: a long one would be copied for each chunk otherwise.
      if (this.#size < length + 4) return messages;
      const whole = this.#join();
      messages.push(JSON.parse(whole.toString('utf8', 4, 4 + length)));
      this.#chunks = [whole.subarray(4 + length)];
      this.#size -= length + 4;
    }
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
