/** GET /v1/info: which agent this is. */
import { arch, release, type } from 'node:os';
import type { AgentInfo } from '@openocp/contract';
import packageDescription from '../../package.json' with { type: 'json' };
import type { AllowedHomes } from '../allowed-homes.ts';
import { readBootId } from '../process-reading.ts';

export function infoGet(host: string, startTime: number, homes: AllowedHomes): AgentInfo {
  return {
    version: packageDescription.version,
    host,
    pid: process.pid,
    bootId: readBootId(),
    startTime,
    homes: [...homes.paths],
    system: { name: type(), release: release(), architecture: arch() },
  };
}
