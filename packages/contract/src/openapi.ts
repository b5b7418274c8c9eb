/** The OpenAPI 3.1 document, made from the route table: what is served is what is documented. */
import { z } from 'zod';
import { emptyEnvelope, errorEnvelope, listEnvelope, objectEnvelope, pageEnvelope } from './envelope.ts';
import { SESSION_COOKIE } from './resources/session.ts';
import { type Answer, IDEMPOTENCY_KEY_PATTERN, operationParameters, type Route } from './routes/route.ts';
import { routes } from './routes/table.ts';

type Json = { readonly [key: string]: unknown };

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

const DESCRIPTION = `REST API v2 of OceanBase Cloud Platform (OCP), as OpenOCP serves it.

Answers come in an envelope \`{data, successful, timestamp, duration, status, traceId, server}\`; errors as
\`{error: {code, name, message}, successful: false, ...}\`. Operations answer 200 with the task that does the work.
Parameters of a POST are accepted in a JSON body, a form body or the query; the body wins. Unknown parameters are
ignored.

\`GET /api/v2/events\` tells by Server-Sent Events what changes; \`event:\` and \`data:\` are the two fields of its schema, \`id:\`
is the place to resume from (\`Last-Event-ID\`), and a comment every few seconds is a sign of life. The events task, subtask
and server tell the present state, log every line once and in order. Subscribe first, then read what you show.`;

/** Schemas with a name (\`meta({id})\`) become components and are referred to from everywhere else. */
class Components {
  readonly schemas: Record<string, Json> = {};

  convert(schema: z.ZodType, io: 'input' | 'output'): Json {
    const {
      $schema: _,
      $defs,
      ...json
    } = z.toJSONSchema(schema, {
      io,
      override: ({ zodSchema, jsonSchema }) => {
        // zod leaves defaults out of input schemas, where they matter most.
        if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
        // The bounds of every safe integer are noise.
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        delete jsonSchema.id;
        // Answers grow: a client must not refuse a field it does not know.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    });
    for (const [name, definition] of Object.entries($defs ?? {}))
      this.schemas[name] = pointToComponents(definition);
    return pointToComponents(json);
  }
}

function pointToComponents(json: unknown): Json {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function answerSchema(answer: Answer): z.ZodType {
  switch (answer.kind) {
    case 'object':
    case 'session':
      return objectEnvelope(answer.schema);
    case 'list':
      return listEnvelope(answer.schema);
    case 'page':
      return pageEnvelope(answer.schema);
    case 'json':
      return answer.schema;
    case 'empty':
    case 'sessionEnd':
      return emptyEnvelope;
    case 'text':
      return z.string();
    case 'file':
      return z.string().meta({ format: 'binary' });
    case 'events':
      return answer.schema;
  }
}

function mediaTypeOf(answer: Answer): string {
  switch (answer.kind) {
    case 'text':
      return 'text/plain';
    case 'file':
      return answer.mediaType;
    case 'events':
      return 'text/event-stream';
    default:
      return 'application/json';
  }
}

const headers: Readonly<Record<'idempotencyKey' | 'lastEventId', Json>> = {
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Any text of 1 to 255 visible ASCII characters. The same key with the same request answers the task of the first one, also after it has ended; with another request it is refused with 1005. A refused request leaves no key behind.',
    schema: { type: 'string', pattern: IDEMPOTENCY_KEY_PATTERN.source },
  },
  lastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    required: false,
    description: 'Resume after this event; browsers send it by themselves',
    schema: { type: 'integer', minimum: 0 },
  },
};

function headersOf({ createsTask, answer }: Route): Json[] {
  return [
    ...(createsTask === true ? [headers.idempotencyKey] : []),
    ...(answer.kind === 'events' ? [headers.lastEventId] : []),
  ];
}

function parametersIn(place: 'path' | 'query', schema: ObjectSchema): Json[] {
  return Object.entries(schema.properties ?? {}).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || (schema.required?.includes(name) ?? false),
    ...(description === undefined ? {} : { description }),
    schema: property,
    ...(property.type === 'array' ? { style: 'form', explode: false } : {}),
  }));
}

function describePermission({ permission }: Route): string {
  switch (permission.kind) {
    case 'public':
      return 'Needs no authentication.';
    case 'authenticated':
      return 'Needs a user who is logged on.';
    case 'credentials':
      return 'Needs no authentication by header: what proves the caller is in the body.';
    case 'own':
      return 'Needs a user who is logged on, and is about that user alone.';
    case 'instance':
      return `Needs the permission \`${permission.expression}\`.`;
    case 'some':
      return `Needs \`${permission.expression}\` for at least one object; shows those objects.`;
  }
}

function describeBody(schema: Json & ObjectSchema, listBody: string | undefined): Json {
  if (Object.keys(schema.properties ?? {}).length === 0) return {};
  if (listBody !== undefined) {
    const list = schema.properties?.[listBody];
    return { requestBody: { required: true, content: { 'application/json': { schema: list } } } };
  }
  const required = (schema.required?.length ?? 0) > 0;
  const content = { 'application/json': { schema }, 'application/x-www-form-urlencoded': { schema } };
  return { requestBody: { required, content } };
}

function parametersOf({ parameters, createsTask }: Route): z.ZodObject {
  return createsTask === true ? parameters.extend(operationParameters.shape) : parameters;
}

function describeRoute(operationId: string, route: Route, components: Components): Json {
  const pathSchema: ObjectSchema = components.convert(route.pathParameters, 'input');
  const schema: Json & ObjectSchema = components.convert(parametersOf(route), 'input');
  const isGet = route.method === 'GET';
  const mediaType = mediaTypeOf(route.answer);
  const answer = components.convert(answerSchema(route.answer), 'output');
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    description: describePermission(route),
    parameters: [
      ...parametersIn('path', pathSchema),
      ...(isGet ? parametersIn('query', schema) : []),
      ...headersOf(route),
    ],
    ...(isGet ? {} : describeBody(schema, route.listBody)),
    ...(['public', 'credentials'].includes(route.permission.kind) ? { security: [] } : {}),
    responses: {
      200: { description: 'Done, or begun.', content: { [mediaType]: { schema: answer } } },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

const securitySchemes: Json = {
  basic: { type: 'http', scheme: 'basic' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'Begun by `POST /api/v2/iam/login`. Writes also need the header X-XSRF-TOKEN',
  },
  accessKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      '`OCP-ACCESS-KEY-HMACSHA1 {access key id}:{signature}` with the header Date, as OCP signs: HMAC-SHA1 over method, MD5 of the body, Content-Type, Date, Host, the x-ocp- headers, and path with sorted query',
  },
};

/** @param version of the product, not of the API */
export function createOpenApiDocument(version: string): Json {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [operationId, route] of Object.entries<Route>(routes)) {
    for (const [index, path] of [route.path, ...(route.aliases ?? [])].entries()) {
      const id = index === 0 ? operationId : `${operationId}Alias${index}`;
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(id, route, components) };
    }
  }
  const error = components.convert(errorEnvelope, 'output');
  return {
    openapi: '3.1.0',
    info: { title: 'OpenOCP', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
    security: [{ basic: [] }, { accessKey: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes,
      responses: {
        Error: { description: 'Refused or failed.', content: { 'application/json': { schema: error } } },
      },
      schemas: components.schemas,
    },
  };
}
