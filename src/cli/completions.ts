/** `segue completions`: scripts that complete commands, options, agents and sessions in a shell. */
import { Argument, Command, type Option } from "commander";
import { accounts, nameOf, type Profile } from "../core/accounts.ts";
import { agents } from "../core/names.ts";
import { KINDS } from "../core/search.ts";
import { KEYS, settings } from "../core/settings.ts";
import { SegueError } from "../errors.ts";
import { command as quickCommand } from "./quick.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** `tree`: all commands. */
export function command(tree: () => Promise<Command>): Command {
  return new Command("completions")
    .description("print a completion script for a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  echo 'source <(segue completions bash)' >> ~/.bashrc
  segue completions zsh > ~/.zfunc/_segue  (a folder in $fpath, before compinit)
  segue completions fish > ~/.config/fish/completions/segue.fish`,
    )
    .action(async (shell: string) => {
      process.stdout.write(scriptFor(shell, specOf(await tree(), settings().profiles)));
    });
}

function scriptFor(shell: string, spec: Spec): string {
  switch (shell) {
    case "bash":
      return bash(spec);
    case "zsh":
      return zsh(spec);
    case "fish":
      return fish(spec);
    default:
      throw new SegueError("usage", `there is no script for ${shell}`);
  }
}

/** The possible values at a position. `null`: free text. */
type Values = "session" | "agent" | "store" | "file" | "dir" | readonly string[] | null;

interface OptionSpec {
  /** With dashes. */
  long: string;
  short: string | null;
  about: string;
  /** undefined: it takes none. */
  values: Values | undefined;
}

interface CommandSpec {
  /** The first is offered; the others are accepted as well. */
  names: readonly [string, ...string[]];
  about: string;
  options: OptionSpec[];
  words: Values;
}

interface Spec {
  options: OptionSpec[];
  commands: CommandSpec[];
  /** By their main names, and the profiles. */
  agents: string[];
}

function specOf(program: Command, profiles: readonly Profile[]): Spec {
  const commands = program.commands.map((each) =>
    commandSpec(each, [each.name(), ...each.aliases()]),
  );
  const names = agents.map(({ id, aliases }): CommandSpec["names"] => [id, ...aliases]);
  const others = profiles.map(({ name }): CommandSpec["names"] => [name]);
  const quick = [...names, ...others, ["latest"] as const].flatMap((each) => {
    const command = quickCommand(each[0], 0, profiles);
    return command ? [commandSpec(command, each)] : [];
  });
  const ids = accounts(profiles).map(nameOf);
  return { options: optionsOf(program), commands: [...commands, ...quick], agents: ids };
}

function commandSpec(command: Command, names: CommandSpec["names"]): CommandSpec {
  const [first] = command.registeredArguments;
  return {
    ...{ names, about: command.description() },
    ...{ options: optionsOf(command), words: wordsOf(first) },
  };
}

function optionsOf(command: Command): OptionSpec[] {
  const help = { long: "--help", short: "-h", about: "help", values: undefined };
  return [...command.options.filter(({ hidden }) => !hidden).map(optionSpec), help];
}

function optionSpec(option: Option): OptionSpec {
  const { long, short, description, argChoices } = option;
  const [, value] = /<(.+)>/.exec(option.flags) ?? [];
  const values = value === undefined ? undefined : (argChoices ?? valuesNamed(value));
  return {
    long: long ?? short ?? "",
    short: long ? (short ?? null) : null,
    about: description,
    values,
  };
}

function valuesNamed(name: string): Values {
  switch (name) {
    case "agent":
      return "agent";
    case "agent=dir":
      return "store";
    case "file":
      return "file";
    case "dir":
      return "dir";
    default:
      return null;
  }
}

function wordsOf(argument: Argument | undefined): Values {
  if (argument?.argChoices) return argument.argChoices;
  switch (argument?.name()) {
    case "session":
    case "src":
      return "session";
    case "what":
      return "dir";
    case "setting":
      return ["get", "set", ...settingNames()];
    case "query":
      return KINDS.map((kind) => `in:${kind}`);
    default:
      return null;
  }
}

function settingNames(): string[] {
  const { profiles } = settings();
  const set = settings().all();
  return KEYS.flatMap(({ name }) => {
    if (name.includes("<agent>")) return agents.map(({ id }) => name.replace("<agent>", id));
    if (!name.includes("<profile>")) return [name];
    // Names of variables are the user's own: those that are set.
    if (name.includes("<variable>"))
      return set.map(({ key }) => key).filter((key) => /^profiles\.[^.]+\.env\./.test(key));
    return profiles.map((profile) => name.replace("<profile>", profile.name));
  });
}

function flags({ options }: { options: readonly OptionSpec[] }): string[] {
  return options.flatMap(({ long, short }) => (short === null ? [long] : [long, short]));
}

function bash({ options, commands, agents }: Spec): string {
  const fill = (values: Values): string => {
    switch (values) {
      case null:
        return ":";
      case "session":
        return "_segue_sessions";
      case "agent":
        return '_segue_words "$agents"';
      case "store":
        return `_segue_words "${agents.map((name) => `${name}=`).join(" ")}"`;
      case "file":
        return "_segue_files -f";
      case "dir":
        return "_segue_files -d";
      default:
        return `_segue_words "${values.join(" ")}"`;
    }
  };
  const valued = (names: readonly string[], all: readonly OptionSpec[]): string[] =>
    all.flatMap(({ long, short, values }) => {
      if (values === undefined) return [];
      const given = short === null ? [long] : [long, short];
      const words = names.flatMap((name) => given.map((flag) => `"${name} ${flag}"`));
      return [`    ${words.join("|")}) ${fill(values)}; return ;;`];
    });
  const global = options.filter(({ values }) => values !== undefined);
  return `# Completion of segue for bash. Made by \`segue completions bash\`.
_segue_words() {
  local IFS=$' \\t\\n' before=
  # A colon ends a word here, unless bash was told otherwise.
  if [[ $cur == : ]]; then before="$prev:"; cur=
  elif [[ $prev == : ]]; then before="\${COMP_WORDS[COMP_CWORD - 2]}:"; fi
  COMPREPLY=($(compgen -W "$1" -- "$before$cur"))
  COMPREPLY=("\${COMPREPLY[@]#"$before"}")
}
_segue_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
_segue_sessions() {
  local IFS=$' \\t\\n' line lines=() width=$((\${COLUMNS:-80} - 2))
  while IFS= read -r line; do lines+=("$line"); done < <(segue __sessions "$cur" 2>/dev/null)
  if ((\${#lines[@]} == 0)); then _segue_files -f; return; fi
  COMPREPLY=("\${lines[@]%%$'\\t'*}")
  # A title is shown while there is a choice; what is put on the command line is the id alone.
  if ((\${#lines[@]} == 1)) || [[ \${COMP_TYPE:-9} == 37 || \${COMP_TYPE:-9} == 42 ]]; then return; fi
  compopt -o nosort 2>/dev/null
  COMPREPLY=()
  for line in "\${lines[@]}"; do
    line="\${line/$'\\t'/  }"
    COMPREPLY+=("\${line:0:width}")
  done
}
_segue() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" command= i
  local agents="${agents.join(" ")}"
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      --) _segue_files -f; return ;;
      ${global.map(({ long }) => long).join("|") || "''"}) ((i++)) ;;
      -*) ;;
      *) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  for ((; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} == -- ]]; then _segue_files -f; return; fi
  done
  case "$command $prev" in
${commands.flatMap(({ names, options }) => valued(names, [...options, ...global])).join("\n")}
${valued([""], global).join("\n")}
  esac
  case "$command" in
    "") if [[ $cur == -* ]]; then _segue_words "${flags({ options }).join(" ")}"
      else _segue_words "${commands.map(({ names }) => names[0]).join(" ")} help"; fi ;;
${commands
  .map(
    (each) =>
      `    ${each.names.join("|")}) if [[ $cur == -* ]]; then _segue_words "${flags(each).join(" ")}"; else ${fill(each.words)}; fi ;;`,
  )
  .join("\n")}
  esac
}
complete -F _segue segue
`;
}

function zsh({ options, commands, agents }: Spec): string {
  const action = (values: Values): string => {
    switch (values) {
      case null:
        return " ";
      case "session":
        return "_segue_sessions";
      case "agent":
        return "_segue_agents";
      case "store":
        return "_segue_stores";
      case "file":
        return "_files";
      case "dir":
        return "_files -/";
      default:
        return `(${values.join(" ").replaceAll(":", "\\:")})`;
    }
  };
  const about = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&").replace(/'/g, "'\\''");
  const argument = (option: OptionSpec): string[] =>
    [option.long, option.short].flatMap((flag) => {
      if (flag === null) return [];
      const value = option.values === undefined ? "" : `:value:${action(option.values)}`;
      return [`'${flag}[${about(option.about)}]${value}'`];
    });
  const all = (each: CommandSpec): string =>
    [...each.options.flatMap(argument), `'*:word:${action(each.words)}'`].join(" \\\n        ");
  return `#compdef segue
