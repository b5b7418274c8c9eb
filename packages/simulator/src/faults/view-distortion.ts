/** Views that answer wrongly, on this server only: what a caller must not take for the truth. */
import { kernelError } from '../kernel-error.ts';
import type { View, ViewContext, ViewRow } from '../views/view.ts';

const modes = ['empty', 'half', 'error', 'frozen', 'true'] as const;
type Mode = (typeof modes)[number];

export class ViewDistortion {
  readonly #modes = new Map<string, Mode>();
  readonly #frozen = new Map<string, readonly ViewRow[]>();

  /** `empty`: no row; `half`: every second one; `error`: 4016; `frozen`: always the next answer; `true`: the truth again. */
  set(view: string, mode: string): void {
    const known = modes.find((one) => one === mode.toLowerCase());
    if (known === undefined) throw kernelError('invalidArgument', `expected one of ${modes.join(', ')}`);
    const name = view.toUpperCase();
    this.#frozen.delete(name);
    if (known === 'true') this.#modes.delete(name);
    else this.#modes.set(name, known);
  }

  async rows(view: View, context: ViewContext): Promise<readonly ViewRow[]> {
    const name = view.name.toUpperCase();
    const mode = this.#modes.get(name);
    const kept = this.#frozen.get(name);
    if (mode === undefined) return view.rows(context);
    if (mode === 'error') throw kernelError('unexpected');
    if (mode === 'empty') return [];
    if (mode === 'frozen' && kept !== undefined) return kept;
    const rows = await view.rows(context);
    if (mode === 'half') return rows.filter((_row, index) => index % 2 === 0);
    this.#frozen.set(name, rows);
    return rows;
  }
}
