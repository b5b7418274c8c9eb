/** A temporary copy of the sources that can be changed: the packages are its own, what they depend on is linked. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Patch } from './mutants.ts';

const copied = [
  'packages',
  'test',
  'demo',
  'scripts',
  'docs',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];
const ownScope = '@openocp';

export class SourceCopy {
  readonly folder: string;

  /** @param root of the checkout. */
  constructor(root: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'openocp-mutants-'));
    const isSource = (path: string) => !path.endsWith('/node_modules');
    for (const name of copied.filter((each) => existsSync(join(root, each))))
      cpSync(join(root, name), join(this.folder, name), { recursive: true, filter: isSource });
    this.#linkDependencies(root);
  }

  /** Everything but our own packages, which must be those of the copy. */
  #linkDependencies(root: string): void {
    const [from, to] = [join(root, 'node_modules'), join(this.folder, 'node_modules')];
    mkdirSync(join(to, ownScope), { recursive: true });
    for (const name of readdirSync(from))
      if (name !== ownScope) symlinkSync(join(from, name), join(to, name));
    for (const name of readdirSync(join(this.folder, 'packages'))) {
      symlinkSync(join('..', '..', 'packages', name), join(to, ownScope, name));
      const nested = join(root, 'packages', name, 'node_modules');
      if (existsSync(nested)) symlinkSync(nested, join(this.folder, 'packages', name, 'node_modules'));
    }
  }

  /** @returns what takes the patches back. @throws Error when a text does not occur exactly once. */
  apply(patches: readonly Patch[]): () => void {
    const originals = new Map<string, string>();
    const restore = () => {
      for (const [path, text] of originals) writeFileSync(path, text);
    };
    try {
      for (const patch of patches) this.#patch(patch, originals);
    } catch (error) {
      restore();
      throw error;
    }
    return restore;
  }

  #patch({ file, text, by }: Patch, originals: Map<string, string>): void {
    const path = join(this.folder, file);
    const before = readFileSync(path, 'utf8');
    const [head, tail, ...more] = before.split(text);
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error(`${file} does not hold exactly once what the mutant replaces: ${text}`);
    if (!originals.has(path)) originals.set(path, before);
    writeFileSync(path, head + by + tail);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
