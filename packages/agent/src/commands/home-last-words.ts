/** GET /v1/homes/last-words?home=...: why the process of a home ended, by the last errors in its log. */
import { homePath, type LastWordsResponse } from '@openocp/contract';
import { z } from 'zod';
import type { AllowedHomes } from '../allowed-homes.ts';
import type { Call } from '../https-server.ts';
import { readLastWords } from '../last-words.ts';
import { kindOfHome } from '../process-kind.ts';

const lastWordsQuery = z.strictObject({ home: homePath });

export function homeLastWords(homes: AllowedHomes, call: Call): LastWordsResponse {
  const home = homes.resolve(call.read(lastWordsQuery).home);
  return { lines: readLastWords(home, kindOfHome(home)) };
}
