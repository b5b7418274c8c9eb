/** What is known of a user beside name, password and roles. */
import { type ThrottlePolicy, throttlePolicy } from '@openocp/contract';
import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';
import type { UserProfileTable } from './tables/user-tables.ts';

export interface UserProfile {
  readonly email: string;
  readonly phone: string;
  readonly organization: string;
  readonly department: string;
  readonly description: string;
  readonly needsNewPassword: boolean;
}

/** What is not given stays as it is. */
export interface ProfileChanges extends Partial<UserProfile> {
  /** Without any window: again the configured one. */
  readonly throttlePolicy?: ThrottlePolicy;
}

const unknownProfile: UserProfile = {
  email: '',
  phone: '',
  organization: '',
  department: '',
  description: '',
  needsNewPassword: false,
};

export function toProfile(row: Partial<Record<keyof UserProfileTable, unknown>>): UserProfile {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    email: text(row.email),
    phone: text(row.phone),
    organization: text(row.organization),
    department: text(row.department),
    description: text(row.description),
    needsNewPassword: row.needs_new_password === 1,
  };
}

export function readThrottlePolicy(text: string | null): ThrottlePolicy | undefined {
  return text === null ? undefined : throttlePolicy.parse(JSON.parse(text));
}

export async function writeProfile(
  transaction: Transaction<Database>,
  userId: number,
  { throttlePolicy: policy, ...changes }: ProfileChanges,
): Promise<void> {
  if (policy !== undefined) await writeThrottlePolicy(transaction, userId, policy);
  const row = await transaction
    .selectFrom('iam_user_profile')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  const { needsNewPassword, ...texts } = {
    ...(row === undefined ? unknownProfile : toProfile(row)),
    ...changes,
  };
  const values = { ...texts, needs_new_password: needsNewPassword ? 1 : 0 };
  if (row === undefined) {
    await transaction
      .insertInto('iam_user_profile')
      .values({ user_id: userId, ...values })
      .execute();
    return;
  }
  await transaction.updateTable('iam_user_profile').set(values).where('user_id', '=', userId).execute();
}

async function writeThrottlePolicy(
  transaction: Transaction<Database>,
  userId: number,
  policy: ThrottlePolicy,
): Promise<void> {
  await transaction.deleteFrom('iam_user_throttle').where('user_id', '=', userId).execute();
  if (Object.values(policy).every((calls) => calls === undefined)) return;
  const row = { user_id: userId, policy: JSON.stringify(policy) };
  await transaction.insertInto('iam_user_throttle').values(row).execute();
}
