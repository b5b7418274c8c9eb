/** POST /v1/homes/prepare: makes the folders that a new server needs below its home, and tells whether data is there. */
import { type PrepareResponse, prepareRequest, prepareResponse } from '@openocp/contract';
import type { z } from 'zod';
import type { AllowedHomes } from '../allowed-homes.ts';
import type { CommandGate } from '../command-gate.ts';
import { holdsData, makeFolders } from '../home-folders.ts';
import type { Call } from '../https-server.ts';
import { kindOfHome } from '../process-kind.ts';

const prepareAnswer = prepareResponse.omit({ redelivered: true });
type PrepareAnswer = z.infer<typeof prepareAnswer>;

/** Making a folder that is there changes nothing, so a command that comes again is simply carried out again. */
export async function homePrepare(
  gate: CommandGate,
  homes: AllowedHomes,
  call: Call,
): Promise<PrepareResponse> {
  const request = call.read(prepareRequest);
  const home = homes.resolve(request.home);
  const kind = kindOfHome(home);
  const { answer, redelivered } = await gate.deliver<PrepareAnswer>({
    verb: 'prepare',
    home,
    command: request.command,
    detail: {},
    answer: prepareAnswer,
    callerGone: call.callerGone,
    work: async () => ({ created: makeFolders(home, kind), hasData: holdsData(home, kind) }),
  });
  return { ...answer, redelivered };
}
