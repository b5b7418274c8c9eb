/**
 * Makes one sequence of log lines that several instances write at once. Ids are given before the transactions end, so a
 * lower id may become visible after a higher one. A line is passed on at once when the ids have no gap, else after a moment,
 * in which a transaction that holds the missing id would have ended on any good day. On a bad one, when a disk or a network
 * hangs, it ends later: the missing ids are known, and a line that comes late is passed on behind the others.
 */

/** Much longer than a transaction of ours takes. A gap that stays (a transaction that was undone) costs as much. */
const gapMs = 300;
/** Longer than a transaction may take until its connection is given up. */
const lateMs = 120_000;
/** Servers that give ids in blocks may leave gaps of any size; those of open transactions are near their end. */
const mostMissing = 500;

export class LineOrder {
  /** Since when a line is visible, for lines behind a gap. */
  readonly #seen = new Map<number, number>();
  /** Until when ids that were passed over are looked for, oldest first. */
  readonly #missing = new Map<number, number>();
  /** 0 where one writer gives the ids in the order of commits. */
  readonly #gapMs: number;

  constructor(hasOneWriter: boolean) {
    this.#gapMs = hasOneWriter ? 0 : gapMs;
  }

  /** Ids that were passed over a while ago. @param now monotonic milliseconds */
  missing(now: number): readonly number[] {
    for (const [id, until] of this.#missing) {
      if (until <= now) this.#missing.delete(id);
    }
    return [...this.#missing.keys()];
  }

  /** Lines whose ids were missing, and which are passed on now. */
  found(lines: readonly { readonly id: number }[]): void {
    for (const { id } of lines) this.#missing.delete(id);
  }

  /** @param lines that were there before anything was passed on: what is missing between them may still come */
  begin(lines: readonly { readonly id: number }[], now: number): void {
    this.#missing.clear();
    for (const [index, { id }] of lines.entries()) this.#passOver(lines[index - 1]?.id ?? id - 1, id, now);
  }

  #passOver(last: number, next: number, now: number): void {
    if (this.#gapMs === 0) return;
    for (let id = Math.max(last + 1, next - mostMissing); id < next; id += 1) {
      this.#missing.set(id, now + lateMs);
    }
    for (const id of this.#missing.keys()) {
      if (this.#missing.size <= mostMissing) break;
      this.#missing.delete(id);
    }
  }

  /**
   * @param position id of the last line that was passed on
   * @param now monotonic milliseconds
   * @returns the first of the lines, as many as may be passed on
   */
  take<Line extends { readonly id: number }>(lines: readonly Line[], position: number, now: number): Line[] {
    const passed: Line[] = [];
    let last = position;
    for (const line of lines) {
      const since = this.#seen.get(line.id) ?? now;
      if (line.id !== last + 1 && now - since < this.#gapMs) {
        for (const later of lines.slice(passed.length)) {
          if (!this.#seen.has(later.id)) this.#seen.set(later.id, now);
        }
        break;
      }
      this.#seen.delete(line.id);
      this.#passOver(last, line.id, now);
      passed.push(line);
      last = line.id;
    }
    return passed;
  }
}
