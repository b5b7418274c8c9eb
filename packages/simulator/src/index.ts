export type { KernelVersion } from './cluster/kernel-version.ts';
export { type PreparedHome, type PrepareHomeOptions, prepareHome } from './launcher/prepare-home.ts';
export {
  type SimulatedCluster,
  type SimulatedClusterOptions,
  type SimulatedServer,
  startSimulatedCluster,
} from './launcher/simulated-cluster.ts';
export type { TenantSpec } from './launcher/tenant-spec.ts';
