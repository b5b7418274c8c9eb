/** Packs texts into a zip file piece by piece, so that neither a large text nor the file is ever whole in memory. */
export interface ArchiveEntry {
  /** Path inside the archive, with `/`. */
  readonly name: string;
  readonly text: string | AsyncIterable<string>;
}

export async function* createZip(
  entries: Iterable<ArchiveEntry> | AsyncIterable<ArchiveEntry>,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Diagnoses are seldom asked for; nothing else needs this.
  const { Zip, ZipDeflate } = await import('fflate');
  let made: Uint8Array[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, piece) => {
    failure ??= error;
    made.push(piece);
  });
  const take = (): Uint8Array[] => {
    if (failure !== null) throw failure;
    const pieces = made;
    made = [];
    return pieces;
  };
  const encoder = new TextEncoder();
  for await (const { name, text } of entries) {
    const file = new ZipDeflate(name);
    zip.add(file);
    for await (const part of typeof text === 'string' ? [text] : text) {
      file.push(encoder.encode(part));
      yield* take();
    }
    file.push(new Uint8Array(), true);
    yield* take();
  }
  zip.end();
  yield* take();
}
