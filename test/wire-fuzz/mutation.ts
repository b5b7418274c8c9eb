/** Bends a payload. Two times in five it stays as it is: what comes after a bent packet matters as much. */
import type { RandomChoice } from './random-choice.ts';

type Mutation = (bytes: Buffer, random: RandomChoice) => Buffer;

/** Lengths, signs and ends that parsers stumble over. */
const awkward: readonly [number, ...number[]] = [
  0, 1, 0x7f, 0x80, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff, 0x27, 0x3f, 0x5c,
];

function replaced(bytes: Buffer, at: number, remove: number, insert: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

const mutations: readonly [Mutation, ...Mutation[]] = [
  (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1)),
  (bytes, random) => replaced(bytes, random.integer(bytes.length), 1, Buffer.from([random.integer(256)])),
  (bytes, random) => replaced(bytes, random.integer(bytes.length), 1, Buffer.from([random.of(awkward)])),
  (bytes, random) => replaced(bytes, random.integer(bytes.length), 0, random.bytes(1 + random.integer(8))),
  (bytes, random) => replaced(bytes, random.integer(bytes.length), 1 + random.integer(8), Buffer.alloc(0)),
  (bytes, random) => {
    const at = random.integer(bytes.length);
    return replaced(bytes, at, 0, bytes.subarray(at, at + 1 + random.integer(20)));
  },
  (bytes, random) => Buffer.concat([bytes, random.bytes(random.integer(200))]),
  (bytes, random) => replaced(bytes, random.integer(bytes.length), 4, Buffer.alloc(4, 0xff)),
];

export function mutated(payload: Buffer, random: RandomChoice): Buffer {
  let bytes = payload;
  if (random.chance(0.4)) return bytes;
  for (let count = 1 + random.integer(3); count > 0 && bytes.length > 0; count -= 1) {
    bytes = random.of(mutations)(bytes, random);
  }
  return bytes;
}
