/**
 * What is found out about a request before its operation begins: who holds the cluster, states, agents. A request ends
 * with the first finding that says no, as OCP's error; a plan of the same request collects them all, as checks.
 */
import { OcpError } from '@openocp/contract';
import { type Check, fail, pass } from '../planning/check.ts';
import type { Server } from '../store/servers.ts';
import type { Inventory } from './inventory-view.ts';

interface Words {
  readonly name: string;
  readonly looked: string;
  readonly evidence: string;
}

export class Findings {
  readonly checks: Check[] = [];
  readonly #purpose: 'run' | 'plan';

  constructor(purpose: 'run' | 'plan') {
    this.#purpose = purpose;
  }

  pass({ evidence, ...header }: Words): void {
    this.checks.push(pass({ ...header, overridable: false }, evidence));
  }

  /** @throws the error, unless a plan is asked for. Nobody can override what is refused here. */
  refuse({ evidence, ...header }: Words, error: OcpError, remedy: string): void {
    if (this.#purpose === 'run') throw error;
    const meaning = `The request would be refused with ${error.code.ocpCode} (${error.code.ocpName}).`;
    this.checks.push(fail({ ...header, overridable: false }, { evidence, meaning, remedy }));
  }
}

/** The claim decides in the end; this refuses earlier, and before anything else is judged on a moving target. */
export function findHolder(findings: Findings, { progress, cluster }: Inventory): void {
  const header = { name: 'cluster-free', looked: 'unfinished tasks of the cluster' };
  if (progress === undefined) {
    findings.pass({ ...header, evidence: `No operation holds cluster ${cluster.name}.` });
    return;
  }
  const { taskId, taskName, username } = progress.holder;
  const args = { taskId, taskName, username, cluster: cluster.name };
  findings.refuse(
    { ...header, evidence: `Task ${taskId} (${taskName}) of ${username} holds cluster ${cluster.name}.` },
    new OcpError('CLUSTER_OPERATION_UNFINISHED', args, { details: { taskId } }),
    `Wait until task ${taskId} has ended; a failed one is retried or rolled back.`,
  );
}

export interface StateQuestion {
  /** `server 1 (10.0.0.1:2882)` */
  readonly subject: string;
  readonly state: string;
  readonly allowed: readonly string[];
  readonly error: () => OcpError;
}

export function findState(findings: Findings, { subject, state, allowed, error }: StateQuestion): void {
  const words = {
    name: 'state',
    looked: 'state of what is operated on',
    evidence: `${subject} is ${state}.`,
  };
  if (allowed.includes(state)) findings.pass(words);
  else findings.refuse(words, error(), `This is possible in the states ${allowed.join(', ')}.`);
}

export function findAgents(findings: Findings, servers: readonly Server[]): void {
  const header = { name: 'agent', looked: 'agents of the hosts' };
  const without = servers.filter((server) => server.agentUrl === null || server.home === null);
  const [first] = without;
  if (first === undefined) {
    findings.pass({ ...header, evidence: `The agents of ${servers.length} servers are known.` });
    return;
  }
  const addresses = without.map((server) => server.ip).join(', ');
  findings.refuse(
    { ...header, evidence: `No agent is known on ${addresses}, so processes there cannot be reached.` },
    new OcpError('HOST_BY_IP_NOT_FOUND', { address: first.ip }),
    'Register the agents of these hosts.',
  );
}
