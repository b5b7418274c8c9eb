/**
 * The agent as one file: hosts need a Node, and neither the repository nor an installation of packages. Only what the agent
 * uses is in it, which is a third of what it loads from source: it starts in a fraction of the time and of the memory.
 * The file is readable: names and comments stay as they are.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/**
 * V8 interprets and keeps nothing for optimising: 4 MiB less, on hosts whose memory is the database's. The agent waits nearly
 * always; its encryption and its files are not JavaScript.
 */
export const agentNodeOptions = ['--lite-mode'];

const licenseFile = /^(license|licence|copying)(\.\w+)?$/i;

/** @returns the file. Beside it, `LICENSES.txt` has the licences of the packages that went in. */
export async function bundleAgent(folder: string): Promise<string> {
  const file = join(folder, 'openocp-agent.mjs');
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(root, 'packages/agent/src/main.ts')],
    absWorkingDir: root,
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    metafile: true,
    plugins: [zodByName],
    banner: {
      js: [
        `#!/usr/bin/env -S node ${agentNodeOptions.join(' ')}`,
        // What is written in CommonJS asks for Node's own modules by this name.
        "import { createRequire } from 'node:module';",
        'const require = createRequire(import.meta.url);',
      ].join('\n'),
    },
  });
  chmodSync(file, 0o755);
  writeFileSync(join(folder, 'LICENSES.txt'), licensesOf(metafile));
  return file;
}

/** `z` as a namespace lets the bundler see which parts are used; as a value it would keep all of them, translations too. */
const zodByName: Plugin = {
  name: 'zod-by-name',
  setup(bundler) {
    bundler.onLoad({ filter: /\/packages\/(agent|contract)\/src\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replace(/^#!.*\n/, '')
        .replaceAll("import { z } from 'zod';", "import * as z from 'zod';");
      return { contents, loader: 'ts' };
    });
  },
};

function licensesOf({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).flatMap((path) => {
    return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [];
  });
  return [...new Set(folders)].sort().map(licenseOf).join('\n\n');
}

/** @throws Error for a package without a licence: it may not be handed on. */
function licenseOf(folder: string): string {
  const path = join(root, folder);
  const file = readdirSync(path).find((name) => licenseFile.test(name));
  const title = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (file === undefined) throw new Error(`${title} has no licence file: look into ${path}`);
  return `${title}\n${'-'.repeat(title.length)}\n${readFileSync(join(path, file), 'utf8').trim()}`;
}
