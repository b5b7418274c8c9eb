/** Reads a request's body: JSON, small, and nothing else. */
import type { IncomingMessage } from 'node:http';
import { AgentFailure } from './agent-failure.ts';

const longestBodyBytes = 64 * 1024;

/** @throws AgentFailure `invalid-request` */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' || request.headers['content-encoding'] !== undefined) {
    throw new AgentFailure('invalid-request', 'the body must be plain application/json');
  }
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AgentFailure('invalid-request', 'the body is not JSON', { cause });
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > longestBodyBytes) {
      throw new AgentFailure('invalid-request', `the body is larger than ${longestBodyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
