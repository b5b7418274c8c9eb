/** What is to be stopped together, and how the kernel is told: one server, a batch of a zone, or a whole zone. */
import { formatAddress, isSameAddress, type ServerAddress } from '../domain/server-address.ts';

export interface StopTarget extends ServerAddress {
  readonly zone: string;
}

export interface StopSubject {
  /** The servers that will be down at the same time. */
  readonly targets: readonly StopTarget[];
  /** Servers that operations of ours stopped, as the metadata says; holds also when the kernel cannot be asked. */
  readonly stoppedByUs: readonly StopTarget[];
  /** The statement that takes them out of service; after STOP ZONE the servers carry no mark of their own. */
  readonly isolatedBy: 'STOP SERVER' | 'STOP ZONE';
}

export function isTarget({ targets }: StopSubject, address: ServerAddress): boolean {
  return targets.some((target) => isSameAddress(target, address));
}

export function zonesOf({ targets }: StopSubject): string[] {
  return [...new Set(targets.map(({ zone }) => zone))];
}

/** `10.0.0.1:2882`, `zone zone1 (3 servers)`, or the addresses of a batch. */
export function describeTargets(subject: StopSubject): string {
  const { targets, isolatedBy } = subject;
  if (isolatedBy === 'STOP ZONE') return `zone ${zonesOf(subject).join(', ')} (${targets.length} servers)`;
  return targets.map(formatAddress).join(', ');
}
