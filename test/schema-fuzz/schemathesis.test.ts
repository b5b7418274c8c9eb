/**
 * Schemathesis reads our OpenAPI document, makes good and bad requests from it and holds the answers against it: no 5xx,
 * every answer as documented, nothing without credentials that needs them. A few thousand requests from a fixed seed.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operationIds } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FilledControlPlane,
  startFilledControlPlane,
} from '../../packages/server/src/testing/filled-control-plane.ts';
import { installedTool } from '../installed-tool.ts';

const program = installedTool({
  variable: 'OPENOCP_SCHEMATHESIS',
  what: 'the executable st of schemathesis',
  untested: 'the API is not held against its OpenAPI document with generated requests',
});

/** Routes that are left out, and why. */
const leftOut: Readonly<Record<string, string>> = {
  eventStream: 'its answer has no end',
  clusterMoveOut: 'it would take the cluster away from the calls that come after',
  clusterGuardUpdate: 'it waits ten seconds for a cluster that does not answer, as none does here',
  clusterTakeOver: 'it looks names up that the generator makes, outside of this machine',
  clusterTakeOverPreCheck: 'it looks names up that the generator makes, outside of this machine',
  hostRegister:
    'it looks names up that the generator makes; and an agent that is not there is a 500, as in OCP',
};

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'ignored_auth',
];

/** Half a minute on a quiet machine. */
const runTimeoutMs = 240_000;

interface Run {
  readonly exitCode: number;
  readonly output: string;
}

function run(file: string, args: readonly string[], cwd: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { cwd, timeout: runTimeoutMs, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}

describe.runIf(program !== undefined)('schemathesis', () => {
  let controlPlane: FilledControlPlane;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openocp-schemathesis-'));
    controlPlane = await startFilledControlPlane();
  });
  afterAll(async () => {
    await controlPlane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'finds no request that is answered otherwise than documented',
    async () => {
      const { url, user, password } = controlPlane;
      const args = [
        ...[
          '--config-file',
          join(import.meta.dirname, 'schemathesis.toml'),
          'run',
          `${url}/api/v2/openapi.json`,
        ],
        ...[
          '--auth',
          `${user}:${password}`,
          '--checks',
          checks.join(','),
          '--phases',
          'examples,coverage,fuzzing',
        ],
        ...['--max-examples', '3', '--seed', '20210302', '--request-timeout', '20', '--no-shrink'],
        ...['--continue-on-failure', '--warnings', 'off', '--no-color'],
        ...Object.keys(leftOut).flatMap((operationId) => ['--exclude-operation-id', operationId]),
      ];
      const { exitCode, output } = await run(program ?? '', args, folder);
      expect(exitCode, output.slice(-20_000)).toBe(0);
      const tested = /Tested: (\d+)/.exec(output)?.[1];
      // Aliases of paths are tested too.
      expect(Number(tested)).toBeGreaterThanOrEqual(operationIds.length - Object.keys(leftOut).length);
    },
    runTimeoutMs + 10_000,
  );

  it('leaves out no route that is gone', () => {
    expect(Object.keys(leftOut).filter((each) => !operationIds.some((id) => id === each))).toEqual([]);
  });
});
