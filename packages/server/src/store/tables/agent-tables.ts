/** The authority for agents' certificates, and which of these are trusted. */
import type { Generated } from 'kysely';

interface AuthorityTable {
  id: number;
  /** PEM */
  certificate: string;
  /** Sealed PKCS#8 PEM. */
  private_key: string;
  create_time: number;
}

interface AgentCertificateTable {
  id: Generated<number>;
  host: string;
  /** SHA-256 in small hex digits. */
  fingerprint: string;
  /** Epoch milliseconds, as all times here. */
  create_time: number;
  expire_time: number;
  /** When it was revoked, or a newer one was seen in use; null while it is good. */
  end_time: number | null;
}

interface AgentTokenTable {
  token_id: string;
  host: string;
  /** Ed25519, base64url. The private half is in the token and nowhere here. */
  public_key: string;
  create_time: number;
  expire_time: number;
  use_time: number | null;
}

export interface AgentTables {
  authority: AuthorityTable;
  agent_certificate: AgentCertificateTable;
  agent_token: AgentTokenTable;
}
