/** How long certificates live; apart from the authority, whose libraries are loaded only when something is issued. */

const dayMs = 86_400_000;
export const authorityLifeMs = 3650 * dayMs;
/** Of an agent that uses files, which somebody renews by hand. */
export const fileLifeMs = 365 * dayMs;
/** An agent that enrolled gets its next one when a third is left. */
export const enrolledLifeMs = 90 * dayMs;
/**
 * Agents cannot ask whether a caller's certificate was revoked, so a stolen one must end by itself. Each process of the
 * control plane issues its own, and the next one when a third is left.
 */
export const clientLifeMs = dayMs;
