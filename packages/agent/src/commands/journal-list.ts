/** GET /v1/journal?home=...: the remembered commands of one home, or of all, oldest first. */
import { homePath, type JournalEntry } from '@openocp/contract';
import { z } from 'zod';
import type { AllowedHomes } from '../allowed-homes.ts';
import type { Call } from '../https-server.ts';
import type { Journal } from '../journal.ts';

const journalQuery = z.strictObject({ home: homePath.optional() });

export function journalList(journal: Journal, homes: AllowedHomes, call: Call): { entries: JournalEntry[] } {
  const { home } = call.read(journalQuery);
  return { entries: journal.listEntries(home === undefined ? undefined : homes.resolve(home)) };
}
