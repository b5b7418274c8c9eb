/**
 * JSON and form bodies. An empty JSON body is no body; keys that reach for prototypes are refused, and so are compressed
 * bodies: a few bytes of them may be gigabytes.
 */
import formbody from '@fastify/formbody';
import { OcpError } from '@openocp/contract';
import type { FastifyInstance } from 'fastify';

const MAX_TYPE_SHOWN = 128;

export function addBodyParsers(fastify: FastifyInstance, bodyLimitBytes: number): void {
  fastify.addHook('preParsing', async (request, _reply, payload) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() === 'identity') return payload;
    const type = request.headers['content-type'] ?? '(none)';
    const mediaType = `${type} in the encoding ${encoding}`.slice(0, MAX_TYPE_SHOWN);
    throw new OcpError('MEDIA_TYPE_UNSUPPORTED', { mediaType });
  });
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
