#!/usr/bin/env node
/**
 * The program `openocp`: `src/main.ts`, with Node's compile cache. It is JavaScript, because the cache must be on before the
 * first TypeScript file is read. From the second start on nothing is stripped of its types or compiled again, which saves
 * nearly half the time of a start, and the memory of the compiler that strips types.
 *
 * The cache lives in the folder of the installation: who may change it may change the program anyway. Where that cannot be
 * written the program works without it. The environment variable NODE_COMPILE_CACHE names another folder.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/openocp', import.meta.url)));
await import('../src/main.ts');
// By now a server listens. Who is ended by kill -9 would never write it.
flushCompileCache();
