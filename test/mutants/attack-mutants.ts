/** One mutant for each defence that SECURITY.md names: the guard is taken out, and the test it names must notice. */
import type { Mutant } from './mutants.ts';

const outbound = { file: 'packages/server/src/remote/outbound-policy.test.ts' };
const foreignIds = { file: 'packages/server/src/foreign-ids.test.ts' };
const transport = { file: 'packages/server/src/http/hostile-transport.test.ts' };
const searches = { file: 'packages/server/src/hostile-searches.test.ts' };
const equalWork = { file: 'packages/server/src/access/equal-work.test.ts' };
const agentInput = { file: 'packages/agent/src/hostile-input.test.ts' };

export const attackMutants: readonly Mutant[] = [
  {
    invariant: 'NoSecret',
    what: 'a password is a parameter like others',
    patches: [
      {
        file: 'packages/contract/src/resources/session.ts',
        text: 'password: secretText(z.string().max(1024))',
        by: 'password: z.string().max(1024)',
      },
    ],
    catcher: { file: 'test/coverage/secret-fields.test.ts' },
  },
  {
    invariant: 'Outbound addresses',
    what: 'link-local addresses are connected to',
    patches: [
      {
        file: 'packages/server/src/remote/outbound-policy.ts',
        text: "networks: ['169.254.0.0/16', 'fe80::/10', '64:ff9b::a9fe:0/112'],",
        by: 'networks: [],',
      },
    ],
    catcher: outbound,
  },
  {
    invariant: 'Outbound addresses',
    what: 'a name of a server is connected to, whatever it resolves to',
    patches: [
      {
        file: 'packages/server/src/remote/oceanbase/open-socket.ts',
        text: 'connect({ host, port, lookup: outbound.lookup, ',
        by: 'connect({ host, port, ',
      },
    ],
    catcher: outbound,
  },
  {
    invariant: 'Outbound addresses',
    what: 'the address of an agent is not judged when it is a number',
    patches: [
      {
        file: 'packages/server/src/remote/agent-client.ts',
        text: '    checkHost(url, host, outbound);\n',
        by: '',
      },
    ],
    catcher: outbound,
  },
  {
    invariant: 'Outbound addresses',
    what: 'the configuration allows this host, whatever it says',
    patches: [
      {
        file: 'packages/server/src/wiring/outside.ts',
        text: 'createOutboundPolicy(outbound)',
        by: 'createOutboundPolicy({ ...outbound, allowLoopback: true })',
      },
    ],
    catcher: {
      file: 'packages/server/src/outbound-use-cases.test.ts',
      name: 'does not connect to 127.0.0.1',
    },
  },
  {
    invariant: 'Foreign ids',
    what: 'the log of a subtask is shown under any task',
    patches: [
      {
        file: 'packages/server/src/app/tasks.ts',
        text: "        throw new OcpError('SUBTASK_NOT_FOUND', { taskId: taskInstanceId, subtaskId: subtaskInstanceId });",
        by: '        void OcpError;',
      },
    ],
    catcher: foreignIds,
  },
  {
    invariant: 'Foreign ids',
    what: 'a zone that the cluster does not have is an empty one',
    patches: [
      {
        file: 'packages/server/src/app/inventory.ts',
        text: "        throw new OcpError('ZONE_NOT_FOUND', { clusterId: id, zone: zoneName });",
        by: '        return [];',
      },
    ],
    catcher: foreignIds,
  },
  {
    invariant: 'Hostile transport',
    what: 'a body that says that it is compressed is read',
    patches: [
      {
        file: 'packages/server/src/http/body-parsers.ts',
        text: "if (encoding.toLowerCase() === 'identity') return payload;",
        by: 'return payload;',
      },
    ],
    catcher: transport,
  },
  {
    invariant: 'Hostile transport',
    what: 'headers may take as long as they like',
    patches: [
      {
        file: 'packages/server/src/http/server.ts',
        text: 'headersTimeout: headersMs, connectionsCheckingInterval: lookMs',
        by: 'headersTimeout: 0, connectionsCheckingInterval: lookMs',
      },
      {
        file: 'packages/server/src/http/server.ts',
        text: 'requestTimeout: requestMs,',
        by: 'requestTimeout: 0,',
      },
    ],
    catcher: transport,
  },
  {
    invariant: 'Hostile transport',
    what: 'keys of prototypes are left out in silence',
    patches: [
      {
        file: 'packages/server/src/http/body-parsers.ts',
        text: "fastify.getDefaultJsonParser('error', 'error')",
        by: "fastify.getDefaultJsonParser('ignore', 'ignore')",
      },
    ],
    catcher: transport,
  },
  {
    invariant: 'Headers',
    what: 'answers may be sniffed',
    patches: [
      {
        file: 'packages/server/src/http/answers.ts',
        text: "  'x-content-type-options': 'nosniff',\n",
        by: '',
      },
    ],
    catcher: { file: 'packages/server/src/http/hardening.test.ts' },
  },
  {
    invariant: 'Statements',
    what: 'a quote in a text ends its literal',
    patches: [
      {
        file: 'packages/server/src/remote/oceanbase/quote-text.ts',
        text: `.replaceAll("'", "''")`,
        by: '',
      },
    ],
    catcher: { file: 'test/coverage/statement-texts.test.ts' },
  },
  {
    invariant: 'Statements',
    what: 'a zone may have any name',
    patches: [
      {
        file: 'packages/server/src/remote/oceanbase/zone-statements.ts',
        text: '.test(zone)) throw',
        by: ".test(zone) && zone === '') throw",
      },
    ],
    catcher: { file: 'test/coverage/statement-texts.test.ts' },
  },
  {
    invariant: 'Statements',
    what: 'wildcards of a search are wildcards',
    patches: [
      {
        file: 'packages/server/src/store/dialect.ts',
        text: '.replaceAll(/[%_!]/g',
        by: '.replaceAll(/[!]/g',
      },
    ],
    catcher: searches,
  },
  {
    invariant: 'Statements',
    what: 'a search may hold a NUL',
    patches: [
      { file: 'packages/contract/src/input.ts', text: "(text) => !text.includes('\\0')", by: '() => true' },
    ],
    catcher: searches,
  },
  {
    invariant: 'Equal work',
    what: 'no password is hashed for a user who does not exist',
    patches: [
      {
        file: 'packages/server/src/app/password-check.ts',
        text: 'hash === undefined ? await verify() :',
        by: 'hash === undefined ? false :',
      },
    ],
    catcher: equalWork,
  },
  {
    invariant: 'Equal work',
    what: 'an unknown access key is refused before the body is read',
    patches: [
      {
        file: 'packages/server/src/app/signed-calls.ts',
        text: '    const body = await call.readBody();\n',
        by: "    if (key === undefined) throw new OcpError('SIGNATURE_WRONG', {});\n    const body = await call.readBody();\n",
      },
    ],
    catcher: equalWork,
  },
  {
    invariant: 'Equal work',
    what: 'a token of a session is compared byte by byte until they differ',
    patches: [
      {
        file: 'packages/server/src/app/sessions.ts',
        text: '!timingSafeEqual(given, expected)',
        by: '!given.equals(expected)',
      },
    ],
    catcher: equalWork,
  },
  {
    invariant: 'Texts that command',
    what: 'the log holds commands of terminals',
    patches: [
      {
        file: 'packages/server/src/log.ts',
        text: ', hooks: { streamWrite: escapeCommands }',
        by: '',
      },
    ],
    catcher: { file: 'packages/server/src/log-injection.test.ts' },
  },
  {
    invariant: 'Texts that command',
    what: 'the command line prints what it is told',
    patches: [
      {
        file: 'packages/cli/src/terminal.ts',
        text: 'export function withoutCommands(text: string): string {\n',
        by: "export function withoutCommands(text: string): string {\n  if (text !== '') return text;\n",
      },
    ],
    catcher: { file: 'packages/cli/src/terminal.test.ts' },
  },
  {
    invariant: 'Agent',
    what: 'every folder is a home',
    patches: [
      {
        file: 'packages/agent/src/allowed-homes.ts',
        text: 'if (!this.paths.includes(path))',
        by: 'if (path === this.paths[0] && path !== this.paths[0])',
      },
    ],
    catcher: agentInput,
  },
  {
    invariant: 'Agent',
    what: 'a shell reads the arguments of a start',
    patches: [
      {
        file: 'packages/agent/src/launch.ts',
        text: '      detached: true,\n',
        by: '      detached: true,\n      shell: true,\n',
      },
    ],
    catcher: agentInput,
  },
];
