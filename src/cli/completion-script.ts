import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can follow the words of a command. */
interface Place {
  /** `search`, `space check`; empty for the program. */
  readonly path: string;
  readonly description: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly Flag[];
}

interface Flag {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/**
 * A script that completes commands, options and the values an option chooses from; everything else is completed as a file.
 * It is made of the program as it is, and asks it nothing later.
 *
 * @param program with all its commands loaded.
 */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, '');
  return shell === 'fish' ? fishScript(places) : bashScript(places, shell);
}

function placesOf(command: Command, path: string): Place[] {
  const children = command.commands.map((child) => ({ name: child.name(), description: child.description() }));
  const own: Place = {
    path,
    description: command.description(),
    commands: children,
    options: [...command.options.map(flagOf), HELP],
  };
  return [own, ...command.commands.flatMap((child) => placesOf(child, `${path} ${child.name()}`.trim()))];
}

const HELP: Flag = {
  long: '--help',
  short: '-h',
  description: 'display help for command',
  takesValue: false,
  choices: [],
};

const flagOf = ({ long, short, description, required, optional, argChoices = [] }: Option): Flag => ({
  long: long ?? short ?? '',
  short: long == null ? undefined : (short ?? undefined),
  description,
  takesValue: required || optional,
  choices: argChoices,
});

function bashScript(places: readonly Place[], shell: Shell): string {
  const words = (list: readonly string[]) => list.map((word) => word.replaceAll(/[^\w:,./-]/g, '')).join(' ');
  const nested = places.filter(({ commands, path }) => commands.length > 0 && path !== '').map(({ path }) => path);
  const cases = places.map(({ path, commands, options }) => {
    const all = [...commands.map(({ name }) => name), ...options.map(({ long }) => long)];
    return `    '${path}') words='${words(all)}' ;;`;
  });
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ long, choices }) => `    '${path} ${long}') words='${words(choices)}' ;;`),
  );
  const withValue = places.flatMap(({ path, options }) =>
    options.filter(({ takesValue }) => takesValue).map(({ long }) => `'${path} ${long}'`),
  );
  return `# supersam completion for ${shell}; made by "supersam completion ${shell}"
${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_supersam() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' words='' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) break ;; esac
    if [ -z "$command" ]; then command="$word"; else
      case "$command" in ${nested.length === 0 ? "''" : nested.join(' | ')}) command="$command $word" ;; esac
      break
    fi
  done
  COMPREPLY=()
  case "$command $before" in
${values.join('\n')}
    ${withValue.join(' | ')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [ -z "$words" ]; then case "$command" in
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case "$current" in -*) ;; *) [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current")) ;; esac
  return 0
}
complete -o filenames -F _supersam supersam
`;
}

function fishScript(places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = places.flatMap(({ path, commands, options }) => {
    const at =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    const names = commands.map(({ name }) => name).join(' ');
    const here = commands.length > 0 && path !== '' ? `${at}; and not __fish_seen_subcommand_from ${names}` : at;
    return [
      ...commands.map(
        ({ name, description }) => `complete -c supersam -n ${quoted(here)} -f -a ${name} -d ${quoted(description)}`,
      ),
      ...options.map(({ long, short, description, takesValue, choices }) =>
        [
          `complete -c supersam -n ${quoted(at)}`,
          `-l ${long.replace(/^-+/, '')}`,
          ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
          ...(takesValue ? ['-r'] : []),
          ...(choices.length > 0 ? ['-f', '-a', quoted(choices.join(' '))] : []),
          `-d ${quoted(description)}`,
        ].join(' '),
      ),
    ];
  });
  return `# supersam completion for fish; made by "supersam completion fish"\n${lines.join('\n')}\n`;
}
