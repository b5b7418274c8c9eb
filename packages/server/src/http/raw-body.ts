/**
 * The bytes of a body, read before it is known whether the call is admitted: a signature is over them. They are kept for
 * the parser, which reads the request as if nothing had happened.
 */
import { Readable } from 'node:stream';
import { OcpError } from '@openocp/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    rawBody: Buffer | null;
  }
}

/** @throws OcpError REQUEST_TOO_LARGE */
export async function readRawBody(request: FastifyRequest, limitBytes: number): Promise<Buffer> {
  request.rawBody ??= await collect(request.raw, limitBytes);
  return request.rawBody;
}

function collect(stream: Readable, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (settle: () => void) => {
      stream.removeListener('data', take).removeListener('end', done).removeListener('error', fail);
      stream.removeListener('close', cut);
      settle();
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= limitBytes) return;
      stream.pause();
      end(() => reject(new OcpError('REQUEST_TOO_LARGE', { limitBytes })));
    };
    const done = () => end(() => resolve(Buffer.concat(chunks)));
    const fail = (cause: unknown) =>
      end(() => reject(new OcpError('INVALID_REQUEST', { reason: 'its body was cut off' }, { cause })));
    const cut = () => fail(undefined);
    stream.on('data', take).once('end', done).once('error', fail).once('close', cut);
  });
}

/** Gives the parser the bytes that were read already. */
export function replayRawBody(fastify: FastifyInstance): void {
  fastify.decorateRequest('rawBody', null);
  fastify.addHook('preParsing', async (request, _reply, payload) =>
    request.rawBody === null ? payload : Readable.from([request.rawBody], { objectMode: false }),
  );
}
