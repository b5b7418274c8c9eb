/**
 * The programs as they are installed: hosts need a Node, and neither the repository nor an installation of packages. Only what
 * a program uses is in it, so it starts in a fraction of the time and of the memory that its sources take. Names stay as they
 * are, for whoever reads a stack.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/**
 * V8 interprets and keeps nothing for optimising: 4 MiB less, on hosts whose memory is the database's. The agent waits nearly
 * always; its encryption and its files are not JavaScript.
 */
export const agentNodeOptions = ['--lite-mode'];

/**
 * Short-lived objects get little space, and others are collected when the heap has grown by half, not to its fourfold: looks at
 * clusters that do not answer leave 70 MiB behind otherwise. Functions that are not called any more lose their code, and what
 * is called seldom is interpreted; what is called often is optimised as ever. The program collects what its start leaves behind.
 */
export const controlPlaneNodeOptions = [
  '--max-semi-space-size=2',
  '--heap-growing-percent=50',
  '--expose-gc',
];
/** The C library otherwise keeps a heap for each of Node's threads, and what a start has freed. */
export const controlPlaneEnvironment = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

const licenseFile = /^(license|licence|copying)(\.\w+)?$/i;

/** @returns the file. Beside it, `LICENSES.txt` has the licences of the packages that went in. */
export async function bundleAgent(folder: string): Promise<string> {
  const outfile = join(folder, 'openocp-agent.mjs');
  const entry = join(root, 'packages/agent/src/main.ts');
  await bundle(folder, `node ${agentNodeOptions.join(' ')}`, { entryPoints: [entry], outfile });
  chmodSync(outfile, 0o755);
  return outfile;
}

/**
 * The whole program `openocp`: the control plane and its command line. What is seldom wanted lies in files of its own, which
 * are read when they are. The folder is made anew.
 *
 * @returns the file to start
 */
export async function bundleControlPlane(
  folder: string,
  entry = join(root, 'packages/cli/src/main.ts'),
): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const file = join(folder, 'openocp.mjs');
  const environment = Object.entries(controlPlaneEnvironment).map(([name, value]) => `${name}=${value}`);
  await bundle(folder, [...environment, 'node', ...controlPlaneNodeOptions].join(' '), {
    entryPoints: { openocp: entry },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
  });
  chmodSync(file, 0o755);
  return file;
}

async function bundle(folder: string, command: string, options: BuildOptions): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // The engine keeps the text of what it runs. Comments and indentation are half of it, and with one letter beyond ASCII,
    // as comments have them, every letter of a file takes two bytes.
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'external',
    metafile: true,
    plugins: [ownSources, withoutUnused],
    banner: {
      js: [
        `#!/usr/bin/env -S ${command}`,
        // What is written in CommonJS asks for Node's own modules by this name.
        "import { createRequire as createBundledRequire } from 'node:module';",
        'const require = createBundledRequire(import.meta.url);',
      ].join('\n'),
    },
  });
  if (metafile === undefined) throw new Error('the bundler tells nothing about its inputs');
  refuseLateCommonJs(metafile);
  writeFileSync(join(folder, 'LICENSES.txt'), licensesOf(metafile));
}

/**
 * Of a CommonJS package that is imported late, a bundle gives away `default` alone, where Node gives all its names.
 * @throws Error that names the import: it would work from source and fail where it is installed.
 */
function refuseLateCommonJs({ inputs }: Metafile): void {
  for (const [importer, { imports }] of Object.entries(inputs)) {
    const late = imports.find(
      ({ kind, path }) => kind === 'dynamic-import' && inputs[path]?.format === 'cjs',
    );
    if (late !== undefined)
      throw new Error(
        `${importer} imports ${late.path} late: import a file of ours late that imports it at once`,
      );
  }
}

/** Where the programs keep compiled code when they run from source; a bundle keeps it beside itself. */
const sourceCompileCache = "'../../../node_modules/.cache/openocp'";

const ownSources: Plugin = {
  name: 'own-sources',
  setup(bundler) {
    bundler.onLoad({ filter: /\/packages\/\w+\/(src|bin)\/.*\.m?[jt]s$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replace(/^#!.*\n/, '')
        .replaceAll(sourceCompileCache, "'.cache'")
        // As a namespace the bundler sees which parts are used; as a value it would keep all of them, translations too.
        .replaceAll("import { z } from 'zod';", "import * as z from 'zod';");
      return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' };
    });
  },
};

/** Fastify's compilers of schemas. It reads them when a program brings none of its own, and ours does. */
const leftOut = /^@fastify\/(ajv-compiler|fast-json-stringify-compiler)$/;

const withoutUnused: Plugin = {
  name: 'without-unused',
  setup(bundler) {
    bundler.onResolve({ filter: leftOut }, ({ path }) => ({ path, namespace: 'left-out' }));
    bundler.onLoad({ filter: leftOut, namespace: 'left-out' }, ({ path }) => {
      return { contents: `throw new Error('${path} is not in this program');` };
    });
  },
};

function licensesOf({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).flatMap((path) => {
    return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [];
  });
  return [...new Set(folders)].sort().map(licenseOf).join('\n\n');
}

/** @throws Error for a package that names no licence: it may not be handed on. */
function licenseOf(folder: string): string {
  const path = join(root, folder);
  const file = readdirSync(path).find((name) => licenseFile.test(name));
  const title = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const text = file === undefined ? declaredLicenseOf(path) : readFileSync(join(path, file), 'utf8').trim();
  return `${title}\n${'-'.repeat(title.length)}\n${text}`;
}

/** Some packages only name it. */
function declaredLicenseOf(path: string): string {
  const description = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<string, unknown>;
  if (typeof description.license !== 'string') throw new Error(`${path} names no licence`);
  return `License: ${description.license}, as its package.json says; the package has no text of it.`;
}
