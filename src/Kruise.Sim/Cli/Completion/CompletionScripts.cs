namespace Kruise.Sim.Cli.Completion;

/// <summary>
/// Scripts that ask the command itself what may follow (<c>kruise-sim "[suggest:POSITION]" "LINE"</c>, which System.CommandLine answers), so that they need not know
/// a verb. Where it has no answer the shell completes files.
/// </summary>
internal static class CompletionScripts
{
    private static readonly Dictionary<string, string> _scripts = new(StringComparer.Ordinal)
    {
        // The shell tells words apart by '=' as well: what stands before it is not to be written again.
        ["bash"] = """
            # Completion of kruise-sim for bash: source <(kruise-sim completion bash)
            _kruise_sim() {
                local line="${COMP_LINE:0:COMP_POINT}" current word last="${COMP_WORDS[COMP_CWORD]}"
                line="kruise-sim${line#"${COMP_WORDS[0]}"}"
                current="${line##* }"
                # A quote that was opened stays with the shell.
                if [[ $current == [\'\"]* ]]; then
                    line="${line%"$current"}${current:1}"
                    current="${current:1}"
                    last="${last#[\'\"]}"
                fi
                # --option=value is asked for as two words.
                if [[ $current == --*=* ]]; then
                    line="${line%"$current"}${current%%=*} ${current#*=}"
                    current="${current#*=}"
                fi
                local -a found=()
                COMPREPLY=()
                while IFS= read -r word; do
                    # Options are for who began one; a file may stand there otherwise.
                    if [[ $word == "$current"* && ( $current == -* || $word != -* ) ]]; then
                        found+=("$word")
                    fi
                done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2> /dev/null)
                local before="${current%"$last"}"
                for word in "${found[@]}"; do
                    COMPREPLY+=("${word#"$before"}")
                    [[ $word == *= ]] && compopt -o nospace
                done
                return 0
            }
            complete -o default -F _kruise_sim kruise-sim

            """,
        ["zsh"] = """
            #compdef kruise-sim
            # Completion of kruise-sim for zsh: source <(kruise-sim completion zsh)
            _kruise_sim() {
                local line="kruise-sim ${(j: :)words[2,CURRENT-1]}"
                (( CURRENT > 2 )) && line+=" "
                # --option=value is asked for as two words.
                if [[ "$PREFIX" == --*=* ]]; then
                    line+="${PREFIX%%=*} "
                    compset -P '*='
                fi
                local current="${(Q)PREFIX}"
                line+="$current"
                local -a found open
                found=(${(f)"$("${words[1]}" "[suggest:${#line}]" "$line" 2> /dev/null)"})
                # Options are for who began one; a file may stand there otherwise.
                [[ "$current" == -* ]] || found=(${found:#-*})
                found=(${(M)found:#"$current"*})
                open=(${(M)found:#*=})
                found=(${found:#*=})
                if (( ${#found} + ${#open} )); then
                    (( ${#open} )) && compadd -S '' -- "${open[@]}"
                    (( ${#found} )) && compadd -- "${found[@]}"
                    return 0
                else
                    _files
                fi
            }
            if [[ "$funcstack[1]" == "_kruise_sim" ]]; then
                _kruise_sim "$@"
            else
                compdef _kruise_sim kruise-sim
            fi

            """,
        ["fish"] = """
            # Completion of kruise-sim for fish: kruise-sim completion fish > ~/.config/fish/completions/kruise-sim.fish
            function __kruise_sim_complete
                set -l command (commandline -opc)[1]
                set -l current (commandline -ct)
                set -l line (string replace -- "$command" kruise-sim (commandline -cp))
                # A quote that was opened stays with the shell.
                if string match -qr '^[\'"]' -- $current
                    set line (string sub -l (math (string length -- $line) - (string length -- $current)) -- $line)(string sub -s 2 -- $current)
                end
                # --option=value is asked for as two words.
                set -l before ""
                if string match -qr '^--[^=]*=' -- $current
                    set before (string replace -r '=.*' '=' -- $current)
                    set -l value (string replace -r '^[^=]*=' '' -- $current)
                    set line (string sub -l (math (string length -- $line) - (string length -- $current)) -- $line)(string replace -r '=$' ' ' -- $before)$value
                end
                set -l found ($command "[suggest:"(string length -- $line)"]" "$line" 2> /dev/null | string match -v '')
                # Options are for who began one; a file may stand there otherwise.
                if not string match -q -- '-*' $current
                    set found (string match -v -- '-*' $found)
                end
                if test (count $found) -gt 0
                    printf '%s\n' $before$found
                else
                    __fish_complete_path $current
                end
            end
            complete -c kruise-sim -f -a '(__kruise_sim_complete)'

            """,
    };

    public static IEnumerable<string> Shells => _scripts.Keys.Order(StringComparer.Ordinal);

    public static string Of(string shell) => _scripts[shell];
}
