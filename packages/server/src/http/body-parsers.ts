/** JSON and form bodies. An empty JSON body is no body; keys that reach for prototypes are refused. */
import formbody from '@fastify/formbody';
import { OcpError } from '@openocp/contract';
import type { FastifyInstance } from 'fastify';

export function addBodyParsers(fastify: FastifyInstance, bodyLimitBytes: number): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    void parseJson(request, String(body), (error, value) => {
      if (error === null) done(null, value);
      else done(new OcpError('INVALID_REQUEST', { reason: 'the body is not valid JSON' }, { cause: error }));
    });
  });
  void fastify.register(formbody, { bodyLimit: bodyLimitBytes });
}
