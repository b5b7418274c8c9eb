/** Reads the texts of a zip file by its central directory, independent of the program that wrote it. */
import { inflateRawSync } from 'node:zlib';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const deflated = 8;

/** Texts by path. @throws Error when it is no zip file */
export function readZip(bytes: ArrayBuffer): Map<string, string> {
  const file = Buffer.from(bytes);
  const end = file.length - 22;
  if (end < 0 || file.readUInt32LE(end) !== endSignature) throw new Error('not a zip file');
  const texts = new Map<string, string>();
  let entry = file.readUInt32LE(end + 16);
  for (let left = file.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (file.readUInt32LE(entry) !== entrySignature)
      throw new Error('the directory of the zip file is broken');
    const nameEnd = entry + 46 + file.readUInt16LE(entry + 28);
    texts.set(file.toString('utf8', entry + 46, nameEnd), readText(file, entry));
    entry = nameEnd + file.readUInt16LE(entry + 30) + file.readUInt16LE(entry + 32);
  }
  return texts;
}

function readText(file: Buffer, entry: number): string {
  const header = file.readUInt32LE(entry + 42);
  const begin = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28);
  const content = file.subarray(begin, begin + file.readUInt32LE(entry + 20));
  const isDeflated = file.readUInt16LE(entry + 10) === deflated;
  return (isDeflated ? inflateRawSync(content) : content).toString('utf8');
}
