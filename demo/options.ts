/** The demo's command line. */
import { parseArgs } from 'node:util';
import { z } from 'zod';

const schema = z.strictObject({
  stay: z.boolean().default(false),
  'ready-file': z.string().optional(),
  port: z.coerce.number().int().min(1).max(65535).optional(),
  help: z.boolean().default(false),
});

export type DemoOptions = z.infer<typeof schema>;

export const usage = `npm run demo -- [options]

  Starts a simulated OceanBase cluster (3 zones x 2 OBServers), an agent for each host and the
  control plane, stops one OBServer through the REST API, starts it again, and removes everything.

  --stay             set everything up, stop nothing, and stay until Ctrl-C or SIGTERM
  --ready-file PATH  write addresses, passwords and process ids as JSON once everything is ready
  --port N           port of the API (default: a free one)
`;

/** @throws Error for the person at the terminal. */
export function parseOptions(argv: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      stay: { type: 'boolean' },
      'ready-file': { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return parsed.data;
}
