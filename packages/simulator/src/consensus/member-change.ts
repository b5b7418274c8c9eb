/** The leader's part in a change of members: joint configuration, agreed; final configuration, agreed. */
import { kernelError } from '../kernel-error.ts';
import { type Configuration, type Election, everyoneIn, hasQuorum } from './election.ts';

/** Gives the configuration to these members; resolves with those who have adopted it. */
export type OfferConfiguration = (
  configuration: Configuration,
  to: readonly string[],
) => Promise<ReadonlySet<string>>;

export interface MemberChange {
  readonly election: Election;
  readonly self: string;
  readonly offer: OfferConfiguration;
  /**
   * Resolves when all that was ever acknowledged is held by majorities of both sets. Without it an entry that only the
   * old majority has would be lost with the old members.
   */
  readonly secure: () => Promise<unknown>;
}

/** Configurations of one term, more than any leader makes: a later term's are always newer. */
const versionsPerTerm = 1_000_000;

/** @throws KernelError when this member leads no more, or too few agree; the change may still happen then. */
export async function changeMembers(change: MemberChange, members: readonly string[]): Promise<void> {
  await settleMembers(change);
  const { configuration } = change.election;
  const isSame =
    members.length === configuration.members.length &&
    members.every((member) => configuration.members.includes(member));
  if (isSame) return;
  // Also makes the leader forget what it knew of former members: one of them may come back with nothing.
  await change.secure();
  await agree(change, { ...configuration, members, previous: configuration.members });
  await finish(change);
}

/** Ends a change that is under way, whoever began it. */
export async function settleMembers(change: MemberChange): Promise<void> {
  const { configuration } = change.election;
  if (configuration.previous === null) return;
  // Not before both sets know of it: afterwards only one of them is asked.
  await agree(change, configuration);
  await finish(change);
}

async function finish(change: MemberChange): Promise<void> {
  await change.secure();
  const { configuration } = change.election;
  if (configuration.previous !== null) await agree(change, { ...configuration, previous: null });
}

async function agree({ election, self, offer }: MemberChange, wanted: Configuration): Promise<void> {
  const { term } = election;
  if (!election.leading) throw kernelError('notMaster');
  const version = Math.max(election.configuration.version + 1, term * versionsPerTerm);
  const configuration = { ...wanted, version };
  // Those who leave hear of it too.
  const told = [...new Set([...election.everyone, ...everyoneIn(configuration)])].filter(
    (one) => one !== self,
  );
  election.adopt(configuration);
  const agreed = await offer(configuration, told);
  if (!election.leading || election.term !== term) throw kernelError('notMaster');
  if (!hasQuorum(configuration, (member) => member === self || agreed.has(member)))
    throw kernelError('timeout', `too few of ${told.join(', ')} agree to the new members`);
}
