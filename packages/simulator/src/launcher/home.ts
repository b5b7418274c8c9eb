/** Makes the home of a simulated observer: its folders, its executable, the script that starts it. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { simulatorFileOf } from '../process/observer-config.ts';
import { replaceFile } from '../store/replace-file.ts';

const program = pathToFileURL(join(import.meta.dirname, '..', 'observer-main.ts')).href;

export function makeHome(
  home: string,
  dataFolder: string,
  simulatorOptions: Readonly<Record<string, string>> = {},
): void {
  for (const folder of ['bin', 'lib', 'etc', 'log', 'run', 'store', 'audit']) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  const executable = join(home, 'lib', 'observer');
  if (!existsSync(executable)) linkExecutable(executable, dataFolder);
  const cache = join(dataFolder, 'compile-cache');
  // Valid as a module of either kind: which one it is depends on the folders above.
  const script = [
    `#!${executable}`,
    `import('node:module').then((module) => module.enableCompileCache(${JSON.stringify(cache)})).then(() => import(${JSON.stringify(program)}));`,
    '',
  ].join('\n');
  writeFileSync(join(home, 'bin', 'observer'), script);
  chmodSync(join(home, 'bin', 'observer'), 0o755);
  replaceFile(simulatorFileOf(home), JSON.stringify(simulatorOptions));
}

/** All homes share one file: it is large, and its pages are then in memory once. */
function linkExecutable(target: string, dataFolder: string): void {
  const node = realpathSync(process.execPath);
  try {
    linkSync(node, target);
  } catch {
    // Another file system, or links are not allowed: one copy for the cluster.
    const copy = join(dataFolder, 'node');
    if (!existsSync(copy)) copyFileSync(node, copy);
    linkSync(copy, target);
  }
}
