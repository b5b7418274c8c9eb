/** Proofs of identity besides passwords, what is held against guessing, and the audit. */
interface AccessKeyTable {
  access_key_id: string;
  user_id: number;
  /** Sealed, not hashed: it computes signatures. */
  secret: string;
  status: 'ENABLED' | 'DISABLED';
  description: string;
  /** Epoch milliseconds. */
  create_time: number;
  update_time: number;
}

interface UsedSignatureTable {
  digest: string;
  /** Epoch milliseconds; later the signature is refused for its age. */
  expire_time: number;
}

interface SessionTable {
  id_hash: string;
  user_id: number;
  /** A hash of the stored password hash: a session ends with the password it began with, however that is changed. */
  password_mark: string;
  /** Epoch milliseconds. */
  create_time: number;
  last_use_time: number;
}

interface GuessTable {
  kind: 'USER' | 'ADDRESS';
  name: string;
  /** Since the last success, or the last pause as long as a lock. */
  failures: number;
  /** Epoch milliseconds; 0 when it was never locked. */
  locked_until: number;
  update_time: number;
}

interface AuditEventTable {
  id: number;
  /** Epoch milliseconds. */
  start_time: number;
  end_time: number;
  event_type: string;
  operation_event: string;
  resource_type: string;
  resource_id: string | null;
  resource_name: string | null;
  operator_id: number;
  operator_name: string;
  status: 'SUCCESS' | 'FAILED';
  task_id: number | null;
  execution_type: 'NEW' | 'RETRY';
  /** JSON */
  event_info: string;
  client_ip: string;
  client: string;
  trace_id: string;
  hash: string;
}

interface AuditHeadTable {
  id: number;
  last_id: number;
  last_hash: string;
  /** Sealed. */
  chain_key: string;
}

export interface AccessTables {
  iam_access_key: AccessKeyTable;
  iam_used_signature: UsedSignatureTable;
  iam_session: SessionTable;
  iam_guess: GuessTable;
  audit_event: AuditEventTable;
  audit_head: AuditHeadTable;
}
