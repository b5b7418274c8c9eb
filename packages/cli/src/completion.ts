/** Completion scripts for bash and zsh, made from the commands themselves: they cannot name what does not exist. */
import type { Command } from 'commander';

interface Place {
  /** `openocp server stop`, without the first word. */
  readonly words: string;
  readonly commands: readonly string[];
  readonly flags: readonly string[];
  /** Values by flag; only where they are known beforehand. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Flags whose value is a file. */
  readonly files: readonly string[];
}

function listPlaces(command: Command, words: readonly string[] = []): Place[] {
  const options = command.options.filter(({ hidden }) => !hidden);
  const flagsOf = ({ short, long }: (typeof options)[number]) =>
    [short, long].filter((flag) => flag !== undefined);
  const children = command.commands;
  const place: Place = {
    words: words.join(' '),
    commands: children.map((child) => child.name()),
    flags: [...options.flatMap(flagsOf), '--help'],
    values: new Map(
      options.flatMap((option) => flagsOf(option).map((flag) => [flag, option.argChoices ?? []] as const)),
    ),
    files: options.filter(({ flags }) => flags.includes('<file>')).flatMap(flagsOf),
  };
  return [place, ...children.flatMap((child) => listPlaces(child, [...words, child.name()]))];
}

const quote = (words: readonly string[]) => `'${words.join(' ')}'`;

/** After a flag: its values, or files. */
function renderValueCases(places: readonly Place[]): string[] {
  return places.flatMap(({ words, values, files }) => [
    ...[...values].flatMap(([flag, known]) =>
      known.length === 0 ? [] : [`    '${words}|${flag}') reply=${quote(known)};;`],
    ),
    ...files.map((flag) => `    '${words}|${flag}') reply=':files:';;`),
  ]);
}

/** Elsewhere: commands, or flags where there are none or a dash was typed. */
function renderWordCases(places: readonly Place[]): string[] {
  return places.flatMap(({ words, commands, flags }) => [
    `    '${words}|') reply=${quote(commands.length > 0 ? commands : flags)};;`,
    `    '${words}|-') reply=${quote(flags)};;`,
  ]);
}

/** A function for both shells: sets `reply` to what can stand in place of the word that is completed. */
function renderLookup(places: readonly Place[]): string {
  const known = places.map(({ words }) => words.replaceAll(' ', '/')).join(' ');
  return `_openocp_lookup() {
  local place='' previous='' word next current="$1" known=' ${known} '
  shift
  reply=''
  for word in "$@"; do
    next="\${place:+$place/}$word"
    case "$known" in *" $next "*) place="$next";; esac
    previous="$word"
  done
  place="\${place//\\// }"
  case "$place|$previous" in
${renderValueCases(places).join('\n')}
  esac
  [ -n "$reply" ] && return
  case "$current" in -*) previous='-';; *) previous='';; esac
  case "$place|$previous" in
${renderWordCases(places).join('\n')}
  esac
}`;
}

const head = (shell: string) => `# Completion of openocp for ${shell}. Made by: openocp completion ${shell}`;

export function renderBashCompletion(program: Command): string {
  return `${head('bash')}
# Load it: source <(openocp completion bash)
${renderLookup(listPlaces(program))}
_openocp() {
  local reply current="\${COMP_WORDS[COMP_CWORD]}"
  _openocp_lookup "$current" "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  if [ "$reply" = ':files:' ]; then
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$reply" -- "$current"))
  fi
}
complete -o default -F _openocp openocp`;
}

export function renderZshCompletion(program: Command): string {
  return `#compdef openocp
${head('zsh')}
# Load it: source <(openocp completion zsh)
${renderLookup(listPlaces(program))}
_openocp() {
  local reply
  _openocp_lookup "\${words[CURRENT]}" "\${(@)words[2,CURRENT-1]}"
  if [ "$reply" = ':files:' ]; then
    _files
  else
    compadd -- \${=reply}
  fi
}
compdef _openocp openocp`;
}
