/** How long the calls of one client take, one after another. */
import type { ApiClient } from '@openocp/testkit';
import { z } from 'zod';

/** @returns the 99th percentile, milliseconds. */
export async function measureP99(api: ApiClient, calls: number): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const begin = performance.now();
    await api.data(z.unknown(), 'GET', '/api/v2/ob/clusters');
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.floor(calls * 0.99)] ?? Number.NaN;
}
