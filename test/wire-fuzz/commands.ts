/** Commands as clients send them: what the fuzzer bends. */
import type { RandomChoice } from './random-choice.ts';
import { query, text, uint32 } from './wire.ts';

const statements: readonly [string, ...string[]] = [
  'SELECT 1',
  'SELECT svr_ip, status, stop_time FROM oceanbase.DBA_OB_SERVERS ORDER BY id LIMIT 1, 2',
  "SELECT COUNT(*), MAX(end_scn) AS m FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id IN (1, 1002) AND role = 'LEADER' GROUP BY ls_id",
  'SELECT /*+ query_timeout(1000000) */ a.zone, b.value FROM DBA_OB_ZONES a JOIN GV$OB_PARAMETERS b USING (zone)',
  'SELECT @@version_comment; SELECT 2; SET @x = 3',
  "SET NAMES utf8mb4; SHOW PARAMETERS LIKE '%time%'",
  'SHOW FULL PROCESSLIST',
  "SHOW VARIABLES WHERE Variable_name = 'autocommit'",
  'SELECT NOW(6), DATE_ADD(NOW(), INTERVAL 1 DAY), CAST(1.5 AS DECIMAL(10,2)), CASE WHEN 1 THEN NULL END',
  "PREPARE p FROM 'SELECT ?, ?'; EXECUTE p USING @x, @x; DEALLOCATE PREPARE p",
  "ALTER SYSTEM STOP SERVER '127.0.0.1:2882' ZONE 'zone1'",
  "ALTER SYSTEM MINOR FREEZE SERVER = ('127.0.0.1:2882')",
  'DESC oceanbase.`DBA_OB_SERVERS`',
  "SELECT REPEAT('x', 70000), CONCAT('a', 'b', NULL), 'it''s \\' \\\\ \"', x'41', 0x42, 1e308 * 10",
  'KILL QUERY 1',
  'USE oceanbase',
  'INSERT INTO t VALUES (1)',
  'BEGIN',
  '((((SELECT 1))))',
];

/** In the order of their ids, with the number of their parameters. */
const prepared: readonly [PreparedText, ...PreparedText[]] = [
  { sql: 'SELECT ? AS a, ? AS b', parameters: 2 },
  { sql: 'SELECT svr_ip FROM oceanbase.DBA_OB_SERVERS WHERE id = ? AND zone <> ?', parameters: 2 },
  { sql: 'SELECT 1', parameters: 0 },
  { sql: 'SELECT ? + 1 FROM nowhere.nothing', parameters: 1 },
];

interface PreparedText {
  readonly sql: string;
  readonly parameters: number;
}

/** Type -> bytes of a value; 0 where the value says its own length. */
const parameterTypes: readonly [ParameterType, ...ParameterType[]] = [
  { code: 1, size: 1 },
  { code: 2, size: 2 },
  { code: 3, size: 4 },
  { code: 4, size: 4 },
  { code: 5, size: 8 },
  { code: 6, size: 0 },
  { code: 7, size: 0 },
  { code: 8, size: 8 },
  { code: 10, size: 0 },
  { code: 11, size: 0 },
  { code: 12, size: 0 },
  { code: 15, size: 0 },
  { code: 246, size: 0 },
  { code: 252, size: 0 },
  { code: 253, size: 0 },
  { code: 254, size: 0 },
];

interface ParameterType {
  readonly code: number;
  readonly size: number;
}

/** So that there is something to execute. */
export function prepareCommands(): Buffer[] {
  return prepared.map(({ sql }) => prepareCommand(sql));
}

function prepareCommand(sql: string): Buffer {
  return Buffer.concat([Buffer.from([0x16]), text(sql)]);
}

export function randomCommand(random: RandomChoice): Buffer {
  switch (random.integer(14)) {
    case 0:
      return prepareCommand(random.of(prepared).sql);
    case 1:
    case 2:
      return executeCommand(random);
    case 3:
      return Buffer.concat([
        Buffer.from([0x18]),
        uint32(1 + random.integer(4)),
        Buffer.from([random.integer(3), 0]),
        random.bytes(random.integer(40)),
      ]);
    case 4:
      return Buffer.concat([
        Buffer.from([random.of([0x19, 0x1a, 0x1c])]),
        uint32(random.integer(5)),
        uint32(1),
      ]);
    case 5:
      return Buffer.concat([Buffer.from([0x02]), text(random.of(['oceanbase', 'test', 'nowhere']))]);
    case 6:
      return Buffer.from([random.of([0x09, 0x0a, 0x0d, 0x0e, 0x1f])]);
    case 7:
      return Buffer.concat([Buffer.from([random.integer(256)]), random.bytes(random.integer(30))]);
    case 8:
      return Buffer.concat([Buffer.from([random.of([0x0c, 0x1b])]), uint32(random.integer(1000))]);
    case 9:
      return Buffer.concat([Buffer.from([0x11]), text('root@tenant1\0'), Buffer.from([0]), text('test\0')]);
    default:
      return query(random.of(statements));
  }
}

function executeCommand(random: RandomChoice): Buffer {
  const id = random.integer(prepared.length);
  const count = prepared[id]?.parameters ?? 0;
  const types = Array.from({ length: count }, () => random.of(parameterTypes));
  const values = types.map(({ size }) => (size > 0 ? random.bytes(size) : ownLength(random)));
  return Buffer.concat([
    Buffer.from([0x17]),
    uint32(id + 1),
    Buffer.from([0, 1, 0, 0, 0]),
    ...(count === 0 ? [] : [Buffer.from([random.chance(0.1) ? 1 : 0, 1])]),
    ...types.map(({ code }) => Buffer.from([code, random.of([0, 0x80])])),
    ...values,
  ]);
}

/** A length and that many bytes: texts, dates, times. */
function ownLength(random: RandomChoice): Buffer {
  const length = random.of([0, 4, 7, 8, 11, 12, 30]);
  return Buffer.concat([Buffer.from([length]), random.bytes(length)]);
}
