/**
 * What is found out about a request before its operation begins: who holds the cluster, states, agents. A request ends
 * with the first finding that says no, as OCP's error; a plan of the same request collects them all, as checks.
 */
import { OcpError } from '@openocp/contract';
import { hasAgent } from '../domain/agent-host.ts';
import { type Check, fail, pass } from '../planning/check.ts';
import type { Server } from '../store/servers.ts';
import type { Inventory } from './inventory-view.ts';
import { operationUnfinished } from './operation-lock.ts';

interface Words {
  readonly name: string;
  readonly looked: string;
  readonly evidence: string;
}

export class Findings {
  readonly checks: Check[] = [];
  readonly #purpose: 'run' | 'queue' | 'plan';
  /**
   * Another operation holds the cluster, and the caller wants to wait for it. What is true now says nothing about then:
   * nothing is refused any more, and the task makes all its checks when its turn has come.
   */
  mustWait = false;

  constructor(purpose: 'run' | 'queue' | 'plan') {
    this.#purpose = purpose;
  }

  /** The cluster is held: whoever wants to queue waits, everybody else is refused. */
  refuseHeld(words: Words, error: OcpError, remedy: string): void {
    this.mustWait = this.#purpose === 'queue';
    if (!this.mustWait) this.refuse(words, error, remedy);
  }

  pass({ evidence, ...header }: Words): void {
    this.checks.push(pass({ ...header, overridable: false }, evidence));
  }

  /** @throws the error, unless a plan is asked for. Nobody can override what is refused here. */
  refuse({ evidence, ...header }: Words, error: OcpError, remedy: string): void {
    if (this.#purpose !== 'plan' && !this.mustWait) throw error;
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
  findings.refuseHeld(
    { ...header, evidence: `Task ${taskId} (${taskName}) of ${username} holds cluster ${cluster.name}.` },
    operationUnfinished(progress.holder, cluster.name),
    `Wait until task ${taskId} has ended, or queue with onConflict=queue; a failed one is retried, rolled back or released.`,
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
  const without = servers.filter((server) => !hasAgent(server));
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