# Completion of segue for zsh. Made by \`segue completions zsh\`.
_segue_agents() { compadd -- ${agents.join(" ")} }
_segue_stores() { compadd -q -S '' -- ${agents.map((name) => `${name}=`).join(" ")} }
_segue_sessions() {
  local line
  local -a sessions
  for line in \${(f)"$(segue __sessions "$PREFIX" 2>/dev/null)"}; do
    sessions+=("\${line%%$'\\t'*}:\${line#*$'\\t'}")
  done
  if (( $#sessions )); then _describe -V session sessions; else _files; fi
}
_segue_commands() {
  local -a commands
  commands=(
    ${commands.map((each) => `'${each.names[0]}:${about(each.about)}'`).join("\n    ")}
  )
  _describe command commands
}
_segue() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \\
    ${options.flatMap(argument).join(" \\\n    ")} \\
    '1:command:_segue_commands' \\
    '*::word:->words'
  [[ $state == words ]] || return
  case $words[1] in
${commands.map((each) => `    ${each.names.join("|")})\n      _arguments \\\n        ${all(each)} ;;`).join("\n")}
  esac
}
if [[ $funcstack[1] == _segue ]]; then _segue "$@"; else compdef _segue segue; fi
`;
}

function fish({ options, commands, agents }: Spec): string {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const action = (values: Values | undefined): string => {
    switch (values) {
      case undefined:
        return "";
      case null:
        return " -x";
      case "session":
        return ` -x -k -a '(__segue_sessions)'`;
      case "agent":
        return ` -x -a ${quoted(agents.join(" "))}`;
      case "store":
        return ` -x -a ${quoted(agents.map((name) => `${name}=`).join(" "))}`;
      case "file":
        return " -r -F";
      case "dir":
        return ` -x -a '(__fish_complete_directories)'`;
      default:
        return ` -x -a ${quoted(values.join(" "))}`;
    }
  };
  const option = (when: string, { long, short, about, values }: OptionSpec): string => {
    const one = short === null ? "" : ` -s ${short.slice(1)}`;
    return `complete -c segue -n ${quoted(when)} -l ${long.slice(2)}${one}${action(values)} -d ${quoted(about)}`;
  };
  const names = commands.flatMap(({ names }) => names).join(" ");
  const none = `not __fish_seen_subcommand_from ${names}`;
  const lines = commands.flatMap((each) => {
    const when = `__fish_seen_subcommand_from ${each.names.join(" ")}`;
    const words = each.words === null ? [] : [wordsLine(when, each.words)];
    return [
      `complete -c segue -f -n ${quoted(none)} -a ${each.names[0]} -d ${quoted(each.about)}`,
      ...each.options.map((one) => option(when, one)),
      ...words,
    ];
  });
  function wordsLine(when: string, values: Values): string {
    const files = values === "session" ? " -F" : " -f";
    const what = action(values).replace(" -x", files);
    return `complete -c segue -n ${quoted(when)}${what}`;
  }
  return `# Completion of segue for fish. Made by \`segue completions fish\`.
function __segue_sessions
  segue __sessions (commandline -ct) 2>/dev/null
end
complete -c segue -f
${options.map((one) => option(none, one)).join("\n")}
${lines.join("\n")}
`;
}
