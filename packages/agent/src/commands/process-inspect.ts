/** POST /v1/processes/inspect: what lives in a home right now. Changes nothing, so it carries no command. */
import { type InspectResponse, inspectRequest } from '@openocp/contract';
import type { AllowedHomes } from '../allowed-homes.ts';
import { holdsData } from '../home-folders.ts';
import { lookAtHome } from '../home-process.ts';
import type { Call } from '../https-server.ts';
import { readListeningPorts } from '../listening-ports.ts';
import { kindOfHome } from '../process-kind.ts';
import { readUpMs } from '../process-reading.ts';

export async function processInspect(homes: AllowedHomes, call: Call): Promise<InspectResponse> {
  const request = call.read(inspectRequest);
  const home = homes.resolve(request.home);
  const kind = kindOfHome(home);
  const listeningPorts = await readListeningPorts(request.address, request.ports);
  const sight = lookAtHome(home, kind);
  const upMs = sight.process === null ? undefined : readUpMs(sight.process);
  return {
    kind: kind.kind,
    ...sight,
    listeningPorts,
    hasData: holdsData(home, kind),
    ...(upMs === undefined ? {} : { upMs }),
  };
}
