/** One of the fleet's clusters: what the far side and the metadata must agree on. */

export const serversPerCluster = 9;
export const zoneNames = ['zone1', 'zone2', 'zone3'] as const;
export const rpcPort = 2882;
export const obVersion = '4.2.1.2';
/** Of all its servers. */
export const startServiceTime = Date.UTC(2026, 0, 1);
export const buildVersion = `${obVersion}_102000042023120514-bench(Dec  5 2023 15:00:00)`;
export const zonePlace = { region: 'default', idc: '', type: 'ReadWrite' } as const;
export const sysPassword = 'bench';

/** The first three bytes of the addresses of its servers, all of them on this machine. */
export function clusterNetwork(number: number): string {
  return `127.${1 + (number >> 8)}.${number & 255}`;
}
