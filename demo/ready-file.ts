/** What a program needs to use a running demo, or to break it on purpose. */
import { renameSync, writeFileSync } from 'node:fs';
import type { Stack } from '@openocp/testkit';
import { z } from 'zod';

const accessKey = z.object({ accessKeyId: z.string(), accessKeySecret: z.string() });

export async function writeReadyFile(path: string, stack: Stack): Promise<void> {
  const { argv, cwd, env } = stack.controlPlane.options;
  const key = await stack.api.data(accessKey, 'POST', '/api/v2/iam/accessKeys', { description: 'demo' });
  const ready = {
    url: stack.api.url,
    user: stack.user,
    password: stack.password,
    ...key,
    clusterId: stack.clusterId,
    sysPassword: stack.cluster.rootPassword,
    controlPlane: { pid: stack.controlPlane.pid, argv, cwd, env },
    agents: stack.agents.map(({ host, url, process }) => ({ host, url, pid: process.pid })),
    servers: stack.servers.map(({ id, ip, port, sqlPort, zone, pid, home, agentUrl }) => ({
      id,
      ip,
      port,
      sqlPort,
      zone,
      pid,
      home,
      agentUrl,
    })),
  };
  // Whoever waits for the file sees it whole or not at all.
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify(ready, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}
