import type { CliContext } from '../../runtime/cli-context.ts';

/**
 * Each script asks `pilothouse __complete -- <words>` and offers what it prints: one candidate a line, after a tab what it is. The line
 * `:files` stands for file names. A candidate that ends in `/` or `=` or `,` is gone on with, without a space.
 */
const scripts: Record<string, string> = {
  bash: `# pilothouse completion for bash
_pilothouse() {
  local line="\${COMP_LINE:0:COMP_POINT}" candidate
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local word="\${words[\${#words[@]}-1]}" current="\${COMP_WORDS[COMP_CWORD]}"
  case "$current" in = | :) current="" ;; esac
  local prefix="\${word%"$current"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    if [[ "$candidate" == :files ]]; then
      compopt -o default -o nospace 2>/dev/null
      continue
    fi
    [[ "$candidate" == "$word"* ]] && COMPREPLY+=("\${candidate#"$prefix"}")
  done < <(command "\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *[/=,] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _pilothouse pilothouse
`,
  zsh: `#compdef pilothouse
# pilothouse completion for zsh
_pilothouse() {
  local line candidate description
  local -a plain open
  while IFS=$'\\t' read -r candidate description; do
    if [[ "$candidate" == :files ]]; then
      _files
      continue
    fi
    local shown="\${candidate//:/\\\\:}\${description:+:$description}"
    if [[ "$candidate" == *[/=,] ]]; then open+=("$shown"); else plain+=("$shown"); fi
  done < <(command "\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#plain} )) && _describe -t values pilothouse plain
  (( \${#open} )) && _describe -t values pilothouse open -S ''
  return 0
}
compdef _pilothouse pilothouse
`,
  fish: `# pilothouse completion for fish
function __pilothouse_complete
  set -l words (commandline -opc) (commandline -ct)
  for candidate in (command $words[1] __complete -- $words[2..] 2>/dev/null)
    if test "$candidate" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $candidate
    end
  end
end
complete -c pilothouse -f -a '(__pilothouse_complete)'
`,
};

export async function printCompletionScript(context: CliContext, _options: object, shell: string): Promise<number> {
  await context.print(scripts[shell] ?? '');
  return 0;
}
