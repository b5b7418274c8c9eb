/**
 * Makes one sequence of log lines that several instances write at once. Ids are given before the transactions end, so a
 * lower id may become visible after a higher one. A line is passed on only when no lower id can be missing any more: at
 * once when the ids have no gap, else after a moment, in which a transaction that holds the missing id would have ended.
 */

/** Much longer than a transaction of ours takes. A gap that stays (a transaction that was undone) costs as much. */
const gapMs = 300;

export class LineOrder {
  /** Since when a line is visible, for lines behind a gap. */
  readonly #seen = new Map<number, number>();
  /** 0 where one writer gives the ids in the order of commits. */
  readonly #gapMs: number;

  constructor(hasOneWriter: boolean) {
    this.#gapMs = hasOneWriter ? 0 : gapMs;
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
      passed.push(line);
      last = line.id;
    }
    return passed;
  }
}
