/**
 * The use cases, as the HTTP layer sees them: one function for each route of the contract. A use case knows who calls
 * and with which rights, and nothing of HTTP. Its caller was authenticated and holds the permission the route asks for
 * before it is called; what is left to it is existence, state and conflicts, told as `OcpError`.
 */
import type { InputOf, Language, OperationId, OutputOf, routes, ThrottlePolicy } from '@openocp/contract';

export interface Identity {
  readonly userId: number;
  readonly username: string;
  /** Permission expressions of all the user's roles. */
  readonly permissions: readonly string[];
  /** How that is known. */
  readonly authentication?: 'basic' | 'accessKey' | 'session';
  /** Of a call by cookie. */
  readonly sessionId?: string;
  /** In this session nothing can be done before the user has chosen a new password. */
  readonly needsNewPassword?: boolean;
  /** How often this user may call, when not as often as every other. */
  readonly throttlePolicy?: ThrottlePolicy;
}

/** Where a call comes from, whoever makes it. */
export interface Visitor {
  /** 16 hex digits; goes into every log line that belongs to the call. */
  readonly traceId: string;
  readonly clientAddress: string;
  /** As the client calls itself. */
  readonly userAgent?: string;
  readonly language: Language;
}

export interface Caller extends Identity, Visitor {
  /** What to do when another operation holds the cluster; only with calls that create a task. */
  readonly onConflict?: 'refuse' | 'queue' | undefined;
  /** As the client sent it; only with calls that create a task. */
  readonly idempotencyKey?: string;
  /** Present when the call can be repeated without a second effect; see `repeated-requests.ts`. */
  readonly repeatable?: RepeatableRequest;
}

/** An idempotency key with the fingerprint of the request that it stands for. */
export interface RepeatableRequest {
  readonly key: string;
  readonly fingerprint: string;
}

type CallerOf<Id extends OperationId> = (typeof routes)[Id]['permission']['kind'] extends 'public'
  ? undefined
  : (typeof routes)[Id]['permission']['kind'] extends 'credentials'
    ? Visitor
    : Caller;

/** One use case. The caller of a public route is undefined. */
type UseCase<Id extends OperationId> = (caller: CallerOf<Id>, input: InputOf<Id>) => Promise<OutputOf<Id>>;

export type App = { readonly [Id in OperationId]: UseCase<Id> };
