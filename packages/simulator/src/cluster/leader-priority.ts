/** Who should lead: the kernel's order of reasons, as one number; lower is better. */
export interface LeaderStanding {
  /** The process was asked to end gracefully. */
  readonly stopping: boolean;
  /** STOP SERVER, or STOP ZONE of its zone. */
  readonly stopped: boolean;
  readonly lagMs: number;
  readonly zone: string;
}

/** More behind than this and a member should not lead. */
const lagToleratedMs = 5000;

export function leaderRank(standing: LeaderStanding, primaryZone: string): number {
  return (
    (standing.stopping ? 32 : 0) +
    (standing.stopped ? 16 : 0) +
    (standing.lagMs > lagToleratedMs ? 8 : 0) +
    Math.min(7, zoneRank(standing.zone, primaryZone))
  );
}

/** Unfit to receive a leader, whatever its zone. */
export function isUnfit(standing: LeaderStanding): boolean {
  return leaderRank(standing, standing.zone) >= 8;
}

/** `zone1;zone2,zone3`: zone1 is 0, zone2 and zone3 are 1, others 2. RANDOM or empty: all 0. */
function zoneRank(zone: string, primaryZone: string): number {
  if (primaryZone === '' || primaryZone.toUpperCase() === 'RANDOM') return 0;
  const ranks = primaryZone.split(';').map((rank) => rank.split(',').map((name) => name.trim()));
  const rank = ranks.findIndex((names) => names.includes(zone));
  return rank < 0 ? ranks.length : rank;
}
