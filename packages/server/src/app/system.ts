/** What this control plane says about itself. */
import { createOpenApiDocument, formatDateTime, type ProductInfo } from '@openocp/contract';
import { z } from 'zod';
import type { App } from './app.ts';

export interface SystemOptions {
  readonly version: string;
  /** When this version was made, epoch milliseconds. */
  readonly buildTimeMs: number;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  readonly offsetMinutes: number;
  /** Names of the parts that do not work now, for example `metadb`; empty when all is well. Must not throw. */
  readonly listUnavailable: () => Promise<readonly string[]>;
}

const jsonObject = z.record(z.string(), z.json());

export function createSystem(
  options: SystemOptions,
): Pick<App, 'infoGet' | 'timeGet' | 'statusGet' | 'openapiGet'> {
  const format = (epochMs: number) => formatDateTime(epochMs, options.offsetMinutes);
  // Made when it is first asked for: it would be a sixth of the work of a start.
  let openApi: z.output<typeof jsonObject> | undefined;
  const info: ProductInfo = {
    name: 'openocp',
    group: 'openocp',
    artifact: 'openocp-server',
    buildTime: format(options.buildTimeMs),
    buildVersion: options.version,
    // Neither runs here; clients expect the keys.
    buildJavaVersion: '',
    springBootVersion: '',
  };
  return {
    infoGet: async () => info,
    timeGet: async () => format(options.now()),
    statusGet: async (_caller, { includeUnavailableComponent }) => {
      const unavailable = await options.listUnavailable();
      if (unavailable.length === 0) return 'okay';
      return includeUnavailableComponent ? `bad ${unavailable.join(' ')}` : 'bad';
    },
    openapiGet: async () => {
      openApi ??= jsonObject.parse(createOpenApiDocument(options.version));
      return openApi;
    },
  };
}
